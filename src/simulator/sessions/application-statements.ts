// What the applications of each database run: short reads and writes with the marks that drivers, object mappers and
// tracing leave in them, and one read that lacks an index and becomes the culprit of a spike.
import { hex, number, TEXT_MARK, word } from './marked-values.js';

/** `n` is below a million; other values, the same statement. */
export type StatementOf = (n: number) => string;

export interface ApplicationStatements {
  readonly reads: readonly StatementOf[];
  readonly writes: readonly StatementOf[];
  /** A read, as a prepared statement is listed: without its values. */
  readonly prepared: string;
  readonly flood: StatementOf;
}

const ORDERS: ApplicationStatements = {
  reads: [
    (n) => `SELECT * FROM orders WHERE id = ${number(n)}`,
    (n) =>
      `SELECT id, total FROM orders WHERE status IN ('${TEXT_MARK} paid', '${TEXT_MARK} shipped') AND customer_id = ${number(n)} LIMIT 50${trace(n, 'orders')}`,
    (n) =>
      `SELECT \`orders\`.\`id\`, \`orders\`.\`order\` FROM \`orders\` WHERE (\`orders\`.\`email\` = '${word(n)}@example.com' AND NOT \`orders\`.\`gift\` = TRUE)`,
    (n) =>
      `SELECT /*+ MAX_EXECUTION_TIME(${number(n)}) */ id FROM orders_2026_0${1 + (n % 9)} WHERE total > -${number(n)}.5`,
  ],
  writes: [
    (n) =>
      `UPDATE orders SET status = '${TEXT_MARK} paid', note = '${word(n)}, "${TEXT_MARK}"' WHERE id = ${number(n)}`,
    (n) =>
      `INSERT INTO order_items (order_id, sku, price) VALUES ${rows(1 + (n % 60), (row) => `(${number(n)}, '${word(n + row)}', ${number(row)}.99)`)}`,
    (n) => `START TRANSACTION; UPDATE orders SET paid = NOW() WHERE id = ${number(n)}; COMMIT;`,
  ],
  prepared: 'SELECT id, total FROM orders WHERE id = ? AND customer_id = ?',
  flood: (n) =>
    `SELECT * FROM orders WHERE LOWER(email) = '${word(n)}@example.com' ORDER BY created DESC LIMIT 20`,
};

const CATALOG: ApplicationStatements = {
  reads: [
    (n) =>
      `/* trace="${word(n)}", step=2 */ SELECT sku, title\nFROM products\nWHERE title LIKE '%${TEXT_MARK} "${TEXT_MARK}"%'`,
    (n) =>
      `SELECT sku FROM stock WHERE id IN (${rows(20 + (n % 180), (row) => number((n + row) % 1_000_000))})`,
    (n) =>
      `SELECT name FROM cities WHERE name = '${TEXT_MARK} Zürich' OR note = '${TEXT_MARK} ☕ 😀 ${number(n)}'`,
    (n) => `SELECT * FROM 客户 WHERE 姓名 = '${TEXT_MARK}王小明' AND 编号 = ${number(n)}`,
  ],
  writes: [
    (n) =>
      `INSERT INTO stock (sku, free) VALUES ('${word(n)}', 3) ON DUPLICATE KEY UPDATE free = VALUES(free)`,
    (n) =>
      `INSERT INTO paths VALUES (${number(n)}, 'C:\\\\${TEXT_MARK}\\\\day.csv', '${TEXT_MARK}''${TEXT_MARK}')`,
  ],
  prepared: 'SELECT sku, title FROM products WHERE sku = ?',
  flood: (n) =>
    `SELECT p.sku, p.title, s.free\nFROM products p\nLEFT JOIN stock s ON s.sku = p.sku\nWHERE p.title LIKE '%${word(n)}%'`,
};

