// SQL texts as they stand in a processlist: quotes, commas, line breaks, comments, other scripts, very long ones.
import { mix, pick } from '../seeded-random.js';

const READS: readonly ((n: number) => string)[] = [
  (n) => `SELECT * FROM orders WHERE id = ${n}`,
  (n) => `SELECT id, total FROM orders WHERE status IN ('paid', 'shipped') AND customer_id = ${n} LIMIT 50`,
  (n) =>
    `/* trace="${n.toString(16)}", step=2 */ SELECT "sku", title\nFROM products\nWHERE title LIKE '%"new"%'`,
  (n) => `SELECT * FROM 客户 WHERE 姓名 = '王小明' AND 编号 = ${n}`,
  (n) => `SELECT payload FROM session WHERE token = '${n.toString(36)}' FOR SHARE`,
  (n) => `SELECT name FROM cities WHERE name = 'Zürich' OR note = '☕ 😀 ${n}'`,
  (n) => `SELECT sku FROM stock WHERE id IN (${Array.from({ length: 20 + (n % 180) }, (_, i) => n + i)})`,
];

const WRITES: readonly ((n: number) => string)[] = [
  (n) => `UPDATE orders SET status = 'paid', note = 'ok, "thanks"' WHERE id = ${n}`,
  (n) => `INSERT INTO events (kind, body) VALUES ('click', '{"x": ${n % 1920}, "y": ${n % 1080}}')`,
  (n) => `DELETE FROM session\r\nWHERE expires < NOW()\r\n  AND shard = ${n % 64}`,
  (n) => `INSERT INTO paths VALUES (${n}, 'C:\\\\exports\\\\day.csv', 'it''s here')`,
];

const REPORTS: readonly ((n: number) => string)[] = [
  (n) =>
    `SELECT c.country, DATE(o.created) AS day, SUM(o.total) AS "sum"\nFROM orders o\nJOIN customers c ON c.id = o.customer_id\nWHERE o.created >= NOW() - INTERVAL ${1 + (n % 90)} DAY\nGROUP BY 1, 2\nORDER BY 3 DESC`,
  (n) => `SELECT 渠道, COUNT(*) FROM 订单明细 WHERE 批次 = ${n % 1000} GROUP BY 渠道`,
];

const BATCH: readonly ((n: number) => string)[] = [
  (n) =>
    `INSERT INTO daily_totals SELECT customer_id, SUM(total) FROM orders WHERE shard = ${n % 64} GROUP BY 1`,
  (n) => `UPDATE stock SET reserved = 0 WHERE warehouse = ${n % 40}`,
];

export function readStatement(bits: number): string {
  return pick(READS, bits)(mix(bits, 1) % 1_000_000);
}

export function writeStatement(bits: number): string {
  return pick(WRITES, bits)(mix(bits, 1) % 1_000_000);
}

export function reportStatement(bits: number): string {
  return pick(REPORTS, bits)(mix(bits, 1) % 1_000_000);
}

export function batchStatement(bits: number): string {
  return pick(BATCH, bits)(mix(bits, 1) % 1_000_000);
}
