// What the counts of a snapshot do not say: which sessions stand out, and who is active. Bounded, whatever the list holds.
import type { Statement } from '../statements/statement.js';
import type { Dimension } from './dimensions.js';
import type { ValueCount } from './snapshot.js';

/**
 * Values are those of the dimensions: cleaned, without a port, hosts in their groups, `none` for empty; not what `other` stands
 * for. In a list of more than 4,096 pairs, one may have more sessions than it says, by one in 4,097 of the list at most.
 */
export interface PairCount {
  readonly user: string;
  readonly host: string;
  readonly sessions: number;
  readonly active: number;
}

export const MAX_PAIRS = 64;
export const MAX_ACTIVE_VALUES = 64;
export const MAX_LONGEST = 20;
export const MAX_QUERIES = 5;
export const MAX_TRANSACTIONS = 64;
export const MAX_WAITING = 256;

/** Of the session list of one collection; nothing of it is published as a metric. */
export interface SessionDetails {
  /** Those with the most sessions, the most first, at most MAX_PAIRS; empty where user or host is not counted. */
  readonly pairs: readonly PairCount[];
  /** Active sessions by value, the most first, at most MAX_ACTIVE_VALUES; only dimensions of the snapshot, none without commands. */
  readonly active: ReadonlyMap<Dimension, readonly ValueCount[]>;
  /**
   * Each session once, in the order of the file: the MAX_LONGEST active clients that have been in their command the longest,
   * the MAX_QUERIES longest queries, whatever else lasts longer, the MAX_TRANSACTIONS oldest transactions, and the MAX_WAITING
   * that have waited for a lock the longest.
   */
  readonly notable: readonly NotableSession[];
}

/** Of replication (`system user`) and other threads of the server there is none. Every field is absent where it is not known. */
export interface NotableSession {
  /** At most 32 characters. */
  readonly id?: string;
  /** As the dimensions have them; absent where the dimension is off. */
  readonly user?: string;
  readonly host?: string;
  readonly database?: string;
  readonly command?: string;
  readonly state?: string;
  readonly isActive: boolean;
  readonly isSleeping: boolean;
  /** Its command is Query or Execute, whether commands are counted or not. */
  readonly isQuery: boolean;
  /** Of the time column: in its command, or its state. */
  readonly seconds?: number;
  /** A state such as `Waiting for table metadata lock`: not that of a row lock, which the transaction says. */
  readonly isWaitingByState: boolean;
  readonly transaction?: NotableTransaction;
  readonly statement?: Statement;
}

export interface NotableTransaction {
  /** As written, at most 32 characters; absent where the file has no such column. */
  readonly id?: string;
  readonly isWaiting: boolean;
  readonly seconds?: number;
  readonly lockWaitSeconds?: number;
  readonly rowsLocked?: number;
  readonly tablesLocked?: number;
  readonly rowsModified?: number;
}

export function isWaiting({ isWaitingByState, transaction }: NotableSession): boolean {
  return isWaitingByState || transaction?.isWaiting === true;
}
