// Records → one snapshot: adds the sessions up as they stream by and keeps none, so that memory grows with the
// distinct values only. Fields that no figure is made of are never looked at.
import {
  ASK_THE_TEXT,
  cellText,
  endWithoutPort,
  hostWithoutPort,
  isLockWait,
  isSaid,
  numberIn,
} from '../cells.js';
import type { ColumnName } from '../columns.js';
import { byDimension, DIMENSIONS, type Dimension, type DimensionRow } from '../dimensions.js';
import type { CsvRecord } from '../scanner/record-scanner.js';
import type { DimensionCounts, SessionTime, Snapshot } from '../snapshot.js';
import { ALL_COMMANDS, CommandTimes } from './command-times.js';
import { LabelCounts, type Marks } from './label-counts.js';
import { topValues } from './top-values.js';

export interface DimensionSettings {
  readonly enabled: boolean;
  /** Values shown at most, `other` not counted. */
  readonly maxValues: number;
}

/** What the configuration decides about counting. */
export interface CountingSettings {
  readonly dimensions: Readonly<Record<Dimension, DimensionSettings>>;
  readonly stripPort: boolean;
  readonly slowSeconds: number;
  readonly longTransactionSeconds: number;
}

/** The columns that are read one by one: for other figures, or because the text is not counted as it is. */
type ReadColumn = Extract<ColumnName, 'host' | 'state' | 'command' | 'time' | `trx_${string}`>;

const SLEEP = 'sleep';
const INACTIVE_COMMANDS: ReadonlySet<string> = new Set([SLEEP, 'daemon', 'binlog dump', 'binlog dump gtid']);
/** Marks of a command. */
const ACTIVE = 1;
const SLEEPING = 2;
/** Mark of a state. */
const LOCK_WAITING = 1;
const MARKS: Partial<Record<Dimension, Marks>> = { state: stateMarks, command: commandMarks };

/** State and command also decide what other figures a session belongs to; a host is counted without its port. */
const COUNTED_APART: ReadonlySet<Dimension> = new Set(['state', 'host', 'command']);

/** The field of a column that the file lacks, or of a dimension that is off. */
const NO_FIELD = -1;

export class SessionAggregate {
  readonly #columns: ReadonlyMap<ColumnName, number>;
  readonly #settings: CountingSettings;
  readonly #fields: Readonly<Record<ReadColumn, number>>;
  readonly #counts = byDimension(({ name }) => new LabelCounts(MARKS[name]));
  readonly #state = this.#counts.state;
  readonly #host = this.#counts.host;
  readonly #command = this.#counts.command;
  readonly #shown: readonly DimensionRow[];
  /** Those shown that are not counted apart. */
  readonly #plain: readonly { readonly field: number; readonly counts: LabelCounts }[];
  readonly #showsCommand: boolean;
  readonly #times = new CommandTimes();
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

