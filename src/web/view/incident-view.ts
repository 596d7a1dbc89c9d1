// Incidents for people: what their kinds are called, how long they last, and which one of a node the page of the nodes marks.
import type { EpochMs } from '../../clock.js';
import type { NodeStatus } from '../../collect/node-store.js';
import { summaryForReader } from '../../incidents/for-reader.js';
import { readIncidentId } from '../../incidents/parse-record.js';
import type { IncidentRecord, IncidentSummary } from '../../incidents/record.js';
import type { IncidentKind } from '../../model/incident.js';
import type { FleetStatus } from './fleet-view.js';

export const KIND_LABELS: Readonly<Record<IncidentKind, string>> = {
  spike: 'spike of sessions',
  active_spike: 'spike of active sessions',
  saturation: 'connections nearly used up',
  lock_waiting: 'waiting for locks',
  long_transaction: 'long transaction',
  long_query: 'long query',
  manual: 'recorded by hand',
};

export function kindsText(kinds: readonly IncidentKind[]): string {
  return kinds.map((kind) => KIND_LABELS[kind]).join(', ');
}

/** Ids of those that last, by the nodes: a record without an end can be of a process that did not live to see it. */
export function lastingIncidents(nodes: readonly NodeStatus[]): ReadonlySet<string> {
  return new Set(nodes.flatMap(({ incidents }) => incidents?.active?.id ?? []));
}

/** Whether its culprit is the oldest that does not wait for a lock, and so may hold it: nothing else points there. */
export function isOnlyOldest({ kinds, culprit, blockers }: IncidentRecord): boolean {
  return (
    kinds.find((kind) => kind !== 'spike' && kind !== 'active_spike') === 'lock_waiting' &&
    culprit.verdict === 'one' &&
    culprit.share === null &&
    !blockers.some(({ confidence }) => confidence === 'likely')
  );
}

/** Undefined where a time cannot be read, and without an end. */
export function secondsOf({
  started_at: from,
  ended_at: to,
}: Pick<IncidentSummary, 'started_at' | 'ended_at'>): number | undefined {
  const seconds = (Date.parse(to ?? '') - Date.parse(from)) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}

/** Of a node: the incident that lasts, or one that has ended not long ago. */
export interface IncidentMark {
  readonly id: string;
  readonly isActive: boolean;
  readonly startedAt: string;
  /** Null while it lasts, and where nobody knows. */
  readonly endedAt: string | null;
  /** What it is, where its record cannot say who is behind it. */
  readonly headline: string;
}

const MARKED_FOR_MS = 3_600_000;

const knownGroups = new WeakMap<
  readonly IncidentSummary[],
  ReadonlyMap<string, readonly IncidentSummary[]>
>();

/** By the wall clock, as records are: they outlive the process. */
export function markOf(
  { node: { nodeId }, incidents }: NodeStatus,
  { incidents: all, statementTexts }: FleetStatus,
  now: EpochMs,
): IncidentMark | undefined {
  if (all === undefined) {
    return undefined;
  }
  const ofNode = byNode(all).get(nodeId) ?? [];
  const active = incidents?.active;
  const marked =
    active === undefined
      ? ofNode.find((one) => !hasLongEnded(one, now))
      : ofNode.find(({ id }) => id === active.id);
  if (marked === undefined) {
    return (
      active && {
        ...active,
        isActive: true,
        startedAt: startOf(active.id),
        endedAt: null,
        headline: kindsText(active.kinds),
      }
    );
  }
  const { id, started_at: startedAt, ended_at: endedAt } = marked;
  const { headline } = summaryForReader(marked, statementTexts);
  return {
    id,
    isActive: active !== undefined,
    startedAt,
    endedAt: active === undefined ? endedAt : null,
    headline,
  };
}

/** The newest first. */
function byNode(all: readonly IncidentSummary[]): ReadonlyMap<string, readonly IncidentSummary[]> {
  const known = knownGroups.get(all);
  if (known !== undefined) {
    return known;
  }
  const groups = new Map<string, IncidentSummary[]>();
  for (const one of all) {
    const group = groups.get(one.node_id);
    if (group === undefined) {
      groups.set(one.node_id, [one]);
    } else {
      group.push(one);
    }
  }
  knownGroups.set(all, groups);
  return groups;
}

/** Of one whose end nobody saw, its start counts. */
function hasLongEnded({ started_at: from, ended_at: to }: IncidentSummary, now: EpochMs): boolean {
  return now - Date.parse(to ?? from) >= MARKED_FOR_MS;
}

function startOf(id: string): string {
  const { seconds } = readIncidentId(id) ?? {};
  return seconds === undefined ? '' : new Date(seconds * 1000).toISOString();
}
