// The worst that is known of a node, in one word: the page sorts and groups by it, and its headline begins with the worst.
import type { IncidentKind } from '../../model/incident.js';

/** Worst first. `stale`: its last collection succeeded, but its snapshot is too old. `pending`: not tried yet. */
export const NODE_STATES = ['down', 'stale', 'pending', 'up'] as const;
export type NodeState = (typeof NODE_STATES)[number];

/**
 * Worst first. Before all figures come the nodes that have none: they may be worse than anything that is shown. One collection
 * that failed hides nothing yet, so it comes behind what the figures of the one before it show.
 */
export const CONDITIONS = [
  'never_collected',
  'stale',
  'nearly_full',
  'lock_waits',
  'spike',
  'filling_up',
  'down',
  'pending',
  'up',
] as const;
export type Condition = (typeof CONDITIONS)[number];

/** `alarm` and `warning` need attention. */
type Level = 'alarm' | 'warning' | 'idle' | 'well';

interface ConditionTexts {
  readonly label: string;
  /** Where the label is a noun. */
  readonly plural?: string;
  readonly level: Level;
}

export const CONDITION_TEXTS: Readonly<Record<Condition, ConditionTexts>> = {
  never_collected: { label: 'never collected', level: 'alarm' },
  stale: { label: 'stale', level: 'alarm' },
  nearly_full: { label: 'nearly full', level: 'alarm' },
  lock_waits: { label: 'waiting for locks', level: 'warning' },
  spike: { label: 'spike', plural: 'spikes', level: 'warning' },
  filling_up: { label: 'filling up', level: 'warning' },
  down: { label: 'down', level: 'alarm' },
  pending: { label: 'pending', level: 'idle' },
  up: { label: 'up', level: 'well' },
};

/** Behind a number of nodes. */
export function labelOf(condition: Condition, count: number): string {
  const { label, plural = label } = CONDITION_TEXTS[condition];
  return count === 1 ? label : plural;
}

/** Shares of `max_connections` from which the page marks a node and the alerts of deploy/ fire. */
export const FILLING_UP = 0.8;
export const NEARLY_FULL = 0.95;
/** So many sessions that wait for locks, too. */
export const LOCK_WAITS = 5;

/** What decides it, as in node-view.ts: null where it is not known. */
interface Known {
  readonly state: NodeState;
  readonly last_success: string | null;
  /** Null without a fresh snapshot alone. */
  readonly sessions_listed: number | null;
  readonly sessions: number | null;
  readonly usual_sessions: number | null;
  readonly active: number | null;
  readonly usual_active: number | null;
  /** The one that lasts. */
  readonly incident: { readonly kinds: readonly IncidentKind[] } | null;
  readonly saturation: number | null;
  readonly lock_waiting: number | null;
}

export function conditionOf(node: Known): Condition {
  const { state, last_success: lastSuccess, sessions_listed: listed, saturation } = node;
  if (state === 'pending') {
    return 'pending';
  }
  if (lastSuccess === null) {
    return 'never_collected';
  }
  if (listed === null) {
    return 'stale';
  }
  if (saturation !== null && saturation >= NEARLY_FULL) {
    return 'nearly_full';
  }
  if (node.lock_waiting !== null && node.lock_waiting >= LOCK_WAITS) {
    return 'lock_waits';
  }
  // What is one is decided where incidents begin, not a second time here.
  if (node.incident?.kinds.some((kind) => SPIKES.includes(kind))) {
    return 'spike';
  }
  if (saturation !== null && saturation >= FILLING_UP) {
    return 'filling_up';
  }
  return state === 'down' ? 'down' : 'up';
}

const SPIKES: readonly IncidentKind[] = ['spike', 'active_spike'];

/** Of a spike: more than usual of all sessions, or of the active ones where there are not more of all; undefined where it goes back. */
export function growthOf(
  node: Known,
): { readonly noun: string; readonly now: number; readonly more: number } | undefined {
  return [
    { noun: 'session', now: node.sessions, usual: node.usual_sessions },
    { noun: 'active session', now: node.active, usual: node.usual_active },
  ].flatMap(({ noun, now, usual }) =>
    now !== null && usual !== null && now > usual ? [{ noun, now, more: now - usual }] : [],
  )[0];
}

interface InCondition extends Known {
  readonly condition: Condition;
  readonly collections: { readonly error: number };
}

/** How far a node is into its condition, or how long it has been. */
export function extentOf(node: InCondition): number {
  switch (node.condition) {
    case 'spike':
      return growthOf(node)?.more ?? 0;
    case 'lock_waits':
      return node.lock_waiting ?? 0;
    case 'nearly_full':
    case 'filling_up':
      return node.saturation ?? 0;
    case 'stale':
    case 'down':
      return -Date.parse(node.last_success ?? '');
    case 'never_collected':
      return node.collections.error;
    default:
      return 0;
  }
}

export function needsAttention(condition: Condition): boolean {
  const { level } = CONDITION_TEXTS[condition];
  return level === 'alarm' || level === 'warning';
}
