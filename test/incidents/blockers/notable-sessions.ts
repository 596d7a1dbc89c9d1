// Sessions as lists have them that hold locks and wait for some, made up.
import type {
  NotableSession,
  NotableTransaction,
  SessionDetails,
} from '../../../src/sessions/session-details.js';

export const NO_LOCKS: NotableTransaction = {
  isWaiting: false,
  rowsLocked: 0,
  tablesLocked: 0,
  rowsModified: 0,
};

type Some = Partial<NotableSession> & { readonly sql?: string };

export function detailsOf(notable: readonly NotableSession[]): SessionDetails {
  return { pairs: [], active: new Map(), notable };
}

/** Without a statement it sleeps. */
export function session(id: string, { sql, ...some }: Some): NotableSession {
  const flags = { isCut: false, isAmbiguous: false, isSensitive: false };
  return {
    id,
    user: 'u',
    host: 'h',
    database: 'shop',
    isActive: sql !== undefined,
    isSleeping: sql === undefined,
    isQuery: sql !== undefined,
    isWaitingByState: false,
    ...(sql === undefined ? {} : { statement: { digest: '', text: sql, family: '', ...flags } }),
    ...some,
  };
}

/** Idle for all but the first second. */
export function holder(id: string, seconds: number, some: Some = {}): NotableSession {
  const transaction = { isWaiting: false, seconds, rowsLocked: 2, tablesLocked: 1, rowsModified: 1 };
  return session(id, { seconds: seconds - 1, transaction, ...some });
}

/** Since its only statement began. */
export function rowWaiter(id: string, seconds: number, some: Some = {}): NotableSession {
  const locks = { rowsLocked: 1, tablesLocked: 1, rowsModified: 0 };
  const transaction = { isWaiting: true, seconds, lockWaitSeconds: seconds, ...locks };
  return session(id, { seconds, sql: 'UPDATE orders SET a = ? WHERE id = ?', transaction, ...some });
}

export function waiter(
  id: string,
  seconds: number,
  state: string,
  sql: string,
  some: Some = {},
): NotableSession {
  return session(id, { seconds, sql, state, isWaitingByState: true, ...some });
}

export function tableWaiter(id: string, seconds: number, sql: string, some: Some = {}): NotableSession {
  return waiter(id, seconds, 'Waiting for table metadata lock', sql, some);
}
