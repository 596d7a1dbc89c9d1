// Which tables a statement is about, and whether it needs them for itself: read from its text, in which there are no values.
import { fold } from '../../statements/fold.js';
import type { Statement } from '../../statements/statement.js';
import { CUT_SIGN } from '../../statements/statement-of.js';
import { type Token, tokensOf } from '../../statements/tokens.js';

export interface Table {
  /** In lower case; empty where the statement does not say it. */
  readonly schema: string;
  readonly name: string;
}

export interface StatementTables {
  readonly tables: readonly Table[];
  /** Of each name, the schemas of its tables. */
  readonly schemas: ReadonlyMap<string, readonly string[]>;
  /** Waits for all others on its tables, and all that come later wait for it: ALTER, TRUNCATE, LOCK TABLES … WRITE. */
  readonly isExclusive: boolean;
  readonly isWriting: boolean;
  /** Locks rows: it writes, or reads for an update. */
  readonly isLocking: boolean;
  /** Such as FLUSH TABLES WITH READ LOCK. */
  readonly isOfServer: boolean;
}

/** Tables stand in the front; the rest of a long text is not worth its time. */
export const MAX_TEXT = 1_000;
const MAX_TABLES = 16;
const EXCLUSIVE =
  /^(?:alter table|truncate|drop (?:temporary )?table|rename tables?|create (?:or replace )?(?:unique |fulltext |spatial )?index|create (?:or replace )?trigger|drop index|optimize|repair|lock tables?\b.* write|flush (?:(?:local|no_write_to_binlog) )?tables? \S)/su;
const WRITING = /^(?:insert|update|delete|replace|load|call|with|alter|truncate|drop|create|optimize)\b/u;
const LOCKING_READ = /\bfor (?:update|share)\b|\block in share mode\b/u;
const OF_SERVER =
  /^(?:flush (?:(?:local|no_write_to_binlog) )?tables?(?: with read lock)?$|backup |lock instance|lock tables for backup)/u;

const KNOWN = new WeakMap<Statement, StatementTables>();

/** Statements are the same objects from collection to collection, as long as they are cached. */
export function tablesOf(statement: Statement): StatementTables {
  let known = KNOWN.get(statement);
  if (known === undefined) {
    known = read(statement.text);
    KNOWN.set(statement, known);
  }
  return known;
}

/** @param databases those of the two sessions, in lower case, for tables that are named without a schema */
export function haveTableInCommon(
  some: StatementTables,
  others: StatementTables,
  databases: readonly [string, string],
): boolean {
  const [database, otherDatabase] = databases;
  return some.tables.some(({ schema, name }) => {
    const known = schema || database;
    return others.schemas.get(name)?.some((other) => areSameOrUnknown(known, other || otherDatabase));
  });
}

function areSameOrUnknown(schema: string, other: string): boolean {
  return schema === '' || other === '' || schema === other;
}

function read(whole: string): StatementTables {
  const text = whole.slice(0, MAX_TEXT).replace(CUT_SIGN, ' ');
  const isCut = text.length < whole.length;
  const { tokens } = fold(tokensOf(text, isCut), isCut);
  const tables = named(tokens);
  const words = text.toLowerCase().replace(/\s+/gu, ' ').trim();
  const isOfServer = OF_SERVER.test(words);
  const isWriting = WRITING.test(words);
  return {
    tables,
    schemas: schemasOf(tables),
    isExclusive: !isOfServer && tables.length > 0 && EXCLUSIVE.test(words),
    isWriting,
    isLocking: isWriting || LOCKING_READ.test(words),
    isOfServer,
  };
}

/** Of `db.t` both are marked as tables. */
function named(tokens: readonly Token[]): readonly Table[] {
  const tables = new Map<string, Table>();
  for (const [index, { isTable, key }] of tokens.entries()) {
    if (!isTable || tokens[index + 1]?.kind === 'dot') {
      continue;
    }
    const owner = tokens[index - 1]?.kind === 'dot' ? tokens[index - 2] : undefined;
    const table = { schema: plain(owner?.key ?? '').toLowerCase(), name: plain(key) };
    tables.set(`${table.schema}.${table.name}`, table);
    if (tables.size === MAX_TABLES) {
      break;
    }
  }
  return [...tables.values()];
}

function schemasOf(tables: readonly Table[]): ReadonlyMap<string, readonly string[]> {
  const schemas = new Map<string, string[]>();
  for (const { schema, name } of tables) {
    schemas.set(name, [...(schemas.get(name) ?? []), schema]);
  }
  return schemas;
}

function plain(name: string): string {
  return name.startsWith('`') ? name.slice(1, -1).replaceAll('``', '`') : name;
}
