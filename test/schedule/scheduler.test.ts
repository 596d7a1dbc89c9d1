import assert from 'node:assert/strict';
import { later } from '../../src/clock.js';
import type { DatabaseNode } from '../../src/model/node.js';
import { type NextRuns, nextRuns } from '../../src/schedule/next-runs.js';
import { splayShareMs } from '../../src/schedule/run-times.js';
import { Scheduler, type SchedulerSettings } from '../../src/schedule/scheduler.js';
import { sampleNode } from '../collect/sample-node.js';
import { FakeClock, settle } from '../support/fake-clock.js';
import { everyMs } from './every.js';
import { RecordingCollector } from './recording-collector.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Ten seconds before a full minute. */
const START = Date.UTC(2026, 0, 2, 3, 0, 50);

/** While it is stopped, as a process or a virtual machine can be, nobody wakes. */
class StoppableClock extends FakeClock {
  #running = Promise.resolve();

  stop(): () => void {
    let resume = (): void => {};
    this.#running = new Promise((resolve) => {
      resume = resolve;
    });
    return () => resume();
  }

  override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    await super.sleep(ms, signal);
    await this.#running;
  }
}

const node = (nodeId: string, schedule = MINUTE): DatabaseNode =>
  sampleNode({ nodeId, schedule: String(schedule) });
const fleet = (count: number): DatabaseNode[] =>
  Array.from({ length: count }, (_, index) => node(`node-${index}`));

