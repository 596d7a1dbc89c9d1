// SQL texts as they stand in a processlist, of every class, with marked values.
import { mix, pick } from '../seeded-random.js';
import { applicationStatements, type StatementOf } from './application-statements.js';
import { number, TEXT_MARK, word } from './marked-values.js';
import { CHANGES, CHINESE_REPORTS, HOSTILE, JOBS, LOOKS, REPORTS } from './rare-statements.js';

/** Lists cut longer ones. */
const LISTED_CHARACTERS = 1_024;
/** One read in so many is hard to take apart. */
const HOSTILE_EVERY = 25;
const CHINESE_DATABASE = '数据仓库';

export function readStatement(database: string, bits: number): string {
  const isHostile = mix(bits, 2) % HOSTILE_EVERY === 0;
  return oneOf(isHostile ? HOSTILE : applicationStatements(database).reads, bits);
}

export function writeStatement(database: string, bits: number): string {
  return oneOf(applicationStatements(database).writes, bits);
}

/** As it is listed while it runs: without its values. */
export function preparedStatement(database: string): string {
  return applicationStatements(database).prepared;
}

/** One for each database; `bits` choose its values alone. */
export function floodStatement(database: string, bits: number): string {
  return oneOf([applicationStatements(database).flood], bits);
}

export function reportStatement(database: string, bits: number): string {
  return oneOf(database === CHINESE_DATABASE ? CHINESE_REPORTS : REPORTS, bits);
}

export function batchStatement(bits: number): string {
  return oneOf(JOBS, bits);
}

/** What a person types at a prompt. */
export function typedStatement(bits: number, isReadOnly: boolean): string {
  return oneOf(isReadOnly ? LOOKS : [...LOOKS, ...CHANGES], bits);
}

/** They run into the row or the table that somebody else holds. */
export const WAITING_FOR_ROW: StatementOf = (n) =>
  `UPDATE orders.counters SET value = value + 1, note = '${TEXT_MARK} "${TEXT_MARK}"' WHERE id = ${number(n)}`;
export const WAITING_FOR_TABLE: StatementOf = (n) =>
  `SELECT * FROM orders.orders WHERE reference = '${word(n)}'`;
export const HOLDING_TABLE = `ALTER TABLE orders\n  ADD COLUMN note VARCHAR(64) COMMENT '${TEXT_MARK}, "${TEXT_MARK}"'`;

function oneOf(statements: readonly StatementOf[], bits: number): string {
  const text = pick(statements, mix(bits, 3))(mix(bits, 1) % 1_000_000);
  return text.length <= LISTED_CHARACTERS ? text : Array.from(text).slice(0, LISTED_CHARACTERS).join('');
}
