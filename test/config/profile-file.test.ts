import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseProfile } from '../../src/config/sdk-credentials.js';

describe('parseProfile', () => {
  it('reads one section, its keys in any case', () => {
    const text = '[global]\nak=G\n[basic]\nAK = A\nSk: S=:S \n[ other ]\nak = O\n';
    assert.deepEqual(
      [...parseProfile(text, 'basic')],
      [
        ['ak', 'A'],
        ['sk', 'S=:S'],
      ],
    );
  });

  it('passes over comments, blank lines and what is no key', () => {
    const text =
      'ak = before\r\n[basic]\r\n# ak = 1\r\n; ak = 2\r\n\r\nak\r\n = 3\r\nsk = S # not a comment\r\n';
    assert.deepEqual([...parseProfile(text, 'basic')], [['sk', 'S # not a comment']]);
  });

  it('takes the last of several, and several parts of a section as one', () => {
    assert.deepEqual(
      [...parseProfile('[basic]\nak=1\nak=2\n[x]\nak=3\n[basic]\nsk=4', 'basic')],
      [
        ['ak', '2'],
        ['sk', '4'],
      ],
    );
  });

  it('reads whatever was written, and any text at all', () => {
    const word = fc.stringMatching(/^[\x21-\x7e]{1,20}$/u);
    fc.assert(
      fc.property(word, word, fc.string(), (ak, sk, noise) => {
        const values = parseProfile(
          `[basic]\nak = ${ak}\nsk = ${sk}\n[other]\n${noise.replaceAll('[', '')}`,
          'basic',
        );
        assert.deepEqual([values.get('ak'), values.get('sk')], [ak, sk]);
        parseProfile(noise, 'basic');
      }),
      { numRuns: 200 },
    );
  });
});
