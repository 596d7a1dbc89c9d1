// The grammar of random statements: lists of tokens, without blanks. A token of capital letters alone is a keyword.
import type { Dice } from './dice.js';
import { quoted, quotedName, type Session, secretNumber, secretWord } from './random-literals.js';

const utf8 = (text: string): string => Buffer.from(text).toString('latin1');

const COLUMNS = [
  'a',
  'b',
  'c',
  't.a',
  't.1st',
  'name',
  '`order`',
  '`select`',
  '`a``b`',
  utf8('名字'),
  'email_2',
  '$x',
];
const ODD_COLUMNS = ["`it's`", '`"`', '`a\\`', '`--`', '`/*`', '`#`', '`x y`', "`\\'`"];
const TABLES = [
  't',
  'orders_2024_01',
  'db.t',
  '`db`.`t`',
  'shop . items',
  utf8('用户'),
  't AS u',
  'information_schema.tables',
];
const OPERATORS = ['=', '<', '>', '<=', '>=', '<>', '!=', '<=>'];
const FUNCTIONS = ['concat(', 'coalesce(', 'json_array('];
const INTRODUCERS = ['_utf8mb4', '_latin1', '_binary', 'N', 'n'];
/** What a comment may hold that no server reads: quotes that end nowhere. */
const LOOSE = ["don't", '5"', '`', "it's and that's", '-- `', "# it's"];
const JSON_ARROWS = ['->', '->>'];

/** Statements that a server without the tables takes, too. */
const QUERIES = [
  'SELECT {items} FROM {table} WHERE {condition}',
  'SELECT {items} FROM {table} WHERE {condition}',
  'SELECT {hint} {items} FROM {table} WHERE {condition} {tail}',
  'SELECT {items} FROM {table} JOIN {table} ON {condition} WHERE {condition} {tail}',
  'SELECT {items} UNION ALL SELECT {items} UNION ALL SELECT {items}',
  'SELECT /*!40001 SQL_NO_CACHE */ {items} FROM {table} /*!50100 WHERE {condition} {comment} */',
  'INSERT INTO {table0} ( a , b ) VALUES {rows}',
  'INSERT INTO {table0} VALUES {rows} ON DUPLICATE KEY UPDATE a = VALUES( a ) , b = {value}',
  'INSERT INTO {table0} SET a = {value} , b = {value}',
  'REPLACE INTO {table0} VALUES {rows}',
  'UPDATE {table0} SET a = {expression} , b = {value} WHERE {condition} LIMIT {integer}',
  'DELETE FROM {table0} WHERE {condition}',
  'SET @x := {value} , @y = {string}',
  'SELECT {items} LIMIT {integer} , {integer}',
  'SELECT DISTINCT {string} , {items} FROM {table} WHERE {condition}',
  'EXPLAIN SELECT {items} FROM {table} WHERE {condition}',
] as const;

