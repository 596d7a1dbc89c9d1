// Which clock measures what: the compiler keeps their instants apart, and few files ask for the wall clock at all.
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { elapsedMs, later, type MonotonicMs, momentOf, systemClock } from '../src/clock.js';
import { FakeClock } from './support/fake-clock.js';

const SRC = path.resolve(import.meta.dirname, '../src');

/** Who reads the wall clock alone, and what for. What lasts or passes is measured with the monotonic clock. */
const WALL_CLOCK_FOR: Readonly<Record<string, string>> = {
  'agent/agent.ts': 'a timestamp: when the configuration was loaded',
  'agent/open-log.ts': 'a timestamp: when a line was written',
  'cli/check-config.ts': 'the next runs of the schedules, to show',
  'clock.ts': 'both clocks',
  'config/load-config.ts': 'the next dates of a schedule, to show',
  'incidents/store/node-states.ts': 'the age of a file, which says when it was written',
  'incidents/store/record-store.ts': 'the age of a record, which says when it began',
  'taurusdb/call/send.ts': 'Retry-After with a date, of an answer that has none of its own',
  'taurusdb/credentials/metadata-service.ts': 'the end of a key, of an answer that has no date of its own',
  'taurusdb/credentials/password-credentials.ts':
    'the end of a token, of an answer that has no date of its own',
  'taurusdb/credentials/signing-credentials.ts': 'the date of a signature',
};

describe('the clocks', () => {
  it('are not mixed up by anything that compiles', () => {
    const clock = new FakeClock();
    const { wall, monotonic } = momentOf(clock);
    assert.equal(elapsedMs(monotonic, later(monotonic, 7)), 7);
    assert.equal(elapsedMs(wall, later(wall, -7)), -7);
    // @ts-expect-error: of different clocks
    elapsedMs(monotonic, wall);
    // @ts-expect-error: of different clocks
    elapsedMs(wall, monotonic);
    // @ts-expect-error: of the wall clock
    const asked: MonotonicMs = clock.now();
    // @ts-expect-error: of no clock
    const computed: MonotonicMs = clock.now() + 1_000;
    assert.ok(asked < computed);
  });

  it('are asked for the time of day by those alone that need it', () => {
    const askers = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.startsWith('simulator/'))
      .filter((file) =>
        /\bclock\.now\(\)|\bsystemClock\.now\(\)|Date\.now\(\)/iu.test(
          readFileSync(path.join(SRC, file), 'utf8'),
        ),
      );
    assert.deepEqual(askers.sort(), Object.keys(WALL_CLOCK_FOR));
  });
});

describe('the sleep of the system clock', () => {
  const LONG_MS = 5_000;

  it('ends when the time has passed, at once where that is before now, and listens to its signal no more', async () => {
    const { signal } = new AbortController();
    const start = systemClock.monotonic();
    await systemClock.sleep(20, signal);
    // A timer may come a millisecond early, as it counts whole ones.
    assert.ok(elapsedMs(start, systemClock.monotonic()) >= 19);
    await systemClock.sleep(-LONG_MS, signal);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });

  it('lasts, where it is longer than any timer', async () => {
    const controller = new AbortController();
    const sleeping = systemClock.sleep(Number.POSITIVE_INFINITY, controller.signal);
    await assert.rejects(
      Promise.race([sleeping, systemClock.sleep(30).then(() => Promise.reject('lasts'))]),
      (reason) => reason === 'lasts',
    );
    controller.abort('enough');
    await assert.rejects(sleeping, (reason) => reason === 'enough');
  });

  it('rejects with the reason of its signal, which aborts before or meanwhile, and leaves no timer', async () => {
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    // The test's own time limit is a timer, too.
    await new Promise(setImmediate);
    const before = timers();
    const controller = new AbortController();
    const { signal } = controller;
    const sleeping = systemClock.sleep(LONG_MS, signal);
    assert.equal(timers(), before + 1);
    controller.abort('enough');
    await assert.rejects(sleeping, (reason) => reason === 'enough');
    await assert.rejects(systemClock.sleep(LONG_MS, signal), (reason) => reason === 'enough');
    assert.equal(timers(), before);
    assert.equal(getEventListeners(signal, 'abort').length, 0);
  });
});
