import assert from 'node:assert/strict';
import { scheduleMeant } from '../../../src/config/meant/schedules.js';
import { validateCron } from '../../../src/schedule/cron-expression.js';

describe('scheduleMeant', () => {
  for (const [text, meant] of [
    ['@hourly', '0 * * * *'],
    ['@Daily ', '0 0 * * *'],
    ['@every 1m', '* * * * *'],
    ['every 5 minutes', '*/5 * * * *'],
    ['1m', '* * * * *'],
    ['10s', '*/10 * * * * *'],
    ['30秒', '*/30 * * * * *'],
    ['2h', '0 */2 * * *'],
    ['24h', '0 0 * * *'],
    ['“* * * * *”', '* * * * *'],
    ['‘*/10 * * * *’', '*/10 * * * *'],
    // Not at the same times in each hour or day.
    ['7m', undefined],
    ['5h', undefined],
    ['500ms', undefined],
    ['1w', undefined],
    ['* * * * *', undefined],
    ['@reboot', undefined],
    ['constructor', undefined],
    [`“${' '.repeat(1_000)}x`, undefined],
  ] as const) {
    it(`reads ${JSON.stringify(text).slice(0, 40)} as ${meant}`, () => {
      assert.equal(scheduleMeant(text), meant);
      assert.equal(meant === undefined ? undefined : validateCron(meant), undefined);
    });
  }
});
