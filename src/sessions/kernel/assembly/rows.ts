// Adds the sessions of rows up. Fields that no figure is made of are never looked at.
import {
  ACTIVE,
  ACTIVE_SECONDS,
  ACTIVE_SESSIONS,
  ALL_COMMANDS,
  COLUMN_BYTES,
  COLUMNS,
  FIELD,
  FIELDS_OF_HEADER,
  HAS_TIMES,
  IDLE_IN_TRANSACTION,
  INFO_FIELD,
  IS_HOST,
  KIND,
  LABEL,
  LOCK_WAIT,
  LOCK_WAIT_SECONDS,
  LOCK_WAITING,
  LONG_TRANSACTION_SECONDS,
  MARKS,
  MASK_BYTES,
  MAY_BEGIN,
  MORE,
  NO_FIELD,
  NUMBERS_END,
  RECORD_ENDS,
  REPLICATION,
  ROWS_LOCKED,
  ROWS_MODIFIED,
  SEEN,
  SEPARATORS,
  SERVER_THREAD,
  SESSIONS,
  SLEEPING,
  SLOW,
  SLOW_SECONDS,
  TABLES_LOCKED,
  TELLING_FIELD,
  TIME,
  TRANSACTION_SECONDS,
  TRANSACTIONS_LONG,
  TRANSACTIONS_OPEN,
  TRX_EXECUTED_TIME,
  TRX_ID_FIELD,
  TRX_LOCK_DURATION,
  TRX_LOCK_ROWS,
  TRX_LOCK_TABLES,
  TRX_STATES,
  TRX_UPDATE_ROWS,
  WITH_PORT,
  WORD,
} from '../layout';
import { isHeader, oddTransaction, reject } from './asks';
import { endOf, numberOf, readNumbers, singled, startOf } from './cells';
import { addDetails, hasDetails } from './details';
import { addNumber, addTime } from './figures';
import { hostEnd } from './hosts';
import { bytesEnd } from './records';
import { addStatement } from './statements';
import { cachedText, countAs, isGraphic, isNull, isText, textOf } from './texts';

const CR: u8 = 0x0d;
const QUOTE: u8 = 0x22;
const ZERO: u8 = 0x30;

let columnsEnd: u32 = COLUMNS;
/** Of a transaction: the text that was looked up last, or 0. */
let lastState: u32 = 0;

/** The columns that are looked up in each row are the first `columns`. */
export function resetRows(columns: u32): void {
  columnsEnd = COLUMNS + COLUMN_BYTES * columns;
  lastState = 0;
}

/** Of the records that were found, those from number `from` up to `to`. */
export function addRecords(from: u32, to: u32): void {
  const expected = load<u32>(FIELDS_OF_HEADER) * WORD;
  const telling = load<u32>(TELLING_FIELD);
  let record = from === 0 ? SEPARATORS : load<u32>(RECORD_ENDS + WORD * (from - 1));
  for (let number = from; number < to; number++) {
    const last = load<u32>(RECORD_ENDS + WORD * number);
    const lineEnd = load<u32>(last);
    const lastField = load<u32>(last - WORD) + 1;
    const isCrLf: u32 = (lineEnd < bytesEnd && lineEnd > lastField && load<u8>(lineEnd - 1) === CR) as u32;
    if (last - record !== expected) {
      // An empty line is no record.
      if (last - record !== WORD || lineEnd - isCrLf !== lastField) {
        reject(number);
      }
    } else if (load<u8>(MAY_BEGIN + load<u8>(startOf(record + telling))) === 0 || !isHeader(number)) {
      store<u32>(last, lineEnd - isCrLf);
      addRow(record);
      store<u32>(last, lineEnd);
    }
    record = last;
  }
}

