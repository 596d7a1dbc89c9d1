// A kernel's sums → one snapshot. The kernel adds the sessions up as they stream by and keeps none, so that memory grows with the
// distinct values only; here is what it is told of the columns, what it asks of odd cells, and what its sums mean.
import { cellNumber, cellText, faultOf, type NumberKind, UNREADABLE } from '../cells.js';
import { type ColumnName, NUMBER_COLUMNS, type NumberColumn } from '../columns.js';
import { DIMENSIONS, type Dimension } from '../dimensions.js';
import { type HostGroup, HostGroups } from '../hosts/host-groups.js';
import type { CellAnswers, Kernel } from '../kernel/kernel.js';
import {
  ACTIVE,
  ACTIVE_SECONDS,
  ACTIVE_SESSIONS,
  COLUMN_BYTES,
  COLUMNS,
  FIELDS_OF_HEADER,
  HAS_TIMES,
  IDLE_IN_TRANSACTION,
  LOCK_WAIT,
  LOCK_WAIT_SECONDS,
  LOCK_WAITING,
  LONG_TRANSACTION_SECONDS,
  NO_FIELD,
  NUMBER_FIELDS,
  QUERY,
  REPLICATION,
  ROWS_LOCKED,
  ROWS_MODIFIED,
  SERVER_THREAD,
  SESSIONS,
  SLEEPING,
  SLOW,
  SLOW_SECONDS,
  TABLES_LOCKED,
  TRANSACTION_SECONDS,
  TRANSACTIONS_LONG,
  TRANSACTIONS_OPEN,
  TRX_ID_FIELD,
  TRX_STATES,
  UNCLEAR_HOSTS,
  WORD,
} from '../kernel/layout.js';
import type { SessionDetails } from '../session-details.js';
import type { Counted, UnreadableNumbers } from '../snapshot.js';
import { type SessionTimes, timesByCommand, timesOfAll } from './command-times.js';
import { DetailsTally } from './details-tally.js';
import { HostCounts } from './host-counts.js';
import { figureAt, type NumberFigure } from './number-figure.js';
import { type StatementSettings, StatementTally } from './statement-counts.js';
import { type ColumnRules, PLAIN, TextColumn } from './text-column.js';
import { type TopValues, topValues } from './top-values.js';

export interface DimensionSettings {
  readonly enabled: boolean;
  /** Values shown at most, `other` not counted. */
  readonly maxValues: number;
}

/** What the configuration decides about counting. */
export interface CountingSettings {
  /** Absent: the column is not read. */
  readonly statements?: StatementSettings;
  /** Whether it is told which sessions stand out, and who is active. */
  readonly details?: boolean;
  readonly dimensions: Readonly<Record<Dimension, DimensionSettings>>;
  readonly stripPort: boolean;
  /** A host is counted under the name of the first that it is in. */
  readonly hostGroups: readonly HostGroup[];
  readonly slowSeconds: number;
  readonly longTransactionSeconds: number;
}

const SYSTEM_USER = 'system user';
const SLEEP = 'sleep';
const QUERIES: ReadonlySet<string> = new Set(['query', 'execute']);
/** Threads of the server itself, which last for as long as it runs: the event scheduler, and what feeds its replicas. */
const SERVER_THREADS: ReadonlySet<string> = new Set(['daemon', 'binlog dump', 'binlog dump gtid']);

/** What the texts of a dimension say besides their label, and of which of them it must be asked. */
const MARKING: Partial<Record<Dimension, Pick<ColumnRules, 'marksOf' | 'asked'>>> = {
  state: { marksOf: stateMarks, asked: 'all' },
  command: { marksOf: commandMarks, asked: 'all' },
  // A thread of replication waits and works for days.
  user: { marksOf: userMarks, asked: SYSTEM_USER.length },
};
const TRX_STATE: ColumnRules = {
  ...PLAIN,
  marksOf: (text) => (text?.toUpperCase() === 'LOCK WAIT' ? LOCK_WAIT : 0),
  asked: 'all',
};

/** What the columns of numbers hold. */
const KINDS: Readonly<Record<NumberColumn, NumberKind>> = {
  time: 'seconds',
  trx_executed_time: 'seconds',
  trx_lock_duration: 'seconds',
  trx_lock_rows: 'count',
  trx_lock_tables: 'count',
  trx_update_rows: 'count',
};

export class SessionAggregate implements CellAnswers {
  readonly #kernel: Kernel;
  /** The field of each column that the file has. */
  readonly #columns: ReadonlyMap<ColumnName, number>;
  readonly #settings: CountingSettings;
  /** Those that the kernel looks up, by their addresses in its memory. */
  readonly #texts = new Map<number, TextColumn>();
  readonly #shown = new Map<Dimension, TextColumn>();
  #hosts: HostCounts | undefined;
  readonly #statements: StatementTally | undefined;
  readonly #details: DetailsTally | undefined;
  readonly #unreadable = new Map<NumberColumn, UnreadableNumbers>();

