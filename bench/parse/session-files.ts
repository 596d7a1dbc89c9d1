// Session files for the benchmarks: the same bytes at every run, with as many distinct values as a busy node has.
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createRandom } from '../../src/simulator/seeded-random.js';

/** short: mostly Sleep; sql: every second row holds 100 to 2,000 characters of SQL, quoted. */
export const FILE_KINDS = ['short', 'sql', 'wrapped', 'quoted', 'crlf'] as const;
export type FileKind = (typeof FILE_KINDS)[number];

export const HEADER: readonly string[] = [
  ...['id', 'user', 'host', 'db', 'command', 'time', 'state', 'info'],
  ...['trx_id', 'trx_state', 'trx_started', 'trx_executed_time', 'trx_lock_duration'],
  ...['trx_lock_rows', 'trx_lock_tables', 'trx_update_rows'],
];

/** Rows that are made; a longer file repeats them. */
const BLOCK_ROWS = 5_000;
const BLOCKS_MADE = 20;

/** Writes the file into `folder` and returns its path; `rows` is a multiple of 5,000. */
export async function writeSessionFile(folder: string, kind: FileKind, rows: number): Promise<string> {
  const file = path.join(folder, `${kind}-${rows}.csv`);
  const random = createRandom(7);
  const blocks: Buffer[] = [];
  const text = function* () {
    yield `${HEADER.join(',')}${kind === 'crlf' ? '\r\n' : '\n'}`;
    for (let block = 0; block < rows / BLOCK_ROWS; block++) {
      const index = block % BLOCKS_MADE;
      blocks[index] ??= Buffer.from(
        Array.from({ length: BLOCK_ROWS }, (_, row) => line(kind, block * BLOCK_ROWS + row, random)).join(''),
      );
      yield blocks[index];
    }
  };
  await pipeline(text, createWriteStream(file));
  return file;
}

function line(kind: FileKind, row: number, random: () => number): string {
  const below = (count: number): number => Math.floor(random() * count);
  const hasStatement = kind === 'sql' || kind === 'wrapped' ? row % 2 === 0 : below(10) === 0;
  const hasTransaction = below(3) === 0;
  const statement = kind === 'sql' ? 100 + below(1900) : kind === 'wrapped' ? 150 : 20;
  const cells = [
    String(1_000_000 + row),
    `${['orders', 'billing', 'warehouse', 'reporting'][below(4)]}_service_${below(12)}`,
    below(50) === 0 ? 'localhost' : `10.20.${below(4)}.${below(60)}:${32_768 + below(28_000)}`,
    ['orders_production', 'billing', 'warehouse', ''][below(4)] ?? '',
    hasStatement ? (['Query', 'Execute'][below(2)] ?? '') : 'Sleep',
    String(below(hasStatement ? 20 : 900)),
    hasStatement ? (['executing', 'Sending data', 'updating', 'statistics'][below(4)] ?? '') : '',
    hasStatement ? sql(Math.floor(statement), kind === 'wrapped' ? '\n' : ' ', below) : 'NULL',
    ...(hasTransaction
      ? [
          `${421_938_000_000 + row}`,
          'RUNNING',
          '2026-11-21 23:47:46',
          `${below(300)}`,
          '0',
          `${below(50)}`,
          '1',
          '0',
        ]
      : ['', '', '', '', '', '', '', '']),
  ];
  const fields = cells.map((cell) =>
    kind === 'quoted' || /[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell,
  );
  return `${fields.join(',')}${kind === 'crlf' ? '\r\n' : '\n'}`;
}

/** About `length` characters, with a comma in all but the shortest and here and there a double quote. */
function sql(length: number, blank: string, below: (count: number) => number): string {
  let text = 'SELECT 1 FROM dual';
  for (let word = 0; text.length < length; word++) {
    const next = below(40) === 0 ? '"note"' : ['order_id', 'price', "note = 'x'", 'stock.amount'][below(4)];
    text += `${word % 4 === 3 ? `,${blank}` : ' '}${next}`;
  }
  return text;
}
