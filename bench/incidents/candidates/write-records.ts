// Records of incidents, written to a directory: what the event loop notices, and how large they are.
import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { epochMs, systemClock } from '../../../src/clock.js';
import type { IncidentRecord } from '../../../src/incidents/record.js';
import { RecordStore } from '../../../src/incidents/store/record-store.js';
import { NodeWatch } from '../../../src/incidents/watch/node-watch.js';
import { incidentId } from '../../../src/model/incident.js';
import { readFileDetails } from '../read-file.js';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const NODE = {
  project: 'bench',
  instanceId: `${'0'.repeat(32)}in07`,
  nodeId: `${'0'.repeat(32)}no07`,
  name: 'bench',
  instanceName: 'bench',
  cloudRegion: 'bench',
  role: 'master',
  labels: {},
  schedule: '* * * * *',
};
const START = Date.parse('2026-01-01T00:00:00Z');
const MINUTE_MS = 60_000;
/** More than the first collections of a node, in which nothing is a spike. */
const CALM_COLLECTIONS = 15;
const AT_ONCE = 50;
/** monitorEventLoopDelay includes it. */
const TIMER_MS = 1;

/** `calm` and `flood`: session lists of a node before and in an incident. Resolves to the delay of the event loop, p99 and longest. */
export async function run(
  folder: string,
  calm: string,
  flood: string,
  count: number,
): Promise<() => { p99Ms: number; longestMs: number; bytes: number; errors: number }> {
  const record = await recordOf(calm, flood);
  let errors = 0;
  const directory = path.join(folder, `records-${count}`);
  const settings = { directory, maxRecords: count, maxBytes: 2 ** 30, maxAgeMs: Number.MAX_SAFE_INTEGER };
  const store = new RecordStore({ settings, clock: systemClock, log: SILENT, onError: () => errors++ });
  await store.open();
  const delay = monitorEventLoopDelay({ resolution: TIMER_MS });
  delay.enable();
  await sleep(TIMER_MS);
  const records = Array.from({ length: count }, (_, index) => numbered(record, index));
  for (const [index, one] of records.entries()) {
    store.put(one);
    // Nodes are collected one by one; no more wait for a disk than the store holds.
    await sleep(0);
    while (index % AT_ONCE === AT_ONCE - 1 && !existsSync(path.join(directory, `${one.id}.json`))) {
      await sleep(TIMER_MS);
    }
  }
  await store.close(60_000);
  delay.disable();
  const bytes = records.reduce((sum, { id }) => sum + statSync(path.join(directory, `${id}.json`)).size, 0);
  const p99Ms = delay.percentile(99) / 1e6 - TIMER_MS;
  return () => ({ p99Ms, longestMs: delay.max / 1e6 - TIMER_MS, bytes, errors });
}

async function recordOf(calm: string, flood: string): Promise<IncidentRecord> {
  const watch = new NodeWatch({
    hold: 2,
    cooldownMs: 0,
    maxPerDay: 20,
    spike: { minGrowth: 20, ratio: 0.35, deviations: 5 },
    lockWaiting: 0,
    longQueryMs: 0,
    longTransactionMs: 0,
    saturation: 0,
  });
  const lists = [
    ...Array(CALM_COLLECTIONS).fill(await readFileDetails(calm)),
    ...Array(2).fill(await readFileDetails(flood)),
  ];
  const records = lists.map((observed, index) => {
    const at = epochMs(START + index * MINUTE_MS);
    return watch.observe({ ...observed, node: NODE, at }).record;
  });
  const record = records.at(-1);
  if (record === undefined) {
    throw new Error('incident: got none, expected a spike');
  }
  return record;
}

/** Of a node of its own. */
function numbered(record: IncidentRecord, number: number): IncidentRecord {
  const nodeId = `${String(number).padStart(32, '0')}no07`;
  return { ...record, id: incidentId(nodeId, epochMs(Date.parse(record.started_at))), node_id: nodeId };
}
