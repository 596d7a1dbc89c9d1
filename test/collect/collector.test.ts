import assert from 'node:assert/strict';
import { epochMs } from '../../src/clock.js';
import { type CollectionSettings, Collector } from '../../src/collect/collector.js';
import { type NodeStatus, NodeStore } from '../../src/collect/node-store.js';
import type { Log, LogFields } from '../../src/log.js';
import { CollectionError, type FailureReason } from '../../src/model/failure.js';
import { CsvError } from '../../src/sessions/csv-error.js';
import { FakeClock } from '../support/fake-clock.js';
import { countLines } from './counting-reader.js';
import { sampleNode } from './sample-node.js';
import { ScriptedApi } from './scripted-api.js';

const NODE = sampleNode();
const OTHER = sampleNode({ nodeId: 'c17d1a0b9e2f4c6fa5d8e9b0c1d2e3f4no07' });

describe('Collector', () => {
  let clock: FakeClock;
  let api: ScriptedApi;
  let store: NodeStore;
  let lines: { level: string; message: string; fields: LogFields }[];
  /** What ended: why it failed, and how long it took. */
  let observed: [FailureReason | 'skipped' | undefined, number][];
  let stopping: AbortController;

  beforeEach(() => {
    clock = new FakeClock();
    api = new ScriptedApi(clock);
    store = new NodeStore();
    store.setNodes([NODE, OTHER]);
    lines = [];
    observed = [];
    stopping = new AbortController();
  });

  function makeCollector(change: Partial<CollectionSettings> = {}): Collector {
    const write =
      (level: string) =>
      (message: string, fields: LogFields = {}) => {
        lines.push({ level, message, fields });
      };
    const log: Log = {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
    };
    const observer = {
      collection: (_node: object, reason: FailureReason | undefined, seconds: number) => {
        observed.push([reason, seconds]);
      },
      skip: () => {
        observed.push(['skipped', 0]);
      },
    };
    return new Collector({ apiOf: () => api, store, clock, log, observer }, settingsWith(change));
  }

  function settingsWith(change: Partial<CollectionSettings> = {}): CollectionSettings {
    return {
      filter: { filter: 'total' },
      readSnapshot: countLines,
      timeoutMs: 50_000,
      pollIntervalMs: 1000,
      stalePolicy: () => '3m',
      freshForMs: () => 180_000,
      ...change,
    };
  }

  async function collect(collector: Collector, node = NODE): Promise<NodeStatus> {
    await Promise.all([collector.collect(node, stopping.signal), clock.advance(60_000)]);
    const status = store.get(node.nodeId);
    assert.ok(status !== undefined);
    return status;
  }

  const logged = (level: string) => lines.filter((line) => line.level === level);

  it('puts a success on the store, whole', async () => {
    const begin = clock.now();
    const status = await collect(makeCollector());
    assert.equal(status.up, true);
    assert.deepEqual(status.collections, { success: 1, error: 0, skipped: 0 });
    assert.equal(status.snapshot?.sessions, 2);
    assert.deepEqual(status.lastSuccessAt, { wall: begin + 1000, monotonic: 1000 });
    assert.equal(status.freshForMs, 180_000);
    assert.deepEqual([status.csvRows, status.csvRowsRejected, status.csvBytes], [2, 0, 20]);
    assert.deepEqual(status.phaseSeconds, { submit: 0, wait: 1, download: 0 });
    assert.equal(status.previousSessions, undefined);
    assert.deepEqual(logged('warn'), []);
  });

  it('adds up what it read and remembers how many sessions there were before', async () => {
    const collector = makeCollector();
    await collect(collector);
    api.csv = 'id,user\n1,app\n';
    const status = await collect(collector);
    assert.deepEqual([status.csvRows, status.csvBytes], [3, 34]);
    assert.equal(status.previousSessions, 2);
    assert.equal(status.snapshot?.sessions, 1);
  });

  it('keeps the old snapshot whole when a collection fails', async () => {
    const collector = makeCollector();
    const before = await collect(collector);
    const details = { operation: 'download' };
    api.downloadError = new CollectionError('network', 'download: got a reset, expected a body', details);
    const status = await collect(collector);
    assert.equal(status.snapshot, before.snapshot);
    assert.equal(status.freshForMs, before.freshForMs);
    assert.equal(status.lastSuccessAt, before.lastSuccessAt);
    assert.equal(status.up, false);
    assert.deepEqual(status.collections, { success: 1, error: 1, skipped: 0 });
    assert.equal(status.errors.network, 1);
    assert.deepEqual(status.lastError, {
      reason: 'network',
      message: 'download: got a reset, expected a body',
      details,
      at: {
        wall: (before.lastSuccessAt?.wall ?? 0) + 60_000,
        monotonic: (before.lastSuccessAt?.monotonic ?? 0) + 60_000,
      },
    });
  });

  it('logs a failure in one line with all that is known of it', async () => {
    api.submitError = new CollectionError('auth', 'submit: got 401, expected 200', {
      status: 401,
      error_code: 'APIGW.0301',
    });
    await collect(makeCollector());
    assert.deepEqual(lines, [
      {
        level: 'warn',
        message: 'collection failed',
        fields: {
          project: 'production',
          instance_id: NODE.instanceId,
          node_id: NODE.nodeId,
          node_name: 'orders-primary',
          result: 'error',
          phase: 'submit',
          rows: 0,
          rows_rejected: 0,
          bytes: 0,
          duration_seconds: 0,
          submit_seconds: 0,
          wait_seconds: undefined,
          download_seconds: undefined,
          reason: 'auth',
          error: 'submit: got 401, expected 200',
          status: 401,
          error_code: 'APIGW.0301',
        },
      },
    ]);
  });

  it('has one line for each collection, with what it took: the first success of a node at info', async () => {
    const collector = makeCollector();
    api.submitError = new CollectionError('network', 'submit: got a reset, expected an answer');
    await collect(collector);
    await collect(collector);
    api.submitError = undefined;
    for (let minute = 0; minute < 2; minute++) {
      await collect(collector);
    }
    await collect(collector, OTHER);
    const ofCollections = lines.filter(({ fields }) => fields.result !== undefined);
    assert.deepEqual(
      ofCollections.map(({ level, message, fields }) => [level, message, fields.node_id, fields.reason]),
      [
        ['warn', 'collection failed', NODE.nodeId, 'network'],
        ['debug', 'collection failed', NODE.nodeId, 'network'],
        ['info', 'node collected for the first time', NODE.nodeId, undefined],
        ['debug', 'collected', NODE.nodeId, undefined],
        ['info', 'node collected for the first time', OTHER.nodeId, undefined],
      ],
    );
    assert.deepEqual(ofCollections[3]?.fields, {
      project: 'production',
      instance_id: NODE.instanceId,
      node_id: NODE.nodeId,
      node_name: 'orders-primary',
      result: 'success',
      sessions: 2,
      rows: 2,
      rows_rejected: 0,
      bytes: 20,
      duration_seconds: 1,
      submit_seconds: 0,
      wait_seconds: 1,
      download_seconds: 0,
    });
    assert.deepEqual(observed, [
      ['network', 0],
      ['network', 0],
      [undefined, 1],
      [undefined, 1],
      [undefined, 1],
    ]);
  });

  it('tells of the failure after a first success that came late at once', async () => {
    const collector = makeCollector();
    for (const error of ['network', undefined, 'network', undefined] as const) {
      api.submitError = error && new CollectionError(error, 'submit: got a reset, expected an answer');
      await collect(collector);
    }
    assert.deepEqual(
      lines.filter(({ level }) => level !== 'debug').map(({ message }) => message),
      ['collection failed', 'node collected for the first time', 'collection failed', 'node recovered'],
    );
  });

  it('tells nothing of a first success of a node that is gone', async () => {
    const collecting = makeCollector().collect(NODE, stopping.signal);
    store.setNodes([OTHER]);
    await Promise.all([collecting, clock.advance(60_000)]);
    assert.deepEqual(logged('info'), []);
  });

  it('tells of a node that goes on failing every ten minutes, for each reason, until it recovers', async () => {
    const collector = makeCollector();
    const told = async (reason: FailureReason | undefined, minutes: number) => {
      api.submitError = reason && new CollectionError(reason, 'submit: got no answer, expected one');
      lines = [];
      for (let minute = 0; minute < minutes; minute++) {
        await collect(collector);
      }
      return logged('warn').map(({ fields }) => [fields.reason, fields.repeats]);
    };
    assert.deepEqual(await told('network', 10), [['network', undefined]]);
    assert.deepEqual(await told('timeout', 5), [['timeout', undefined]]);
    assert.deepEqual(await told('network', 11), [
      ['network', 9],
      ['network', 9],
    ]);
    assert.equal(logged('debug').length, 9);
    await told(undefined, 1);
    assert.deepEqual(await told('network', 1), [['network', undefined]]);
  });

  it('tells of a node that fails and recovers again and again no more often', async () => {
    const collector = makeCollector();
    for (let minute = 0; minute < 25; minute++) {
      api.submitError =
        minute % 2 === 0
          ? new CollectionError('network', 'submit: got a reset, expected an answer')
          : undefined;
      await collect(collector);
    }
    assert.deepEqual(
      logged('info').map(({ message }) => message),
      ['node collected for the first time', 'node recovered', 'node recovered', 'node recovered'],
    );
    assert.ok(logged('warn').length <= 6, `${logged('warn').length} warnings`);
    // It goes on well: the log ends with that.
    for (let minute = 0; minute < 11; minute++) {
      api.submitError = undefined;
      await collect(collector);
    }
    assert.equal(lines.filter(({ level }) => level !== 'debug').at(-1)?.message, 'node recovered');
  });

  it('says once that a node recovered', async () => {
    const collector = makeCollector();
    await collect(collector);
    lines = [];
    api.submitError = new CollectionError('network', 'submit: got a reset, expected an answer');
    await collect(collector);
    api.submitError = undefined;
    const status = await collect(collector);
    assert.equal(status.lastError, undefined);
    await collect(collector);
    assert.deepEqual(
      logged('info').map(({ message, fields }) => [message, fields.sessions]),
      [['node recovered', 2]],
    );
  });

  it('counts a file that cannot be read as csv, with the rows read so far', async () => {
    const status = await collect(
      makeCollector({
        readSnapshot: async (_, tally) => {
          tally.rows += 3;
          tally.rejectedRows += 4;
          throw new CsvError('csv rows: got 4 of 7 rejected');
        },
      }),
    );
    assert.equal(status.errors.csv, 1);
    assert.deepEqual([status.csvRows, status.csvRowsRejected], [3, 4]);
  });

  it('counts the numbers that cannot be read, of files that fail, too, and tells of them once', async () => {
    const unreadable = new Map([
      ['time', { cells: 3, fault: 'a unit' }],
      ['trx_lock_rows', { cells: 1, fault: 'a sign' }],
    ] as const);
    const collector = makeCollector({
      readSnapshot: async (csv, tally, previous, read) => {
        tally.unreadable = unreadable;
        if (store.get(NODE.nodeId)?.up === true) {
          throw new CsvError('csv body: cut off');
        }
        return countLines(csv, tally, previous, read);
      },
    });
    assert.equal((await collect(collector)).csvUnreadableNumbers.time, 3);
    const { csvUnreadableNumbers: numbers, up } = await collect(collector);
    assert.equal(up, false);
    assert.deepEqual(numbers, {
      time: 6,
      trx_executed_time: 0,
      trx_lock_duration: 0,
      trx_lock_rows: 2,
      trx_lock_tables: 0,
      trx_update_rows: 0,
    });
    const told = logged('warn').filter(({ message }) => message.startsWith('numbers'));
    assert.deepEqual(
      told.map(({ fields }) => fields?.columns),
      ['time (a unit), trx_lock_rows (a sign)'],
    );
  });

  it('lets a parser that throws fail its node alone', async () => {
    const collector = makeCollector({
      readSnapshot: (csv, tally, previous, node) => {
        if (store.get(NODE.nodeId)?.up === undefined) {
          throw new TypeError("no 'SELECT 1'");
        }
        return countLines(csv, tally, previous, node);
      },
    });
    const status = await collect(collector);
    assert.deepEqual([status.up, status.errors.internal], [false, 1]);
    assert.doesNotMatch(JSON.stringify(lines), /SELECT/u);
    const other = await collect(collector, OTHER);
    assert.deepEqual([other.up, other.errors.internal], [true, 0]);
  });

  it('fails a node whose snapshot cannot be published, and publishes no half of it', async () => {
    const status = await collect(
      makeCollector({
        freshForMs: () => {
          throw new RangeError('no run');
        },
      }),
    );
    assert.deepEqual([status.up, status.errors.internal, status.snapshot], [false, 1, undefined]);
  });

  it('ends at the deadline over all phases', async () => {
    api.hanging.add(NODE.nodeId);
    const status = await collect(makeCollector());
    assert.equal(status.errors.timeout, 1);
    assert.deepEqual(status.phaseSeconds, { submit: 50 });
  });

  it('blames the deadline for what fails because of it', async () => {
    const collector = makeCollector({
      readSnapshot: async () => {
        await clock.sleep(49_500);
        throw new CsvError('csv body: got an end inside quotes');
      },
    });
    const status = await collect(collector);
    assert.deepEqual([status.errors.csv, status.errors.timeout], [0, 1]);
  });

  it('leaves no timer behind', async () => {
    const collector = makeCollector();
    const collecting = collector.collect(NODE, stopping.signal);
    await clock.advance(1000);
    await collecting;
    assert.equal(clock.sleeping, 0);
  });

  it('counts and logs nothing when it is aborted', async () => {
    api.hanging.add(NODE.nodeId);
    const before = store.list();
    const collecting = makeCollector().collect(NODE, stopping.signal);
    await clock.advance(10_000);
    stopping.abort();
    await collecting;
    assert.equal(store.list(), before);
    assert.deepEqual(lines, []);
  });

  it('counts every skipped run and tells of the first, and then every ten minutes of how many', async () => {
    const collector = makeCollector();
    api.hanging.add(NODE.nodeId);
    for (let skipped = 2; skipped <= 24; skipped += 2) {
      const collecting = collector.collect(NODE, stopping.signal);
      collector.countSkipped(NODE);
      collector.countSkipped(NODE);
      assert.equal(store.get(NODE.nodeId)?.collections.skipped, skipped);
      await Promise.all([collecting, clock.advance(60_000)]);
    }
    const told = logged('warn').filter(({ message }) => message.includes('skipped'));
    assert.deepEqual(
      told.map(({ fields }) => fields.repeats),
      [undefined, 19],
    );
  });

  it('puts the next run on the store', () => {
    makeCollector().noteNextRun(NODE, epochMs(1_767_323_045_000));
    assert.equal(store.get(NODE.nodeId)?.nextRunAt, 1_767_323_045_000);
  });

  it('describes the columns of a node once, and again when they change', async () => {
    let columns: ('id' | 'user' | 'state')[] = ['id', 'user'];
    const collector = makeCollector({
      readSnapshot: async (...args) => ({ ...(await countLines(...args)), columns }),
    });
    await collect(collector);
    await collect(collector);
    columns = ['id', 'user', 'state'];
    await collect(collector);
    assert.deepEqual(
      logged('debug').flatMap(({ message, fields }) =>
        message.startsWith('columns') ? [[fields.columns, fields.unknown_headers]] : [],
      ),
      [
        ['id user', 'Colour'],
        ['id user state', 'Colour'],
      ],
    );
  });

  describe('configured anew', () => {
    it('takes the settings and the API of the moment at the start of a collection, and ends with them', async () => {
      const otherApi = new ScriptedApi(clock);
      let apiNow = api;
      const asked: ScriptedApi[] = [];
      const collector = new Collector(
        {
          apiOf: () => {
            asked.push(apiNow);
            return apiNow;
          },
          store,
          clock,
          log: { debug() {}, info() {}, warn() {}, error() {} },
          observer: { collection() {}, skip() {} },
        },
        settingsWith(),
      );
      const collecting = collector.collect(NODE, stopping.signal);
      apiNow = otherApi;
      collector.configure(
        settingsWith({
          timeoutMs: 1,
          readSnapshot: () => {
            throw new CsvError('the new reader');
          },
        }),
      );
      await Promise.all([collecting, clock.advance(60_000)]);
      assert.equal(store.get(NODE.nodeId)?.up, true);
      assert.deepEqual(asked, [api]);
      assert.equal((await collect(collector)).errors.timeout, 1);
      assert.deepEqual(asked, [api, otherApi]);
    });

    it('lets snapshots on show end by the new settings, counted from their own time', async () => {
      const collector = makeCollector();
      const ages: number[] = [];
      assert.equal((await collect(collector)).freshForMs, 180_000);
      collector.configure(
        settingsWith({
          stalePolicy: () => '1s',
          freshForMs: (_, { ageMs }) => {
            ages.push(ageMs);
            return 1_000;
          },
        }),
      );
      clock.jump(-3_600_000);
      collector.nodesChanged();
      assert.equal(store.get(NODE.nodeId)?.freshForMs, 1_000);
      assert.deepEqual(ages, [59_000]);
      assert.equal(store.get(OTHER.nodeId)?.freshForMs, undefined);
    });

    it('leaves them alone where what decides it stays the same', async () => {
      const collector = makeCollector();
      await collect(collector);
      const before = store.list();
      collector.configure(
        settingsWith({
          freshForMs: () => {
            throw new Error('not to be asked');
          },
        }),
      );
      collector.nodesChanged();
      assert.equal(store.list(), before);
    });

    it('counts the runs that brought no snapshot since the last that did', async () => {
      const runs: number[] = [];
      const collector = makeCollector();
      await collect(collector);
      api.hanging.add(NODE.nodeId);
      await collect(collector);
      collector.countSkipped(NODE);
      collector.configure(
        settingsWith({
          stalePolicy: () => 'another',
          freshForMs: (_, { runsSince }) => {
            runs.push(runsSince);
            return 0;
          },
        }),
      );
      collector.nodesChanged();
      assert.deepEqual(runs, [2]);
    });

    it('warns anew of the failure of a node that was gone in between', async () => {
      const collector = makeCollector();
      api.hanging.add(NODE.nodeId);
      await collect(collector);
      store.setNodes([OTHER]);
      collector.nodesChanged();
      store.setNodes([NODE, OTHER]);
      collector.nodesChanged();
      await collect(collector);
      assert.equal(logged('warn').length, 2);
    });
  });
});