  /** `columns`: the field of each column that the file has. */
  constructor(columns: ReadonlyMap<ColumnName, number>, settings: CountingSettings) {
    this.#columns = columns;
    this.#settings = settings;
    this.#fields = fieldsOf(columns, settings);
    this.#shown = DIMENSIONS.filter(
      ({ name, column }) => settings.dimensions[name].enabled && columns.has(column),
    );
    this.#plain = this.#shown
      .filter(({ name }) => !COUNTED_APART.has(name))
      .map(({ name, column }) => ({ field: columns.get(column) ?? NO_FIELD, counts: this.#counts[name] }));
    this.#showsCommand = columns.has('command') && settings.dimensions.command.enabled;
  }

  /** Adds the session of a record that has as many fields as the header. */
  add(record: CsvRecord): void {
    const fields = this.#fields;
    this.#sessions++;
    for (const { field, counts } of this.#plain) {
      count(record, field, counts);
    }
    this.#countHost(record, fields.host);
    const state = count(record, fields.state, this.#state);
    const command = count(record, fields.command, this.#command);
    const marks = this.#command.marksOf(command);
    const seconds = numberOf(record, fields.time);
    if ((marks & ACTIVE) !== 0) {
      this.#active++;
      if (seconds >= this.#settings.slowSeconds) {
        this.#slow++;
      }
    }
    // What is missing is NaN, and compares to nothing.
    if (seconds >= 0) {
      this.#times.add(this.#showsCommand ? this.#command.labelOf(command) : ALL_COMMANDS, seconds);
    }
    this.#addTransaction(record, (marks & SLEEPING) !== 0);
    this.#addLocks(record, (this.#state.marksOf(state) & LOCK_WAITING) !== 0);
  }

  /** `previous`, the node's snapshot before, decides which of the less frequent values stay shown. */
  toSnapshot(previous?: Snapshot): Snapshot {
    const has = (...columns: readonly ColumnName[]): boolean =>
      columns.every((name) => this.#columns.has(name));
    const dimensions = this.#dimensions(previous);
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
      times: has('time') ? this.#sessionTimes(dimensions.get('command')) : [],
      dimensions,
    };
  }

  #countHost(record: CsvRecord, field: number): void {
    if (field === NO_FIELD) {
      return;
    }
    const start = record.startOf(field);
    const end = record.unquote(field);
    const portless = this.#settings.stripPort ? endWithoutPort(record.bytes, start, end) : end;
    if (portless === ASK_THE_TEXT) {
      this.#host.addText(hostWithoutPort(cellText(record.bytes.toString('utf8', start, end)) ?? ''));
    } else {
      this.#host.add(record.view, start, portless);
    }
  }

  #addTransaction(record: CsvRecord, isSleeping: boolean): void {
    const seconds = numberOf(record, this.#fields.trx_executed_time);
    if (seconds > this.#transactionLongestSeconds) {
      this.#transactionLongestSeconds = seconds;
    }
    const id = this.#fields.trx_id;
    if (id === NO_FIELD || !isSaid(record.bytes, record.startOf(id), record.unquote(id))) {
      return;
    }
    this.#transactionsOpen++;
    if (isSleeping) {
      this.#idleInTransaction++;
    }
    if (seconds >= this.#settings.longTransactionSeconds) {
      this.#transactionsLong++;
    }
  }

  /** A row lock shows in the transaction only (its state says `updating`), a metadata or table lock in the state only. */
  #addLocks(record: CsvRecord, isStateWaiting: boolean): void {
    const fields = this.#fields;
    this.#rowsLocked += numberOf(record, fields.trx_lock_rows) || 0;
    this.#tablesLocked += numberOf(record, fields.trx_lock_tables) || 0;
    this.#rowsModified += numberOf(record, fields.trx_update_rows) || 0;
    const waited = numberOf(record, fields.trx_lock_duration);
    if (waited > this.#lockWaitLongestSeconds) {
      this.#lockWaitLongestSeconds = waited;
    }
    const state = fields.trx_state;
    const isRowWaiting =
      waited > 0 ||
      (state !== NO_FIELD && isLockWait(record.bytes, record.startOf(state), record.unquote(state)));
    if (isRowWaiting || isStateWaiting) {
      this.#lockWaiting++;
    }
  }

  #dimensions(previous: Snapshot | undefined): ReadonlyMap<Dimension, DimensionCounts> {
    const dimensions = new Map<Dimension, DimensionCounts>();
    for (const { name } of this.#shown) {
      const { maxValues } = this.#settings.dimensions[name];
      const shownBefore = new Set(previous?.dimensions.get(name)?.values.map(({ value }) => value));
      dimensions.set(name, topValues(this.#counts[name], maxValues, shownBefore));
    }
    return dimensions;
  }

  #sessionTimes(commands: DimensionCounts | undefined): readonly SessionTime[] {
    if (commands === undefined) {
      return [this.#times.ofAll()];
    }
    const shown = commands.values.map(({ value }) => value);
    return this.#times.byCommand(shown, (label) => this.#command.nameOf(label));
  }
}

function fieldsOf(
  columns: ReadonlyMap<ColumnName, number>,
  { dimensions }: CountingSettings,
): Readonly<Record<ReadColumn, number>> {
  const field = (column: ColumnName): number => columns.get(column) ?? NO_FIELD;
  return {
    host: dimensions.host.enabled ? field('host') : NO_FIELD,
    state: field('state'),
    command: field('command'),
    time: field('time'),
    trx_id: field('trx_id'),
    trx_state: field('trx_state'),
    trx_executed_time: field('trx_executed_time'),
    trx_lock_duration: field('trx_lock_duration'),
    trx_lock_rows: field('trx_lock_rows'),
    trx_lock_tables: field('trx_lock_tables'),
    trx_update_rows: field('trx_update_rows'),
  };
}

function commandMarks(text: string | undefined): number {
  const command = text?.toLowerCase() ?? '';
  return (INACTIVE_COMMANDS.has(command) ? 0 : ACTIVE) | (command === SLEEP ? SLEEPING : 0);
}

function stateMarks(text = ''): number {
  return /^waiting for\b.*\block\b/is.test(text) ? LOCK_WAITING : 0;
}

/** Returns the number of the field's text. */
function count(record: CsvRecord, field: number, counts: LabelCounts): number {
  return field === NO_FIELD
    ? NO_FIELD
    : counts.add(record.view, record.startOf(field), record.unquote(field));
}

function numberOf(record: CsvRecord, field: number): number {
  return field === NO_FIELD
    ? Number.NaN
    : numberIn(record.bytes, record.startOf(field), record.unquote(field));
}
