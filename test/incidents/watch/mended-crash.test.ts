// A process that ends without a word, and the next one on the same directory.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { isObject } from '../../../src/json.js';
import { eventually } from '../../support/program.js';
import { newDirectory } from '../store/sample-store.js';
import { OLD, WatchedFleet, YOUNG } from './watched-fleet.js';
import { NODE } from './watched-node.js';

describe('incidents after a crash', () => {
  let directory = '';
  let remove = (): void => {};
  beforeEach(() => {
    ({ directory, remove } = newDirectory());
  });
  afterEach(() => remove());

  /** Of the state on disk. */
  function triggers(): { readonly starts?: unknown[]; readonly lastEndedAt?: unknown } {
    const file = path.join(directory, 'state', `${NODE.nodeId}.json`);
    const saved: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined;
    return isObject(saved) && isObject(saved.triggers) ? saved.triggers : {};
  }

  const isOpen = () =>
    readdirSync(directory).some(
      (name) =>
        name.endsWith('.json') &&
        readFileSync(path.join(directory, name), 'utf8').includes('"ended_at":null'),
    );

  it('have their cooldown and their share of the day, though no time went by to write them', async () => {
    const fleet = (await new WatchedFleet(directory).open()).learn();
    fleet.collect(NODE, OLD);
    await eventually(() => triggers().starts?.length === 1 || undefined, 'the start');
    fleet.collect(NODE, YOUNG);
    fleet.collect(NODE, YOUNG);
    await eventually(() => (triggers().lastEndedAt && !isOpen()) || undefined, 'the end');

    const next = await new WatchedFleet(directory, { at: fleet.at }).open();
    next.collect(NODE, YOUNG);
    next.collect(NODE, OLD);
    assert.equal(next.status()?.active, undefined);
    assert.equal(next.incidents.list().length, 1);
    await next.incidents.close(10_000);
    await fleet.incidents.close(10_000);
  });
});
