// The store on a real file system.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { boundedRecord } from '../../../src/incidents/bounded-record.js';
import { eventually } from '../../support/program.js';
import { nodeIdOf, SAMPLE_NODE, SAMPLE_START, sampleRecord } from '../sample-record.js';
import { newDirectory, openedStore, sampleStore, written } from './sample-store.js';

const MINUTE = 60_000;

function recordAt(minutes: number, node = 1) {
  return sampleRecord({ nodeId: nodeIdOf(node), startMs: SAMPLE_START + minutes * MINUTE });
}

describe('RecordStore', () => {
  let directory = '';
  let remove = (): void => {};
  beforeEach(() => {
    ({ directory, remove } = newDirectory());
  });
  afterEach(() => remove());

  it('lists and returns a record as soon as it is put, and from its file when the process is another', async () => {
    const { store, errors } = await openedStore(directory);
    const record = sampleRecord();
    store.put(record);
    assert.equal(store.list()[0]?.headline, record.culprit.headline);
    assert.deepEqual(await store.get(record.id), record);
    await store.close(1_000);
    assert.deepEqual(await store.get(record.id), record);

    const other = await openedStore(directory);
    assert.deepEqual(other.store.list(), store.list());
    assert.deepEqual(await other.store.get(record.id), record);
    assert.deepEqual(other.store.lastOf(SAMPLE_NODE), store.list()[0]);
    assert.equal(other.store.lastOf(nodeIdOf(7)), undefined);
    assert.deepEqual([errors(), other.errors(), other.log.lines], [0, 0, []]);
  });

  it('keeps files and directory to their owner', async () => {
    const { store, log } = await openedStore(directory);
    store.put(sampleRecord());
    await store.close(1_000);
    const mode = (file: string) => statSync(path.join(directory, file)).mode & 0o777;
    assert.deepEqual([mode(''), mode(`${sampleRecord().id}.json`)], [0o700, 0o600]);
    assert.deepEqual(log.lines, []);

    chmodSync(directory, 0o755);
    const other = await openedStore(directory);
    assert.equal(other.errors(), 0);
    assert.deepEqual(other.log.lines, [
      `warn incidents: others may look into the directory: records name users, hosts and statements file=${directory}`,
    ]);
  });

  it('lists the newest first, in the same array until something changes', async () => {
    const { store } = await openedStore(directory);
    for (const [minutes, node] of [
      [1, 1],
      [3, 2],
      [2, 1],
    ] as const) {
      store.put(recordAt(minutes, node));
    }
    const list = store.list();
    assert.deepEqual(
      list.map(({ id }) => id),
      [recordAt(3, 2), recordAt(2, 1), recordAt(1, 1)].map(({ id }) => id),
    );
    assert.equal(store.list(), list);
    assert.equal(store.lastOf(nodeIdOf(1))?.id, recordAt(2, 1).id);
    store.put({ ...recordAt(1, 1), ended_at: '2026-01-02T03:10:00Z' });
    assert.notEqual(store.list(), list);
    assert.equal(store.list()[2]?.ended_at, '2026-01-02T03:10:00Z');
    await store.close(1_000);
  });

  it('writes the newest version of a record, whichever was under way', async () => {
    const { store } = await openedStore(directory);
    const versions = Array.from({ length: 20 }, (_, index) =>
      sampleRecord({}, { sessions: { usual: 1, before: 1, now: index, peak: index } }),
    );
    for (const version of versions) {
      store.put(version);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await store.close(1_000);
    const other = await openedStore(directory);
    assert.deepEqual(await other.store.get(sampleRecord().id), versions.at(-1));
    assert.equal(readdirSync(directory).length, 1);
  });

  it('answers ids that it did not make with nothing, and opens no file for them', async () => {
    mkdirSync(directory, { recursive: true });
    writeFileSync(path.join(directory, '..', 'secret.json'), JSON.stringify(sampleRecord()));
    const { store, errors } = await openedStore(directory);
    store.put(sampleRecord());
    for (const id of [
      '../secret',
      '../../etc/passwd',
      'x'.repeat(1_000_000),
      '__proto__',
      'constructor',
      '',
      `${SAMPLE_NODE}-1`,
      `${sampleRecord().id}\0`,
    ]) {
      assert.equal(await store.get(id), undefined);
    }
    assert.equal(errors(), 0);
    await store.close(1_000);
  });

  it('tells which lasted when the process before ended, until they are put again', async () => {
    const { store } = await openedStore(directory);
    store.put(recordAt(1, 1));
    store.put({ ...recordAt(2, 2), ended_at: '2026-01-02T03:10:00Z' });
    assert.deepEqual(store.openOnes(), []);
    await store.close(1_000);
    const { store: other } = await openedStore(directory);
    assert.deepEqual(
      other.openOnes().map(({ id }) => id),
      [recordAt(1, 1).id],
    );
    other.put(recordAt(1, 1));
    assert.deepEqual(other.openOnes(), []);
    await other.close(1_000);
  });

  describe('what else lies in its directory', () => {
    function lay(name: string, content: string): string {
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      writeFileSync(path.join(directory, name), content);
      return name;
    }

    it('is left alone, counted, and told once', async () => {
      const { id } = sampleRecord();
      const text = (minutes: number, change: object) => JSON.stringify({ ...recordAt(minutes), ...change });
      const names = [
        lay('README.txt', 'records of incidents'),
        lay('.hidden', ''),
        lay('notes.json', '{}'),
        lay(`${recordAt(1).id}.json`, '{"schema":1}'),
        lay(`${recordAt(2).id}.json`, text(2, { schema: 2 })),
        lay(`${recordAt(3).id}.json`, text(4, {})),
        lay(`${recordAt(4).id}.json`, ''),
        lay(`${recordAt(5).id}.json`, text(5, {}).slice(0, 500)),
        lay(`.${id}.json.zzzzzzzzzzzz.tmp`, ''),
        lay('.notes.json.0123456789ab.tmp', ''),
      ];
      mkdirSync(path.join(directory, `${recordAt(6).id}.json`));
      execFileSync('mkfifo', [path.join(directory, `${recordAt(7).id}.json`)]);
      const elsewhere = path.join(directory, '../elsewhere');
      writeFileSync(elsewhere, JSON.stringify(recordAt(8)));
      symlinkSync(elsewhere, path.join(directory, `${recordAt(8).id}.json`));
      const huge = openSync(path.join(directory, `${recordAt(9).id}.json`), 'w');
      ftruncateSync(huge, 1e9);
      closeSync(huge);
      mkdirSync(path.join(directory, 'lost+found'));
      const before = readdirSync(directory);
      const { store, log, errors, clock } = await openedStore(directory, { maxRecords: 1, maxAgeMs: 1 });
      assert.deepEqual(store.list(), []);
      assert.equal(errors(), names.length + 4);
      assert.equal(log.lines.filter((line) => line.startsWith('warn')).length, 1);
      store.put({ ...sampleRecord(), ended_at: '2026-01-02T03:04:05Z' });
      await clock.advance(3_600_000);
      store.put(recordAt(100));
      await store.close(1_000);
      assert.deepEqual(
        before.filter((name) => !existsSync(path.join(directory, name))),
        [],
      );
      assert.equal(statSync(path.join(directory, `${recordAt(9).id}.json`)).size, 1e9);
    });

    it('is not written over where it has the name of a record', async () => {
      const record = recordAt(1);
      const name = lay(`${record.id}.json`, '{"schema":2}');
      const { store, errors } = await openedStore(directory, { maxRecords: 1 });
      store.put(record);
      assert.deepEqual(await store.get(record.id), record);
      store.put(recordAt(2));
      await written(directory, 2);
      assert.equal(readFileSync(path.join(directory, name), 'utf8'), '{"schema":2}');
      assert.ok(errors() >= 1);
      await store.close(1_000);
    });

    it('is told of once where a record has its name, which is kept in memory however often it changes', async () => {
      const record = recordAt(1);
      lay(`${record.id}.json`, '{"schema":2}');
      const { store, errors, log, clock } = await openedStore(directory);
      const atFirst = errors();
      for (let version = 0; version < 5; version++) {
        store.put({ ...record, sessions: { ...record.sessions, peak: version } });
        store.put(recordAt(2 + version));
        await written(directory, 2 + version);
        await clock.advance(60_000);
      }
      assert.equal(errors(), atFirst + 1);
      assert.equal(log.lines.filter((line) => line.includes('has the name of one')).length, 1);
      assert.equal((await store.get(record.id))?.sessions.peak, 4);
      // Nothing waits to be tried again.
      assert.deepEqual(clock.remaining, []);
      await store.close(1_000);
    });

    it('is removed where a crash of ours left it', async () => {
      const left = lay(`.${sampleRecord().id}.json.0123456789ab.tmp`, '{"id":');
      const { log, errors } = await openedStore(directory);
      assert.equal(existsSync(path.join(directory, left)), false);
      assert.deepEqual([log.lines, errors()], [[], 0]);
    });

    it('is read where a person wrote a record there', async () => {
      lay(`${recordAt(1).id}.json`, JSON.stringify(recordAt(1), undefined, 2));
      lay(`${recordAt(2).id}.json`, JSON.stringify(recordAt(2)));
      const { store, errors } = await openedStore(directory);
      assert.equal(store.list().length, 2);
      assert.deepEqual(await store.get(recordAt(1).id), recordAt(1));
      assert.equal(errors(), 0);
    });

    it('is found out when a record is asked for that is none any more', async () => {
      const { store } = await openedStore(directory);
      store.put(recordAt(1));
      store.put(recordAt(2));
      await store.close(1_000);
      const other = await openedStore(directory);
      lay(`${recordAt(1).id}.json`, 'x');
      execFileSync('rm', [path.join(directory, `${recordAt(2).id}.json`)]);
      assert.equal(await other.store.get(recordAt(1).id), undefined);
      assert.equal(await other.store.get(recordAt(2).id), undefined);
      assert.deepEqual(other.store.list(), []);
      assert.equal(other.errors(), 1);
    });
  });

  describe('its bounds', () => {
    it('hold for what lies in the directory, and for what comes', async () => {
      const { store } = await openedStore(directory);
      for (let minutes = 1; minutes <= 5; minutes++) {
        store.put({ ...recordAt(minutes), ended_at: recordAt(minutes).recorded_at });
      }
      store.put({ ...recordAt(0, 2), ended_at: recordAt(0).recorded_at });
      await store.close(1_000);
      assert.equal((await written(directory, 6)).length, 6);

      const { store: other } = await openedStore(directory, { maxRecords: 3 });
      const names = await written(directory, 3);
      assert.deepEqual(
        names.toSorted(),
        [recordAt(0, 2), recordAt(4), recordAt(5)].map(({ id }) => `${id}.json`).sort(),
      );
      other.put(recordAt(6));
      await eventually(
        () => existsSync(path.join(directory, `${recordAt(6).id}.json`)) || undefined,
        'the new record',
      );
      assert.deepEqual((await written(directory, 3)).includes(`${recordAt(4).id}.json`), false);
      await other.configure({ directory, maxRecords: 1, maxBytes: 1e9, maxAgeMs: 1e12 });
      assert.deepEqual(
        other.list().map(({ id }) => id),
        [recordAt(6).id],
      );
      await written(directory, 1);
      await other.close(1_000);
    });

    it('count bytes, and let age take what has ended', async () => {
      const { store, clock } = await openedStore(directory, { maxBytes: 9_000, maxAgeMs: 3_600_000 });
      for (let minutes = 1; minutes <= 5; minutes++) {
        store.put({ ...recordAt(minutes), ended_at: recordAt(minutes).recorded_at });
      }
      assert.equal(store.list().length, 2);
      store.put(recordAt(6, 2));
      await written(directory, 2);
      await clock.advance(2 * 3_600_000);
      store.saveNode(nodeIdOf(1), {});
      assert.deepEqual(
        store.list().map(({ id }) => id),
        [recordAt(6, 2).id],
      );
      await written(directory, 1);
      await store.close(1_000);
    });

    it('keep the last hundred in memory where there is no directory', async () => {
      const { store, errors } = await openedStore('');
      for (let minutes = 0; minutes < 150; minutes++) {
        store.put(recordAt(minutes));
      }
      assert.equal(store.list().length, 100);
      assert.deepEqual(await store.get(recordAt(149).id), recordAt(149));
      assert.equal(await store.get(recordAt(10).id), undefined);
      await store.configure({ directory: '', maxRecords: 5, maxBytes: 1e9, maxAgeMs: 1e12 });
      assert.equal(store.list().length, 5);
      assert.equal(errors(), 0);
      await store.close(1_000);
    });
  });

  describe('a reload with another directory', () => {
    it('takes along what lasts and what was only in memory, and reads what is there', async () => {
      const second = path.join(directory, '../second');
      const there = await openedStore(second);
      there.store.put({ ...recordAt(1, 9), ended_at: recordAt(1).recorded_at });
      await there.store.close(1_000);

      const { store, errors } = await openedStore('');
      const bounds = { maxRecords: 100, maxBytes: 1e9, maxAgeMs: 1e12 };
      store.put(recordAt(2));
      await store.configure({ ...bounds, directory });
      store.put({ ...recordAt(3), ended_at: recordAt(3).recorded_at });
      await written(directory, 2);
      await eventually(async () => (await store.get(recordAt(3).id)) && true, 'record');
      await store.configure({ ...bounds, directory: second });
      assert.ok(store.list().some(({ id }) => id === recordAt(1, 9).id));
      assert.ok(store.list().some(({ id }) => id === recordAt(2).id));
      await written(second, store.list().length);
      assert.deepEqual(await store.get(recordAt(2).id), recordAt(2));
      assert.equal((await written(directory, 2)).length, 2);
      assert.equal(errors(), 0);
      await store.close(1_000);
    });
  });

  it('lets two processes use one directory', async () => {
    const stores = [await openedStore(directory), await openedStore(directory)] as const;
    for (let minutes = 1; minutes <= 20; minutes++) {
      for (const [node, { store }] of stores.entries()) {
        store.put(recordAt(minutes, node));
        // The same node, as where two exporters collect it.
        store.put(recordAt(minutes, 9));
      }
      // A third one that has just begun takes what is under way for what a crash left.
      await (await openedStore(directory)).store.close(0);
    }
    for (const { store, errors, log } of stores) {
      await store.close(5_000);
      assert.equal(errors(), 0, log.lines.join('\n'));
    }
    const { store, errors } = await openedStore(directory);
    assert.equal(store.list().length, 60);
    for (const { id } of store.list()) {
      assert.ok(await store.get(id));
    }
    assert.equal(errors(), 0);
    assert.equal(readdirSync(directory).length, 60);
  });

  it('reads a thousand heads and no more of them than their first lines', async () => {
    const { store } = await openedStore(directory);
    await store.close(1_000);
    const { bytes } = boundedRecord(recordAt(0));
    const text = bytes.toString();
    const [head = '', lists = ''] = text.split('\n');
    for (let minutes = 0; minutes < 1_000; minutes++) {
      const { id, started_at } = recordAt(minutes);
      const own = head.replaceAll(recordAt(0).id, id).replace(recordAt(0).started_at, started_at);
      // What is behind the first line is not looked at: it is no JSON.
      writeFileSync(path.join(directory, `${id}.json`), `${own}\n${lists.replaceAll(':', '')}\n`);
    }
    const sample = sampleStore(directory, { maxRecords: 1_000 });
    await sample.store.open();
    assert.equal(sample.store.list().length, 1_000);
    assert.equal(sample.errors(), 0);
  });
});