describe('Scheduler', () => {
  let clock: FakeClock;
  let collector: RecordingCollector;
  let scheduler: Scheduler;

  beforeEach(() => {
    clock = new FakeClock(START);
    collector = new RecordingCollector(clock, 3 * SECOND);
    scheduler = makeScheduler();
  });

  // mocha takes no notice of these by itself.
  const unhandled: unknown[] = [];
  const remember = (reason: unknown): void => {
    unhandled.push(reason);
  };
  before(() => process.on('unhandledRejection', remember));
  after(() => process.off('unhandledRejection', remember));
  afterEach('leaves no rejection unhandled', async () => {
    await settle();
    assert.deepEqual(unhandled, []);
  });

  function settingsWith(change: Partial<SchedulerSettings> = {}): SchedulerSettings {
    return { timezone: 'UTC', splayMs: 0, maxConcurrent: 8, ...change };
  }

  function makeScheduler(change: Partial<SchedulerSettings> = {}): Scheduler {
    const made = new Scheduler({ clock, collector, nextRuns: everyMs }, settingsWith(change));
    made.start();
    return made;
  }

  /** Starts of a node, in seconds since the test began. */
  const secondsOf = (nodeId: string) => collector.startsOf(nodeId).map((at) => (at - START) / SECOND);

  describe('at its runs', () => {
    it('collects every node at the start and at each run of its own schedule', async () => {
      scheduler.setNodes([node('a'), node('b', 30 * SECOND)]);
      await clock.advance(2 * MINUTE);
      assert.deepEqual(secondsOf('a'), [0, 10, 70]);
      assert.deepEqual(secondsOf('b'), [0, 10, 40, 70, 100]);
    });

    it("shifts each start by the node's share of the splay, the first one too", async () => {
      const splayMs = 5 * SECOND;
      scheduler = makeScheduler({ splayMs, maxConcurrent: 20 });
      scheduler.setNodes(fleet(20));
      await clock.advance(2 * MINUTE);
      for (const { nodeId } of fleet(20)) {
        const first = START + splayShareMs(nodeId, splayMs);
        const second = first + 10 * SECOND;
        assert.deepEqual(collector.startsOf(nodeId), [first, second, second + MINUTE]);
      }
    });

    it('spreads the first collections of 500 nodes over the whole splay', async () => {
      scheduler = makeScheduler({ splayMs: 5 * SECOND, maxConcurrent: 500 });
      scheduler.setNodes(fleet(500));
      await clock.advance(5 * SECOND);
      const perSecond = [0, 1, 2, 3, 4].map(
        (second) => collector.starts.filter(({ at }) => Math.floor((at - START) / SECOND) === second).length,
      );
      assert.equal(collector.starts.length, 500);
      assert.ok(Math.min(...perSecond) > 70 && Math.max(...perSecond) < 130, `${perSecond}`);
    });

    it('misses no run when the splay is longer than the time between two runs', async () => {
      scheduler = makeScheduler({ splayMs: MINUTE });
      scheduler.setNodes([node('a', 10 * SECOND)]);
      await clock.advance(5 * MINUTE);
      const starts = collector.startsOf('a').slice(1);
      const gaps = starts.slice(1).map((at, index) => at - (starts[index] ?? 0));
      assert.deepEqual(new Set(gaps), new Set([10 * SECOND]));
    });

    it('announces the next run, with splay', async () => {
      const splayMs = 5 * SECOND;
      const share = splayShareMs('a', splayMs);
      scheduler = makeScheduler({ splayMs });
      scheduler.setNodes([node('a')]);
      assert.equal(collector.nextRunAt.get('a'), START + share);
      await clock.advance(6 * SECOND);
      assert.equal(collector.nextRunAt.get('a'), START + 10 * SECOND + share);
      await clock.advance(MINUTE);
      assert.equal(collector.nextRunAt.get('a'), START + 70 * SECOND + share);
    });

    it('does not drift in 1,000 runs', async () => {
      scheduler = makeScheduler({ splayMs: 5 * SECOND });
      scheduler.setNodes([node('a')]);
      await clock.advance(1000 * MINUTE);
      const [, ...starts] = collector.startsOf('a');
      const first = START + 10 * SECOND + splayShareMs('a', 5 * SECOND);
      assert.deepEqual(
        starts,
        Array.from({ length: 1000 }, (_, index) => first + index * MINUTE),
      );
      assert.deepEqual(collector.skipped, []);
    });

    it('follows a real cron expression', async () => {
      collector = new RecordingCollector(clock, 0);
      scheduler = new Scheduler({ clock, collector, nextRuns }, settingsWith());
      scheduler.start();
      scheduler.setNodes([sampleNode({ nodeId: 'a', schedule: '*/15 * * * * *' })]);
      await clock.advance(40 * SECOND);
      assert.deepEqual(secondsOf('a'), [0, 10, 25, 40]);
    });
  });

  describe('with too much to do', () => {
    it('never collects a node twice at a time, and counts the runs skipped', async () => {
      collector.hanging.add('a');
      scheduler.setNodes([node('a'), node('b')]);
      await clock.advance(10 * MINUTE);
      assert.deepEqual(secondsOf('a'), [0]);
      assert.deepEqual(collector.skipped, Array(10).fill('a'));
      assert.equal(collector.startsOf('b').length, 11);
    });

    it('runs no more than the slots, first come, first served', async () => {
      scheduler = makeScheduler({ maxConcurrent: 2 });
      scheduler.setNodes(fleet(6));
      await clock.advance(9 * SECOND);
      assert.equal(collector.mostRunning, 2);
      assert.deepEqual(
        collector.starts.map(({ nodeId, at }) => [nodeId, (at - START) / SECOND]),
        fleet(6).map(({ nodeId }, index) => [nodeId, Math.floor(index / 2) * 3]),
      );
    });

    it('counts a run as skipped while the node still waits for a slot, and keeps its place', async () => {
      scheduler = makeScheduler({ maxConcurrent: 1 });
      collector.hanging.add('a');
      scheduler.setNodes([node('a'), node('b')]);
      await clock.advance(2 * MINUTE);
      assert.deepEqual(secondsOf('b'), []);
      assert.deepEqual(
        collector.skipped.filter((nodeId) => nodeId === 'b'),
        ['b', 'b'],
      );
      scheduler.setNodes([node('b')]);
      await clock.advance(0);
      assert.deepEqual(secondsOf('b'), [120]);
    });

    it('loses one slot to one of 50 nodes that hangs', async () => {
      scheduler = makeScheduler({ maxConcurrent: 4, splayMs: 5 * SECOND });
      collector.hanging.add('node-7');
      scheduler.setNodes(fleet(50));
      await clock.advance(70 * SECOND);
      const [starts, skipped] = [collector.starts.length, collector.skipped.length];
      await clock.advance(10 * MINUTE);
      assert.equal(collector.starts.length - starts, 10 * 49);
      assert.deepEqual(collector.skipped.slice(skipped), Array(10).fill('node-7'));
    });
  });

  describe('when time is not what it was', () => {
    it('catches up with one run of each node after a pause of the machine, spread over the splay', async () => {
      const stoppable = new StoppableClock(START);
      clock = stoppable;
      collector = new RecordingCollector(clock, 3 * SECOND);
      scheduler = makeScheduler({ splayMs: 5 * SECOND, maxConcurrent: 100 });
      scheduler.setNodes(fleet(50));
      await clock.advance(2 * MINUTE);
      const before = collector.starts.length;

      const resume = stoppable.stop();
      await clock.advance(30 * MINUTE + 5 * SECOND);
      resume();
      const resumedAt = clock.now();
      await clock.advance(5 * SECOND);

      const starts = collector.starts.slice(before);
      assert.deepEqual(
        starts.map(({ nodeId, at }) => [nodeId, at - resumedAt]).sort(),
        fleet(50)
          .map(({ nodeId }) => [nodeId, splayShareMs(nodeId, 5 * SECOND)])
          .sort(),
      );
      assert.deepEqual(collector.skipped, []);
    });

    it('catches up once when the wall clock is set forward', async () => {
      scheduler.setNodes([node('a')]);
      await clock.advance(2 * MINUTE);
      const before = collector.starts.length;
      clock.jump(30 * MINUTE + 5 * SECOND);
      await clock.advance(30 * SECOND);
      assert.equal(collector.starts.length - before, 1);
    });

    it('goes on every minute when the wall clock is set back an hour', async () => {
      scheduler.setNodes([node('a')]);
      await clock.advance(2 * MINUTE);
      const before = collector.starts.length;
      clock.jump(-HOUR - 20 * SECOND);
      await clock.advance(10 * MINUTE);
      assert.equal(collector.starts.length - before, 10);
    });
  });

  describe('when the nodes change', () => {
    it('collects a new node at once and leaves the others to their rhythm', async () => {
      scheduler.setNodes([node('a')]);
      await clock.advance(30 * SECOND);
      scheduler.setNodes([node('a'), node('b')]);
      await clock.advance(MINUTE);
      assert.deepEqual(secondsOf('a'), [0, 10, 70]);
      assert.deepEqual(secondsOf('b'), [30, 70]);
    });

    it('lets the running collection of a kept node go on', async () => {
      scheduler.setNodes([node('a')]);
      await clock.advance(SECOND);
      scheduler.setNodes([node('a', 30 * SECOND)]);
      await clock.advance(3 * SECOND);
      assert.deepEqual(collector.ended, ['a']);
      assert.deepEqual(secondsOf('a'), [0]);
    });

    it('aborts the collection of a removed node, which frees its slot, and starts no other', async () => {
      scheduler = makeScheduler({ maxConcurrent: 1 });
      collector.hanging.add('a');
      scheduler.setNodes([node('a'), node('b'), node('c')]);
      await clock.advance(SECOND);
      scheduler.setNodes([node('c')]);
      await clock.advance(5 * SECOND);
      assert.deepEqual(collector.aborted, ['a']);
      assert.deepEqual([secondsOf('b'), secondsOf('c')], [[], [1]]);
      await clock.advance(10 * MINUTE);
      assert.deepEqual([secondsOf('a'), secondsOf('b')], [[0], []]);
    });

    it('follows a changed schedule, with no run in between', async () => {
      scheduler.setNodes([node('a')]);
      await clock.advance(20 * SECOND);
      scheduler.setNodes([node('a', 15 * SECOND)]);
      assert.equal(collector.nextRunAt.get('a'), START + 25 * SECOND);
      await clock.advance(MINUTE);
      assert.deepEqual(secondsOf('a'), [0, 10, 25, 40, 55, 70]);
      assert.deepEqual(collector.skipped, []);
    });

    it('makes the run that a kept node only waits for its share of the splay to begin', async () => {
      const splayMs = 5 * SECOND;
      scheduler = makeScheduler({ splayMs });
      scheduler.setNodes([node('a')]);
      await clock.advance(10 * SECOND + 1);
      scheduler.setNodes([node('a')]);
      scheduler.configure(settingsWith({ splayMs }));
      await clock.advance(splayMs);
      assert.equal(collector.startsOf('a').length, 2);
    });

    it('still makes the first collection of a node whose schedule changes before it', async () => {
      scheduler = makeScheduler({ splayMs: 5 * SECOND });
      scheduler.setNodes([node('a', HOUR)]);
      scheduler.setNodes([node('a', 2 * HOUR)]);
      await clock.advance(5 * SECOND);
      assert.equal(collector.startsOf('a').length, 1);
    });

    it('hands the collector the node as it is known now', async () => {
      const roles: string[] = [];
      const collect = collector.collect.bind(collector);
      collector.collect = (collected, signal) => {
        roles.push(collected.role);
        return collect(collected, signal);
      };
      scheduler.setNodes([node('a')]);
      await clock.advance(0);
      scheduler.setNodes([{ ...node('a'), role: 'slave' }]);
      await clock.advance(10 * SECOND);
      assert.deepEqual(roles, ['master', 'slave']);
    });
  });

  it('collects nothing before it is started', async () => {
    scheduler = new Scheduler({ clock, collector, nextRuns: everyMs }, settingsWith());
    scheduler.setNodes([node('a')]);
    await clock.advance(MINUTE);
    assert.deepEqual(collector.starts, []);
    scheduler.start();
    await clock.advance(0);
    assert.deepEqual(secondsOf('a'), [60]);
  });

  describe('when it is configured anew', () => {
    it('takes a new splay for the next run, and says at once when that is', async () => {
      scheduler.setNodes([node('a')]);
      await clock.advance(20 * SECOND);
      scheduler.configure(settingsWith({ splayMs: 5 * SECOND }));
      await clock.advance(0);
      const share = splayShareMs('a', 5 * SECOND) / SECOND;
      assert.equal(collector.nextRunAt.get('a'), START + (70 + share) * SECOND);
      await clock.advance(2 * MINUTE);
      assert.deepEqual(secondsOf('a'), [0, 10, 70 + share, 130 + share]);
    });

    it('makes a run all the same that came before, and only waited for its share of the splay', async () => {
      const splayMs = 5 * SECOND;
      scheduler = makeScheduler({ splayMs });
      scheduler.setNodes([node('a')]);
      await clock.advance(10 * SECOND + 1);
      scheduler.configure(settingsWith({ splayMs: 2 * splayMs }));
      await clock.advance(2 * splayMs);
      const share = splayShareMs('a', 2 * splayMs) / SECOND;
      assert.deepEqual(secondsOf('a').slice(1), [10 + share]);
      await clock.advance(MINUTE);
      assert.deepEqual(secondsOf('a').slice(1), [10 + share, 70 + share]);
    });

    it('takes a new time zone for the next run', async () => {
      const nextRuns: NextRuns = (schedule, timezone, count, after) => {
        const offsetMs = timezone === 'UTC' ? 0 : 7 * SECOND;
        return everyMs(schedule, timezone, count, later(after, -offsetMs)).map((run) => later(run, offsetMs));
      };
      scheduler = new Scheduler({ clock, collector, nextRuns }, settingsWith());
      scheduler.start();
      scheduler.setNodes([node('a')]);
      await clock.advance(20 * SECOND);
      scheduler.configure(settingsWith({ timezone: 'Asia/Singapore' }));
      await clock.advance(MINUTE);
      assert.deepEqual(secondsOf('a'), [0, 10, 77]);
    });

    it('leaves the runs that it waits for alone where neither changed', async () => {
      scheduler.setNodes([node('a')]);
      await clock.advance(20 * SECOND);
      const sleeping = clock.sleeping;
      scheduler.configure(settingsWith({ maxConcurrent: 3 }));
      assert.equal(clock.sleeping, sleeping);
      await clock.advance(MINUTE);
      assert.deepEqual(secondsOf('a'), [0, 10, 70]);
    });

    it('fills new slots at once', async () => {
      scheduler = makeScheduler({ maxConcurrent: 1 });
      scheduler.setNodes(fleet(3));
      await clock.advance(SECOND);
      scheduler.configure(settingsWith({ maxConcurrent: 3 }));
      await clock.advance(0);
      assert.equal(collector.running.length, 3);
    });
  });

  describe('when it stops', () => {
    it('starts nothing more and gives running collections their time', async () => {
      scheduler = makeScheduler({ maxConcurrent: 2 });
      scheduler.setNodes(fleet(5));
      await clock.advance(SECOND);
      const stopped = scheduler.stop(8 * SECOND);
      await clock.advance(2 * SECOND);
      await stopped;
      assert.equal(clock.sleeping, 0);
      assert.deepEqual(collector.ended, ['node-0', 'node-1']);
      assert.deepEqual(collector.aborted, []);
      await clock.advance(10 * MINUTE);
      assert.equal(collector.starts.length, 2);
    });

    it('starts nothing at the very moment that a run comes', async () => {
      let stopped: Promise<void> | undefined;
      clock = new (class extends FakeClock {
        override async sleep(ms: number, signal?: AbortSignal): Promise<void> {
          await super.sleep(ms, signal);
          if (this.now() === START + 10 * SECOND) {
            stopped ??= scheduler.stop(SECOND);
          }
        }
      })(START);
      collector = new RecordingCollector(clock, 3 * SECOND);
      scheduler = makeScheduler();
      scheduler.setNodes([node('a')]);
      await clock.advance(20 * SECOND);
      await stopped;
      assert.deepEqual(secondsOf('a'), [0]);
    });

    it('aborts what still runs after that', async () => {
      collector.hanging.add('node-1');
      scheduler.setNodes(fleet(2));
      await clock.advance(SECOND);
      const stopped = scheduler.stop(8 * SECOND);
      await clock.advance(8 * SECOND - 1);
      assert.deepEqual(collector.aborted, []);
      await clock.advance(1);
      await stopped;
      assert.deepEqual(collector.aborted, ['node-1']);
    });

    it('does not wait for a collection that ignores its signal', async () => {
      collector.collect = () => new Promise(() => {});
      scheduler.setNodes([node('a')]);
      await clock.advance(SECOND);
      const stopped = scheduler.stop(8 * SECOND);
      await clock.advance(9 * SECOND);
      await stopped;
    });

    it('does not begin again for nodes that are found later', async () => {
      await scheduler.stop(0);
      scheduler.setNodes([node('a')]);
      scheduler.configure(settingsWith());
      await clock.advance(10 * MINUTE);
      assert.deepEqual(collector.starts, []);
    });
  });
});
