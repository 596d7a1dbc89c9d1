// What `collection.filter` leaves of a snapshot. A list of some sessions must not be shown as if it were of all: each figure
// says here with which filters it is the same as without one, and is absent with the others.
import { OTHER } from './label-text.js';
import type { SessionDetails } from './session-details.js';
import { type Counted, FILTERS, type Filter, type SessionTime, type Snapshot } from './snapshot.js';

/** All that a snapshot counts: a new figure does not compile before it stands in the table. */
export type Figure = keyof Omit<Counted, 'times'> | keyof Omit<SessionTime, 'command'>;

/** `exact`: the list has all sessions that the figure is made of. `largest`: it has the largest, where it has any. */
type Holds = 'exact' | 'largest';

const HOLDS: Readonly<Record<Figure, Readonly<Partial<Record<Exclude<Filter, 'total'>, Holds>>>>> = {
  sessions: {},
  dimensions: {},
  statements: { active: 'exact' },
  active: { active: 'exact' },
  slow: { active: 'exact', slow: 'exact' },
  // Who waits for a lock is active; who sleeps in a transaction is not.
  lockWaiting: { active: 'exact' },
  transactionLockWaitLongestSeconds: { active: 'exact' },
  idleInTransaction: {},
  transactionsOpen: {},
  // From which age on a transaction is long for the API is not documented.
  transactionsLong: {},
  transactionLongestSeconds: { long: 'largest' },
  transactionRowsLocked: {},
  transactionTablesLocked: {},
  transactionRowsModified: {},
  totalSeconds: { active: 'exact' },
  longestSeconds: { active: 'exact', slow: 'largest' },
  longest: { active: 'exact', slow: 'largest' },
};

/** The filters with which the figure is there. */
export function filtersOf(figure: Figure): readonly Filter[] {
  return FILTERS.filter((filter) => filter === 'total' || filter in HOLDS[figure]);
}

/** The snapshot of a list that `filter` chose: of what was counted what is true of all sessions. */
export function onlyTrue(counted: Counted, filter: Filter): Snapshot {
  if (filter === 'total') {
    return { filter, listed: counted.sessions, ...counted };
  }
  const holds = (figure: Figure, value: unknown): boolean =>
    HOLDS[figure][filter] === 'exact' ||
    (HOLDS[figure][filter] === 'largest' && typeof value === 'number' && value > 0);
  const kept = <Figures extends Partial<Record<Figure, unknown>>>(figures: Figures): Partial<Figures> =>
    Object.fromEntries(
      Object.entries(figures).filter(([figure, value]) => holds(figure as Figure, value)),
    ) as Partial<Figures>;

  // The sum of all commands, and of the rest, would lack those that sleep.
  const isNamed = ({ command }: { readonly command: string | undefined }): boolean =>
    command !== undefined && command !== OTHER;

  const { times, longest, ...figures } = counted;
  return {
    filter,
    listed: counted.sessions,
    dimensions: new Map(),
    ...kept(figures),
    times: times
      .filter(isNamed)
      .map(({ command, ...seconds }) => ({ command, ...kept(seconds) }))
      .filter(({ totalSeconds, longestSeconds }) => (totalSeconds ?? longestSeconds) !== undefined),
    longest: longest.filter(isNamed).filter(({ seconds }) => holds('longest', seconds)),
  };
}

/** Of the details what is true of all sessions; those that are told of one by one are, whatever the list lacks. */
export function onlyTrueDetails(details: SessionDetails, filter: Filter): SessionDetails {
  return filter === 'total'
    ? details
    : { ...details, pairs: [], active: HOLDS.active[filter] === 'exact' ? details.active : new Map() };
}
