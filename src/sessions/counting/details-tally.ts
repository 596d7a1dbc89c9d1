// What the kernel kept of single sessions → the details of a session list: who is active, pairs, and the sessions that stand out.
import type { Statement } from '../../statements/statement.js';
import { NUMBER_COLUMNS, type NumberColumn } from '../columns.js';
import { byDimension, type Dimension } from '../dimensions.js';
import type { Kernel } from '../kernel/kernel.js';
import {
  ACTIVE,
  ACTIVE_SESSIONS,
  COLUMN_BYTES,
  COLUMNS,
  COUNTED_ACTIVE,
  DOUBLE,
  ID_FIELD,
  IN_TRANSACTION,
  LOCK_WAIT,
  NOTABLE_COUNTER,
  NOTABLE_ID,
  NOTABLE_ID_LENGTH,
  NOTABLE_LABELS,
  NOTABLE_MARKS,
  NOTABLE_NUMBERS,
  NOTABLE_TRX_ID,
  NOTABLE_TRX_ID_LENGTH,
  PAIR_ACTIVE,
  PAIR_HOST,
  PAIR_HOSTS,
  PAIR_SESSIONS,
  PAIR_USER,
  PAIR_USERS,
  QUERY,
  SEPARATORS,
  SLEEPING,
  WAITS_FOR_ROW,
  WORD,
} from '../kernel/layout.js';
import { OTHER } from '../label-text.js';
import {
  MAX_ACTIVE_VALUES,
  MAX_LONGEST,
  MAX_PAIRS,
  MAX_QUERIES,
  MAX_TRANSACTIONS,
  MAX_WAITING,
  type NotableSession,
  type NotableTransaction,
  type PairCount,
  type SessionDetails,
} from '../session-details.js';
import type { ValueCount } from '../snapshot.js';
import type { TextColumn } from './text-column.js';

/** What the file has. */
export interface DetailColumns {
  /** How many columns the kernel looks up in each row. */
  readonly read: number;
  /** The field, as layout.ts has it. */
  readonly id: number;
  readonly hasCommand: boolean;
  readonly shown: ReadonlyMap<Dimension, TextColumn>;
}

/** Undefined: it has none, or none that is known. */
type StatementOf = (counter: number) => Statement | undefined;

type Draft<Value> = { -readonly [Key in keyof Value]: Value[Key] };
type Known<Fields> = {
  [Key in keyof Fields as undefined extends Fields[Key] ? never : Key]: Fields[Key];
} & {
  [Key in keyof Fields as undefined extends Fields[Key] ? Key : never]?: Exclude<Fields[Key], undefined>;
};

/** Where each number is in a record. */
const TIME_AT = numberAt('time');
const AGE_AT = numberAt('trx_executed_time');
const WAITED_AT = numberAt('trx_lock_duration');
const ROWS_LOCKED_AT = numberAt('trx_lock_rows');
const TABLES_LOCKED_AT = numberAt('trx_lock_tables');
const ROWS_MODIFIED_AT = numberAt('trx_update_rows');

export class DetailsTally {
  readonly #kernel: Kernel;
  readonly #columns: DetailColumns;
  /** Where the label of each dimension is in a record. */
  readonly #labels: Readonly<
    Record<Dimension, { readonly column: TextColumn; readonly at: number } | undefined>
  >;

