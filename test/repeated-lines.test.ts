import assert from 'node:assert/strict';
import { RepeatedLines } from '../src/repeated-lines.js';
import { FakeClock } from './support/fake-clock.js';
import { RecordedLog } from './support/recorded-log.js';

describe('RepeatedLines', () => {
  let clock: FakeClock;
  let log: RecordedLog;
  let lines: RepeatedLines;

  beforeEach(() => {
    clock = new FakeClock();
    log = new RecordedLog();
    lines = new RepeatedLines(log, clock);
  });

  const told = () => log.lines.filter((line) => !line.startsWith('debug '));

  it('tells at once, and then every ten minutes with how often it came in between', async () => {
    for (let second = 0; second <= 1_300; second += 100) {
      lines.tell('warn', 'node', 'slow', 'too slow', { pause_seconds: second });
      await clock.advance(100_000);
    }
    assert.deepEqual(told(), [
      'warn too slow pause_seconds=0',
      'warn too slow pause_seconds=600 repeats=5',
      'warn too slow pause_seconds=1200 repeats=5',
    ]);
    assert.equal(log.lines.length, 14);
  });

  it('keeps subjects, and what is said of each, apart', () => {
    for (const [subject, what] of [
      ['a', 'slow'],
      ['b', 'slow'],
      ['a', 'down'],
      ['a', 'slow'],
    ] as const) {
      lines.tell<'a slow' | 'b slow' | 'a down' | 'b down'>('error', subject, what, `${subject} ${what}`);
    }
    assert.deepEqual(told(), ['error a slow', 'error b slow', 'error a down']);
  });

  it('tells at once what was over, and what is said of a subject that was gone', () => {
    const tell = (subject: 'a' | 'b') => lines.tell('warn', subject, 'slow', subject);
    assert.ok(tell('a') && tell('b'));
    lines.forget('a', ['slow']);
    lines.keepOnly((subject) => subject === 'a');
    assert.ok(tell('a') && tell('b'));
    assert.ok(!tell('a') && !tell('b'));
  });

  it('forgets the oldest of more subjects than it has room for', () => {
    for (let number = 0; number < 20_001; number++) {
      lines.tell('warn', `node-${number}`, 'slow', 'too slow');
    }
    assert.ok(!lines.isDue('node-1', 'slow'));
    assert.ok(lines.isDue('node-0', 'slow'));
  });
});
