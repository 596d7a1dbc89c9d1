// Disks that are full, read-only, gone or not a disk at all: records stay readable, faults are counted, and what was missed is written later.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, renameSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { IncidentRecord } from '../../../src/incidents/record.js';
import { DiskLanes } from '../../../src/incidents/store/disk-lanes.js';
import { eventually } from '../../support/program.js';
import { nodeIdOf, SAMPLE_START, sampleRecord } from '../sample-record.js';
import { newDirectory, openedStore, type SampleStore, written } from './sample-store.js';

const RETRY_MS = 30_000;
const IS_ROOT = process.getuid?.() === 0;

/** Of some 40 KiB. */
function largeRecord(minutes: number): IncidentRecord {
  const record = sampleRecord({ startMs: SAMPLE_START + minutes * 60_000 });
  const [one] = record.statements;
  assert.ok(one !== undefined);
  return { ...record, statements: Array.from({ length: 50 }, () => ({ ...one, text: 'x'.repeat(700) })) };
}

/** A disk of 100 KiB in memory, or nothing where this user may not mount one. */
function mountDisk(folder: string): boolean {
  mkdirSync(folder, { recursive: true });
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=100k,mode=0700', 'none', folder]).status === 0;
}

/** Resolves once the store counted a fault, and can still be asked for all records. */
async function faulty({ store, errors }: SampleStore, records: readonly IncidentRecord[]): Promise<void> {
  await eventually(() => (errors() > 0 ? true : undefined), 'a fault');
  assert.equal(store.list().length, records.length);
  for (const record of records) {
    assert.deepEqual(await store.get(record.id), record);
  }
}

function warnings({ log }: SampleStore): readonly string[] {
  return log.lines.filter((line) => line.startsWith('warn'));
}

