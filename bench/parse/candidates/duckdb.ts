// DuckDB on one thread: reads the file itself and counts by all columns in one pass.
import { DuckDBInstance } from '@duckdb/node-api';
import { type Figures, maxValuesOf, record, type ValueCounts, valueCounts } from '../figures.js';
import { columnsOf, type FileKind } from '../session-files.js';

const COLUMNS = ['user', 'host', 'db', 'command', 'state'] as const;
type Column = (typeof COLUMNS)[number];
const LIST = COLUMNS.map((column) => `"${column}"`).join(', ');

const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
const connection = await instance.connect();

/** A value of one of the columns. */
interface Counted {
  readonly value: string;
  readonly sessions: number;
  readonly longest: number;
  /** How many values its column has. */
  readonly distinct: number | undefined;
}

export async function run(file: string, kind: FileKind): Promise<() => Figures> {
  const counted = await countedBy(
    kind === 'distinct' ? mostFrequent(countAll(file, kind), kind) : countAll(file, kind),
  );
  return () => {
    const rows = sumOf(counted('command'));
    const by = (column: Column): ValueCounts => {
      const values = counted(column);
      const shown = values.map(({ value, sessions }) => [value, sessions] as const);
      return valueCounts(shown, values[0]?.distinct ?? values.length, rows);
    };
    return {
      user: by('user'),
      host: by('host'),
      database: by('db'),
      command: by('command'),
      state: by('state'),
      longest: record(counted('command').map(({ value, longest }) => [value, longest])),
    };
  };
}

/** A row for each value of each column. */
function countAll(file: string, kind: FileKind): string {
  const columns = columnsOf(kind).map((name) => `'${name}': 'VARCHAR'`);
  return `
    SELECT grouping(${LIST}) AS grouped, coalesce(${LIST}, '') AS value,
      count(*) AS sessions, max("time"::INTEGER) AS longest
    FROM (
      SELECT "user", split_part(host, ':', 1) AS host, db, command, state, "time"
      FROM read_csv('${file}', auto_detect = false, header = true, delim = ',', quote = '"', escape = '"',
        new_line = '${kind === 'crlf' ? '\\r\\n' : '\\n'}', max_line_size = 4194304, columns = {${columns.join(', ')}})
    )
    GROUP BY GROUPING SETS (${COLUMNS.map((column) => `("${column}")`).join(', ')})`;
}

/** Of a million values DuckDB picks those that are shown, as the program does: rows of all would take several times as long. */
function mostFrequent(counts: string, kind: FileKind): string {
  const picked = COLUMNS.map(
    (column) => `(SELECT *, count(*) OVER () AS distinct_values FROM counted
      WHERE grouped = ${groupOf(column)} ORDER BY sessions DESC, value LIMIT ${maxValuesOf(kind)})`,
  );
  return `WITH counted AS MATERIALIZED (${counts}) ${picked.join(' UNION ALL ')}`;
}

async function countedBy(query: string): Promise<(column: Column) => readonly Counted[]> {
  const result = await connection.runAndReadAll(query);
  const rows = result.getRows();
  return (column) =>
    rows
      .filter(([grouped]) => Number(grouped) === groupOf(column))
      .map(([, value, sessions, longest, distinct]) => ({
        value: String(value),
        sessions: Number(sessions),
        longest: Number(longest),
        distinct: distinct === undefined ? undefined : Number(distinct),
      }));
}

/** What `grouping` says of the rows of a column: a bit for each of the others, the first of them highest. */
function groupOf(column: Column): number {
  const all = 2 ** COLUMNS.length - 1;
  return all - 2 ** (COLUMNS.length - 1 - COLUMNS.indexOf(column));
}

function sumOf(values: readonly Counted[]): number {
  return values.reduce((sum, { sessions }) => sum + sessions, 0);
}
