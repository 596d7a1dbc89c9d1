// Records → one snapshot: adds the sessions up as they stream by and keeps none, so that memory grows with the
// distinct values only. Fields that no figure is made of are never looked at.
import { isLockWait, isSaid } from '../cells.js';
import type { ColumnName, NumberColumn } from '../columns.js';
import { byDimension, DIMENSIONS, type Dimension, type DimensionRow } from '../dimensions.js';
import { type HostGroup, HostGroups } from '../host-groups.js';
import { faultOf, MISSING, type NumberKind, numberIn, UNREADABLE } from '../numbers.js';
import type { CsvRecord } from '../scanner/record-scanner.js';
import type { Counted, DimensionCounts, UnreadableNumbers } from '../snapshot.js';
import { ALL_COMMANDS, CommandTimes } from './command-times.js';
import { HostCounts } from './host-counts.js';
import { type Label, LabelCounts, type Marks } from './label-counts.js';
import { NumberFigure } from './number-figure.js';
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
  /** A host is counted under the name of the first that it is in. */
  readonly hostGroups: readonly HostGroup[];
  readonly slowSeconds: number;
  readonly longTransactionSeconds: number;
}

/** The columns that are read one by one: for other figures, or because the text is not counted as it is. */
type ReadColumn = Extract<ColumnName, 'user' | 'host' | 'state' | 'command' | 'time' | `trx_${string}`>;

const SYSTEM_USER = /^system user$/i;
const SLEEP = 'sleep';
/** Threads of the server itself, which last for as long as it runs: the event scheduler, and what feeds its replicas. */
const SERVER_THREADS: ReadonlySet<string> = new Set(['daemon', 'binlog dump', 'binlog dump gtid']);
/** Marks of a command. */
const ACTIVE = 1;
const SLEEPING = 2;
const SERVER_THREAD = 4;
/** Mark of a state. */
const LOCK_WAITING = 1;
/** Mark of a user: a thread of replication, which waits and works for days. */
const REPLICATION = 1;
const MARKS: Partial<Record<Dimension, Marks>> = {
  state: stateMarks,
  command: commandMarks,
  user: userMarks,
};

/** User, state and command also decide what other figures a session belongs to; a host is counted without its port. */
const COUNTED_APART: ReadonlySet<Dimension> = new Set(['user', 'state', 'host', 'command']);

/** The field of a column that the file lacks, or of a dimension that is off. */
const NO_FIELD = -1;

export class SessionAggregate {
  readonly #columns: ReadonlyMap<ColumnName, number>;
  readonly #settings: CountingSettings;
  readonly #fields: Readonly<Record<ReadColumn, number>>;
  readonly #counts: Readonly<Record<Dimension, LabelCounts>>;
  readonly #user: LabelCounts;
  readonly #state: LabelCounts;
  readonly #command: LabelCounts;
  readonly #portless: HostCounts;
  readonly #shown: readonly DimensionRow[];
  /** Those shown that are not counted apart. */
  readonly #plain: readonly { readonly field: number; readonly counts: LabelCounts }[];
  readonly #showsCommand: boolean;
  readonly #times = new CommandTimes();
  readonly #activeSeconds = new NumberFigure();
  readonly #transactionSeconds = new NumberFigure();
  readonly #lockWaitSeconds = new NumberFigure();
  readonly #rowsLocked = new NumberFigure();
  readonly #tablesLocked = new NumberFigure();
  readonly #rowsModified = new NumberFigure();
  readonly #unreadable = new Map<NumberColumn, UnreadableNumbers>();
  #sessions = 0;
  #active = 0;
  #slow = 0;
  #idleInTransaction = 0;
  #lockWaiting = 0;
  #transactionsOpen = 0;
  #transactionsLong = 0;

