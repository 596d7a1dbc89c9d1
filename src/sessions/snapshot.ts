// What one collection of one node comes to: counts only, no session. Immutable once made.
import type { Statement } from '../statements/statement.js';
import type { NumberColumn } from './columns.js';
import type { Dimension } from './dimensions.js';

/** Which sessions the API lists; the names are its own. `slow` ones are active, `long` ones have a long transaction. */
export const FILTERS = ['total', 'active', 'slow', 'long'] as const;
export type Filter = (typeof FILTERS)[number];

export interface ValueCount {
  /** Text of the label: cleaned, at most 128 characters; `none` for empty, `other` for what did not fit. */
  readonly value: string;
  readonly sessions: number;
}

export interface DimensionCounts {
  /** The values shown, sorted by value; their sessions add up to the snapshot's. */
  readonly values: readonly ValueCount[];
  /** Distinct values before `maxValues` was applied. */
  readonly distinct: number;
}

export interface SessionTime {
  /** A value of the command dimension; undefined where the file has no such column or the dimension is off. */
  readonly command: string | undefined;
  readonly totalSeconds?: number;
  readonly longestSeconds?: number;
}

/** Of one command, as above, the longest time of a client: not of a thread of the server. */
export interface LongestTime {
  readonly command: string | undefined;
  readonly seconds: number;
}

/** Active sessions that run the same statement. */
export interface StatementCount {
  /** Its text is cut to what is shown, and empty where texts are not kept. */
  readonly statement: Statement;
  readonly sessions: number;
  /** Absent where the file has no time column, or none of the times can be read. */
  readonly totalSeconds?: number;
  readonly longestSeconds?: number;
  /** The three with the most sessions; empty where the dimension is off or the file lacks the column. */
  readonly users: readonly ValueCount[];
  readonly hosts: readonly ValueCount[];
}

/** What the active sessions run. */
export interface StatementCounts {
  /** Active sessions that have a statement: of those shown, and of the rest. */
  readonly sessions: number;
  /** Those with the most sessions and those with the most time, by sessions, the most first. */
  readonly shown: readonly StatementCount[];
  readonly rest: { readonly sessions: number; readonly totalSeconds?: number };
  /** Digests counted apart. */
  readonly distinct: number;
  /**
   * How many more sessions a statement may have than it says; they are counted in the rest. 0 unless there were more
   * statements than are counted apart (`statements.shapes`).
   */
  readonly error: number;
  /**
   * As series have them: sorted digests, then `none` for active sessions without a statement and `other` for what did not
   * fit. Absent where they are not published.
   */
  readonly values?: readonly ValueCount[];
}

/**
 * Every optional figure is absent, not 0, where the file lacks the column that it needs, where it has numbers there for
 * the figure of which none can be read, and where the list lacks sessions that the figure needs (filters.ts).
 */
export interface Snapshot {
  /** Which sessions the list has. */
  readonly filter: Filter;
  /** How many it has. */
  readonly listed: number;
  readonly sessions?: number;
  readonly active?: number;
  readonly slow?: number;
  readonly idleInTransaction?: number;
  readonly lockWaiting?: number;
  readonly transactionsOpen?: number;
  readonly transactionsLong?: number;
  readonly transactionLongestSeconds?: number;
  readonly transactionRowsLocked?: number;
  readonly transactionTablesLocked?: number;
  readonly transactionRowsModified?: number;
  readonly transactionLockWaitLongestSeconds?: number;
  /** Sorted by command; empty where the file has no time column, and without those of which no time is known. */
  readonly times: readonly SessionTime[];
  /** Sorted by command; without those that no client's time could be read of. */
  readonly longest: readonly LongestTime[];
  /** Only dimensions that are enabled and whose column the file has; none where the list lacks sessions. */
  readonly dimensions: ReadonlyMap<Dimension, DimensionCounts>;
  /** Absent where statements are not read. */
  readonly statements?: StatementCounts;
}

/** What was counted of a list as if it were of all sessions. */
export type Counted = Omit<Snapshot, 'filter' | 'listed'> & { readonly sessions: number };

/** Cells of a number column that are no numbers. */
export interface UnreadableNumbers {
  readonly cells: number;
  /** What is wrong with the first of them, in words that show nothing of it. */
  readonly fault: string;
}

/** What was read, good or bad: counted while the file streams, so that a failed collection counts too. */
export interface CsvTally {
  rows: number;
  rejectedRows: number;
  /** Decoded bytes of the body. */
  bytes: number;
  unreadable: ReadonlyMap<NumberColumn, UnreadableNumbers>;
}

export function emptyTally(): CsvTally {
  return { rows: 0, rejectedRows: 0, bytes: 0, unreadable: new Map() };
}

/** Of the message that tells of them. */
export const UNREADABLE_NUMBERS =
  'numbers of the session list that cannot be read, expected decimals (of seconds also 125 s and h:mm:ss): the figures are without them';

/** Of a whole tally, for that message: `time (a unit), trx_lock_rows (text)`; undefined where all could be read. */
export function unreadableText({ unreadable }: CsvTally): string | undefined {
  const columns = [...unreadable].map(([column, { fault }]) => `${column} (${fault})`);
  return columns.length === 0 ? undefined : columns.join(', ');
}

/** Tells of values of which characters could not be decoded: those of several users can read alike. */
export const UNDECODED_TEXT =
  'values of the session list that are no text in the encoding that csv.encoding says: is it utf-8 or gb18030?';

/** Whether there are such among the values shown. */
export function hasUndecodedText({ dimensions }: Snapshot): boolean {
  return [...dimensions.values()].some(({ values }) => values.some(({ value }) => value.includes('\ufffd')));
}
