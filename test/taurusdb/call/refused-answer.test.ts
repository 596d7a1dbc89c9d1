import assert from 'node:assert/strict';
import { epochMs } from '../../../src/clock.js';
import { retryAfterMs } from '../../../src/taurusdb/call/refused-answer.js';

const NOW = epochMs(Date.UTC(2026, 0, 2, 3, 4, 5));

describe('retryAfterMs', () => {
  const headers: [header: string, expected: number | undefined][] = [
    ['0', 0],
    ['120', 120_000],
    ['Fri, 02 Jan 2026 03:05:05 GMT', 60_000],
    ['Fri, 02 Jan 2026 03:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['1e9', undefined],
    ['99999999999', undefined],
    ['2026', 2_026_000],
    ['Xyz, 99 Foo 2026 03:05:05 GMT', undefined],
    ['', undefined],
  ];
  for (const [header, expected] of headers) {
    it(`reads "${header}" as ${expected}`, () => {
      assert.equal(retryAfterMs(header, undefined, NOW), expected);
    });
  }

  const messages: [message: string, expected: number | undefined][] = [
    ['The throttling threshold has been reached: policy user over ratelimit,limit:10,time:1 minute', 60_000],
    ['policy user over ratelimit,limit:10,time:1 second', 1_000],
    ['policy user over ratelimit,limit:10,time: 2 MINUTES', 120_000],
    ['policy user over ratelimit,limit:10', undefined],
    ['runtime:1 minute', undefined],
    ['time:1 toString', undefined],
  ];
  for (const [message, expected] of messages) {
    it(`reads the window of "${message.slice(-30)}" as ${expected}`, () => {
      assert.equal(retryAfterMs(undefined, message, NOW), expected);
    });
  }

  it('prefers the header, unless it is garbage', () => {
    assert.equal(retryAfterMs('3', 'time:1 minute', NOW), 3_000);
    assert.equal(retryAfterMs('garbage', 'time:1 minute', NOW), 60_000);
  });
});
