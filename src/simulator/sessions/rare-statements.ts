// What is run now and then: what people type, reports, jobs, and texts that are hard to read, for their quotes, their
// comments, their script or their bytes.
import type { StatementOf } from './application-statements.js';
import { hex, number, TEXT_MARK, word } from './marked-values.js';

export const REPORTS: readonly StatementOf[] = [
  (n) =>
    `SELECT c.country, DATE(o.created) AS day, SUM(o.total) AS "sum"\nFROM orders o\nJOIN customers c ON c.id = o.customer_id\nWHERE o.created >= NOW() - INTERVAL ${1 + (n % 90)} DAY AND c.segment = '${word(n)}'\nGROUP BY 1, 2\nORDER BY 3 DESC`,
  (n) =>
    `WITH recent AS (SELECT * FROM events WHERE kind = '${word(n)}' UNION ALL SELECT * FROM events_archive WHERE kind = '${word(n)}')\nSELECT kind, COUNT(*), CASE WHEN COUNT(*) > ${number(n)} THEN '${TEXT_MARK} many' ELSE '${TEXT_MARK} few' END FROM recent GROUP BY kind`,
];

// In GBK the second byte of 縗 is that of a backslash.
export const CHINESE_REPORTS: readonly StatementOf[] = [
  (n) => `SELECT 渠道, COUNT(*) FROM 订单明细 WHERE 批次 = ${number(n)} GROUP BY 渠道`,
  (n) =>
    `SELECT 客户, SUM(金额) AS 合计 FROM 订单明细 WHERE 姓名 = '${TEXT_MARK}縗' AND 城市 = '${TEXT_MARK}北京${number(n)}' -- 按客户${TEXT_MARK}`,
];

export const JOBS: readonly StatementOf[] = [
  (n) =>
    `INSERT INTO daily_totals SELECT customer_id, SUM(total) FROM orders WHERE shard = ${number(n % 64)} GROUP BY 1`,
  (n) => `UPDATE stock SET reserved = 0 WHERE warehouse = ${number(n % 40)}`,
  (n) =>
    `LOAD DATA LOCAL INFILE '/home/${TEXT_MARK}/${word(n)}.csv' INTO TABLE events FIELDS TERMINATED BY ',' ENCLOSED BY '"' (id, @kind) SET kind = CONCAT('${word(n)}', @kind)`,
  (n) => `DELETE FROM tmp_${(0x9f3a_0000 + n).toString(16)} WHERE batch = ${number(n)}`,
  (n) => `SAVEPOINT job_${number(n)}`,
];

/** They change nothing: a replica runs them, too. */
export const LOOKS: readonly StatementOf[] = [
  (n) => `SHOW TABLES LIKE '${word(n)}%'`,
  () => 'SHOW FULL PROCESSLIST',
  (n) => `EXPLAIN ANALYZE SELECT * FROM orders WHERE note REGEXP '^${word(n)}' LIMIT ${number(n)}, 10`,
  (n) => `SELECT /*!40001 SQL_NO_CACHE */ * FROM \`orders\` /*!50100 WHERE note = '${word(n)}' */`,
  (n) => `KILL QUERY ${number(n)}`,
  (n) => `SET SESSION sql_mode = 'NO_BACKSLASH_ESCAPES', @who = '${word(n)}'`,
  (n) => `PREPARE find FROM 'SELECT * FROM orders WHERE note = "${word(n)}"'`,
];

/** Changes of accounts, with passwords, and of definitions. */
export const CHANGES: readonly StatementOf[] = [
  (n) =>
    `CREATE USER '${word(n)}'@'${TEXT_MARK}.%' IDENTIFIED BY '${TEXT_MARK}Password${number(n)}' COMMENT '${TEXT_MARK}'`,
  (n) => `ALTER USER ${TEXT_MARK}@localhost IDENTIFIED WITH caching_sha2_password BY '${word(n)}'`,
  (n) => `SET PASSWORD FOR '${TEXT_MARK}'@'%' = '${word(n)}'`,
  (n) => `GRANT SELECT, INSERT ON orders.* TO '${word(n)}'@'${TEXT_MARK}.%'`,
  (n) => `CHANGE REPLICATION SOURCE TO SOURCE_HOST = '${word(n)}.internal', SOURCE_PASSWORD = '${TEXT_MARK}'`,
  (n) =>
    `CREATE SERVER archive FOREIGN DATA WRAPPER mysql OPTIONS (HOST '${word(n)}', USER '${TEXT_MARK}', PASSWORD '${TEXT_MARK}')`,
  (n) => `CREATE TABLE orders_2026_0${1 + (n % 9)} LIKE orders`,
  (n) =>
    `ALTER TABLE customers ADD COLUMN segment VARCHAR(64) NOT NULL DEFAULT '${word(n)}', ALGORITHM=INSTANT`,
  (n) => `CALL maintenance.purge('${word(n)}', ${number(n)}, NULL)`,
];

/** Where the literals are, and what is a comment, hangs on how quotes are read; bytes that end texts elsewhere. */
export const HOSTILE: readonly StatementOf[] = [
  // As sent under NO_BACKSLASH_ESCAPES.
  (n) => `SELECT id FROM files WHERE folder = 'C:\\${TEXT_MARK}\\' AND owner = '${word(n)}'`,
  (n) => `SELECT id FROM notes WHERE body LIKE '${TEXT_MARK}\\' ESCAPE '\\' AND pin = '${word(n)}'`,
  (n) =>
    `SELECT id FROM notes WHERE body = '${TEXT_MARK}\\'${TEXT_MARK} OR 1=1 -- ${TEXT_MARK}' AND pin = ${number(n)}`,
  // In one mode a text ends here, in another it goes on: both may be what was sent.
  (n) =>
    `SELECT id FROM notes WHERE body = '${word(n)}\\'' AND pin = '' AND level > ${number(n)} ORDER BY level`,
  (n) =>
    `SELECT id /* it's ${TEXT_MARK}'s, "${TEXT_MARK} */ FROM stock -- don't ${TEXT_MARK}\nWHERE sku = '${word(n)}' # and '${TEXT_MARK}\nLIMIT 1`,
  (n) => `SELECT id FROM blobs WHERE head = '${TEXT_MARK}\0${word(n)}\u001b[2J'`,
  (n) => `SELECT id FROM pages WHERE body = '<b>${TEXT_MARK}</b>&${TEXT_MARK}; */ /* ${word(n)}'`,
  (n) => `SELECT ${'('.repeat(100)}${number(n)}${')'.repeat(100)}`,
  (n) => `SELECT id FROM logs WHERE line = '${`${word(n)} `.repeat(200)}' AND level = ${number(n)}`,
  (n) =>
    `SELECT _utf8mb4'${word(n)}' '${TEXT_MARK}', N'${TEXT_MARK}', b'01', 0x${hex(n)}, -${number(n)}.5e-3`,
];
