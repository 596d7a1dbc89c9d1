import assert from 'node:assert/strict';
import { waitForRun } from '../../src/schedule/run-times.js';
import { FakeClock } from '../support/fake-clock.js';
import { everyMs } from './every.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('waitForRun', () => {
  let clock: FakeClock;
  let announced: number[];
  let lateMs: number | undefined;

  beforeEach(() => {
    clock = new FakeClock(Date.UTC(2026, 0, 2, 3, 0, 10));
    announced = [];
    lateMs = undefined;
  });

  function begin(gap: number, signal = new AbortController().signal): Promise<void> {
    const nextRunAt = () => Number(everyMs(clock)(String(gap), 'UTC', 1)[0]);
    return waitForRun(clock, nextRunAt, (runAt) => announced.push(runAt), signal).then((late) => {
      lateMs = late;
    });
  }

  it('ends at the run, to the millisecond', async () => {
    const waiting = begin(HOUR);
    await clock.advance(HOUR - 10_001);
    assert.equal(lateMs, undefined);
    await clock.advance(1);
    await waiting;
    assert.equal(lateMs, 0);
    assert.equal(clock.now(), Date.UTC(2026, 0, 2, 4));
    assert.deepEqual(announced, [clock.now()]);
  });

  it('takes the run that comes first when the wall clock is set back', async () => {
    void begin(MINUTE);
    clock.jump(-HOUR);
    await clock.advance(50_000);
    assert.equal(lateMs, 0);
    assert.deepEqual(announced, [Date.UTC(2026, 0, 2, 3, 1), Date.UTC(2026, 0, 2, 2, 1)]);
  });

  it('says how late it is after a pause of the machine', async () => {
    void begin(MINUTE);
    clock.jump(HOUR);
    await clock.advance(30_000);
    assert.equal(lateMs, HOUR - MINUTE + 40_000);
  });

  it('rejects when it is aborted', async () => {
    const stop = new AbortController();
    const waiting = begin(MINUTE, stop.signal);
    stop.abort(new Error('stopped'));
    await assert.rejects(waiting, /^Error: stopped$/u);
    assert.equal(clock.sleeping, 0);
  });
});