const OTHERS = [
  'SELECT {skipped} {items} FROM {table} WHERE {condition}',
  'DO sleep( {number} )',
  'DO {string}',
  'SELECT ALL {text} FROM {table}',
  'CALL db.pay( {values} )',
  'INSERT INTO t VALUES ROW ( {values} ) , ROW ( {values} )',
  'SELECT {items} FROM {table} INTO OUTFILE {text} FIELDS TERMINATED BY {text}',
  'LOAD DATA LOCAL INFILE {text} INTO TABLE {table0} FIELDS TERMINATED BY {text} ENCLOSED BY {text} IGNORE {integer} LINES',
  'CREATE USER {account} IDENTIFIED BY {text}',
  'CREATE USER IF NOT EXISTS {account} IDENTIFIED WITH mysql_native_password AS {text} , {account} IDENTIFIED BY {text}',
  'ALTER USER {account} IDENTIFIED BY {text} REPLACE {text} COMMENT {text}',
  'SET PASSWORD FOR {account} = PASSWORD( {text} )',
  'SET PASSWORD = {text}',
  'GRANT ALL ON *.* TO {account} IDENTIFIED BY {text} WITH GRANT OPTION',
  'RENAME USER {account} TO {account}',
  'DROP USER {account} , {account}',
  'CHANGE MASTER TO MASTER_HOST = {text} , MASTER_PASSWORD = {text} , MASTER_PORT = {integer}',
  'CHANGE REPLICATION SOURCE TO SOURCE_USER = {text} , SOURCE_PASSWORD = {text} FOR CHANNEL {text}',
  'START SLAVE USER = {text} PASSWORD = {text}',
  'CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS ( USER {text} , PASSWORD {text} , PORT {integer} )',
  'CREATE DEFINER = {account} VIEW v AS SELECT {items} FROM {table}',
  'CREATE TABLE t2 ( a INT DEFAULT {string} COMMENT {text} , b VARCHAR( {integer} ) CHARSET utf8 ) COMMENT = {text}',
  'KILL QUERY {integer}',
  'SHOW TABLES LIKE {text}',
  'SHOW GRANTS FOR {account}',
  'SAVEPOINT {secret}',
  'ROLLBACK TO SAVEPOINT {secret}',
  'PREPARE s FROM {text}',
  'XA START {text}',
  'BINLOG {text}',
  'SET NAMES {text}',
  'SET SESSION sql_mode = {text} ; SELECT {items}',
  'START TRANSACTION ; UPDATE {table0} SET a = {value} ; COMMIT ;',
] as const;

const CONDITIONS = [
  '{column} {operator} {value}',
  '{column} {operator} {value}',
  '{column} = {string}',
  '{string} = {column}',
  '{column} IN ( {values} )',
  '{column} NOT IN ( {values} )',
  '{column} IN ( {numbers} )',
  '( a , b ) IN ( ( {value} , {value} ) , ( {value} , {value} ) )',
  '{column} BETWEEN {value} AND {value}',
  '{column} LIKE {string}',
  '{column} LIKE {text} ESCAPE {text}',
  '{column} REGEXP {string}',
  '{column} IS NOT NULL',
  '{column} = - {number}',
] as const;
const NESTED = [
  '{condition} AND {condition}',
  '{condition} OR {condition}',
  '{condition} OR {condition} AND {condition}',
  '( {condition} )',
  'NOT ( {condition} )',
  '{column} IN ( SELECT {items} FROM {table} WHERE {condition} )',
] as const;

const EXPRESSIONS = [
  '{column}',
  '{value}',
  '{value}',
  '{string}',
  '{function} {values} )',
  '{column} + {number}',
  '{column} - {number}',
  'now(  )',
  '{column} + INTERVAL {integer} DAY',
  '{date}',
  'CASE {column} WHEN {value} THEN {value} WHEN {value} THEN {string} ELSE NULL END',
  'CASE WHEN {condition} THEN {value} END',
  'doc {arrow} {text}',
  '@x := {value}',
  'MATCH ( a ) AGAINST ( {text} IN BOOLEAN MODE )',
  '{value} AS c',
] as const;

const TAILS = [
  'ORDER BY {integer} DESC',
  'GROUP BY {column} HAVING count( * ) > {integer}',
  'LIMIT {integer}',
  'LIMIT {integer} OFFSET {integer}',
  'ORDER BY {column} LIMIT {integer} , {integer}',
  'FOR UPDATE',
] as const;

export class RandomGrammar {
  readonly #dice: Dice;
  readonly #session: Session;
  /** How often a condition may still hold others. */
  #nestings = 3;

  constructor(dice: Dice, session: Session) {
    this.#dice = dice;
    this.#session = session;
  }

  query(): string[] {
    return this.#sentence(QUERIES);
  }

  statement(): string[] {
    return this.#dice.chance(0.7) ? this.query() : this.#sentence(OTHERS);
  }

