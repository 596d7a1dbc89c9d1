// A collection by the program: signed requests, its budget of them, timeouts, limits, the snapshot on the store.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { wire } from '../../../src/agent/wire.js';
import { type Clock, later, systemClock } from '../../../src/clock.js';
import { loadConfig } from '../../../src/config/load-config.js';
import { WHOLE_FLEET } from '../../../src/discover/shard.js';
import { record } from '../../parse/figures.js';

/** Not as long as any other wait. */
const POLL_MS = 101;
/** Longer than a request waits for its share of the budget. */
const BUDGET_WAIT_MS = 50;
const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
/**
 * The waits for the task and for the budget are skipped, and have passed: they are no work. The others are real, also the
 * one before a new snapshot is rendered, which a collection does not wait for.
 */
let skippedMs = 0;
const clock: Clock = {
  now: () => later(systemClock.now(), skippedMs),
  monotonic: () => later(systemClock.monotonic(), skippedMs),
  sleep: async (ms, signal) => {
    if (ms > BUDGET_WAIT_MS && ms !== POLL_MS) {
      return systemClock.sleep(ms, signal);
    }
    skippedMs += ms;
  },
};
export type Users = Readonly<Record<string, number>>;

let collectNode: (() => Promise<() => Users>) | undefined;

/** Resolves to the sessions by user. */
export async function run(port: number): Promise<() => Users> {
  collectNode ??= collectorFor(port);
  return collectNode();
}

/** Of a program so configured; each call of what it returns is a collection. */
export function collectorFor(port: number, settings: object = {}): () => Promise<() => Users> {
  const { config } = loadSettings(port, settings);
  const { store, collector, incidents } = wire(config, { shard: WHOLE_FLEET, clock, log: SILENT });
  // At once: they are kept in memory.
  void incidents.open();
  const nodes = store.list().map(({ node }) => node);
  return async () => {
    for (const node of nodes) {
      await collector.collect(node, new AbortController().signal);
    }
    const users = store.list()[0]?.snapshot?.dimensions.get('user')?.values ?? [];
    return () => record(users.map(({ value, sessions }) => [value, sessions]));
  };
}

function loadSettings(port: number, settings: object) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-config-'));
  const file = path.join(folder, 'config.yaml');
  const id = '0123456789abcdef0123456789abcdef';
  const project = {
    name: 'bench',
    region: 'bench',
    project_id: id,
    endpoint: `http://127.0.0.1:${port}`,
    api: { max_requests_per_second: 1000 },
    auth: { access_key: { ak: 'bench', sk: 'bench' } },
    nodes: [{ instance_id: `${id}in07`, node_id: `${id}no07` }],
  };
  const collection = { poll_interval: `${POLL_MS}ms` };
  try {
    // JSON is YAML.
    writeFileSync(file, JSON.stringify({ projects: [project], collection, ...settings }), { mode: 0o600 });
    return loadConfig(file, {});
  } finally {
    rmSync(folder, { recursive: true });
  }
}
