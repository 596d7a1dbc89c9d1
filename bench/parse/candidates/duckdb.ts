// DuckDB on one thread: reads the file itself and counts by all columns in one pass.
import { DuckDBInstance } from '@duckdb/node-api';
import { type Figures, record } from '../figures.js';
import { HEADER } from '../session-files.js';

const columns = HEADER.map((name) => `'${name}': 'VARCHAR'`).join(', ');
const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await instance.connect();

export async function run(file: string): Promise<() => Figures> {
  const { columnNames, rows } = await counted(file);
  const index = (name: string): number => columnNames.indexOf(name);
  const by = (name: string, figure: string): Record<string, number> =>
    record(
      rows
        .filter((row) => row[index(`is_${name}`)] === 0n)
        .map((row) => [String(row[index(name)] ?? ''), Number(row[index(figure)])]),
    );
  return () => ({
    user: by('user', 'sessions'),
    host: by('host', 'sessions'),
    database: by('db', 'sessions'),
    command: by('command', 'sessions'),
    state: by('state', 'sessions'),
    longest: by('command', 'longest'),
  });
}

async function counted(file: string) {
  const names = ['user', 'host', 'db', 'command', 'state'];
  const result = await connection.runAndReadAll(`
    SELECT ${names.map((name) => `"${name}", grouping("${name}") AS is_${name}`).join(', ')},
      count(*) AS sessions, max("time"::INTEGER) AS longest
    FROM (
      SELECT "user", split_part(host, ':', 1) AS host, db, command, state, "time"
      FROM read_csv('${file}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
        new_line = '${file.includes('crlf') ? '\\r\\n' : '\\n'}', max_line_size = 4194304, columns = {${columns}})
    )
    GROUP BY GROUPING SETS (${names.map((name) => `("${name}")`).join(', ')})`);
  return { columnNames: result.columnNames(), rows: result.getRows() };
}
