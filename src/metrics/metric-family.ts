// What a metric family is: its name, what it says of itself, and where its series come from.
import type { NodeStatus } from '../collect/node-store.js';
import type { Snapshot } from '../sessions/snapshot.js';

export interface MetricFamily {
  readonly name: string;
  readonly type: 'gauge' | 'counter' | 'histogram';
  readonly help: string;
  /** The family's own labels; those of a node stand behind `instance_id` and `node_id`. */
  readonly labels: readonly string[];
}

/** One series: its value, then one value for each of the family's own labels. An undefined value is not shown. */
export type Sample = readonly [value: number | undefined, ...labelValues: (string | undefined)[]];

/** Shown only while the node has a fresh snapshot. */
export interface SnapshotFamily extends MetricFamily {
  readonly source: 'snapshot';
  /** Whether its series carry the labels of the configuration. */
  readonly configuredLabels: boolean;
  samples(snapshot: Snapshot): readonly Sample[];
}

/** Shown for every known node at all times. */
export interface StatusFamily extends MetricFamily {
  readonly source: 'status';
  readonly configuredLabels: boolean;
  samples(status: NodeStatus): readonly Sample[];
}

export type NodeFamily = SnapshotFamily | StatusFamily;

/** Of all nodes together, from their fresh snapshots. */
export interface FleetFamily extends MetricFamily {
  readonly source: 'fleet';
}

/** Of the process or of a project: counted by prom-client. */
export interface AgentFamily extends MetricFamily {
  readonly source: 'agent';
}
