// DuckDB that picks the most frequent values in its query, as the program does while it reads: it hands over no others.
import { type Figures, maxValuesOf, record, sumOf, type ValueCounts, valueCounts } from '../figures.js';
import type { FileKind } from '../session-files.js';
import { answerTo, COLUMNS, type Column, countQuery } from './duckdb.js';

export async function run(file: string, kind: FileKind): Promise<() => Figures> {
  const { columnNames, rows } = await answerTo(mostFrequentQuery(file, kind));
  const index = (name: string): number => columnNames.indexOf(name);
  const by = (name: Column, figure: 'sessions' | 'longest' | 'distinct_values') =>
    rows
      .filter((row) => row[index('name')] === name)
      .map((row) => [String(row[index('value')]), Number(row[index(figure)])] as const);
  const sessionsBy = (name: Column): ValueCounts => {
    const [[, distinct] = ['', 0]] = by(name, 'distinct_values');
    // There are fewer commands than are picked: theirs are all sessions.
    return valueCounts(by(name, 'sessions'), distinct, sumOf(by('command', 'sessions')));
  };
  return () => ({
    user: sessionsBy('user'),
    host: sessionsBy('host'),
    database: sessionsBy('db'),
    command: sessionsBy('command'),
    state: sessionsBy('state'),
    longest: record(by('command', 'longest')),
  });
}

/** Narrows the rows to the columns that they need before they are kept: picking from all twelve takes half as long again. */
function mostFrequentQuery(file: string, kind: FileKind): string {
  const picked = COLUMNS.map(
    (name) => `(SELECT *, count(*) OVER () AS distinct_values FROM counted
      WHERE name = '${name}' ORDER BY sessions DESC, value LIMIT ${maxValuesOf(kind)})`,
  );
  return `
    WITH counted AS MATERIALIZED (
      SELECT CASE 0 ${COLUMNS.map((name) => `WHEN is_${name} THEN '${name}'`).join(' ')} END AS name,
        coalesce(${COLUMNS.map((name) => `"${name}"`).join(', ')}, '') AS value, sessions, longest
      FROM (${countQuery(file, kind)})
    ) ${picked.join(' UNION ALL ')}`;
}
