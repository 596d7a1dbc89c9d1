// How well a session fits as the one that another waits for. Weights are relative: what counts is a session's share of all.
import type { NotableTransaction } from '../../sessions/session-details.js';
import { areOnOneTable, type Party, type Wait } from './waits.js';

/** It runs a statement on the table: an idle one may have used any table. */
const ON_THE_TABLE = 8;
/** Its only statement is about other tables; foreign keys and triggers remain. */
const ON_OTHERS = 0.03;
/** It works, and what it did before in its transaction is not known. */
const AT_WORK = 0.9;
/** It waits itself, and holds what it got before. */
const WAITS_TOO = 0.25;
/** For the same, as it seems: rather another that is held up. */
const WAITS_WITH_IT = 0.1;
const ROWS_READ = 0.9;
const LOCKS_UNKNOWN = 0.5;
/** It has announced to lock rows, and has none. */
const NO_ROWS = 0.1;
/** It may have read the table, or nothing at all: a snapshot alone is a transaction, too. */
const NOTHING_LOCKED = 0.9;
const OTHER_DATABASE = 0.02;
const DATABASE_UNKNOWN = 0.5;
const AGE_UNKNOWN = 0.4;
/** Both began in one second. */
const SAME_SECOND = 0.7;
/** A second younger: the two figures may be of two clocks, or rounded apart. */
const SKEWED = 0.2;
/** A change of a table may have worked for long before it had to wait. */
const BEGAN_LATER = 0.15;

/** Whether it can be in the way of anybody. */
export function canHold({ session: { isActive, transaction }, isWaiting }: Party): boolean {
  return isWaiting
    ? transaction !== undefined && rowsWeight(transaction, isWaiting) > 0
    : isActive || transaction !== undefined;
}

/** That it holds the lock of a row that is waited for, whenever that began; 0 where it cannot. */
export function rowWeight(suspect: Party, wait: Wait): number {
  const { transaction } = suspect.session;
  const rows = transaction === undefined ? 0 : rowsWeight(transaction, suspect.isWaiting);
  return rows === 0 ? 0 : rows * databaseWeight(suspect, wait) * activityWeight(suspect, wait);
}

/** That it has used, in a transaction that goes on, the table which the waiting session wants for itself. */
export function tableWeight(suspect: Party, wait: Wait): number {
  const { transaction } = suspect.session;
  if (transaction === undefined || suspect.isWaiting) {
    return 0;
  }
  const use = hasLocks(transaction) === false ? NOTHING_LOCKED : 1;
  return use * databaseWeight(suspect, wait) * activityWeight(suspect, wait);
}

/** That its transaction is older than the wait, which began `seconds` ago. */
export function ageWeight(
  { session: { transaction } }: Party,
  { kind, statement }: Wait,
  seconds: number,
): number {
  const age = transaction?.seconds;
  if (age === undefined) {
    return AGE_UNKNOWN;
  }
  if (age >= seconds) {
    return age === seconds ? SAME_SECOND : 1;
  }
  const isChange = kind === 'table' && statement?.isExclusive === true;
  return Math.max(age === seconds - 1 ? SKEWED : 0, isChange ? BEGAN_LATER : 0);
}

/** Runs a statement on the table right now, without waiting. */
export function usesTable(suspect: Party, wait: Wait): boolean {
  return suspect.session.isActive && !suspect.isWaiting && areOnOneTable(suspect, wait) === true;
}

/** Its transaction is as old as its statement, in whole seconds, and has nothing that this statement does not explain. */
function isOneStatement({ session: { seconds, transaction }, statement }: Party): boolean {
  return (
    statement !== undefined &&
    statement.tables.length > 0 &&
    (statement.isLocking || transaction === undefined || !holdsRows(transaction)) &&
    seconds !== undefined &&
    transaction?.seconds !== undefined &&
    transaction.seconds - seconds <= 1
  );
}

function holdsRows({ rowsLocked = 0, rowsModified = 0 }: NotableTransaction): boolean {
  return rowsLocked > 0 || rowsModified > 0;
}

/** Undefined where the list does not say it. */
function hasLocks({ tablesLocked, rowsLocked, rowsModified }: NotableTransaction): boolean | undefined {
  const counts = [tablesLocked, rowsLocked, rowsModified].filter((count) => count !== undefined);
  return counts.length === 0 ? undefined : counts.some((count) => count > 0);
}

function rowsWeight(transaction: NotableTransaction, waits: boolean): number {
  const { rowsLocked, rowsModified = 0, tablesLocked = 0 } = transaction;
  if (rowsModified > 0) {
    return 1;
  }
  // One of them is the row that it waits for.
  if ((rowsLocked ?? 0) > (waits ? 1 : 0)) {
    return ROWS_READ;
  }
  if (tablesLocked === 0 || waits) {
    return 0;
  }
  return rowsLocked === undefined ? LOCKS_UNKNOWN : NO_ROWS;
}

function databaseWeight(suspect: Party, { database, statement }: Wait): number {
  const schemas = (statement?.tables ?? []).map(({ schema }) => schema || database);
  const wanted = schemas.length === 0 ? [database] : schemas;
  if (suspect.database === '' || wanted.includes('')) {
    return DATABASE_UNKNOWN;
  }
  return wanted.includes(suspect.database) ? 1 : OTHER_DATABASE;
}

function activityWeight(suspect: Party, wait: Wait): number {
  const { session } = suspect;
  if (session.isSleeping) {
    return 1;
  }
  const isOnTable = areOnOneTable(suspect, wait);
  if (isOnTable === false && isOneStatement(suspect)) {
    return ON_OTHERS;
  }
  if (suspect.isWaiting) {
    return isOnTable === true ? WAITS_WITH_IT : WAITS_TOO;
  }
  return isOnTable === true ? ON_THE_TABLE : AT_WORK;
}