  /** Of rows of so many fields; `columns`: the field of each column that the file has. */
  constructor(
    kernel: Kernel,
    fields: number,
    columns: ReadonlyMap<ColumnName, number>,
    settings: CountingSettings,
  ) {
    this.#kernel = kernel;
    this.#columns = columns;
    this.#settings = settings;
    kernel.cells = this;
    kernel.setWord(FIELDS_OF_HEADER, fields);
    kernel.setWord(TRX_ID_FIELD, this.#placeOf('trx_id'));
    for (const [number, column] of NUMBER_COLUMNS.entries()) {
      kernel.setWord(NUMBER_FIELDS + number * WORD, this.#placeOf(column));
    }
    kernel.setDouble(SLOW_SECONDS, settings.slowSeconds);
    kernel.setDouble(LONG_TRANSACTION_SECONDS, settings.longTransactionSeconds);
    this.#texts.set(TRX_STATES, new TextColumn(kernel, TRX_STATES, this.#placeOf('trx_state'), TRX_STATE));
    const columnsRead = this.#lookUp(new HostGroups(settings.hostGroups));
    kernel.run.resetRows(columnsRead);
    this.#statements = this.#statementTally();
    this.#details = settings.details === true ? this.#detailsTally(columnsRead) : undefined;
  }

  /** What was no number so far; goes on with the file. */
  get unreadable(): ReadonlyMap<NumberColumn, UnreadableNumbers> {
    return this.#unreadable;
  }

  get sessions(): number {
    return this.#kernel.word(SESSIONS);
  }

  learn(column: number, at: number, length: number): number {
    return this.#textsAt(column).learn(at, length);
  }

  longText(column: number, at: number, length: number): number {
    return this.#textsAt(column).longText(at, length);
  }

  oddHost(at: number, end: number): number {
    return this.#hosts?.oddHost(at, end) ?? end;
  }

  oddNumber(number: number, at: number, end: number): number {
    const column = NUMBER_COLUMNS[number] ?? 'time';
    const cell = this.#kernel.text(at, end);
    const read = cellNumber(cell, KINDS[column]);
    if (read === UNREADABLE) {
      const { cells = 0, fault = faultOf(cell) } = this.#unreadable.get(column) ?? {};
      this.#unreadable.set(column, { cells: cells + 1, fault });
    }
    return read;
  }

  oddTransaction(at: number, end: number): boolean {
    return cellText(this.#kernel.text(at, end)) !== undefined;
  }

  /**
   * `previous`, the node's snapshot before, decides which of the less frequent values stay shown. Yields where the event loop may
   * go on: there may be a million values.
   */
  *counted(previous?: Pick<Counted, 'dimensions'>): Generator<void, Counted, undefined> {
    const has = (...columns: readonly ColumnName[]): boolean =>
      columns.every((name) => this.#columns.has(name));
    const count = (at: number): number => this.#kernel.word(at);
    const figure = (at: number): NumberFigure => figureAt(this.#kernel, at);
    const dimensions = yield* this.#dimensions(previous);
    const times = yield* this.#sessionTimes(dimensions.get('command'));
    const statements = this.#statements && (yield* this.#statements.counted());
    const ages = figure(TRANSACTION_SECONDS);
    const waits = figure(LOCK_WAIT_SECONDS);
    const rows = figure(ROWS_LOCKED);
    const tables = figure(TABLES_LOCKED);
    const modified = figure(ROWS_MODIFIED);
    return {
      sessions: this.sessions,
      lockWaiting: count(LOCK_WAITING),
      ...(has('command') && { active: count(ACTIVE_SESSIONS) }),
      ...(has('command', 'time') && figure(ACTIVE_SECONDS).isKnown && { slow: count(SLOW) }),
      ...(has('command', 'trx_id') && { idleInTransaction: count(IDLE_IN_TRANSACTION) }),
      ...(has('trx_id') && { transactionsOpen: count(TRANSACTIONS_OPEN) }),
      ...(has('trx_id', 'trx_executed_time') &&
        ages.isKnown && { transactionsLong: count(TRANSACTIONS_LONG) }),
      ...(has('trx_executed_time') && ages.isKnown && { transactionLongestSeconds: ages.longest }),
      ...(has('trx_lock_rows') && rows.isKnown && { transactionRowsLocked: rows.total }),
      ...(has('trx_lock_tables') && tables.isKnown && { transactionTablesLocked: tables.total }),
      ...(has('trx_update_rows') && modified.isKnown && { transactionRowsModified: modified.total }),
      ...(has('trx_lock_duration') && waits.isKnown && { transactionLockWaitLongestSeconds: waits.longest }),
      ...times,
      dimensions: new Map([...dimensions].map(([name, { counts }]) => [name, counts])),
      ...(statements && { statements }),
    };
  }

  /** Once all is counted; undefined where details are not asked for. Yields where the event loop may go on. */
  *details(): Generator<void, SessionDetails | undefined, undefined> {
    return (
      this.#details && (yield* this.#details.counted((counter) => this.#statements?.statementOf(counter)))
    );
  }

  /** Tells the kernel which columns it looks up in each row, those that are shown or have marks; returns how many. */
  #lookUp(groups: HostGroups): number {
    const { dimensions, stripPort } = this.#settings;
    let read = 0;
    for (const { name, column } of DIMENSIONS) {
      const isShown = dimensions[name].enabled;
      if (!this.#columns.has(column) || !(isShown || name in MARKING)) {
        continue;
      }
      const address = COLUMNS + read++ * COLUMN_BYTES;
      const texts =
        name === 'host'
          ? this.#hostColumn(address, groups, stripPort)
          : new TextColumn(this.#kernel, address, this.#placeOf(column), {
              ...PLAIN,
              ...MARKING[name],
              kind: name === 'command' && isShown ? HAS_TIMES : 0,
            });
      this.#texts.set(address, texts);
      if (isShown) {
        this.#shown.set(name, texts);
      }
    }
    return read;
  }

  #hostColumn(address: number, groups: HostGroups, stripPort: boolean): TextColumn {
    const place = this.#placeOf('host');
    if (stripPort) {
      this.#hosts = new HostCounts(this.#kernel, address, place, groups);
      return this.#hosts.column;
    }
    return new TextColumn(this.#kernel, address, place, {
      ...PLAIN,
      labelOf: (host) => groups.labelWithPort(host),
      asked: groups.areNone ? 'none' : 'all',
    });
  }

  #statementTally(): StatementTally | undefined {
    const { statements } = this.#settings;
    // Without commands it is not known who is active.
    if (statements === undefined || !this.#columns.has('info') || !this.#columns.has('command')) {
      return undefined;
    }
    return new StatementTally(this.#kernel, statements, {
      info: this.#placeOf('info'),
      hasTime: this.#columns.has('time'),
      users: this.#shown.get('user'),
      hosts: this.#shown.get('host'),
    });
  }

  #detailsTally(columnsRead: number): DetailsTally {
    return new DetailsTally(this.#kernel, {
      read: columnsRead,
      id: this.#placeOf('id'),
      hasCommand: this.#columns.has('command'),
      shown: this.#shown,
    });
  }

  /** Of a field, as layout.ts has it. */
  #placeOf(column: ColumnName): number {
    const field = this.#columns.get(column);
    return field === undefined ? NO_FIELD : field * WORD;
  }

  #textsAt(column: number): TextColumn {
    const texts = column === UNCLEAR_HOSTS ? this.#hosts?.unclear : this.#texts.get(column);
    if (texts === undefined) {
      throw new Error(`kernel: got a question about column ${column}, which it was not told of`);
    }
    return texts;
  }

  *#dimensions(
    previous: Pick<Counted, 'dimensions'> | undefined,
  ): Generator<void, ReadonlyMap<Dimension, TopValues>, undefined> {
    yield* this.#hosts?.settle() ?? [];
    const dimensions = new Map<Dimension, TopValues>();
    for (const [name, texts] of this.#shown) {
      const { maxValues } = this.#settings.dimensions[name];
      const shownBefore = new Set(previous?.dimensions.get(name)?.values.map(({ value }) => value));
      dimensions.set(name, yield* topValues(texts, maxValues, shownBefore));
    }
    return dimensions;
  }

  *#sessionTimes(commands: TopValues | undefined): Generator<void, SessionTimes, undefined> {
    const texts = this.#shown.get('command');
    if (!this.#columns.has('time')) {
      return { times: [], longest: [] };
    }
    return commands === undefined || texts === undefined
      ? timesOfAll(this.#kernel)
      : yield* timesByCommand(this.#kernel, texts, commands);
  }
}

function commandMarks(text: string | undefined): number {
  const command = text?.toLowerCase() ?? '';
  if (SERVER_THREADS.has(command)) {
    return SERVER_THREAD;
  }
  return command === SLEEP ? SLEEPING : QUERIES.has(command) ? ACTIVE | QUERY : ACTIVE;
}

function stateMarks(text = ''): number {
  return /^waiting for\b.*\block\b/is.test(text) ? LOCK_WAIT : 0;
}

function userMarks(text: string | undefined): number {
  return text?.toLowerCase() === SYSTEM_USER ? REPLICATION : 0;
}
