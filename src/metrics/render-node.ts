// One node's series as text, ready to be joined with those of other nodes. What its snapshot fills is rendered apart
// from the rest, so that a status that changes (a next run, a failure) leaves the larger part as it is.
import type { NodeStatus } from '../collect/node-store.js';
import type { DatabaseNode } from '../model/node.js';
import type { Snapshot } from '../sessions/snapshot.js';
import { label, sampleLine } from './exposition-text.js';
import { NODE_FAMILIES } from './metric-families.js';
import type { NodeFamily, Sample } from './metric-family.js';

/** The lines of each of NODE_FAMILIES; empty where it has no series. Shared: not to be written to. */
export type FamilyChunks = readonly Buffer[];

const NOTHING = Buffer.alloc(0);

export const NO_SERIES: FamilyChunks = NODE_FAMILIES.map(() => NOTHING);

export function renderSnapshot(node: DatabaseNode, snapshot: Snapshot): FamilyChunks {
  return renderFamilies(node, (family) => (family.source === 'snapshot' ? family.samples(snapshot) : []));
}

export function renderStatus(status: NodeStatus): FamilyChunks {
  return renderFamilies(status.node, (family) => (family.source === 'status' ? family.samples(status) : []));
}

function renderFamilies(
  node: DatabaseNode,
  samplesOf: (family: NodeFamily) => readonly Sample[],
): FamilyChunks {
  const identity = `${label('instance_id', node.instanceId)},${label('node_id', node.nodeId)}`;
  const configured = Object.entries(node.labels).map(([name, value]) => `,${label(name, value)}`);
  const configuredLabels = configured.join('');

  return NODE_FAMILIES.map((family) => {
    let lines = '';
    for (const [value, ...labelValues] of samplesOf(family)) {
      // A figure that is not known gives no series: NaN would spoil every sum that it enters.
      if (value === undefined || !Number.isFinite(value)) {
        continue;
      }
      let labels = identity;
      family.labels.forEach((name, index) => {
        const labelValue = labelValues[index];
        if (labelValue !== undefined) {
          labels += `,${label(name, labelValue)}`;
        }
      });
      lines += sampleLine(family.name, family.configuredLabels ? labels + configuredLabels : labels, value);
    }
    return lines === '' ? NOTHING : Buffer.from(lines);
  });
}