const PAYMENTS: ApplicationStatements = {
  reads: [
    (n) => `SELECT amount, currency FROM payments WHERE iban = '${word(n)}' AND state <> '${TEXT_MARK} void'`,
    (n) => `SELECT AES_DECRYPT(card, '${word(n)}') FROM cards WHERE id = ${number(n)}${trace(n, 'payments')}`,
  ],
  writes: [
    (n) =>
      `UPDATE payments SET state = '${TEXT_MARK} done' WHERE id = ${number(n)} AND version = ${number(n)}`,
    (n) => `CALL book_payment(${number(n)}, '${word(n)}', @result)`,
  ],
  prepared: 'SELECT state FROM payments WHERE id = ?',
  flood: (n) => `SELECT SUM(amount) FROM payments WHERE payer = '${word(n)}' AND refunded IS NULL`,
};

const SESSIONS: ApplicationStatements = {
  reads: [
    (n) => `SELECT payload FROM session WHERE token = '${word(n)}' FOR SHARE`,
    (n) => `SELECT 1 FROM session WHERE token = X'${hex(n)}' OR token = 0x${hex(n)}`,
  ],
  writes: [
    (n) => `DELETE FROM session\r\nWHERE expires < NOW()\r\n  AND shard = ${number(n % 64)}`,
    (n) => `REPLACE INTO session SET token = '${word(n)}', payload = _binary'${TEXT_MARK}\\0\\'${TEXT_MARK}'`,
    (n) => `SAVEPOINT s${number(n)}_x1`,
  ],
  prepared: 'SELECT payload FROM session WHERE token = ?',
  flood: (n) =>
    `SELECT token, payload FROM session WHERE payload->'$.user.name' = '${word(n)}' ORDER BY expires`,
};

const BILLING: ApplicationStatements = {
  reads: [
    (n) =>
      `SELECT i.* FROM invoices i JOIN payments.payments p USING (invoice_id) WHERE i.number = '${word(n)}'`,
    (n) => `EXECUTE find_invoice USING @customer${trace(n, 'billing')}`,
  ],
  writes: [
    (n) => `INSERT INTO events (kind, body) VALUES ('${TEXT_MARK} click', '{"${TEXT_MARK}": ${n % 1920}}')`,
    (n) => `SET @customer = ${number(n)}, @note := '${word(n)}'`,
  ],
  prepared: 'SELECT id, total FROM invoices WHERE number = ? AND customer_id = ?',
  flood: (n) =>
    `SELECT i.id, i.total FROM invoices i JOIN customers c ON c.id = i.customer_id WHERE CONCAT(c.name, '${TEXT_MARK}') = '${word(n)}'`,
};

/** Of who connects without a database. */
const NONE: ApplicationStatements = {
  reads: [
    () => 'SHOW GLOBAL STATUS',
    (n) => `SELECT table_name FROM information_schema.tables WHERE table_schema = '${word(n)}'`,
  ],
  writes: [(n) => `INSERT INTO monitoring.heartbeats (at, source) VALUES (NOW(), '${word(n)}')`],
  prepared: 'SELECT variable_value FROM performance_schema.global_status WHERE variable_name = ?',
  flood: (n) =>
    `SELECT table_schema, SUM(data_length) FROM information_schema.tables WHERE table_name LIKE '${word(n)}%' GROUP BY 1`,
};

const BY_DATABASE: Readonly<Record<string, ApplicationStatements>> = {
  orders: ORDERS,
  catalog: CATALOG,
  payments: PAYMENTS,
  sessions: SESSIONS,
  billing: BILLING,
};

export function applicationStatements(database: string): ApplicationStatements {
  return BY_DATABASE[database] ?? NONE;
}

function rows(count: number, row: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => row(index)).join(', ');
}

/** What sqlcommenter appends: another text at each call. */
function trace(n: number, application: string): string {
  return ` /*application='${application}',request='${word(n)}',traceparent='00-${hex(n).padEnd(32, '0')}-${n.toString(16).padStart(16, '0')}-01'*/`;
}
