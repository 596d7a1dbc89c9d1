// One row → the facts of one session: what its cells say, before anything is counted.
import type { ColumnName } from '../../../src/sessions/columns.js';
import { cellNumber, cellText, hostWithoutPort } from './cells.js';
import { labelText } from './label-text.js';

/** The label text of each dimension, and what the other figures are made of. Undefined: the row does not say. */
export interface Session {
  readonly state: string;
  readonly user: string;
  readonly host: string;
  readonly database: string;
  readonly command: string;
  readonly isActive: boolean;
  readonly isSleeping: boolean;
  readonly seconds: number | undefined;
  readonly hasTransaction: boolean;
  readonly transactionSeconds: number | undefined;
  readonly rowsLocked: number | undefined;
  readonly tablesLocked: number | undefined;
  readonly rowsModified: number | undefined;
  readonly isLockWaiting: boolean;
  readonly lockWaitSeconds: number | undefined;
}

const SLEEP = 'sleep';
const INACTIVE_COMMANDS: ReadonlySet<string> = new Set([SLEEP, 'daemon', 'binlog dump', 'binlog dump gtid']);

type Row = readonly string[];

/** The reader takes rows that are as long as the header. */
export function sessionReader(
  columns: ReadonlyMap<ColumnName, number>,
  stripPort: boolean,
): (row: Row) => Session {
  const text = (column: ColumnName) => cellReader(columns.get(column), cellText);
  const number = (column: ColumnName) => cellReader(columns.get(column), cellNumber);
  const state = text('state');
  const user = text('user');
  const host = text('host');
  const database = text('db');
  const command = text('command');
  const seconds = number('time');
  const transactionId = text('trx_id');
  const transactionState = text('trx_state');
  const transactionSeconds = number('trx_executed_time');
  const lockWaitSeconds = number('trx_lock_duration');
  const rowsLocked = number('trx_lock_rows');
  const tablesLocked = number('trx_lock_tables');
  const rowsModified = number('trx_update_rows');

  return (row) => {
    const stateText = state(row);
    const hostText = host(row);
    const commandText = command(row);
    const commandKey = commandText?.toLowerCase() ?? '';
    const waited = lockWaitSeconds(row);
    return {
      state: labelText(stateText),
      user: labelText(user(row)),
      host: labelText(stripPort ? withoutPort(hostText) : hostText),
      database: labelText(database(row)),
      command: labelText(commandText),
      isActive: !INACTIVE_COMMANDS.has(commandKey),
      isSleeping: commandKey === SLEEP,
      seconds: seconds(row),
      hasTransaction: transactionId(row) !== undefined,
      transactionSeconds: transactionSeconds(row),
      rowsLocked: rowsLocked(row),
      tablesLocked: tablesLocked(row),
      rowsModified: rowsModified(row),
      isLockWaiting: isLockWaiting(stateText, transactionState(row), waited),
      lockWaitSeconds: waited,
    };
  };
}

/** Reads nothing from a column that the file lacks. */
function cellReader<T>(index: number | undefined, read: (cell: string) => T): (row: Row) => T | undefined {
  return index === undefined ? () => undefined : (row) => read(row[index] ?? '');
}

function withoutPort(host: string | undefined): string | undefined {
  return host === undefined ? undefined : cellText(hostWithoutPort(host));
}

/** A row lock shows in the transaction only (its state says `updating`), a metadata or table lock in the state only. */
function isLockWaiting(
  state: string | undefined,
  transactionState: string | undefined,
  lockWaitSeconds = 0,
): boolean {
  return (
    lockWaitSeconds > 0 ||
    transactionState?.toUpperCase() === 'LOCK WAIT' ||
    (state !== undefined && /^waiting for\b.*\block\b/is.test(state))
  );
}