  /** Has the kernel keep what is told, from now on. */
  constructor(kernel: Kernel, columns: DetailColumns) {
    this.#kernel = kernel;
    this.#columns = columns;
    this.#labels = byDimension(({ name }) => {
      const column = columns.shown.get(name);
      return column && { column, at: NOTABLE_LABELS + (WORD * (column.address - COLUMNS)) / COLUMN_BYTES };
    });
    const [users, hosts] = [columns.shown.get('user'), columns.shown.get('host')];
    const hasPairs = users !== undefined && hosts !== undefined;
    kernel.setWord(ID_FIELD, columns.id);
    kernel.setWord(PAIR_USERS, hasPairs ? users.address : 0);
    kernel.setWord(PAIR_HOSTS, hasPairs ? hosts.address : 0);
    kernel.run.countDetails(columns.read, MAX_LONGEST, MAX_QUERIES, MAX_TRANSACTIONS, MAX_WAITING);
  }

  /** Called when the whole file is read, and all is counted. Yields where the event loop may go on. */
  *counted(statementOf: StatementOf): Generator<void, SessionDetails, undefined> {
    const active = new Map<Dimension, readonly ValueCount[]>();
    for (const [name, column] of this.#columns.hasCommand ? this.#columns.shown : []) {
      active.set(name, this.#kernel.word(ACTIVE_SESSIONS) === 0 ? [] : yield* mostActive(column));
    }
    return { pairs: this.#pairs(), active, notable: this.#notable(statementOf) };
  }

  #pairs(): readonly PairCount[] {
    const kernel = this.#kernel;
    const [users, hosts] = [this.#columns.shown.get('user'), this.#columns.shown.get('host')];
    return this.#listed(kernel.run.rankPairs(MAX_PAIRS)).map((pair) => ({
      user: users?.shownName(kernel.word(pair + PAIR_USER)) ?? '',
      host: hosts?.shownName(kernel.word(pair + PAIR_HOST)) ?? '',
      sessions: kernel.word(pair + PAIR_SESSIONS),
      active: kernel.word(pair + PAIR_ACTIVE),
    }));
  }

  #notable(statementOf: StatementOf): readonly NotableSession[] {
    const count = this.#kernel.run.chosenNotable(this.#columns.read);
    return this.#listed(count).map((record) => this.#session(record, statementOf));
  }

  /** What the kernel has chosen. */
  #listed(count: number): readonly number[] {
    return Array.from({ length: count }, (_, place) => this.#kernel.word(SEPARATORS + WORD * place));
  }

  #session(record: number, statementOf: StatementOf): NotableSession {
    const kernel = this.#kernel;
    const marks = kernel.word(record + NOTABLE_MARKS);
    const session: Draft<NotableSession> = known({
      id: this.#id(record + NOTABLE_ID, record + NOTABLE_ID_LENGTH),
      user: this.#label('user', record),
      host: this.#label('host', record),
      database: this.#label('database', record),
      command: this.#label('command', record),
      state: this.#label('state', record),
      isActive: (marks & ACTIVE) !== 0,
      isSleeping: (marks & SLEEPING) !== 0,
      isQuery: (marks & QUERY) !== 0,
      seconds: this.#number(record + TIME_AT),
      isWaitingByState: (marks & LOCK_WAIT) !== 0,
    });
    if ((marks & IN_TRANSACTION) !== 0) {
      session.transaction = this.#transaction(record, marks);
    }
    const counter = kernel.word(record + NOTABLE_COUNTER);
    const statement = counter === 0 ? undefined : statementOf(counter);
    if (statement !== undefined) {
      session.statement = statement;
    }
    return session;
  }

  #transaction(record: number, marks: number): NotableTransaction {
    return known({
      id: this.#id(record + NOTABLE_TRX_ID, record + NOTABLE_TRX_ID_LENGTH),
      isWaiting: (marks & WAITS_FOR_ROW) !== 0,
      seconds: this.#number(record + AGE_AT),
      lockWaitSeconds: this.#number(record + WAITED_AT),
      rowsLocked: this.#number(record + ROWS_LOCKED_AT),
      tablesLocked: this.#number(record + TABLES_LOCKED_AT),
      rowsModified: this.#number(record + ROWS_MODIFIED_AT),
    });
  }

  #label(dimension: Dimension, record: number): string | undefined {
    const label = this.#labels[dimension];
    return label?.column.shownName(this.#kernel.word(record + label.at));
  }

  #number(at: number): number | undefined {
    const number = this.#kernel.double(at);
    return number >= 0 ? number : undefined;
  }

  #id(at: number, lengthAt: number): string | undefined {
    const length = this.#kernel.word(lengthAt);
    return length === 0 ? undefined : this.#kernel.bytes.toString('latin1', at, at + length);
  }
}

/** Without the fields that are undefined. Mostly there are none: a session after the other becomes an object of the same make. */
function known<Fields extends object>(fields: Fields): Known<Fields> {
  for (const name in fields) {
    if (fields[name] === undefined) {
      const some = Object.entries(fields).filter(([, value]) => value !== undefined);
      return Object.fromEntries(some) as Known<Fields>;
    }
  }
  return fields as Known<Fields>;
}

function numberAt(column: NumberColumn): number {
  return NOTABLE_NUMBERS + DOUBLE * NUMBER_COLUMNS.indexOf(column);
}

function* mostActive(column: TextColumn): Generator<void, readonly ValueCount[], undefined> {
  // One more: what `other` stands for is no value.
  const { labels } = yield* column.ranked(MAX_ACTIVE_VALUES + 1, COUNTED_ACTIVE);
  return labels
    .map((label) => ({ value: column.shownName(label), sessions: column.activeOf(label) }))
    .filter(({ value }) => value !== OTHER)
    .slice(0, MAX_ACTIVE_VALUES);
}