  /** `columns`: the field of each column that the file has. */
  constructor(columns: ReadonlyMap<ColumnName, number>, settings: CountingSettings) {
    this.#columns = columns;
    this.#settings = settings;
    this.#fields = fieldsOf(columns, settings);
    const hostGroups = new HostGroups(settings.hostGroups);
    const withPort: Label = (host) => hostGroups.labelWithPort(host);
    this.#counts = byDimension(
      ({ name }) => new LabelCounts(MARKS[name], name === 'host' ? withPort : undefined),
    );
    this.#portless = new HostCounts(hostGroups);
    this.#user = this.#counts.user;
    this.#state = this.#counts.state;
    this.#command = this.#counts.command;
    this.#shown = DIMENSIONS.filter(
      ({ name, column }) => settings.dimensions[name].enabled && columns.has(column),
    );
    this.#plain = this.#shown
      .filter(({ name }) => !COUNTED_APART.has(name))
      .map(({ name, column }) => ({ field: columns.get(column) ?? NO_FIELD, counts: this.#counts[name] }));
    this.#showsCommand = columns.has('command') && settings.dimensions.command.enabled;
  }

  /** What was no number so far; goes on with the file. */
  get unreadable(): ReadonlyMap<NumberColumn, UnreadableNumbers> {
    return this.#unreadable;
  }

  /** Adds the session of a record that has as many fields as the header. */
  add(record: CsvRecord): void {
    const fields = this.#fields;
    this.#sessions++;
    for (const { field, counts } of this.#plain) {
      count(record, field, counts);
    }
    this.#countHost(record, fields.host);
    const user = count(record, fields.user, this.#user);
    const state = count(record, fields.state, this.#state);
    const command = count(record, fields.command, this.#command);
    const seconds = this.#number(record, fields.time, 'time', 'seconds');
    const marks = this.#command.marksOf(command);
    const isReplication = (this.#user.marksOf(user) & REPLICATION) !== 0;
    if (!isReplication) {
      if ((marks & ACTIVE) !== 0) {
        this.#active++;
        this.#activeSeconds.add(seconds);
        if (seconds >= this.#settings.slowSeconds) {
          this.#slow++;
        }
      }
      const label = this.#showsCommand ? this.#command.labelOf(command) : ALL_COMMANDS;
      this.#times.add(label, seconds, (marks & SERVER_THREAD) !== 0);
    }
    const isStateWaiting = (this.#state.marksOf(state) & LOCK_WAITING) !== 0;
    if (this.#addTransaction(record, (marks & SLEEPING) !== 0, isReplication) || isStateWaiting) {
      this.#lockWaiting++;
    }
  }

  /** `previous`, the node's snapshot before, decides which of the less frequent values stay shown. */
  toCounted(previous?: Pick<Counted, 'dimensions'>): Counted {
    const has = (...columns: readonly ColumnName[]): boolean =>
      columns.every((name) => this.#columns.has(name));
    const dimensions = this.#dimensions(previous);
    const ages = this.#transactionSeconds;
    const waits = this.#lockWaitSeconds;
    const rows = this.#rowsLocked;
    const tables = this.#tablesLocked;
    const modified = this.#rowsModified;
    return {
      sessions: this.#sessions,
      lockWaiting: this.#lockWaiting,
      ...(has('command') && { active: this.#active }),
      ...(has('command', 'time') && this.#activeSeconds.isKnown && { slow: this.#slow }),
      ...(has('command', 'trx_id') && { idleInTransaction: this.#idleInTransaction }),
      ...(has('trx_id') && { transactionsOpen: this.#transactionsOpen }),
      ...(has('trx_id', 'trx_executed_time') && ages.isKnown && { transactionsLong: this.#transactionsLong }),
      ...(has('trx_executed_time') && ages.isKnown && { transactionLongestSeconds: ages.longest }),
      ...(has('trx_lock_rows') && rows.isKnown && { transactionRowsLocked: rows.total }),
      ...(has('trx_lock_tables') && tables.isKnown && { transactionTablesLocked: tables.total }),
      ...(has('trx_update_rows') && modified.isKnown && { transactionRowsModified: modified.total }),
      ...(has('trx_lock_duration') && waits.isKnown && { transactionLockWaitLongestSeconds: waits.longest }),
      ...(has('time') ? this.#sessionTimes(dimensions.get('command')) : { times: [], longest: [] }),
      dimensions,
    };
  }

  #countHost(record: CsvRecord, field: number): void {
    if (field === NO_FIELD) {
      return;
    }
    const start = record.startOf(field);
    const end = record.unquote(field);
    if (this.#settings.stripPort) {
      this.#portless.add(record, start, end);
    } else {
      this.#counts.host.add(record.view, start, end);
    }
  }

  /**
   * Returns whether the session waits for a row lock, which shows in the transaction only (its state says `updating`), as a
   * metadata or table lock shows in the state only. Where there is no transaction, nothing is read of
   * one: it would be left over, or a sign for nothing that is no number.
   */
  #addTransaction(record: CsvRecord, isSleeping: boolean, isReplication: boolean): boolean {
    const fields = this.#fields;
    const { trx_id: id, trx_state: state } = fields;
    if (id !== NO_FIELD) {
      if (!isSaid(record.bytes, record.startOf(id), record.unquote(id))) {
        return false;
      }
      this.#transactionsOpen++;
      if (isSleeping) {
        this.#idleInTransaction++;
      }
    }
    const waited = this.#number(record, fields.trx_lock_duration, 'trx_lock_duration', 'seconds');
    const seconds = this.#number(record, fields.trx_executed_time, 'trx_executed_time', 'seconds');
    if (!isReplication) {
      this.#lockWaitSeconds.add(waited);
      this.#transactionSeconds.add(seconds);
      if (seconds >= this.#settings.longTransactionSeconds) {
        this.#transactionsLong++;
      }
    }
    this.#rowsLocked.add(this.#number(record, fields.trx_lock_rows, 'trx_lock_rows', 'count'));
    this.#tablesLocked.add(this.#number(record, fields.trx_lock_tables, 'trx_lock_tables', 'count'));
    this.#rowsModified.add(this.#number(record, fields.trx_update_rows, 'trx_update_rows', 'count'));
    return (
      waited > 0 ||
      (state !== NO_FIELD && isLockWait(record.bytes, record.startOf(state), record.unquote(state)))
    );
  }

  /** MISSING where the file lacks the column. */
  #number(record: CsvRecord, field: number, column: NumberColumn, kind: NumberKind): number {
    if (field === NO_FIELD) {
      return MISSING;
    }
    const start = record.startOf(field);
    const end = record.unquote(field);
    const number = numberIn(record.bytes, start, end, kind);
    if (number === UNREADABLE) {
      this.#noteUnreadable(column, record.bytes, start, end);
    }
    return number;
  }

  #noteUnreadable(column: NumberColumn, bytes: Buffer, start: number, end: number): void {
    const { cells = 0, fault = faultOf(bytes.toString('utf8', start, end)) } =
      this.#unreadable.get(column) ?? {};
    this.#unreadable.set(column, { cells: cells + 1, fault });
  }

  #dimensions(previous: Pick<Counted, 'dimensions'> | undefined): ReadonlyMap<Dimension, DimensionCounts> {
    const dimensions = new Map<Dimension, DimensionCounts>();
    for (const { name } of this.#shown) {
      const { maxValues } = this.#settings.dimensions[name];
      const shownBefore = new Set(previous?.dimensions.get(name)?.values.map(({ value }) => value));
      dimensions.set(name, topValues(this.#countsOf(name), maxValues, shownBefore));
    }
    return dimensions;
  }

  #countsOf(dimension: Dimension): LabelCounts {
    return dimension === 'host' && this.#settings.stripPort
      ? this.#portless.settled()
      : this.#counts[dimension];
  }

  #sessionTimes(commands: DimensionCounts | undefined): Pick<Counted, 'times' | 'longest'> {
    const times = this.#times;
    if (commands === undefined) {
      return { times: times.ofAll(), longest: times.longestOfAll() };
    }
    const shown = commands.values.map(({ value }) => value);
    const nameOf = (label: number) => this.#command.nameOf(label);
    return { times: times.byCommand(shown, nameOf), longest: times.longestByCommand(shown, nameOf) };
  }
}

function fieldsOf(
  columns: ReadonlyMap<ColumnName, number>,
  { dimensions }: CountingSettings,
): Readonly<Record<ReadColumn, number>> {
  const field = (column: ColumnName): number => columns.get(column) ?? NO_FIELD;
  return {
    user: field('user'),
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
  return SERVER_THREADS.has(command) ? SERVER_THREAD : command === SLEEP ? SLEEPING : ACTIVE;
}

function stateMarks(text = ''): number {
  return /^waiting for\b.*\block\b/is.test(text) ? LOCK_WAITING : 0;
}

function userMarks(text: string | undefined): number {
  return text !== undefined && SYSTEM_USER.test(text) ? REPLICATION : 0;
}

/** Returns the number of the field's text. */
function count(record: CsvRecord, field: number, counts: LabelCounts): number {
  return field === NO_FIELD
    ? NO_FIELD
    : counts.add(record.view, record.startOf(field), record.unquote(field));
}
