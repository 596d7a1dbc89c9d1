// Session lists for the benchmark of statements: the same bytes at every run.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { createRandom } from '../../src/simulator/seeded-random.js';

export const HEADER = 'id,user,host,db,command,time,state,info\n';

/** usual: statements of 40 shapes, whose literals differ; distinct: each statement has a shape of its own. */
export type StatementFileKind = 'usual' | 'distinct';

/** Writes a list into `folder` of which every second session runs a statement of 150 to 500 bytes, and returns its path. */
export function writeStatementFile(folder: string, kind: StatementFileKind, rows: number): string {
  const file = path.join(folder, `${kind}-${rows}.csv`);
  const random = createRandom(7);
  const lines = Array.from({ length: rows }, (_, row) =>
    row % 2 === 0 ? sleepingLine(row) : activeLine(row, kind === 'usual' ? row % 40 : row, random),
  );
  writeFileSync(file, HEADER + lines.join(''));
  return file;
}

/** A session that runs the statement of this number. */
export function activeLine(row: number, number: number, random: () => number): string {
  return `${row},app_${row % 20},10.0.${row % 7}.${row % 60}:${32_768 + (row % 28_000)},shop,Query,${row % 30},executing,"${statement(number, random).replaceAll('"', '""')}"\n`;
}

function sleepingLine(row: number): string {
  return `${row},app_${row % 20},10.0.${row % 7}.${row % 60}:${32_768 + (row % 28_000)},shop,Sleep,${row % 900},,NULL\n`;
}

function statement(number: number, random: () => number): string {
  const below = (count: number): number => Math.floor(random() * count);
  const columns = Array.from({ length: 3 + (number % 20) }, (_, place) => `o.column_${place}`).join(', ');
  const ids = Array.from({ length: 1 + below(10) }, () => below(1_000_000)).join(',');
  return `SELECT ${columns}, COUNT(*) AS n FROM orders_${number} AS o JOIN customers c ON c.id = o.customer_id WHERE o.status = 'open' AND o.note <> "it's ${below(1_000)}" AND o.id IN (${ids}) AND o.amount > ${below(10_000)}.50 GROUP BY o.id ORDER BY n DESC LIMIT ${below(100)}`;
}
