import assert from 'node:assert/strict';
import { type EpochMs, epochMs, later, momentOf } from '../../src/clock.js';
import {
  type DueRun,
  freshForMs,
  type StalePolicy,
  splayShareMs,
  waitForRun,
} from '../../src/schedule/run-times.js';
import { sampleNode } from '../collect/sample-node.js';
import { FakeClock } from '../support/fake-clock.js';
import { everyMs } from './every.js';

describe('splayShareMs', () => {
  it('is the same for a node every time', () => {
    assert.equal(splayShareMs('941d21130b3c4899ad1a752a0945befdno07', 5000), 2989);
  });

  it('spreads nodes over the whole splay', () => {
    const tenths = Array(10).fill(0);
    for (let node = 0; node < 1000; node++) {
      tenths[Math.floor(splayShareMs(`node-${node}`, 60_000) / 6000)] += 1;
    }
    assert.equal(tenths.length, 10);
    assert.ok(Math.min(...tenths) > 70 && Math.max(...tenths) < 130, String(tenths));
  });

  it('is 0 without splay', () => {
    assert.equal(splayShareMs('node', 0), 0);
  });
});

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe('waitForRun', () => {
  let clock: FakeClock;
  let announced: number[];
  let due: DueRun | undefined;

  beforeEach(() => {
    clock = new FakeClock(Date.UTC(2026, 0, 2, 3, 0, 10));
    announced = [];
    due = undefined;
  });

  const runAfter = (gap: number) => (instant: EpochMs) => {
    const [run = instant] = everyMs(String(gap), 'UTC', 1, instant);
    return run;
  };

  function begin(gap: number, from = momentOf(clock), signal = new AbortController().signal): Promise<void> {
    const announce = (run: EpochMs) => announced.push(run);
    return waitForRun(clock, from, runAfter(gap), announce, signal).then((run) => {
      due = run;
    });
  }

  it('ends at the run, to the millisecond', async () => {
    const waiting = begin(HOUR);
    await clock.advance(HOUR - 10_001);
    assert.equal(due, undefined);
    await clock.advance(1);
    await waiting;
    assert.deepEqual(due, { run: clock.now(), lateMs: 0, from: momentOf(clock) });
    assert.equal(clock.now(), Date.UTC(2026, 0, 2, 4));
    assert.deepEqual(announced, [clock.now()]);
  });

  it('takes the run that comes first when the wall clock is set back', async () => {
    void begin(MINUTE);
    clock.jump(-HOUR);
    await clock.advance(50_000);
    assert.equal(due?.lateMs, 0);
    assert.deepEqual(announced, [Date.UTC(2026, 0, 2, 3, 1), Date.UTC(2026, 0, 2, 2, 1)]);
  });

  it('says how late it is after a pause of the machine', async () => {
    void begin(MINUTE);
    clock.jump(HOUR);
    await clock.advance(30_000);
    assert.equal(due?.lateMs, HOUR - MINUTE + 40_000);
  });

  it('makes one of the runs that a pause has passed over, and leaves none out that comes soon after another', async () => {
    void begin(1_000);
    clock.jump(HOUR);
    await clock.advance(1_000);
    assert.deepEqual(due?.from, momentOf(clock));

    await clock.advance(10);
    await begin(1_000, { wall: later(clock.now(), -1_010), monotonic: later(clock.monotonic(), -1_010) });
    assert.deepEqual([due?.run, due?.lateMs], [clock.now() - 10, 10]);
  });

  for (const stepMs of [-HOUR, -HOUR - 25_000, -40_000, -20_000, -5, 5, 20_000, HOUR]) {
    it(`waits for half to one and a half times as long when the wall clock is set by ${stepMs / 1000} s`, async () => {
      for (let passedMs = 0; passedMs < MINUTE; passedMs += 7_000) {
        clock = new FakeClock(Date.UTC(2026, 0, 2, 3, 1));
        const madeAt = clock.monotonic();
        const waiting = begin(MINUTE);
        await clock.advance(passedMs);
        clock.jump(stepMs);
        await clock.advance(1.5 * MINUTE - passedMs);
        await waiting;
        const tookMs = due === undefined ? Number.NaN : due.from.monotonic - madeAt;
        // Set forward past the run, the wall clock says that it is due: at the end of the nap.
        assert.ok(
          tookMs >= (stepMs >= MINUTE / 2 ? 0 : MINUTE / 2) && tookMs <= 1.5 * MINUTE,
          `${tookMs} ms`,
        );
      }
    });
  }

  it('makes no run of a day twice when the wall clock is set back over it by less than half a day', async () => {
    clock = new FakeClock(Date.UTC(2026, 0, 2));
    const waiting = begin(24 * HOUR);
    await clock.advance(HOUR / 2);
    clock.jump(-HOUR);
    await clock.advance(24 * HOUR);
    assert.equal(due, undefined);
    await clock.advance(HOUR / 2);
    await waiting;
    assert.deepEqual(announced, [Date.UTC(2026, 0, 3)]);
  });

  it('rejects when it is aborted', async () => {
    const stop = new AbortController();
    const waiting = begin(MINUTE, momentOf(clock), stop.signal);
    stop.abort(new Error('stopped'));
    await assert.rejects(waiting, /^Error: stopped$/u);
    assert.equal(clock.sleeping, 0);
  });
});

describe('freshForMs', () => {
  const now = epochMs(Date.UTC(2026, 0, 2, 3, 4, 8));
  const node = sampleNode({ schedule: '60000' });
  const policy: StalePolicy = { timezone: 'UTC', splayMs: 5000, timeoutMs: 50_000, staleAfterMs: undefined };
  const share = splayShareMs(node.nodeId, 5000);
  const of = (ageMs: number, runsSince: number, change: Partial<StalePolicy> = {}) =>
    freshForMs(node, { ageMs, runsSince }, now, { ...policy, ...change }, everyMs);

  it('counts no more of the splay than the time between two runs', () => {
    assert.equal(of(0, 0, { splayMs: HOUR }), 172_000 + splayShareMs(node.nodeId, MINUTE) + 50_000);
  });

  it('is until the third run after the success has had its splay and its timeout', () => {
    assert.ok(share > 0);
    assert.equal(of(0, 0), 172_000 + share + 50_000);
  });

  it('counts the runs that have come since the success, and its age', () => {
    assert.equal(of(100_000, 2), 100_000 + 52_000 + share + 50_000);
    assert.equal(of(100_000, 3), 0);
    assert.equal(of(100_000, 40), 0);
  });

  it('is as configured, however many runs have come', () => {
    for (const runsSince of [0, 7]) {
      assert.equal(of(7_000, runsSince, { staleAfterMs: 180_000 }), 180_000);
    }
  });
});
