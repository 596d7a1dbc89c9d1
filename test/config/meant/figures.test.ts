import assert from 'node:assert/strict';
import { parseByteSize, parseDuration } from '../../../src/config/kinds.js';
import {
  durationMeant,
  durationText,
  flagMeant,
  groupedMeant,
  optionMeant,
  sizeMeant,
} from '../../../src/config/meant/figures.js';

type Cases = Readonly<Record<string, string | undefined>>;

const within = (parse: (text: string) => number | undefined, from: number, to: number) => (text: string) => {
  const value = parse(text);
  return value !== undefined && value >= from && value <= to;
};
const toOneHour = within(parseDuration, 100, 3_600_000);
const toOneDay = within(parseDuration, 1_000, 86_400_000);
const sizes = within(parseByteSize, 1_024, 2 ** 34);

function check(meant: (text: string) => string | undefined, cases: Cases): void {
  for (const [text, expected] of Object.entries(cases)) {
    it(`reads "${text}" as ${expected}`, () => assert.equal(meant(text), expected));
  }
}

describe('durationMeant', () => {
  check((text) => durationMeant(text, toOneHour), {
    '50': '50s',
    '5000': '5000ms',
    '50 s': '50s',
    '50sec': '50s',
    '1 minute': '1m',
    '1 minute 30 seconds': '1m30s',
    '1 min and 30 sec': '1m30s',
    '5M': '5m',
    '0.5s': '500ms',
    '0,5 h': '30m',
    '10s30m': '30m10s',
    PT5M: '5m',
    PT1H: '1h',
    '00:05:00': '5m',
    '90 s': '90s',
    '2h': undefined,
    // Five hours are more than the key takes.
    '5:00': '5m',
    '0:50': '50s or 50m',
    '99:99': undefined,
    '５０s': '50s',
    '５０': '50s',
    '5分': '5m',
    '1 小时': '1h',
    '1分钟30秒': '1m30s',
    '500毫秒': '500ms',
    '5个': undefined,
    soon: undefined,
    '123456s': undefined,
    '-5s': undefined,
    s3cret: undefined,
  });
});

describe('durationMeant of a longer key', () => {
  check((text) => durationMeant(text, toOneDay), {
    '1.5h': '1h30m',
    P1D: '1d',
    '24 hours': '24h',
    // A thousand seconds, or one.
    '1,000s': undefined,
    '1,25h': '1h15m',
    '48 hours': undefined,
  });
});

describe('sizeMeant', () => {
  check((text) => sizeMeant(text, sizes), {
    '256MB': '256MiB',
    '256m': '256MiB',
    '1.5GiB': '1536MiB',
    '64 kb': '64KiB',
    '2048 bytes': '2048',
    '1_000_000': '1000000',
    '1TB': undefined,
    large: undefined,
  });
});

describe('groupedMeant', () => {
  check((text) => groupedMeant(text, () => true), {
    '1,000': '1000',
    '1 000': '1000',
    '5k': '5000',
    '2.5 K': '2500',
    '３': '3',
    '3': undefined,
    '10,5': undefined,
    ten: undefined,
  });
});

describe('flagMeant', () => {
  check(flagMeant, {
    yes: 'true',
    ON: 'true',
    '1': 'true',
    off: 'false',
    No: 'false',
    maybe: undefined,
    constructor: undefined,
  });
});

describe('optionMeant', () => {
  check((text) => optionMeant(text, ['debug', 'info', 'warn', 'error']), {
    INFO: 'info',
    warning: 'warn',
    errors: 'error',
    verbose: undefined,
    in: undefined,
  });
});

describe('durationText', () => {
  for (const [milliseconds, text] of [
    [0, '0s'],
    [1_500, '1s500ms'],
    [3_650_000, '1h50s'],
    [57_600_000, '16h'],
    [8 * 86_400_000, '8d'],
  ] as const) {
    it(`writes ${milliseconds} as ${text}, which reads back`, () => {
      assert.equal(durationText(milliseconds), text);
      assert.equal(parseDuration(text), milliseconds);
    });
  }
});
