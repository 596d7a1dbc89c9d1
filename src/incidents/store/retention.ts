// Which records go: the oldest first, of each node the last one after all others, and those that last at the very end. Pure.
import type { EpochMs } from '../../clock.js';
import type { IncidentSummary } from '../record.js';
import type { StoreSettings } from '../settings.js';

export interface Kept {
  readonly summary: IncidentSummary;
  readonly bytes: number;
  /** It lasts, and its node is collected by this process. */
  readonly isActive: boolean;
}

export type RetentionBounds = Pick<StoreSettings, 'maxRecords' | 'maxBytes' | 'maxAgeMs'>;

/** `kept`: the newest first. Never the newest one for its size alone. */
export function recordsToRemove(
  kept: readonly Kept[],
  { maxRecords, maxBytes, maxAgeMs }: RetentionBounds,
  now: EpochMs,
): readonly string[] {
  const isTooOld = ({ isActive, summary: { started_at, ended_at } }: Kept) =>
    !isActive && now - Date.parse(ended_at ?? started_at) > maxAgeMs;
  const old = kept.filter(isTooOld);
  const young = old.length === 0 ? kept : kept.filter((one) => !isTooOld(one));
  const removed = old.map(({ summary }) => summary.id);
  let count = young.length;
  let bytes = young.reduce((sum, one) => sum + one.bytes, 0);
  if (count > maxRecords || bytes > maxBytes) {
    for (const one of inOrderOfRemoval(young)) {
      if ((count <= maxRecords && bytes <= maxBytes) || count <= 1) {
        break;
      }
      count -= 1;
      bytes -= one.bytes;
      removed.push(one.summary.id);
    }
  }
  return removed;
}

function inOrderOfRemoval(kept: readonly Kept[]): readonly Kept[] {
  const nodes = new Set<string>();
  const groups: readonly [others: Kept[], lasts: Kept[], active: Kept[]] = [[], [], []];
  for (const one of kept) {
    const isLast = !nodes.has(one.summary.node_id);
    nodes.add(one.summary.node_id);
    groups[one.isActive ? 2 : isLast ? 1 : 0].push(one);
  }
  return groups.flatMap((group) => group.reverse());
}
