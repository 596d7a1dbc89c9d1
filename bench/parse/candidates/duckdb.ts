// DuckDB on one thread: reads the file itself, counts by all columns in one pass and hands over every value. Goals are set
// against it, so its query stays as it is: otherwise the ratios of different days could not be compared.
import { DuckDBInstance } from '@duckdb/node-api';
import { type Figures, maxValuesOf, mostFrequent, record, type ValueCounts } from '../figures.js';
import { columnsOf, type FileKind } from '../session-files.js';

export const COLUMNS = ['user', 'host', 'db', 'command', 'state'] as const;
export type Column = (typeof COLUMNS)[number];

const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await instance.connect();

export async function run(file: string, kind: FileKind): Promise<() => Figures> {
  const { columnNames, rows } = await answerTo(countQuery(file, kind));
  const index = (name: string): number => columnNames.indexOf(name);
  const by = (name: Column, figure: 'sessions' | 'longest') =>
    rows
      .filter((row) => row[index(`is_${name}`)] === 0n)
      .map((row) => [String(row[index(name)] ?? ''), Number(row[index(figure)])] as const);
  const sessionsBy = (name: Column): ValueCounts =>
    mostFrequent(new Map(by(name, 'sessions')), maxValuesOf(kind));
  return () => ({
    user: sessionsBy('user'),
    host: sessionsBy('host'),
    database: sessionsBy('db'),
    command: sessionsBy('command'),
    state: sessionsBy('state'),
    longest: record(by('command', 'longest')),
  });
}

/** A row for each value of each column: those of users have an `is_user` of 0. */
export function countQuery(file: string, kind: FileKind): string {
  const columns = columnsOf(kind)
    .map((name) => `'${name}': 'VARCHAR'`)
    .join(', ');
  return `
    SELECT ${COLUMNS.map((name) => `"${name}", grouping("${name}") AS is_${name}`).join(', ')},
      count(*) AS sessions, max("time"::INTEGER) AS longest
    FROM (
      SELECT "user", split_part(host, ':', 1) AS host, db, command, state, "time"
      FROM read_csv('${file}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
        new_line = '${kind === 'crlf' ? '\\r\\n' : '\\n'}', max_line_size = 4194304, columns = {${columns}})
    )
    GROUP BY GROUPING SETS (${COLUMNS.map((name) => `("${name}")`).join(', ')})`;
}

export async function answerTo(query: string) {
  const result = await connection.runAndReadAll(query);
  return { columnNames: result.columnNames(), rows: result.getRows() };
}
