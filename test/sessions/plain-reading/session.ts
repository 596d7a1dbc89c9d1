// One row → the facts of one session: what its cells say, before anything is counted.
import type { ColumnName } from '../../../src/sessions/columns.js';
import { cellCount, cellSeconds, cellText, type UNREADABLE } from './cells.js';
import { labelText } from './label-text.js';

export type Reading = number | typeof UNREADABLE | undefined;

/** The label text of each dimension, and what the other figures are made of. Undefined: the row does not say. */
export interface Session {
  readonly state: string;
  readonly user: string;
  /** As it is written: of what has a port the whole file tells. */
  readonly host: string | undefined;
  readonly database: string;
  readonly command: string;
  readonly isReplication: boolean;
  readonly isServerThread: boolean;
  readonly isActive: boolean;
  readonly isSleeping: boolean;
  readonly isQuery: boolean;
  readonly seconds: Reading;
  /** Undefined where no column says so. */
  readonly hasTransaction: boolean | undefined;
  readonly transactionSeconds: Reading;
  readonly rowsLocked: Reading;
  readonly tablesLocked: Reading;
  readonly rowsModified: Reading;
  readonly isRowWaiting: boolean;
  readonly isStateWaiting: boolean;
  readonly lockWaitSeconds: Reading;
  /** As they are written. */
  readonly id: string | undefined;
  readonly transactionId: string | undefined;
}

const SLEEP = 'sleep';
const INACTIVE_COMMANDS: ReadonlySet<string> = new Set([SLEEP, 'daemon', 'binlog dump', 'binlog dump gtid']);

type Row = readonly string[];

/** The reader takes rows that are as long as the header. */
export function sessionReader(columns: ReadonlyMap<ColumnName, number>): (row: Row) => Session {
  const text = (column: ColumnName) => cellReader(columns.get(column), cellText);
  const number = (column: ColumnName) => cellReader(columns.get(column), cellCount);
  const time = (column: ColumnName) => cellReader(columns.get(column), cellSeconds);
  const written = (column: ColumnName) => cellReader(columns.get(column), (cell) => cell);
  const state = text('state');
  const user = text('user');
  const host = text('host');
  const database = text('db');
  const command = text('command');
  const seconds = time('time');
  const transactionId = text('trx_id');
  const transactionState = text('trx_state');
  const transactionSeconds = time('trx_executed_time');
  const lockWaitSeconds = time('trx_lock_duration');
  const rowsLocked = number('trx_lock_rows');
  const tablesLocked = number('trx_lock_tables');
  const rowsModified = number('trx_update_rows');

  return (row) => {
    const stateText = state(row);
    const userText = user(row);
    const commandText = command(row);
    const commandKey = commandText?.toLowerCase() ?? '';
    const waited = lockWaitSeconds(row);
    return {
      state: labelText(stateText),
      user: labelText(userText),
      host: host(row),
      database: labelText(database(row)),
      command: labelText(commandText),
      isReplication: userText?.toLowerCase() === 'system user',
      isServerThread: ['daemon', 'binlog dump', 'binlog dump gtid'].includes(commandKey),
      isActive: !INACTIVE_COMMANDS.has(commandKey),
      isSleeping: commandKey === SLEEP,
      isQuery: commandKey === 'query' || commandKey === 'execute',
      seconds: seconds(row),
      hasTransaction: columns.has('trx_id') ? transactionId(row) !== undefined : undefined,
      transactionSeconds: transactionSeconds(row),
      rowsLocked: rowsLocked(row),
      tablesLocked: tablesLocked(row),
      rowsModified: rowsModified(row),
      // A row lock shows in the transaction only (its state says `updating`), a metadata or table lock in the state only.
      isRowWaiting:
        (typeof waited === 'number' && waited > 0) || transactionState(row)?.toUpperCase() === 'LOCK WAIT',
      isStateWaiting: /^waiting for\b.*\block\b/is.test(stateText ?? ''),
      lockWaitSeconds: waited,
      id: written('id')(row),
      transactionId: written('trx_id')(row),
    };
  };
}

/** Reads nothing from a column that the file lacks. */
function cellReader<T>(index: number | undefined, read: (cell: string) => T): (row: Row) => T | undefined {
  return index === undefined ? () => undefined : (row) => read(row[index] ?? '');
}