  #sentence(templates: readonly string[]): string[] {
    return this.#dice
      .pick(templates)
      .split(' ')
      .flatMap((part) => (part.startsWith('{') ? this.#part(part.slice(1, -1)) : part));
  }

  #part(name: string): string | string[] {
    const dice = this.#dice;
    switch (name) {
      case 'items':
        return this.#list(1, 3, () => this.#sentence(EXPRESSIONS));
      case 'values':
        return this.#list(1, 5, () => this.#value());
      case 'numbers':
        return this.#list(1, 6, () => secretNumber(dice));
      case 'rows':
        return this.#list(1, 3, () => ['(', ...this.#list(1, 3, () => this.#value()), ')']);
      case 'condition':
        return this.#sentence(this.#nestings-- > 0 && dice.chance(0.6) ? NESTED : CONDITIONS);
      case 'expression':
        return this.#sentence(EXPRESSIONS);
      case 'tail':
        return this.#sentence(TAILS);
      case 'hint':
        return `/*+ ${this.#hint()} */`;
      case 'column':
        return this.#column();
      case 'table':
        return dice.pick(TABLES).split(' ');
      case 'table0':
        return dice.pick(['t', 'db.t', '`t`']);
      case 'operator':
        return dice.pick(OPERATORS);
      case 'function':
        return dice.pick(FUNCTIONS);
      case 'arrow':
        return dice.pick(JSON_ARROWS);
      case 'value':
        return this.#value();
      case 'string':
        return this.#string();
      case 'text':
        return this.#text();
      case 'number':
        return secretNumber(dice);
      case 'integer':
        return `${dice.pick(['3', '7', '9'])}${dice.below(100)}`;
      case 'date':
        return "DATE '9999-09-09'";
      case 'account':
        return this.#account();
      case 'comment':
        return `/* ${secretWord(dice)} */`;
      case 'skipped':
        return `/*!99999 ${this.#session.isHostile ? dice.pick(LOOSE) : 'SQL_CACHE'} */`;
      case 'secret':
        return secretWord(dice);
      default:
        throw new Error(`no such part: ${name}`);
    }
  }

  #hint(): string {
    const dice = this.#dice;
    if (this.#session.isHostile && dice.chance(0.3)) {
      return dice.pick(LOOSE);
    }
    return dice.pick([
      `MAX_EXECUTION_TIME(${secretNumber(dice)})`,
      `SET_VAR(x = ${this.#text()})`,
      'INDEX(t a)',
    ]);
  }

  #list(least: number, most: number, make: () => string | string[]): string[] {
    return this.#dice
      .some(least, most, make)
      .flatMap((item, index) => [...(index > 0 ? [','] : []), ...[item].flat()]);
  }

  #column(): string {
    const { mode, isHostile } = this.#session;
    if (mode === 'ansi_quotes' && this.#dice.chance(0.3)) {
      return quotedName(this.#dice, this.#session);
    }
    return this.#dice.pick(isHostile && this.#dice.chance(0.2) ? ODD_COLUMNS : COLUMNS);
  }

  #value(): string | string[] {
    const share = this.#dice.next();
    if (share < 0.05) {
      return this.#dice.pick(['NULL', 'TRUE', 'DEFAULT', '\\N', '<secret>']);
    }
    return share < 0.4
      ? [...this.#dice.pick([[], [], ['-'], ['+']]), secretNumber(this.#dice)]
      : this.#string();
  }

  /** A text, perhaps with what may stand before it. */
  #string(): string | string[] {
    const dice = this.#dice;
    switch (dice.below(12)) {
      case 0:
        return `${dice.pick(INTRODUCERS)}${this.#apostrophes()}`;
      case 1:
        return dice.pick(["X'3739'", "x'7a'", "b'01'", '_binary 0x37']).split(' ');
      case 2:
        return [this.#text(), this.#text()];
      case 3:
        return [dice.pick(['_utf8mb4', '_latin1']), this.#apostrophes()];
      default:
        return this.#text();
    }
  }

  #text(): string {
    const isDoubled = this.#session.mode !== 'ansi_quotes' && this.#dice.chance(0.35);
    return quoted(this.#dice, this.#session, isDoubled ? '"' : "'");
  }

  #apostrophes(): string {
    return quoted(this.#dice, this.#session, "'");
  }

  /** Names in it are no secrets where no quotes stand around them. */
  #account(): string {
    const name = () => this.#dice.pick([this.#apostrophes(), '`app`', 'bob']);
    const host = () => this.#dice.pick([this.#apostrophes(), "'%'", '`localhost`', 'localhost']);
    return `${name()}@${host()}`;
  }
}
