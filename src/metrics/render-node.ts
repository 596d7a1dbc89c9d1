// One node's series as text, family by family, ready to be joined with those of other nodes.
import type { NodeStatus } from '../collect/node-store.js';
import type { DatabaseNode } from '../model/node.js';
import type { Snapshot } from '../sessions/snapshot.js';
import { label, sampleLine } from './exposition-text.js';
import { NODE_FAMILIES } from './metric-families.js';
import type { NodeFamily, Sample } from './metric-family.js';

/** What is shown of a node. */
export interface ShownNode {
  readonly status: NodeStatus;
  /** Undefined while it has none that is fresh. */
  readonly snapshot: Snapshot | undefined;
}

/** The lines of each of NODE_FAMILIES: empty where it has no series, undefined where they are those of before. */
export type NodeLines = readonly (Buffer | undefined)[];

const AS_BEFORE: NodeLines = NODE_FAMILIES.map(() => undefined);
const NOTHING = Buffer.alloc(0);

/**
 * Statuses and snapshots are immutable: what is made of those of `before` is not made again, so that a status that changes (a
 * next run, a failure) leaves the larger part as it is.
 */
export function renderNode(shown: ShownNode, before?: ShownNode): NodeLines {
  const { status, snapshot } = shown;
  const { node } = status;
  const isSameStatus = status === before?.status;
  // Discovery or a reload may have given the node other labels since.
  const isSameSnapshot = snapshot === before?.snapshot && node === before?.status.node;
  if (isSameStatus && isSameSnapshot) {
    return AS_BEFORE;
  }
  const identity = `${label('instance_id', node.instanceId)},${label('node_id', node.nodeId)}`;
  const configured = configuredLabels(node);
  return NODE_FAMILIES.map((family) =>
    (family.source === 'status' ? isSameStatus : isSameSnapshot)
      ? undefined
      : familyLines(family, samplesOf(family, shown), identity, family.configuredLabels ? configured : ''),
  );
}

function samplesOf(family: NodeFamily, { status, snapshot }: ShownNode): readonly Sample[] {
  if (family.source === 'status') {
    return family.samples(status);
  }
  return snapshot === undefined ? [] : family.samples(snapshot);
}

function configuredLabels({ labels }: DatabaseNode): string {
  return Object.entries(labels)
    .map(([name, value]) => `,${label(name, value)}`)
    .join('');
}

/** The family's own labels stand between those of the node. */
function familyLines(
  { name, labels: names }: NodeFamily,
  samples: readonly Sample[],
  identity: string,
  configured: string,
): Buffer {
  let lines = '';
  for (const [value, ...labelValues] of samples) {
    // A figure that is not known gives no series: NaN would spoil every sum that it enters.
    if (value === undefined || !Number.isFinite(value)) {
      continue;
    }
    let labels = identity;
    for (const [index, labelName] of names.entries()) {
      const labelValue = labelValues[index];
      if (labelValue !== undefined) {
        labels += `,${label(labelName, labelValue)}`;
      }
    }
    lines += sampleLine(name, labels + configured, value);
  }
  return lines === '' ? NOTHING : Buffer.from(lines);
}