describe('RecordStore on a bad disk', () => {
  const records = Array.from({ length: 5 }, (_, index) => largeRecord(index));
  let directory = '';
  let remove = (): void => {};
  let mounted = false;
  let sample: SampleStore | undefined;

  beforeEach(() => {
    ({ directory, remove } = newDirectory());
    mounted = false;
  });
  afterEach(async () => {
    // Nothing is under way then: a disk that is in use cannot be taken away.
    await sample?.store.close(60_000);
    sample = undefined;
    if (mounted) {
      execFileSync('umount', [directory]);
    }
    remove();
  });

  function putAll(into: SampleStore): void {
    for (const record of records) {
      into.store.put(record);
    }
  }

  it('that is full: writes what it can, and the rest when there is room', async function () {
    mounted = mountDisk(directory);
    if (!mounted) {
      this.skip();
    }
    sample = await openedStore(directory);
    putAll(sample);
    await faulty(sample, records);
    const whole = readdirSync(directory);
    assert.ok(whole.length < records.length && whole.every((name) => name.endsWith('.json')));
    assert.match(warnings(sample)[0] ?? '', /cannot be written.* error=ENOSPC: no space left on device/u);
    execFileSync('mount', ['-o', 'remount,size=1m', directory]);
    await sample.clock.advance(RETRY_MS);
    await written(directory, records.length);
    assert.equal(warnings(sample).length, 1);
  });

  it('that is read-only: writes with the next record, once it can be written', async function () {
    mounted = mountDisk(directory);
    if (!mounted) {
      this.skip();
    }
    execFileSync('mount', ['-o', 'remount,ro', directory]);
    sample = await openedStore(directory);
    sample.store.saveNode(nodeIdOf(1), {});
    putAll(sample);
    await faulty(sample, records);
    execFileSync('mount', ['-o', 'remount,rw,size=1m', directory]);
    const next = largeRecord(9);
    sample.store.put(next);
    await written(directory, records.length + 1);
    const told = warnings(sample);
    assert.ok(told.length <= 2 && told.every((line) => line.includes('EROFS')), told.join('\n'));
  });

  it('that has a file in its place', async () => {
    writeFileSync(directory, 'not a directory');
    sample = await openedStore(directory);
    assert.equal(sample.errors(), 1);
    putAll(sample);
    sample.store.saveNode(nodeIdOf(1), {});
    await faulty(sample, records);
    unlinkSync(directory);
    await sample.clock.advance(RETRY_MS);
    await written(directory, records.length);
  });

  it('that is gone: the directory is made anew', async () => {
    sample = await openedStore(directory);
    rmSync(directory, { recursive: true });
    putAll(sample);
    await written(directory, records.length);
    assert.equal(sample.errors(), 1);
    assert.match(warnings(sample)[0] ?? '', /the directory was gone/u);
  });

  it('that vanishes with what was on it: shows what is left alone, whoever writes first', async () => {
    for (const isState of [true, false]) {
      const one = await openedStore(directory);
      sample = one;
      const gone: string[] = [];
      one.store.onGone((nodeId) => gone.push(nodeId));
      const [first, second] = records;
      assert.ok(first && second);
      one.store.put(first);
      await written(directory, 1);
      await one.store.close(1_000);
      const next = await openedStore(directory);
      sample = next;
      next.store.onGone((nodeId) => gone.push(nodeId));
      assert.equal(next.store.list().length, 1);
      rmSync(directory, { recursive: true });
      if (isState) {
        next.store.saveNode(nodeIdOf(1), {});
        await eventually(() => next.store.list().length === 0 || undefined, 'an empty list');
      }
      next.store.put(second);
      await eventually(
        () => next.store.list().every(({ id }) => id === second.id) || undefined,
        'the new record alone',
      );
      await written(directory, 1);
      assert.deepEqual(gone, [first.node_id]);
      assert.equal(next.store.lastOf(first.node_id)?.id, second.id);
      assert.match(warnings(next).join(), /the directory was gone/u);
      await next.store.close(60_000);
      rmSync(directory, { recursive: true });
    }
  });

  it('that may not be written', async function () {
    if (IS_ROOT) {
      this.skip();
    }
    sample = await openedStore(directory);
    chmodSync(directory, 0o500);
    putAll(sample);
    await faulty(sample, records);
    chmodSync(directory, 0o700);
    await sample.clock.advance(RETRY_MS);
    await written(directory, records.length);
  });

  it('keeps no more than a hundred records for it', async () => {
    writeFileSync(directory, '');
    sample = await openedStore(directory);
    for (let minutes = 0; minutes < 150; minutes++) {
      sample.store.put(sampleRecord({ startMs: SAMPLE_START + minutes * 60_000 }));
    }
    assert.equal(sample.store.list().length, 100);
    assert.ok(await sample.store.get(sampleRecord({ startMs: SAMPLE_START + 149 * 60_000 }).id));
    assert.ok(warnings(sample).some((line) => line.includes('are lost')));
    // And its end does not wait for it.
    await sample.store.close(60_000);
  });

  it('keeps of a record that was written once what was written', async () => {
    sample = await openedStore(directory);
    const [first] = records;
    assert.ok(first);
    sample.store.put(first);
    await written(directory, 1);
    await sample.store.close(1_000);
    sample = await openedStore(directory);
    // Another file system at its place could not say more clearly that nothing can be written.
    mkdirSync(path.join(directory, '../away'));
    renameSync(path.join(directory, `${first.id}.json`), path.join(directory, '../away/record'));
    rmSync(directory, { recursive: true });
    writeFileSync(directory, '');
    sample.store.put({ ...first, ended_at: first.recorded_at });
    for (let minutes = 100; minutes < 250; minutes++) {
      sample.store.put(sampleRecord({ startMs: SAMPLE_START + minutes * 60_000 }));
    }
    assert.equal(sample.store.list().length, 101);
    unlinkSync(directory);
    mkdirSync(directory, { mode: 0o700 });
    renameSync(path.join(directory, '../away/record'), path.join(directory, `${first.id}.json`));
    assert.deepEqual(await sample.store.get(first.id), first);
  });

  it('in a process that has no file to open left: writes when it has', () => {
    const child = spawnSync(
      'sh',
      ['-c', 'ulimit -n 80 && exec "$0" --import=tsx "$1" "$2"', process.execPath, childFile(), directory],
      { encoding: 'utf8', timeout: 60_000 },
    );
    assert.equal(child.stderr, '');
    assert.match(child.stdout, /^EMFILE [1-9]\d* 1\n$/u);
    assert.equal(readdirSync(directory).length, 2);
  });
});

function childFile(): string {
  return path.join(import.meta.dirname, 'out-of-files.ts');
}

describe('DiskLanes', () => {
  it('ask a disk for one write and two reads at a time, so that one that hangs takes no more threads', async () => {
    const lanes = new DiskLanes();
    const begun: string[] = [];
    const release: (() => void)[] = [];
    const work = (name: string) => () => {
      begun.push(name);
      return new Promise<void>((resolve) => release.push(resolve));
    };
    const all = Promise.all([
      ...['w1', 'w2', 'w3'].map((name) => lanes.write(work(name))),
      ...['r1', 'r2', 'r3', 'r4'].map((name) => lanes.read(work(name))),
    ]);
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(begun, ['w1', 'r1', 'r2']);
    while (begun.length < 7 || release.length > 0) {
      release.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await all;
    assert.deepEqual(
      begun.filter((name) => name.startsWith('w')),
      ['w1', 'w2', 'w3'],
    );
  });
});
