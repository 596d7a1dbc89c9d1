// A fleet's statuses with about as many series as wanted, 250 of each node: what a busy instance shows.
import { type Wiring, wire } from '../../src/agent/wire.js';
import { epochMs, systemClock } from '../../src/clock.js';
import type { NodeStatus, NodeStore } from '../../src/collect/node-store.js';
import { defaultSettings } from '../../src/config/config-schema.js';
import { WHOLE_FLEET } from '../../src/discover/shard.js';
import { NODE_FAMILIES } from '../../src/metrics/metric-families.js';
import type { Dimension } from '../../src/sessions/dimensions.js';
import type { DimensionCounts, Snapshot } from '../../src/sessions/snapshot.js';

const SILENT = { debug() {}, info() {}, warn() {}, error() {} };
const SERIES_PER_NODE = 250;
const VALUES: readonly (readonly [Dimension, number])[] = [
  ['state', 20],
  ['user', 60],
  ['host', 90],
  ['database', 20],
  ['command', 6],
];

/** The wiring without a project, and a fleet's statuses in its store. */
export function sampleWiring(series: number): Wiring {
  const dependencies = { shard: WHOLE_FLEET, clock: systemClock, log: SILENT };
  const wiring = wire({ ...defaultSettings(), projects: [] }, dependencies);
  const { store } = wiring;
  const ids = Array.from({ length: series / SERIES_PER_NODE }, (_, node) => String(node).padStart(32, '0'));
  store.setNodes(
    ids.map((id) => ({
      project: 'production',
      instanceId: `${id}in07`,
      nodeId: `${id}no07`,
      name: `orders-${Number(id)}`,
      instanceName: 'orders',
      cloudRegion: 'ap-southeast-3',
      role: 'master',
      maxConnections: 5000,
      labels: { env: 'prod' },
      schedule: '* * * * *',
    })),
  );
  ids.forEach((_, node) => {
    collect(store, node);
  });
  return wiring;
}

/** As a collection leaves the node behind; its figures differ each time. */
export function collect(store: NodeStore, node: number): void {
  const { nodeId } = store.list()[node]?.node ?? { nodeId: '' };
  store.update(nodeId, ({ collections }) => ({
    up: true,
    collections: { ...collections, success: collections.success + 1 },
    lastSuccessAt: { wall: epochMs(1_770_000_000_000), monotonic: systemClock.monotonic() },
    freshForMs: Number.POSITIVE_INFINITY,
    nextRunAt: epochMs(1_770_000_060_000),
    phaseSeconds: { submit: 0.125, wait: 2.5, download: 0.25 },
    snapshot: snapshot(collections.success + 1),
  }));
}

function snapshot(round: number): Snapshot {
  const counts = (dimension: string, length: number): DimensionCounts => ({
    distinct: length,
    values: Array.from({ length }, (_, value) => ({
      value: `${dimension}_${value}`,
      sessions: round + value,
    })),
  });
  return {
    filter: 'total',
    listed: 2000,
    sessions: 2000,
    active: 120,
    slow: 4,
    idleInTransaction: 3,
    lockWaiting: 1,
    transactionsOpen: 40,
    transactionsLong: 2,
    transactionLongestSeconds: 95,
    transactionRowsLocked: 17,
    transactionTablesLocked: 4,
    transactionRowsModified: round,
    transactionLockWaitLongestSeconds: 8,
    times: Array.from({ length: 6 }, (_, value) => ({
      command: `command_${value}`,
      totalSeconds: 1240 + round,
      longestSeconds: 900,
    })),
    longest: [],
    dimensions: new Map(VALUES.map(([dimension, length]) => [dimension, counts(dimension, length)])),
  };
}

export interface LabelledSample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The series that the program shows of these nodes, for a client library to hold. */
export function samplesByFamily(nodes: readonly NodeStatus[]) {
  return NODE_FAMILIES.map((family) => {
    const samples: LabelledSample[] = [];
    for (const status of nodes) {
      const { node, snapshot } = status;
      const shown =
        family.source === 'status' ? family.samples(status) : snapshot ? family.samples(snapshot) : [];
      for (const [value, ...labelValues] of shown) {
        if (value === undefined) {
          continue;
        }
        const own = family.labels.map((name, index): [string, string] => [name, labelValues[index] ?? '']);
        const configured = family.configuredLabels ? node.labels : {};
        const labels = { instance_id: node.instanceId, node_id: node.nodeId, ...Object.fromEntries(own) };
        samples.push({ value, labels: { ...labels, ...configured } });
      }
    }
    return { family, samples };
  });
}
