// Files of statements for the benchmark: the same bytes at every run.
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createRandom } from '../../src/simulator/seeded-random.js';

/**
 * ordinary: of 3,000 kinds, 100 to 300 bytes each, all with other literals; distinct: no two of a kind; hostile: quotes that
 * can be read in several ways, long lists, comments, and statements that are cut.
 */
export type StatementKind = 'ordinary' | 'distinct' | 'hostile';

type Below = (count: number) => number;

const KINDS = 3_000;
const BLOCK_STATEMENTS = 20_000;
/** A longer file repeats these, unless its statements are to be distinct. */
const BLOCKS_MADE = 10;

/** Writes at least so many MB into a file in `folder`; returns its path. */
export async function writeStatementFile(folder: string, kind: StatementKind, mb: number): Promise<string> {
  const file = path.join(folder, `${kind}.sql`);
  const random = createRandom(11);
  const below: Below = (count) => Math.floor(random() * count);
  const blocks: Buffer[] = [];
  const text = function* () {
    for (let block = 0, bytes = 0; bytes < mb * 1e6; block++) {
      const index = kind === 'distinct' ? 0 : block % BLOCKS_MADE;
      if (kind === 'distinct' || blocks[index] === undefined) {
        const first = block * BLOCK_STATEMENTS;
        const lines = Array.from(
          { length: BLOCK_STATEMENTS },
          (_, row) => `${statement(kind, first + row, below)}\n`,
        );
        blocks[index] = Buffer.from(lines.join(''));
      }
      bytes += blocks[index].length;
      yield blocks[index];
    }
  };
  await pipeline(text, createWriteStream(file));
  return file;
}

function statement(kind: StatementKind, row: number, below: Below): string {
  switch (kind) {
    case 'ordinary':
      return ordinary(below(KINDS), below);
    case 'distinct':
      return ordinary(row, below);
    case 'hostile':
      return hostile(row, below);
    default:
      return kind satisfies never;
  }
}

/** `number`: of the kind; it is in the names. */
function ordinary(number: number, below: Below): string {
  const [name, id, day] = [`customer ${below(1e6)}`, below(1e9), `2026-0${1 + below(9)}-1${below(10)}`];
  switch (number % 5) {
    case 0:
      return `SELECT o.id, o.total, c.name, c.column_${number} FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.shop_id = ${id} AND o.state IN ('open', 'paid', 'sent') AND o.created_at > '${day}' ORDER BY o.created_at DESC LIMIT ${below(100)}`;
    case 1:
      return `INSERT INTO audit_${number} (user_id, action, detail, created_at) VALUES (${id}, 'login', '${name}', '${day} 03:04:05')`;
    case 2:
      return `UPDATE stock_${number} SET amount = amount - ${below(10)}, changed_at = NOW(), changed_by = '${name}' WHERE article_id = ${id} AND warehouse = 'W${below(100)}'`;
    case 3:
      return `SELECT COUNT(*) AS n, SUM(price * 1.19) AS gross FROM items WHERE column_${number} = '${name}' AND price BETWEEN ${below(50)}.50 AND ${50 + below(50)}.99 GROUP BY category HAVING n > ${below(9)}`;
    default:
      return `/* page ${id} */ DELETE FROM sessions_${number} WHERE token = '${id.toString(16)}' AND expires_at < '${day}' AND remote_address <> '10.0.${below(256)}.${below(256)}'`;
  }
}

function hostile(row: number, below: Below): string {
  switch (row % 5) {
    case 0:
      return `SELECT * FROM t WHERE path LIKE 'C:\\\\x${below(1e6)}\\' ESCAPE '\\' AND password = 'p${below(1e6)}'`;
    case 1:
      return `SELECT "a${below(1e6)}\\" FROM t WHERE b = 'x${below(1e6)}" OR "y'`;
    case 2:
      return `SELECT * FROM t WHERE id IN (${Array.from({ length: 200 }, () => below(1e6)).join(', ')})`;
    case 3:
      return `${'/* x */ '.repeat(20)}SELECT ${'('.repeat(60)}${below(1e6)}${')'.repeat(60)} -- ${below(1e6)}`;
    default:
      return `INSERT INTO t VALUES ${Array.from({ length: 50 }, () => `(${below(1e6)}, 'it''s ${below(1e6)}')`).join(',')},(7,'cut`;
  }
}
