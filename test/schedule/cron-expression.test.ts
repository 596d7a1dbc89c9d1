import assert from 'node:assert/strict';
import { getTasks } from 'node-cron';
import { CronTimes, plainCron, validateCron } from '../../src/schedule/cron-expression.js';

describe('validateCron', () => {
  for (const expression of [
    '* * * * *',
    '*/10 * * * * *',
    '0 3 * * mon-fri',
    '0,30 8-18 1 jan *',
    '0 0 29 2 *',
    '0 0 L * *',
    // As in crontabs, where fields stand below each other, and as YAML's block texts end.
    '*\t*\t*\t*\t*',
    '\t0  3 \t 1   *\t\t*  ',
    '* * * * *\r\n',
  ]) {
    it(`takes ${JSON.stringify(expression)}`, () => {
      assert.equal(validateCron(expression), undefined);
    });
  }

  const FIELDS = 'expected 5 fields (minute hour day month weekday) or 6 (second first)';
  const REFUSED = {
    '': `got "", ${FIELDS}`,
    '* * * *': `got "* * * *", ${FIELDS}`,
    '* * * * * * *': `got "* * * * * * *", ${FIELDS}`,
    '@hourly': `got "@hourly", ${FIELDS}`,
    '60 * * * *': 'got "60", expected a minute of 0-59',
    '60 * * * * *': 'got "60", expected a second of 0-59',
    '*/0 * * * *': 'got "*/0", expected a minute of 0-59',
    '0 24 * * 8': 'got "24", expected an hour of 0-23; got "8", expected a weekday of 0-7 or sun-sat',
    'a b c d e':
      'got "a", expected a minute of 0-59; got "b", expected an hour of 0-23; got "c", expected a day of 1-31 or L; ' +
      'got "d", expected a month of 1-12 or jan-dec; got "e", expected a weekday of 0-7 or sun-sat',
    '*\n * * * *': `got several lines, ${FIELDS} on one`,
    '* * * * *\u00a0': `got a blank that is neither a space nor a tab, ${FIELDS}, parted by spaces or tabs`,
    '*\u3000* * * *': `got a blank that is neither a space nor a tab, ${FIELDS}, parted by spaces or tabs`,
    '* *\u200b * * *': `got a blank that is neither a space nor a tab, ${FIELDS}, parted by spaces or tabs`,
    '\ufeff* * * * *': `got a blank that is neither a space nor a tab, ${FIELDS}, parted by spaces or tabs`,
    '\uff0a/5 * * * *': `got full-width characters, ${FIELDS} in ASCII`,
    '0\uff0c30 * * * *': `got full-width characters, ${FIELDS} in ASCII`,
    '*;5 * * * *': 'got "*;5 * * * *", expected letters, digits and * / - , # ? only',
    '0-9999999999 * * * *': 'got "0-9999999999", expected a minute of 0-59',
    '0 0 0-9999999999 * * *': 'got "0-9999999999", expected an hour of 0-23',
    '0 0 30 2 *': 'got "0 0 30 2 *", expected a date that exists',
    '0 0 29 2 1#1': 'got "0 0 29 2 1#1", expected a date that exists',
  };
  for (const [expression, message] of Object.entries(REFUSED)) {
    it(`refuses ${JSON.stringify(expression)}`, () => {
      assert.equal(validateCron(expression), message);
    });
  }
});

describe('CronTimes', () => {
  it('reads fields that are parted by any blanks', () => {
    const { isOnceADay, leavesHoursOut } = new CronTimes('\t30   2\t*  * \t*\r\n');
    assert.deepEqual([isOnceADay, leavesHoursOut], [true, true]);
    assert.equal(plainCron('\t30   2\t*  * \t*\r\n'), '30 2 * * *');
  });

  it('refuses what validateCron refuses', () => {
    assert.throws(() => new CronTimes('60 * * * *'), /minute/u);
  });

  it('leaves nothing behind in node-cron, however many expressions there were', () => {
    for (let minute = 0; minute < 60; minute++) {
      assert.equal(new CronTimes(`${minute} 3 * * *`).has(3 * 3_600 + minute * 60, 4 * 3_600), true);
    }
    assert.equal(getTasks().size, 0);
  });

  it('tells a single time of day from several, and some hours from all', () => {
    const kindOf = (expression: string) => {
      const { isOnceADay, leavesHoursOut } = new CronTimes(expression);
      return [isOnceADay, leavesHoursOut];
    };
    assert.deepEqual(kindOf('30 2 * * *'), [true, true]);
    assert.deepEqual(kindOf('5 30 2 * * mon'), [true, true]);
    assert.deepEqual(kindOf('* 30 2 * * *'), [false, true]);
    assert.deepEqual(kindOf('0,30 2 * * *'), [false, true]);
    assert.deepEqual(kindOf('30 1-3 * * *'), [false, true]);
    assert.deepEqual(kindOf('30 */2 * * *'), [false, true]);
    assert.deepEqual(kindOf('30 */1 * * *'), [false, false]);
    assert.deepEqual(kindOf('0 0-23 * * *'), [false, false]);
    assert.deepEqual(kindOf('* * * * *'), [false, false]);
  });
});
