// What the sessions of a list wait for, since when, and which of them wait for the same. How much is looked at is bounded, as the
// program does nothing else meanwhile: a list may be made to take long.
import { isWaiting, type NotableSession } from '../../sessions/session-details.js';
import type { Statement } from '../../statements/statement.js';
import { remembered } from './remembered.js';
import { haveTableInCommon, MAX_TEXT, type StatementTables, tablesOf } from './statement-tables.js';

export type WaitKind =
  /** For a lock of InnoDB, as the transaction says. */
  | 'row'
  /** For a table as a whole: its metadata lock, or the lock of engines without row locks. */
  | 'table'
  /** For the lock of the whole server: that of FLUSH TABLES WITH READ LOCK, or of a backup. */
  | 'server';

/** A session, with what its statement says. */
export interface Party {
  readonly session: NotableSession;
  /** In lower case; empty where it is not known. */
  readonly database: string;
  readonly statement: StatementTables | undefined;
  readonly isWaiting: boolean;
}

export interface Wait extends Party {
  readonly kind: WaitKind;
  /** How long ago it began, in whole seconds: at most, where the list says only how long the statement has run. */
  readonly seconds: number;
  /** Any statement in the way is one too many: the server names the lock of an engine without row locks so. */
  readonly isOfEngine: boolean;
  /** Waits of one queue may wait for the same session. */
  readonly queue: number;
  /** Of those of one class all is the same but how long they have waited. */
  readonly waitClass: number;
}

const TABLE_STATE = /^waiting for (?:table|schema|trigger|stored \w+|event) (?:metadata|level) lock/iu;
const ENGINE_STATE = /^waiting for table level lock/iu;
const SERVER_STATE = /^waiting for (?:global read|backup|commit) lock/iu;
/** No name of a lock is in it, so that nothing else counts it: it is what FLUSH TABLES waits for, and what waits for that. */
export const FLUSH_STATE = /^waiting for table flush/iu;
/** As dimensions show an empty value. */
const NONE = 'none';

/** Statements of a list, in characters: those beyond are not known. Ordinary ones are short, and few differ. */
const MAX_CHARACTERS = 32_000;
/** As many kinds of statements are looked at that wait, those that most sessions wait in: who blocks few of many is in no record. */
const MAX_CLASSES = 32;

/** In the order of the list. */
export function partiesOf(notable: readonly NotableSession[]): readonly Party[] {
  const known = new Map<Statement, StatementTables | undefined>();
  let left = MAX_CHARACTERS;
  const read = ({ statement }: NotableSession): void => {
    // Where only digests are kept there is no text.
    if (statement === undefined || statement.text === '' || known.has(statement)) {
      return;
    }
    left -= Math.min(statement.text.length, MAX_TEXT);
    known.set(statement, left < 0 ? undefined : tablesOf(statement));
  };
  const waiting = notable.filter((session) => isWaiting(session) || kindOf(session) !== undefined);
  for (const session of [...waiting, ...notable]) {
    read(session);
  }
  const areWaiting = new Set(waiting);
  return notable.map((session) => ({
    session,
    database: databaseOf(session),
    statement: session.statement && known.get(session.statement),
    isWaiting: areWaiting.has(session),
  }));
}

/** Those of the MAX_CLASSES largest classes; of a session for which nobody can tell what it waits for, or since when, none. */
export function waitsOf(parties: readonly Party[]): readonly Wait[] {
  const classes = new Classes();
  const waits = parties.flatMap((party) => waitOf(party, classes) ?? []);
  if (classes.size <= MAX_CLASSES) {
    return waits;
  }
  const sizes = new Map<number, number>();
  for (const { waitClass } of waits) {
    sizes.set(waitClass, (sizes.get(waitClass) ?? 0) + 1);
  }
  const largest = [...sizes].sort(([, a], [, b]) => b - a).slice(0, MAX_CLASSES);
  const kept = new Set(largest.map(([waitClass]) => waitClass));
  return waits.filter(({ waitClass }) => kept.has(waitClass));
}

function waitOf(party: Party, classes: Classes): Wait | undefined {
  const { session, database, statement } = party;
  const kind = kindOf(session);
  const seconds =
    kind === 'row' ? (session.transaction?.lockWaitSeconds ?? session.seconds) : session.seconds;
  if (kind === undefined || seconds === undefined) {
    return undefined;
  }
  const isOfEngine = ENGINE_STATE.test(session.state ?? '');
  const queue = classes.queueOf(kind, database, statement);
  const waitClass = classes.classOf(queue, isOfEngine, statement);
  return { session, database, statement, isWaiting: true, kind, seconds, isOfEngine, queue, waitClass };
}

/** Numbers of queues and classes. */
class Classes {
  readonly #queues = new Map<string, number>();
  readonly #classes = new Map<string, number>();
  /** Of each statement, by database. */
  readonly #tables = new Map<StatementTables, Map<string, string>>();

  get size(): number {
    return this.#classes.size;
  }

  queueOf(kind: WaitKind, database: string, statement: StatementTables | undefined): number {
    return kind === 'server'
      ? numberOf(kind, this.#queues)
      : numberOf(`${kind}\0${database}\0${this.#tablesOf(statement, database)}`, this.#queues);
  }

  classOf(queue: number, isOfEngine: boolean, statement: StatementTables | undefined): number {
    const { isExclusive, isOfServer } = statement ?? {};
    return numberOf(`${queue} ${isOfEngine} ${isExclusive} ${isOfServer}`, this.#classes);
  }

  #tablesOf(statement: StatementTables | undefined, database: string): string {
    if (statement === undefined) {
      return '';
    }
    const known = remembered(this.#tables, statement, () => new Map<string, string>());
    return remembered(known, database, () =>
      statement.tables
        .map(({ schema, name }) => `${schema || database}.${name}`)
        .sort()
        .join('\0'),
    );
  }
}

function numberOf(key: string, numbers: Map<string, number>): number {
  return remembered(numbers, key, () => numbers.size);
}

function databaseOf({ database }: NotableSession): string {
  return database === undefined || database === NONE ? '' : database.toLowerCase();
}

function kindOf({ state = '', transaction, isSleeping }: NotableSession): WaitKind | undefined {
  if (isSleeping) {
    return undefined;
  }
  if (TABLE_STATE.test(state)) {
    return 'table';
  }
  if (SERVER_STATE.test(state) || FLUSH_STATE.test(state)) {
    return 'server';
  }
  return transaction?.isWaiting === true ? 'row' : undefined;
}

/** Undefined where a statement is not known. */
export function areOnOneTable(one: Party, other: Party): boolean | undefined {
  return one.statement === undefined || other.statement === undefined
    ? undefined
    : haveTableInCommon(one.statement, other.statement, [one.database, other.database]);
}
