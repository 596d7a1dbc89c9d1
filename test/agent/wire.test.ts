// What the wiring does besides collecting: it tells the log how it goes.
import assert from 'node:assert/strict';
import { start, stop, wire } from '../../src/agent/wire.js';
import { defaultSettings } from '../../src/config/config-schema.js';
import { WHOLE_FLEET } from '../../src/discover/shard.js';
import { FakeClock } from '../support/fake-clock.js';
import { RecordedLog } from '../support/recorded-log.js';

const TEN_MINUTES_MS = 600_000;

describe('the wiring', () => {
  it('tells how it goes every ten minutes, reloads or not, and when it stops', async () => {
    const clock = new FakeClock();
    const log = new RecordedLog();
    const config = { ...defaultSettings(), projects: [] };
    const dependencies = { shard: WHOLE_FLEET, clock, log };
    const intervals = () =>
      log.lines.flatMap(
        (line) => /^info summary interval_seconds=(\S+) collections=0 /u.exec(line)?.[1] ?? [],
      );

    let wiring = wire(config, dependencies);
    await clock.advance(TEN_MINUTES_MS);
    assert.deepEqual(intervals(), []);
    start(wiring);
    await clock.advance(TEN_MINUTES_MS);
    assert.deepEqual(intervals(), ['600']);
    await clock.advance(TEN_MINUTES_MS / 2);
    wiring = wire(config, dependencies, wiring);
    await clock.advance(TEN_MINUTES_MS / 2);
    assert.deepEqual(intervals(), ['600', '600']);
    await clock.advance(1_000);
    await stop(wiring, 0);
    assert.deepEqual(intervals(), ['600', '600', '1']);
    await clock.advance(2 * TEN_MINUTES_MS);
    assert.equal(intervals().length, 3);
  });
});
