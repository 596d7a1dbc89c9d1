import assert from 'node:assert/strict';
import { type StalePolicy, splayShareMs, staleAt, waitForRun } from '../../src/schedule/run-times.js';
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

describe('staleAt', () => {
  const clock = new FakeClock(Date.UTC(2026, 0, 2, 3, 4, 8));
  const node = sampleNode({ schedule: '60000' });
  const policy: StalePolicy = { timezone: 'UTC', splayMs: 5000, timeoutMs: 50_000, staleAfterMs: undefined };
  const successAt = clock.now();
  const share = splayShareMs(node.nodeId, 5000);

  it('counts no more of the splay than the time between two runs', () => {
    const runs = everyMs(clock);
    const long = staleAt(node, { successAt, runsSince: 0 }, { ...policy, splayMs: 3_600_000 }, runs);
    const [, , third = 0, fourth = 0] = runs(node.schedule, 'UTC', 4).map(Number);
    const gap = fourth - third;
    assert.equal(long, third + splayShareMs(node.nodeId, gap) + 50_000);
  });

  it('is when the third run after the success has had its splay and its timeout', () => {
    const third = Date.UTC(2026, 0, 2, 3, 7);
    assert.ok(share > 0);
    assert.equal(staleAt(node, { successAt, runsSince: 0 }, policy, everyMs(clock)), third + share + 50_000);
  });

  it('counts the runs that have come since the success', () => {
    const next = Date.UTC(2026, 0, 2, 3, 5);
    assert.equal(staleAt(node, { successAt, runsSince: 2 }, policy, everyMs(clock)), next + share + 50_000);
    assert.equal(staleAt(node, { successAt, runsSince: 3 }, policy, everyMs(clock)), successAt);
    assert.equal(staleAt(node, { successAt, runsSince: 40 }, policy, everyMs(clock)), successAt);
  });

  it('is so long after the success as configured, however many runs have come', () => {
    const configured = { ...policy, staleAfterMs: 180_000 };
    for (const runsSince of [0, 7]) {
      assert.equal(staleAt(node, { successAt, runsSince }, configured, everyMs(clock)), successAt + 180_000);
    }
  });
});
