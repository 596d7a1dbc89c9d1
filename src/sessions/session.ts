// One row → the facts of one session: what its cells say, before anything is counted.
import { cellNumber, cellText, hostWithoutPort } from './cell.js';
import type { ColumnName } from './columns.js';
import { labelText } from './label-text.js';
import type { Dimension } from './snapshot.js';

/** The label text of each dimension, and what the other figures are made of. Undefined: the row does not say. */
export interface Session extends Readonly<Record<Dimension, string>> {
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
  const [state, user, host, database] = [text('state'), text('user'), text('host'), text('db')];
  const [command, seconds] = [text('command'), number('time')];
  const [transactionId, transactionState] = [text('trx_id'), text('trx_state')];
  const [transactionSeconds, lockWaitSeconds] = [number('trx_executed_time'), number('trx_lock_duration')];
  const [rowsLocked, tablesLocked] = [number('trx_lock_rows'), number('trx_lock_tables')];
  const rowsModified = number('trx_update_rows');

  return (row) => {
    const stateText = state(row);
    const commandText = command(row);
    const commandKey = commandText?.toLowerCase() ?? '';
    const waited = lockWaitSeconds(row);
    return {
      state: labelText(stateText),
      user: labelText(user(row)),
      host: labelText(stripPort ? withoutPort(host(row)) : host(row)),
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

  function text(column: ColumnName): (row: Row) => string | undefined {
    return reader(column, cellText);
  }

  function number(column: ColumnName): (row: Row) => number | undefined {
    return reader(column, cellNumber);
  }

  function reader<T>(column: ColumnName, read: (cell: string) => T): (row: Row) => T | undefined {
    const index = columns.get(column);
    return index === undefined ? () => undefined : (row) => read(row[index] ?? '');
  }
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
