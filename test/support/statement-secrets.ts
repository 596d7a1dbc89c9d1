// Session lists whose statements hold secrets, each of another kind, and files of them that are broken in one way or another.
import { piecesIn } from './secret-pieces.js';

/** As long as the pieces by which they are recognized need, and like no word of the program's own. */
const WORDS = {
  apostrophes: 'hK7xQvW2pLm9',
  quotes: 'Tz4jRb8KcY1w',
  escaped: 'nV6qXs3GdF0u',
  doubled: 'Jw5yZk2HtB8e',
  backslash: 'Qx9vLr4MnC7a',
  national: 'Dp3gWf6SjK1z',
  introduced: 'Uy8bNx5TqV2r',
  comment: 'Gk2mYd7RzX4p',
  lineComment: 'Ws6tHv1BjQ9n',
  hashComment: 'Ec8fKp5LwT3y',
  executable: 'Xr4nJz9DgM6b',
  hint: 'Bq7sVc2FyN8k',
  fileName: 'Mv1zPh6WtJ5d',
  account: 'Lf9xGj3KrS7c',
  accountHost: 'Yd5wQb8ZnH2v',
  password: 'Rk6pTx1VmE4s',
  oldPassword: 'Cj8yNf2GqL9w',
  replication: 'Zt3hBs7XvD5m',
  savepoint: 'p9qk4wz7vx2j',
  cut: 'Nb2vKw8YfR6x',
  binary: 'Sg7cMq4JpZ1t',
  large: 'Hx5rDn9LkV3f',
  sleeping: 'Fw1jYt6CbG8q',
  thread: 'Kz8mXp3QsB2h',
} as const;

/** Of these shorter pieces are found anywhere. */
const NUMBERS = {
  hexadecimal: 'D1E9A7C3B5F2',
  hexadecimalNumber: 'c7b1f9e4a6d2',
  number: '4929716308254',
  decimal: '837162539.948167205',
} as const;

const S = { ...WORDS, ...NUMBERS };

/** What of them the text shows. */
export function statementSecretsIn(text: string): string[] {
  return [...piecesIn(text, Object.values(WORDS)), ...piecesIn(text, Object.values(NUMBERS), 9)];
}

/** Of sessions at work. A character is a byte. */
export const STATEMENTS: readonly string[] = [
  `SELECT * FROM customers WHERE name = '${S.apostrophes}'`,
  `SELECT * FROM customers WHERE name = "${S.quotes}" OR name = 'it\\'s ${S.escaped}' OR name = 'it''s ${S.doubled}'`,
  `SELECT * FROM t WHERE p LIKE 'a\\' ESCAPE '\\' AND pw='${S.backslash}'`,
  `INSERT INTO t VALUES (N'${S.national}', _utf8mb4'${S.introduced}', X'${S.hexadecimal}', 0x${S.hexadecimalNumber}), (1, 2, 3, 4)`,
  `UPDATE cards SET number = ${S.number}, amount = -${S.decimal} WHERE id = ${S.number}`,
  `SELECT /* ${S.comment} 'x */ 1 -- ${S.lineComment}\n FROM t # it's ${S.hashComment}\n WHERE a = 1`,
  `SELECT /*!40001 SQL_NO_CACHE */ a FROM t /*!50100 WHERE b = '${S.executable}' */`,
  `SELECT /*+ SET_VAR(x = '${S.hint}') MAX_EXECUTION_TIME(${S.number}) */ a FROM t`,
  `LOAD DATA INFILE '/srv/${S.fileName}.csv' INTO TABLE t`,
  `SELECT a FROM t INTO OUTFILE '/srv/${S.fileName}.csv'`,
  `CREATE USER '${S.account}'@'${S.accountHost}' IDENTIFIED BY '${S.password}'`,
  `CREATE USER ${S.account}@${S.accountHost} IDENTIFIED BY "${S.password}"`,
  `ALTER USER '${S.account}'@'%' IDENTIFIED BY '${S.password}' REPLACE '${S.oldPassword}'`,
  `SET PASSWORD FOR '${S.account}'@'%' = PASSWORD('${S.password}')`,
  `CHANGE MASTER TO MASTER_HOST = 'h', MASTER_PASSWORD = '${S.replication}'`,
  `GRANT ALL ON *.* TO '${S.account}'@'%' IDENTIFIED BY '${S.password}'`,
  `SAVEPOINT ${S.savepoint}`,
  `SELECT * FROM customers WHERE iban = 'a b ${S.cut}`,
  `SELECT * FROM customers WHERE card = ${S.number}`,
  `SELECT * FROM t WHERE a = 'caf\xe9 \0${S.binary}' AND b = '\xbf\x5c${S.binary}'`,
  `INSERT INTO blobs VALUES ('${`${S.large} `.repeat(9_000)}')`,
];

const HEADER = 'id,user,host,db,command,time,state,info';

function row(id: number, command: string, statement: string): string {
  return `${id},app,10.0.0.${1 + (id % 9)}:${40_000 + id},shop,${command},${id},executing,"${statement.replaceAll('"', '""')}"`;
}

function file(lines: readonly string[]): Buffer {
  return Buffer.from(`${[HEADER, ...lines].join('\n')}\n`, 'latin1');
}

/** The first statement has the most sessions. */
const ROWS = [...STATEMENTS, ...STATEMENTS.slice(0, 1)].map((statement, index) =>
  row(index, 'Query', statement),
);
const OTHERS = [
  row(900, 'Sleep', `SELECT '${S.sleeping}'`),
  row(901, 'Daemon', `SELECT '${S.thread}'`),
  row(902, 'Sleep', ''),
];

/** By what is wrong with them: all rows, and what else there is. */
export const SESSION_LISTS: Readonly<Record<string, Buffer>> = {
  whole: file([...ROWS, ...OTHERS]),
  'open-quote': file([...ROWS, `950,app,h,shop,Query,1,executing,"SELECT '${S.apostrophes}'`]),
  'word-behind-quote': file([...ROWS, `951,app,h,shop,Query,1,executing,"SELECT 1" '${S.apostrophes}'`]),
  'too-many-fields': file([...ROWS, ...ROWS.map((line) => `${line},'${S.apostrophes}',${S.quotes}`)]),
  'unreadable-numbers': file([...ROWS, `952,app,h,shop,Query,${S.apostrophes},executing,SELECT 1`]),
  half: file(ROWS).subarray(0, Math.floor(file(ROWS).indexOf(S.replication) + 5)),
  'lines-that-end-in-cr': Buffer.from(file(ROWS).toString('latin1').replaceAll('\n', '\r'), 'latin1'),
  'other-encoding': Buffer.from(file(ROWS).toString('latin1'), 'utf16le'),
};
