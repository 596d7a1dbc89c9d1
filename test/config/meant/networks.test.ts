import assert from 'node:assert/strict';
import { networkMeant } from '../../../src/config/meant/networks.js';

describe('networkMeant', () => {
  for (const [text, meant] of [
    ['10.0.0.0/255.0.0.0', '10.0.0.0/8'],
    ['192.168.16.0/255.255.240.0', '192.168.16.0/20'],
    ['10.1.2.3/255.255.255.255', '10.1.2.3/32'],
    ['10.0.0.0/255.0.255.0', undefined],
    ['10.0.0.0/255.0', undefined],
    ['10.*', '10.0.0.0/8'],
    ['10.1.*', '10.1.0.0/16'],
    ['10.1.*.*', '10.1.0.0/16'],
    ['10.1.2.*', '10.1.2.0/24'],
    ['10.*.2.*', undefined],
    ['10.0.0.0 / 8', '10.0.0.0/8'],
    ['*', undefined],
    ['web-*', undefined],
  ] as const) {
    it(`reads ${text} as ${meant}`, () => assert.equal(networkMeant(text), meant));
  }
});
