// What is saved of nodes beside the records.
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { eventually } from '../../support/program.js';
import { nodeIdOf, SAMPLE_START } from '../sample-record.js';
import { newDirectory, openedStore } from './sample-store.js';

const [A, B] = [nodeIdOf(1), nodeIdOf(2)];

describe('saved states of nodes', () => {
  let directory = '';
  let remove = (): void => {};
  beforeEach(() => {
    ({ directory, remove } = newDirectory());
  });
  afterEach(() => remove());

  const stateFile = (nodeId: string) => path.join(directory, 'state', `${nodeId}.json`);
  const states = () => readdirSync(path.join(directory, 'state'));
  const saved = (nodeId: string, text: string) =>
    eventually(() => {
      try {
        return readFileSync(stateFile(nodeId), 'utf8') === text || undefined;
      } catch {
        return undefined;
      }
    }, `${text} of ${nodeId}`);

  it('are there for the next process, once', async () => {
    const { store } = await openedStore(directory);
    assert.equal(store.loadNode(A), undefined);
    store.saveNode(A, { level: 1 });
    store.saveNode(B, () => ({ level: 2 }));
    await store.close(1_000);
    const { store: next, errors } = await openedStore(directory);
    assert.deepEqual([next.loadNode(A), next.loadNode(B)], [{ level: 1 }, { level: 2 }]);
    assert.equal(next.loadNode(A), undefined);
    next.saveNode(A, { level: 3 });
    assert.deepEqual(next.list(), []);
    assert.equal(errors(), 0);
    await next.close(1_000);
  });

  it('are written one after the other, and of one node not again for some minutes', async () => {
    const { store, clock } = await openedStore(directory);
    let asked = 0;
    const count = () => {
      asked += 1;
      return asked;
    };
    store.saveNode(A, count);
    store.saveNode(B, 'b');
    await saved(A, '1');
    store.saveNode(A, count);
    assert.deepEqual(states(), [`${A}.json`]);
    await clock.advance(250);
    await saved(B, '"b"');
    await clock.advance(60_000);
    await saved(A, '1');
    assert.equal(asked, 1);
    await clock.advance(240_000);
    await saved(A, '2');
    store.saveNode(A, count);
    await store.close(1_000);
    assert.equal(readFileSync(stateFile(A), 'utf8'), '3');
  });

  it('are written at once, before those that wait, where they are urgent', async () => {
    const { store } = await openedStore(directory);
    store.saveNode(A, 1);
    await saved(A, '1');
    for (let node = 3; node < 50; node++) {
      store.saveNode(nodeIdOf(node), 0);
    }
    store.saveNode(A, 2, true);
    store.saveNode(B, 2, true);
    await saved(A, '2');
    await saved(B, '2');
    assert.equal(states().length, 2);
    await store.close(1_000);
  });

  it('are tried again behind the others where an urgent one cannot be written', async () => {
    mkdirSync(path.join(stateFile(A), 'x'), { recursive: true });
    const { store, clock, errors } = await openedStore(directory);
    const before = errors();
    store.saveNode(A, 1, true);
    store.saveNode(B, 1);
    await eventually(() => (errors() > before ? true : undefined), 'a fault');
    await clock.advance(30_000);
    await saved(B, '1');
    await store.close(1_000);
  });

  it('are as they were saved last, where one before could not be written', async () => {
    writeFileSync(directory, 'not a directory');
    const { store, clock, errors } = await openedStore(directory);
    const before = errors();
    store.saveNode(A, 1);
    store.saveNode(A, 2);
    await eventually(() => (errors() > before ? true : undefined), 'a fault');
    rmSync(directory);
    await clock.advance(30_000);
    await eventually(() => existsSync(stateFile(A)) || undefined, 'a state');
    await saved(A, '2');
    await store.close(0);
  });

  it('are there for a node that comes back, however often, and as it was saved last', async () => {
    const { store } = await openedStore(directory);
    for (let turn = 1; turn <= 3; turn++) {
      store.saveNode(A, turn, true);
      await saved(A, String(turn));
      await eventually(() => store.loadNode(A) === turn || undefined, 'what was written');
    }
    store.saveNode(A, 4);
    assert.equal(store.loadNode(A), 4);
    await store.close(1_000);
  });

  it('are kept of so many nodes, whatever was read and saved before', async () => {
    const state = 'x'.repeat(32_000);
    const folder = path.join(directory, 'state');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (let node = 0; node < 530; node++) {
      writeFileSync(stateFile(nodeIdOf(node)), JSON.stringify(state));
    }
    const { store } = await openedStore(directory);
    const ids = Array.from({ length: 530 }, (_, node) => nodeIdOf(node));
    const first = ids.filter((nodeId) => store.loadNode(nodeId) === state);
    assert.equal(first.length, 524);
    // What was asked for makes room for others.
    await store.open();
    assert.equal(ids.filter((nodeId) => store.loadNode(nodeId) === state).length, 524);
    await store.open();
    for (const nodeId of ids) {
      store.saveNode(nodeId, {});
    }
    await store.open();
    assert.deepEqual(store.loadNode(A), {});
    await store.close(0);
  });

  it('are removed when their node is gone for longer than records are kept, and no other file is', async () => {
    const folder = path.join(directory, 'state');
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const longAgo = new Date(SAMPLE_START - 40 * 86_400_000);
    const just = new Date(SAMPLE_START);
    for (const [name, content, at] of [
      [`${A}.json`, '{}', longAgo],
      [`${B}.json`, '{}', just],
      [`.${A}.json.0123456789ab.tmp`, '{', just],
      ['notes.json', '{}', longAgo],
      [`${nodeIdOf(3)}.json`, '{', longAgo],
      [`${nodeIdOf(4)}.json`, 'x'.repeat(33_000), longAgo],
    ] as const) {
      writeFileSync(path.join(folder, name), content);
      utimesSync(path.join(folder, name), at, at);
    }
    symlinkSync('/etc/passwd', stateFile(nodeIdOf(5)));
    const { store, errors, log } = await openedStore(directory);
    assert.deepEqual(
      states().sort(),
      [B, nodeIdOf(3), nodeIdOf(4), nodeIdOf(5), 'notes'].map((name) => `${name}.json`).sort(),
    );
    assert.equal(errors(), 4);
    assert.equal(log.lines.filter((line) => line.startsWith('warn')).length <= 2, true);
    assert.deepEqual([store.loadNode(A), store.loadNode(nodeIdOf(3))], [undefined, undefined]);
    assert.deepEqual(store.loadNode(B), {});
    await store.close(0);
  });

  it('go into no other folder, under no other name, and are no larger than they may be', async () => {
    const elsewhere = path.join(directory, '../elsewhere');
    mkdirSync(elsewhere);
    mkdirSync(directory, { mode: 0o700 });
    symlinkSync(elsewhere, path.join(directory, 'state'));
    const linked = await openedStore(directory);
    linked.store.saveNode(A, {});
    await eventually(() => (linked.errors() > 0 ? true : undefined), 'a fault');
    await linked.store.close(0);
    assert.deepEqual(readdirSync(elsewhere), []);

    const { store, errors } = await openedStore(elsewhere);
    store.saveNode('../../x', {});
    store.saveNode(B, 'x'.repeat(32 * 1024));
    store.saveNode(A, 'x');
    await eventually(() => (errors() > 0 ? true : undefined), 'a fault');
    await store.close(1_000);
    assert.deepEqual(readdirSync(path.join(elsewhere, 'state')), [`${A}.json`]);
  });
});
