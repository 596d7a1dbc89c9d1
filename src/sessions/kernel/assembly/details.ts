// What is told of sessions besides their counts, where that is asked for: who is active, pairs of user and host, and the sessions
// that stand out.
import {
  ACTIVE,
  COLUMN_BYTES,
  COLUMNS,
  COUNTED_ACTIVE,
  COUNTER_HASH,
  DOUBLE,
  ID_FIELD,
  IN_TRANSACTION,
  LABEL,
  LOCK_WAIT,
  NO_FIELD,
  NOTABLE_HASH,
  NOTABLE_ID,
  NOTABLE_ID_LENGTH,
  NOTABLE_LABELS,
  NOTABLE_MARKS,
  NOTABLE_NUMBERS,
  NOTABLE_TRX_ID,
  NOTABLE_TRX_ID_LENGTH,
  NUMBERS,
  NUMBERS_END,
  PAIR_USERS,
  QUERY,
  REPLICATION,
  SEEN,
  SERVER_THREAD,
  SESSIONS,
  SLEEPING,
  TIME,
  TRX_EXECUTED_TIME,
  TRX_ID_FIELD,
  TRX_LOCK_DURATION,
  WAITS_FOR_ROW,
  WORD,
} from '../layout';
import { numberOf } from './cells';
import {
  choose,
  isChosen,
  keepId,
  LONGEST,
  makeSelections,
  newRecord,
  OLDEST,
  QUERIES,
  WAITING,
} from './notable';
import { addPair, countPairs, resetPairs } from './pairs';

export { chosenNotable } from './notable';
export { rankPairs } from './pairs';

export let hasDetails: bool = false;
/** The columns that are looked up in each row. */
let columnsEnd: u32 = COLUMNS;

export function resetDetails(): void {
  hasDetails = false;
  resetPairs();
}

/** Called before the rows of a file: of `read` columns that are looked up in each row, and so many sessions of each kind. */
export function countDetails(read: u32, longest: u32, queries: u32, oldest: u32, waiting: u32): void {
  hasDetails = true;
  columnsEnd = COLUMNS + COLUMN_BYTES * read;
  if (load<u32>(PAIR_USERS) !== 0) {
    countPairs();
  }
  makeSelections(longest, queries, oldest, waiting);
}

/** Of a row that is counted. `isOpen`: nothing says that it has no transaction; `counter`: of its statement, or 0. */
export function addDetails(record: u32, marks: u32, isOpen: bool, isWaiting: bool, counter: u32): void {
  const isActive = (marks & (ACTIVE | REPLICATION)) === ACTIVE;
  if (isActive) {
    countActive();
  }
  addPair(isActive);
  if ((marks & (REPLICATION | SERVER_THREAD)) === 0) {
    const kept: u32 = marks & (ACTIVE | SLEEPING | QUERY | LOCK_WAIT);
    const inTransaction = isOpen && hasSignOfTransaction(isWaiting);
    noteSession(
      record,
      kept | (inTransaction ? IN_TRANSACTION : 0) | (isWaiting ? WAITS_FOR_ROW : 0),
      counter,
    );
  }
}

function countActive(): void {
  for (let column: u32 = COLUMNS; column < columnsEnd; column += COLUMN_BYTES) {
    const label = load<u32>(load<u32>(column, SEEN), LABEL);
    store<u32>(label, load<u32>(label, COUNTED_ACTIVE) + 1, COUNTED_ACTIVE);
  }
}

/** Where no column says which rows have a transaction, those have one that have a figure of it. */
function hasSignOfTransaction(isWaiting: bool): bool {
  if (load<u32>(TRX_ID_FIELD) !== NO_FIELD || isWaiting) {
    return true;
  }
  for (let column: u32 = TIME + 1; column < (NUMBERS_END as u32); column++) {
    if (numberOf(column) > 0) {
      return true;
    }
  }
  return false;
}

function noteSession(record: u32, marks: u32, counter: u32): void {
  const seconds = numberOf(TIME);
  const inTransaction = (marks & IN_TRANSACTION) !== 0;
  const age = inTransaction ? known(numberOf(TRX_EXECUTED_TIME), -1) : -1;
  const waited = waitedSeconds(marks);
  const isLongest = (marks & ACTIVE) !== 0 && seconds >= 0 && isChosen(LONGEST, seconds);
  const isQuery = (marks & QUERY) !== 0 && seconds >= 0 && isChosen(QUERIES, seconds);
  const isOldest = inTransaction && isChosen(OLDEST, age);
  const isWaiting = (marks & (LOCK_WAIT | WAITS_FOR_ROW)) !== 0 && isChosen(WAITING, waited);
  if (!(isLongest || isQuery || isOldest || isWaiting)) {
    return;
  }
  const notable = newRecord(load<u32>(SESSIONS));
  keep(notable, record, marks, counter);
  if (isLongest) {
    choose(notable, LONGEST, seconds);
  }
  if (isQuery) {
    choose(notable, QUERIES, seconds);
  }
  if (isOldest) {
    choose(notable, OLDEST, age);
  }
  if (isWaiting) {
    choose(notable, WAITING, waited);
  }
}

/** For a row lock the transaction says how long, for another one the time in the state does; what is not known counts as 0. */
function waitedSeconds(marks: u32): f64 {
  const forRow = (marks & WAITS_FOR_ROW) !== 0 ? known(numberOf(TRX_LOCK_DURATION), 0) : 0;
  return (marks & LOCK_WAIT) !== 0 ? max(forRow, known(numberOf(TIME), 0)) : forRow;
}

function known(number: f64, otherwise: f64): f64 {
  return number >= 0 ? number : otherwise;
}

function keep(notable: u32, record: u32, marks: u32, counter: u32): void {
  store<u32>(notable, marks, NOTABLE_MARKS);
  let place = notable + NOTABLE_LABELS;
  for (let column: u32 = COLUMNS; column < columnsEnd; column += COLUMN_BYTES) {
    store<u32>(place, load<u32>(load<u32>(column, SEEN), LABEL));
    place += WORD;
  }
  memory.copy(notable + NOTABLE_NUMBERS, NUMBERS, DOUBLE * NUMBERS_END);
  if (counter !== 0) {
    store<u64>(notable, load<u64>(counter, COUNTER_HASH), NOTABLE_HASH);
  }
  const id = load<u32>(ID_FIELD);
  if (id !== NO_FIELD) {
    store<u32>(notable, keepId(record + id, notable + NOTABLE_ID), NOTABLE_ID_LENGTH);
  }
  const trxId = load<u32>(TRX_ID_FIELD);
  if (trxId !== NO_FIELD && (marks & IN_TRANSACTION) !== 0) {
    store<u32>(notable, keepId(record + trxId, notable + NOTABLE_TRX_ID), NOTABLE_TRX_ID_LENGTH);
  }
}
