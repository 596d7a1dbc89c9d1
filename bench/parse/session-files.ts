// Session files for the benchmarks: the same bytes at every run, with as many distinct values as a busy node has.
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createRandom } from '../../src/simulator/seeded-random.js';

/**
 * short: mostly Sleep; sql: every second row holds 100 to 2,000 characters of SQL, quoted; narrow: without SQL and
 * transactions, some 50 bytes a row; distinct: as narrow, each session of another user and host.
 */
export type FileKind = 'short' | 'sql' | 'wrapped' | 'quoted' | 'crlf' | 'narrow' | 'distinct';

const PROCESS_LIST = ['id', 'user', 'host', 'db', 'command', 'time', 'state', 'info'];
const TRANSACTION = [
  ...['trx_id', 'trx_state', 'trx_started', 'trx_executed_time', 'trx_lock_duration'],
  ...['trx_lock_rows', 'trx_lock_tables', 'trx_update_rows'],
];

export function columnsOf(kind: FileKind): readonly string[] {
  return kind === 'narrow' || kind === 'distinct' ? PROCESS_LIST : [...PROCESS_LIST, ...TRANSACTION];
}

const BLOCK_ROWS = 5_000;
/** A longer file repeats these, unless its rows are to be distinct. */
const BLOCKS_MADE = 20;

/** Writes the file into `folder` and returns its path; `rows` is a multiple of 5,000. */
export async function writeSessionFile(folder: string, kind: FileKind, rows: number): Promise<string> {
  const file = path.join(folder, `${kind}-${rows}.csv`);
  const random = createRandom(7);
  const blocks: Buffer[] = [];
  const text = function* () {
    yield `${columnsOf(kind).join(',')}${kind === 'crlf' ? '\r\n' : '\n'}`;
    for (let block = 0; block < rows / BLOCK_ROWS; block++) {
      const index = kind === 'distinct' ? block : block % BLOCKS_MADE;
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
  if (kind === 'distinct') {
    return distinctLine(row);
  }
  if (kind === 'narrow') {
    return narrowLine(row, below);
  }
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

/** 20 users, 300 hosts, 15 databases. */
function narrowLine(row: number, below: (count: number) => number): string {
  const host = below(300);
  const [command, state] = below(10) === 0 ? ['Query', 'executing'] : ['Sleep', ''];
  return `${[
    1_000_000 + row,
    `app_${below(20)}`,
    `10.0.${host >> 6}.${host & 63}:${32_768 + below(28_000)}`,
    `shop_${below(15)}`,
    command,
    below(900),
    state,
    'NULL',
  ].join(',')}\n`;
}

function distinctLine(row: number): string {
  const host = `10.${row >> 16}.${(row >> 8) & 255}.${row & 255}`;
  return `${1_000_000 + row},tenant_user_${row},${host}:${1024 + (row % 60_000)},orders,Sleep,${row % 100},,NULL\n`;
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
