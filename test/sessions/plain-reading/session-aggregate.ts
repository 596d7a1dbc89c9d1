// Sessions → one snapshot. Knows nothing of CSV but which columns the file has.
import type { ColumnName } from '../../../src/sessions/columns.js';
import type { Dimension } from '../../../src/sessions/dimensions.js';
import type { SessionSettings } from '../../../src/sessions/read-snapshot.js';
import type { DimensionCounts, SessionTime, Snapshot } from '../../../src/sessions/snapshot.js';
import { OTHER } from './label-text.js';
import type { Session } from './session.js';
import { topValues } from './top-values.js';

const DIMENSION_COLUMNS = [
  ['state', 'state'],
  ['user', 'user'],
  ['host', 'host'],
  ['database', 'db'],
  ['command', 'command'],
] as const;
type KnownDimension = (typeof DIMENSION_COLUMNS)[number][0];

interface TimeSum {
  totalSeconds: number;
  longestSeconds: number;
}

export class SessionAggregate {
  readonly #settings: SessionSettings;
  readonly #columns: ReadonlySet<ColumnName>;
  /** The dimensions shown: sessions by label text. */
  readonly #counts = new Map<KnownDimension, Map<string, number>>();
  readonly #timesByCommand = new Map<string | undefined, TimeSum>();
  #sessions = 0;
  #active = 0;
  #slow = 0;
  #idleInTransaction = 0;
  #lockWaiting = 0;
  #transactionsOpen = 0;
  #transactionsLong = 0;
  #transactionLongestSeconds = 0;
  #rowsLocked = 0;
  #tablesLocked = 0;
  #rowsModified = 0;
  #lockWaitLongestSeconds = 0;

  constructor(columns: ReadonlySet<ColumnName>, settings: SessionSettings) {
    this.#columns = columns;
    this.#settings = settings;
    for (const [dimension, column] of DIMENSION_COLUMNS) {
      if (settings.dimensions[dimension].enabled && columns.has(column)) {
        this.#counts.set(dimension, new Map());
      }
    }
  }

  add(session: Session): void {
    this.#sessions++;
    for (const [dimension, counts] of this.#counts) {
      const value = session[dimension];
      counts.set(value, (counts.get(value) ?? 0) + 1);
    }
    if (session.isActive) {
      this.#active++;
    }
    if (session.isLockWaiting) {
      this.#lockWaiting++;
    }
    if (session.seconds !== undefined) {
      this.#addTime(session, session.seconds);
    }
    if (session.hasTransaction) {
      this.#addTransaction(session);
    }
    this.#transactionLongestSeconds = Math.max(
      this.#transactionLongestSeconds,
      session.transactionSeconds ?? 0,
    );
    this.#lockWaitLongestSeconds = Math.max(this.#lockWaitLongestSeconds, session.lockWaitSeconds ?? 0);
    this.#rowsLocked += session.rowsLocked ?? 0;
    this.#tablesLocked += session.tablesLocked ?? 0;
    this.#rowsModified += session.rowsModified ?? 0;
  }

  /** `previous`, the node's snapshot before, decides which of the less frequent values stay shown. */
  toSnapshot(previous?: Snapshot): Snapshot {
    const has = (...columns: readonly ColumnName[]): boolean =>
      columns.every((name) => this.#columns.has(name));
    const dimensions = new Map<Dimension, DimensionCounts>();
    for (const [dimension, counts] of this.#counts) {
      const shownBefore = new Set(previous?.dimensions.get(dimension)?.values.map(({ value }) => value));
      dimensions.set(
        dimension,
        topValues(counts, this.#settings.dimensions[dimension].maxValues, shownBefore),
      );
    }
    return {
      sessions: this.#sessions,
      lockWaiting: this.#lockWaiting,
      ...(has('command') && { active: this.#active }),
      ...(has('command', 'time') && { slow: this.#slow }),
      ...(has('command', 'trx_id') && { idleInTransaction: this.#idleInTransaction }),
      ...(has('trx_id') && { transactionsOpen: this.#transactionsOpen }),
      ...(has('trx_id', 'trx_executed_time') && { transactionsLong: this.#transactionsLong }),
      ...(has('trx_executed_time') && { transactionLongestSeconds: this.#transactionLongestSeconds }),
      ...(has('trx_lock_rows') && { transactionRowsLocked: this.#rowsLocked }),
      ...(has('trx_lock_tables') && { transactionTablesLocked: this.#tablesLocked }),
      ...(has('trx_update_rows') && { transactionRowsModified: this.#rowsModified }),
      ...(has('trx_lock_duration') && { transactionLockWaitLongestSeconds: this.#lockWaitLongestSeconds }),
      times: has('time') ? this.#times(dimensions.get('command')) : [],
      dimensions,
    };
  }

  #addTime(session: Session, seconds: number): void {
    if (session.isActive && seconds >= this.#settings.slowSeconds) {
      this.#slow++;
    }
    const command = this.#counts.has('command') ? session.command : undefined;
    addSeconds(this.#timesByCommand, command, seconds, seconds);
  }

  #addTransaction(session: Session): void {
    this.#transactionsOpen++;
    if (session.isSleeping) {
      this.#idleInTransaction++;
    }
    const { transactionSeconds = -1 } = session;
    if (transactionSeconds >= this.#settings.longTransactionSeconds) {
      this.#transactionsLong++;
    }
  }

  #times(commands: DimensionCounts | undefined): readonly SessionTime[] {
    const shown: readonly (string | undefined)[] = commands?.values.map(({ value }) => value) ?? [undefined];
    const named = new Set(shown);
    const sums = new Map<string | undefined, TimeSum>();
    for (const [command, { totalSeconds, longestSeconds }] of this.#timesByCommand) {
      addSeconds(sums, named.has(command) ? command : OTHER, totalSeconds, longestSeconds);
    }
    return shown.map((command) => ({
      command,
      totalSeconds: sums.get(command)?.totalSeconds ?? 0,
      longestSeconds: sums.get(command)?.longestSeconds ?? 0,
    }));
  }
}

function addSeconds(
  sums: Map<string | undefined, TimeSum>,
  command: string | undefined,
  totalSeconds: number,
  longestSeconds: number,
): void {
  const sum = sums.get(command);
  if (sum === undefined) {
    sums.set(command, { totalSeconds, longestSeconds });
  } else {
    sum.totalSeconds += totalSeconds;
    sum.longestSeconds = Math.max(sum.longestSeconds, longestSeconds);
  }
}