function addRow(record: u32): void {
  increment(SESSIONS);
  let marks: u32 = 0;
  let command: u32 = ALL_COMMANDS;
  for (let column: u32 = COLUMNS; column < columnsEnd; column += COLUMN_BYTES) {
    const place = record + load<u32>(column, FIELD);
    const kind = load<u32>(column, KIND);
    let start = load<u32>(place) + 1;
    let cellEnd = load<u32>(place, WORD);
    if (load<u8>(start) === QUOTE) {
      start++;
      cellEnd = singled(start, cellEnd - 1);
    }
    const end = (kind & IS_HOST) !== 0 ? hostEnd(start, cellEnd) : cellEnd;
    if (end === 0) {
      continue;
    }
    let text = cachedText(column, start, end - start);
    if (text === 0) {
      text = textOf(column, start, end - start);
    }
    countAs(text);
    store<u32>(column, text, SEEN);
    marks |= load<u16>(text, MARKS);
    if ((kind & HAS_TIMES) !== 0) {
      command = load<u32>(text, LABEL);
    } else if ((kind & IS_HOST) !== 0) {
      increment(end === cellEnd ? text + MORE : WITH_PORT);
    }
  }
  let counter: u32 = 0;
  const isReplication = (marks & REPLICATION) !== 0;
  readNumbers(record, TIME, TIME + 1);
  const seconds = numberOf(TIME);
  if (!isReplication) {
    if ((marks & ACTIVE) !== 0) {
      increment(ACTIVE_SESSIONS);
      addNumber(ACTIVE_SECONDS, seconds);
      if (seconds >= load<f64>(SLOW_SECONDS)) {
        increment(SLOW);
      }
    }
    addTime(command, seconds, (marks & SERVER_THREAD) !== 0);
    const info = load<u32>(INFO_FIELD);
    if (info !== NO_FIELD && (marks & ACTIVE) !== 0) {
      counter = addStatement(record + info, seconds);
    }
  }
  const isOpen = hasTransaction(record);
  const isWaiting = isOpen && addTransaction(record, (marks & SLEEPING) !== 0, isReplication);
  if (isWaiting || (marks & LOCK_WAIT) !== 0) {
    increment(LOCK_WAITING);
  }
  if (hasDetails) {
    addDetails(record, marks, isOpen, isWaiting, counter);
  }
}

/** Where there is none, nothing is read of one: it would be left over, or a sign for nothing that is no number. */
function hasTransaction(record: u32): bool {
  const id = load<u32>(TRX_ID_FIELD);
  return id === NO_FIELD || isSaid(record + id);
}

/**
 * Adds the row's transaction, and returns whether it waits for a row lock, which shows there only (the session's state says
 * `updating`), as a metadata or table lock shows in the session's state only.
 */
function addTransaction(record: u32, isSleeping: bool, isReplication: bool): bool {
  increment(TRANSACTIONS_OPEN);
  if (isSleeping) {
    increment(IDLE_IN_TRANSACTION);
  }
  readNumbers(record, TIME + 1, NUMBERS_END);
  const waited = numberOf(TRX_LOCK_DURATION);
  const seconds = numberOf(TRX_EXECUTED_TIME);
  if (!isReplication) {
    addNumber(LOCK_WAIT_SECONDS, waited);
    addNumber(TRANSACTION_SECONDS, seconds);
    if (seconds >= load<f64>(LONG_TRANSACTION_SECONDS)) {
      increment(TRANSACTIONS_LONG);
    }
  }
  addNumber(ROWS_LOCKED, numberOf(TRX_LOCK_ROWS));
  addNumber(TABLES_LOCKED, numberOf(TRX_LOCK_TABLES));
  addNumber(ROWS_MODIFIED, numberOf(TRX_UPDATE_ROWS));
  return waited > 0 || isStateWaiting(record);
}

/** Whether the cell is neither blank nor NULL. */
function isSaid(place: u32): bool {
  const start = startOf(place);
  const end = endOf(place, start);
  if (start === end) {
    return false;
  }
  const first = load<u8>(start);
  if (first - ZERO < 10) {
    return true;
  }
  return isGraphic(first) && isGraphic(load<u8>(end - 1))
    ? !isNull(start, end - start)
    : oddTransaction(start, end);
}

function isStateWaiting(record: u32): bool {
  const field = load<u32>(TRX_STATES, FIELD);
  if (field === NO_FIELD) {
    return false;
  }
  const start = startOf(record + field);
  const end = endOf(record + field, start);
  const length = end - start;
  if (length === 0) {
    return false;
  }
  // Most are the same one.
  if (length > (MASK_BYTES as u32) || !isText(lastState, start, length)) {
    lastState = textOf(TRX_STATES, start, length);
  }
  return (load<u16>(lastState, MARKS) & LOCK_WAIT) !== 0;
}

function increment(at: u32): void {
  store<u32>(at, load<u32>(at) + 1);
}
