import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { statementOf } from '../../src/statements/statement-of.js';
import { plainShape } from './plain-shape.js';

function textOf(statement: string | Uint8Array, cap = 0): string {
  return statementOf(plainShape(Buffer.from(statement), { cap })).text;
}

/** The text of a statement that is as long as one can be. */
function cutTextOf(statement: string): string {
  return textOf(statement, 1);
}

function check(make: (statement: string) => string, rows: readonly (readonly [string, string])[]): void {
  for (const [statement, text] of rows) {
    assert.equal(make(statement), text, statement);
  }
}

describe('statementOf', () => {
  it('hides literals of all kinds', () => {
    check(textOf, [
      ["SELECT 'a' 'b'", 'SELECT ?'],
      [`SELECT 'a' "b", 'it''s'`, 'SELECT ?, ...'],
      ["SELECT a, 'b', 'c' 'd', e", 'SELECT a, ?, ..., e'],
      ["SELECT N'x' FROM t", 'SELECT ? FROM t'],
      ["SELECT _utf8mb4 0xff, a, x'4D' 'b', _binary'x'", 'SELECT ?, a, ?, ...'],
      ['SELECT a, .5, b, 1.e5, c, 5e-3', 'SELECT a, ?, b, ?, c, ?'],
      ['SELECT \\N, a', 'SELECT ?, a'],
      ['SELECT * FROM t WHERE a = 0x AND b = 12abc', 'SELECT * FROM t WHERE a = ? AND b = ?'],
      ['SELECT a AS \'x\', b AS "y"', 'SELECT a AS ?, b AS ?'],
      ["SELECT INTERVAL 5 DAY + DATE '2024-01-01'", 'SELECT INTERVAL ? DAY + DATE ?'],
      ["SELECT {d '2024-01-01'}", 'SELECT { d ? }'],
      ['SELECT doc->\'$.x\', doc->>"$.y"', 'SELECT doc -> ?, doc ->> ?'],
      ["SELECT @'x', @`y`, @`a b`", 'SELECT @?, @y, @`a b`'],
      ["a = 'x' COLLATE utf8mb4_bin", 'a = ? COLLATE utf8mb4_bin'],
      ['a = <secret> AND b = ?', 'a = ? AND b = ?'],
      ["SELECT `_x` 'a', _x 'a'", 'SELECT `_x` ?, ...'],
      ["SET NAMES 'utf8'", 'SET NAMES ?'],
      ["XA START 'x'", 'XA START ?'],
      ["PREPARE s FROM 'select 1'", 'PREPARE s FROM ?'],
      [
        "LOAD DATA INFILE '/x' INTO TABLE t FIELDS TERMINATED BY ','",
        'LOAD DATA INFILE ? INTO TABLE t FIELDS TERMINATED BY ?',
      ],
    ]);
  });

  it('takes a word that begins with a digit for a name where one is due', () => {
    check(textOf, [
      ['SELECT t.1st, `t`.2nd, 3rd FROM 4th AS 5th', 'SELECT t.1st, t.2nd, ? FROM 4th AS 5th'],
      ['UPDATE 1st SET a = 1st', 'UPDATE 1st SET a = ?'],
      ['SELECT a FROM 4711 JOIN 0x41 JOIN 1e5', 'SELECT a FROM ? JOIN ? JOIN ?'],
      ['SELECT t.5, t.1.5x', 'SELECT t.?, t.?'],
      ['SELECT t.1e5, `t`.0x1F', 'SELECT t.1e5, t.0x1F'],
      ['SELECT t .1st', 'SELECT t ?'],
    ]);
  });

  it('hides accounts, with their hosts', () => {
    check(textOf, [
      ["GRANT ALL ON *.* TO 'u'@'%'", 'GRANT ALL ON *.* TO ?@?'],
      ['SHOW GRANTS FOR u@10.1.2.3', 'SHOW GRANTS FOR ?@?'],
      ["DROP USER `u`@`h`, bob@'h', 'u' @ 'h', 'u'@h", 'DROP USER ?@?, ?@?, ?@?, ?@?'],
      ['RENAME USER a@b TO c@d', 'RENAME USER ?@? TO ?@?'],
      ["DROP USER 'u' @h, 'v'@ `h`, N'w' @ h.i, `x` @h, 'y' @@h", 'DROP USER ?@?, ?@?, ?@?, ?@?, ? @@h'],
      ['SHOW GRANTS FOR 1st@h', 'SHOW GRANTS FOR ?@?'],
      ["CREATE USER bob/**/@'h', `a` @ `b`, c @ 'h', d@ h", 'CREATE USER ?@?, ?@?, ?@?, ?@?'],
      ['SELECT 1; GRANT a ON b TO c @d, e @f', 'SELECT ?; GRANT a ON b TO ?@?, ?@?'],
      ["CREATE DEFINER = bob @'h' VIEW v AS SELECT a", 'CREATE DEFINER = ?@? VIEW v AS SELECT a'],
      ['GRANT a ON b TO @c', 'GRANT a ON b TO @c'],
      ['EXECUTE IMMEDIATE @a', 'EXECUTE IMMEDIATE @a'],
      ['SELECT `a` @b INTO @c, @d', 'SELECT a @b INTO @c, @d'],
      ['DROP USER a; EXECUTE IMMEDIATE @a', 'DROP USER a; EXECUTE IMMEDIATE @a'],
      ['GET DIAGNOSTICS CONDITION 1 @a = NUMBER', 'GET DIAGNOSTICS CONDITION ? @a = NUMBER'],
      ["SELECT 1@a, .5@b, 1e+5@c, 0x1F @'d', ? @ e", 'SELECT ? @a, ? @b, ? @c, ? @?, ? @ e'],
      ['EXECUTE s USING @a, @b', 'EXECUTE s USING @a, @b'],
      ['SELECT @@global.x, @a.b', 'SELECT @@global.x, @a.b'],
    ]);
  });

  it('takes NULL, TRUE and FALSE for values where one stands', () => {
    check(textOf, [
      ['a = NULL OR b IS NULL OR c IS NOT TRUE', 'a = ? OR b IS NULL OR c IS NOT TRUE'],
      ['SELECT ALL NULL, a', 'SELECT ALL ?, a'],
      ['SELECT NULL, a <=> NULL, f(NULL), NOT TRUE', 'SELECT ?, a <=> ?, f(?), NOT ?'],
      ['a int NOT NULL, b int NULL DEFAULT NULL', 'a INT NOT NULL, b INT NULL DEFAULT NULL'],
      ['ON DELETE SET NULL', 'ON DELETE SET NULL'],
      ['CASE WHEN TRUE THEN FALSE ELSE NULL END', 'CASE WHEN ? THEN ? ELSE ? END'],
      ['a NOT IN (NULL, 1) AND TRUE', 'a NOT IN (...) AND ?'],
      ['SELECT `null`, t.null, `true`', 'SELECT `null`, t.null, `true`'],
    ]);
  });

  it('folds the sign of a value, and keeps what is between two', () => {
    check(textOf, [
      ['SELECT -1', 'SELECT ?'],
      ['SELECT a - 1', 'SELECT a - ?'],
      ['SELECT a-1', 'SELECT a - ?'],
      ['SELECT a - -1', 'SELECT a - ?'],
      ['SELECT - -1', 'SELECT ?'],
      ['a = -1 AND b = (+1) AND c IN (-1, +2)', 'a = ? AND b = (?) AND c IN (...)'],
      ['SELECT 5--1 FROM t', 'SELECT ? - ? FROM t'],
      ['SELECT f(a) - 1, @x - 1, -b', 'SELECT f(a) - ?, @x - ?, - b'],
      ['SELECT t.limit - 1', 'SELECT t.limit - ?'],
      ['SELECT {fn f()} - 1', 'SELECT { fn f() } - ?'],
      ['LIMIT -1', 'LIMIT ?'],
      ['SELECT -(1), - (1)', 'SELECT - (?), - (?)'],
    ]);
  });

  it('folds lists', () => {
    check(textOf, [
      ["SELECT concat('a', 'b', c), left(a, 3)", 'SELECT concat(?, ..., c), LEFT(a, ?)'],
      ['a IN (?) AND b IN ((1,2)) AND c IN (ROW(1,2), ROW(3,4))', 'a IN (...) AND b IN (...) AND c IN (...)'],
      ['a IN (1, 2, b) AND c IN (SELECT 1)', 'a IN (?, ..., b) AND c IN (SELECT ?)'],
      ['WHERE (a, b) = (1, 2)', 'WHERE (a, b) = (...)'],
      ['c decimal(10,2), d varchar(5)', 'c DECIMAL(...), d VARCHAR(?)'],
      ['REPLACE INTO t VALUES (1,2),(3,4)', 'REPLACE INTO t VALUES (...)'],
      ['INSERT INTO t VALUE (1),(2)', 'INSERT INTO t VALUE (?)'],
      ['INSERT INTO t VALUES (DEFAULT, 1), (2, 3)', 'INSERT INTO t VALUES (DEFAULT, ?)'],
      ['INSERT INTO t VALUES (1,(SELECT 2)),(3,(SELECT 4))', 'INSERT INTO t VALUES (?, (SELECT ?))'],
      ['INSERT INTO t VALUES (1,now()),(2,now()) AS new', 'INSERT INTO t VALUES (?, now()) AS new'],
      [
        'INSERT INTO t (a) VALUES (1),(2) ON DUPLICATE KEY UPDATE c=VALUES(c), d=5',
        'INSERT INTO t (a) VALUES (?) ON DUPLICATE KEY UPDATE c = VALUES(c), d = ?',
      ],
      [
        'INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE a=1; INSERT INTO t VALUES (1), (2)',
        'INSERT INTO t VALUES (?) ON DUPLICATE KEY UPDATE a = ?; INSERT INTO t VALUES (?)',
      ],
      ['SELECT value, value IN (1) FROM value', 'SELECT value, value IN (...) FROM value'],
      ['CALL p(1,@x, f(2))', 'CALL p(...)'],
      ['call `db`.`p`()', 'CALL db.p(...)'],
      ["MATCH(a) AGAINST('x' IN BOOLEAN MODE)", 'MATCH (a) AGAINST (? IN BOOLEAN MODE)'],
    ]);
  });

  it('folds chains', () => {
    check(textOf, [
      ['WHERE a=1 OR a=2', 'WHERE a = ? OR ...'],
      ['WHERE a=1 OR A=2 || a=3 OR b=4', 'WHERE a = ? OR ... || a = ? OR b = ?'],
      ['WHERE a=1 AND b=2 OR a=3 AND b=4 ORDER BY a', 'WHERE a = ? AND b = ? OR ... ORDER BY a'],
      ['WHERE (a=1 AND b IN (1)) OR (a=3 AND b IN (4, 5)) OR c', 'WHERE (a = ? AND b IN (...)) OR ... OR c'],
      ["SELECT a || 'x' || 'y', b OR b FROM t", 'SELECT a || ? || ..., b OR ... FROM t'],
      ['a=1 OR b=2 OR a=3', 'a = ? OR b = ? OR a = ?'],
      ["LEFT(a, 1) = 'x' OR LEFT(a, 1) = 'y'", 'LEFT(a, ?) = ? OR ...'],
      ['(SELECT 1) UNION (SELECT 2) ORDER BY 1 LIMIT 5', '(SELECT ?) UNION ... ORDER BY ? LIMIT ?'],
      [
        'INSERT INTO t SELECT 1 UNION SELECT 2 UNION ALL SELECT 3',
        'INSERT INTO t SELECT ? UNION ... UNION ALL SELECT ?',
      ],
      ['SELECT 1 UNION ALL SELECT 2 FOR UPDATE', 'SELECT ? UNION ALL ... FOR UPDATE'],
      ['SELECT 1 UNION ALL SELECT 2 FOR SHARE', 'SELECT ? UNION ALL ... FOR SHARE'],
      ['SELECT 1 UNION ALL SELECT 2 LOCK IN SHARE MODE', 'SELECT ? UNION ALL ... LOCK IN SHARE MODE'],
      ['SELECT 1 UNION ALL SELECT 2 INTO @x', 'SELECT ? UNION ALL ... INTO @x'],
      [
        'INSERT INTO t SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 ON DUPLICATE KEY UPDATE a=1',
        'INSERT INTO t SELECT ? UNION ALL ... ON DUPLICATE KEY UPDATE a = ?',
      ],
      ['INSERT INTO t SELECT 1 UNION SELECT 2 RETURNING a', 'INSERT INTO t SELECT ? UNION ... RETURNING a'],
      [
        'SELECT a FROM t JOIN u ON a = 1 UNION SELECT a FROM t JOIN u ON a = 2',
        'SELECT a FROM t JOIN u ON a = ? UNION ...',
      ],
      ['WHERE a=1 OR a=2 WINDOW w AS (ORDER BY 1)', 'WHERE a = ? OR ... WINDOW w AS (ORDER BY ?)'],
      ['WHERE a=1 OR a=2 RETURNING b', 'WHERE a = ? OR ... RETURNING b'],
      [
        'SELECT a FROM t USE INDEX FOR JOIN (i) UNION SELECT a FROM t USE INDEX FOR JOIN (i)',
        'SELECT a FROM t USE INDEX FOR JOIN (i) UNION ...',
      ],
      ['WHERE window = 1 OR window = 2', 'WHERE window = ? OR ...'],
      ['WHERE a OR window OR t.returning', 'WHERE a OR window OR t.returning'],
      ['IF a=1 OR a=2 THEN', 'IF a = ? OR ... THEN'],
      ['SELECT a FROM t UNION SELECT a FROM u', 'SELECT a FROM t UNION SELECT a FROM u'],
      ['SELECT a WHERE b=1 OR b=2 UNION SELECT a WHERE b=3 OR b=4', 'SELECT a WHERE b = ? OR ... UNION ...'],
      [
        "CASE a WHEN 1 THEN 'a' WHEN 2 THEN 'b' WHEN 3 THEN c ELSE NULL END",
        'CASE a WHEN ? THEN ? ... WHEN ? THEN c ELSE ? END',
      ],
      ['CASE a WHEN 1 THEN 2 WHEN 3 THEN 4 ELSE 5 END', 'CASE a WHEN ? THEN ? ... ELSE ? END'],
      [
        'CASE WHEN a=1 OR a=2 THEN 1 WHEN a=3 OR a=4 THEN 2 END + CASE b WHEN 1 THEN 2 END',
        'CASE WHEN a = ? OR ... THEN ? ... END + CASE b WHEN ? THEN ? END',
      ],
      [
        'CASE WHEN a THEN CASE b WHEN 1 THEN 2 WHEN 3 THEN 4 END WHEN a THEN CASE b WHEN 1 THEN 2 END END',
        'CASE WHEN a THEN CASE b WHEN ? THEN ? ... END WHEN a THEN CASE b WHEN ? THEN ? END END',
      ],
    ]);
  });

  it('hides what pages, positions and save points are', () => {
    check(textOf, [
      ['LIMIT 10 OFFSET 5', 'LIMIT ?'],
      ['LIMIT 20, 10 FOR UPDATE', 'LIMIT ? FOR UPDATE'],
      ['LIMIT ?, ?', 'LIMIT ?'],
      ['ORDER BY 1 DESC, 2', 'ORDER BY ? DESC, ?'],
      ['GROUP BY 1', 'GROUP BY ?'],
      ['SAVEPOINT x', 'SAVEPOINT ?'],
      ['RELEASE SAVEPOINT `x`', 'RELEASE SAVEPOINT ?'],
      ['ROLLBACK TO x', 'ROLLBACK TO ?'],
      ['rollback work to savepoint x', 'ROLLBACK WORK TO SAVEPOINT ?'],
      ['ROLLBACK', 'ROLLBACK'],
      ['use db1', 'USE ?'],
      ['KILL 5', 'KILL ?'],
      ['BEGIN; SAVEPOINT x;', 'BEGIN; SAVEPOINT ?'],
      [';;SELECT 1;;SELECT 2;;', 'SELECT ?; SELECT ?'],
    ]);
  });

  it('prints keywords in upper case and names as they are, in backticks where they need them', () => {
    check(textOf, [
      [
        'select A.`b`, `key`, t.`key`, `a``b`, `x y` from `T`',
        'SELECT A.b, `key`, t.key, `a``b`, `x y` FROM T',
      ],
      ['select t.* , count( * ) ,now( )from a . b', 'SELECT t.*, count(*), now() FROM a.b'],
      [
        'create table t(a int(11), primary key(a), key k(a))',
        'CREATE TABLE t (a INT(?), PRIMARY KEY (a), KEY k (a))',
      ],
      ['insert into db.t(a,b)select 1', 'INSERT INTO db.t (a, b) SELECT ?'],
      ["create user zz identified by 'hunter2'", 'CREATE USER zz IDENTIFIED BY ?'],
      ['create `user` a', 'CREATE `user` a'],
      ['show full columns status', 'SHOW FULL COLUMNS status'],
      ['show full processlist', 'SHOW FULL PROCESSLIST'],
      ['start transaction; update t set user = 5', 'START TRANSACTION; UPDATE t SET user = ?'],
      ['select user, status, `rank`, rank from groups', 'SELECT user, status, rank, rank FROM groups'],
      ['a:=1, b<=>2, !c, d!=1, d<>1', 'a := ?, b <=> ?, ! c, d <> ?, d <> ?'],
      ['select/*+ MAX_EXECUTION_TIME(1000) */a', 'SELECT /*+ MAX_EXECUTION_TIME(?) */ a'],
    ]);
  });

  it('drops what may lack its end, and says so', () => {
    check(cutTextOf, [
      ['SELECT a FROM db.ta', 'SELECT a FROM db. …'],
      ['SELECT a FROM ta ', 'SELECT a FROM ta …'],
      ['SELECT a, @va', 'SELECT a, …'],
      ['SELECT a + 12', 'SELECT a + ? …'],
      ['WHERE a = -', 'WHERE a = …'],
      ['WHERE a = - ', 'WHERE a = …'],
      ['WHERE a - ', 'WHERE a …'],
      ['WHERE a = .', 'WHERE a = …'],
      ['WHERE t.', 'WHERE t. …'],
      ['WHERE t.1', 'WHERE t. …'],
      ['SELECT 1, _binary ', 'SELECT ?, …'],
      ['SELECT 1e-', 'SELECT ? …'],
      ['SELECT a = \\', 'SELECT a = …'],
      ['WHERE a <sec', 'WHERE a …'],
      ['WHERE a <SECRET', 'WHERE a …'],
      ['WHERE a<', 'WHERE a …'],
      ['WHERE a !', 'WHERE a …'],
      ['WHERE a ! ', 'WHERE a ! …'],
      ['SELECT a /', 'SELECT a …'],
      ['SELECT a |', 'SELECT a …'],
      ['SELECT a; -', 'SELECT a …'],
      ['WHERE a = tru', 'WHERE a = …'],
      ['WHERE a IN (1, 2', 'WHERE a IN (...) …'],
      ['WHERE a IN (1, 2, ', 'WHERE a IN (...) …'],
      ['WHERE a IN ((1, 2), (3', 'WHERE a IN (...) …'],
      ['VALUES (1, now()), (2, no', 'VALUES (?, now()) …'],
      ['VALUES (1, 2), ', 'VALUES (...) …'],
      ['VALUES (1, 2', 'VALUES (...) …'],
      ['CALL p(1, f(', 'CALL p(...) …'],
      ['VALUES ROW(1', 'VALUES ROW ( …'],
      ['VALUES (1, ', 'VALUES ( …'],
      ['SELECT f(1, 2, g', 'SELECT f( …'],
      ['SELECT f(1', 'SELECT f( …'],
      ['SELECT f(a, 1', 'SELECT f(a, ? …'],
      ['SELECT f((1, 2), 3', 'SELECT f((...), ? …'],
      ['WHERE 1 = b OR 1; ', 'WHERE ? = b OR ... …'],
      ['SELECT 1, 2, ', 'SELECT ?, ... …'],
      ['LIMIT 20, ', 'LIMIT ? …'],
      ['a = 1 OR a = ', 'a = ? OR ... …'],
      ['a = 1 OR a = 2 OR ', 'a = ? OR ... …'],
      ['a = 1 OR b = ', 'a = ? OR b = …'],
      ['(a = 1 AND b = 2) OR (a = 3 AND b', '(a = ? AND b = ?) OR ... …'],
      [
        'SELECT a FROM t UNION ALL SELECT a FROM t UNION SELECT 1',
        'SELECT a FROM t UNION ALL ... UNION SELECT ? …',
      ],
      ['SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3 UNION AL', 'SELECT ? UNION ALL ... …'],
      ['SELECT a FROM t UNION ALL SELECT a FR', 'SELECT a FROM t UNION ALL ... …'],
      ['CASE WHEN 1 THEN 2 WHEN 3 TH', 'CASE WHEN ? THEN ? ... …'],
      ["CREATE USER 'bob'@", 'CREATE USER ?@? …'],
      ['CREATE USER bob@lo', 'CREATE USER ?@? …'],
      ['CREATE USER bob @lo', 'CREATE USER ?@? …'],
      ['KILL USER bob@`lo', 'KILL USER ?@? …'],
      ['CREATE USER bob@`lo', 'CREATE USER ?@? …'],
      ["GRANT ALL ON t TO 'bob'@`lo", 'GRANT ALL ON t TO ?@? …'],
      ['SHOW GRANTS FOR `bob`@`lo', 'SHOW GRANTS FOR ?@? …'],
      ['SELECT 1; ', 'SELECT ? …'],
      ['SELEC', ''],
    ]);
  });

  it('cuts a text of more than 4,096 characters behind a token', () => {
    const { text, isCut } = statementOf(plainShape(Buffer.from(`SELECT ${'column_a, '.repeat(2_000)}b`)));
    assert.ok(text.length > 4_000 && text.length <= 4_096);
    assert.match(text, /^SELECT (?:column_a, )+column_a,? …$/u);
    assert.ok(isCut);
    assert.equal(textOf(text), text);
  });

  it('cuts a long text in a list as it cuts a list', () => {
    for (let length = 3_900; length < 4_100; length++) {
      const statement = `SELECT ${'a'.repeat(length)} FROM t WHERE b IN (1, c, 2, 3) OR b IN (${'c, '.repeat(200)}1)`;
      const { text } = statementOf(plainShape(Buffer.from(statement)));
      assert.ok(text.length <= 4_096 && text.endsWith(' …'));
      assert.equal(textOf(text), text);
    }
  });

  it('leaves out parentheses that are deeper than 64, and not what is in them', () => {
    assert.equal(
      textOf(`${'('.repeat(70)}a${')'.repeat(70)} = 1`),
      `${'('.repeat(64)}a${')'.repeat(64)} = ?`,
    );
  });

  it('takes a CASE that is deeper than 64 for a word of the one that it is in', () => {
    const nested = (depth: number) => textOf(`${'CASE WHEN 1 THEN '.repeat(depth)}a${' END'.repeat(depth)}`);
    const text = (depth: number, inner: string) => `${'CASE WHEN ? THEN '.repeat(depth)}${inner}`;
    assert.equal(nested(64), text(64, `a${' END'.repeat(64)}`));
    assert.equal(nested(70), text(64, `CASE ... WHEN ? THEN a${' END'.repeat(70)}`));
    assert.equal(textOf(nested(70)), nested(70));
  });

  it('shows U+FFFD for bytes that are no UTF-8', () => {
    assert.equal(textOf(Buffer.from('SELECT caf\xe9 FROM t', 'latin1')), 'SELECT caf\u{fffd} FROM t');
  });

  it('has the first 16 digits of the SHA-256 of the text in lower case as digest', () => {
    const { text, digest } = statementOf(plainShape(Buffer.from('SELECT A, É FROM t WHERE b = 5')));
    assert.equal(text, 'SELECT A, É FROM t WHERE b = ?');
    const expected = createHash('sha256').update('select a, É from t where b = ?').digest('hex').slice(0, 16);
    assert.equal(digest, expected);
  });

  it('shows nothing that should stand between quotes, nor what follows', () => {
    const unlike = (text: string) =>
      statementOf({ bytes: Buffer.from(text), isCut: false, isAmbiguous: false }).text;
    check(unlike, [
      ["SELECT a, 'b' FROM c", 'SELECT a, ?'],
      ['SELECT a, "b" FROM c', 'SELECT a, ?'],
      ["SELECT a, @'b' FROM c", 'SELECT a, @?'],
      ["DROP USER u@'b' FROM c", 'DROP USER ?@?'],
      ['SELECT a, `b FROM c', 'SELECT a,'],
    ]);
  });
});

describe('the family of a statement', () => {
  function isFamily(one: string, other: string): boolean {
    const [a, b] = [one, other].map((text) => statementOf(plainShape(Buffer.from(text))));
    assert.notEqual(a?.digest, b?.digest);
    return a?.family === b?.family;
  }

  it('is the same for numbers in names of tables and schemas', () => {
    for (const [one, other] of [
      ['SELECT * FROM orders_2024_01', 'SELECT * FROM orders_2024_02'],
      ['SELECT * FROM a, shard_0017.t1', 'SELECT * FROM a, shard_4.t22'],
      ['INSERT INTO tmp_9f3a2b1c77 VALUES (1)', 'INSERT INTO tmp_00aabbccddee VALUES (1)'],
      ['SELECT a FROM t_9f3a2b1c', 'SELECT a FROM t_0000aaaa'],
      ['SELECT a FROM t JOIN `t1` ON TRUE', 'SELECT a FROM t JOIN `t2` ON TRUE'],
      ['SELECT t1.a FROM x', 'SELECT t22.a FROM x'],
      ['CALL tenant_1.p()', 'CALL tenant_2.p()'],
      ['UPDATE IGNORE t1 SET a = 1', 'UPDATE IGNORE t2 SET a = 1'],
      ['DROP TABLE IF EXISTS a, t1', 'DROP TABLE IF EXISTS a, t2'],
      ['CREATE INDEX i ON t1 (a)', 'CREATE INDEX i ON t2 (a)'],
      ['ALTER TABLE t1 ADD a int', 'ALTER TABLE t2 ADD a int'],
      ['SELECT 1; CREATE INDEX i ON t1 (a)', 'SELECT 1; CREATE INDEX i ON t2 (a)'],
      [
        'LOCK TABLES t1 READ, a LOW_PRIORITY WRITE, u1 READ',
        'LOCK TABLES t2 READ, a LOW_PRIORITY WRITE, u2 READ',
      ],
      ['FLUSH TABLES t1', 'FLUSH TABLES t2'],
      ['LOCK TABLES tables READ, t1 READ', 'LOCK TABLES tables READ, t2 READ'],
      ['DROP TABLE t; DROP VIEW v1', 'DROP TABLE t; DROP VIEW v2'],
      ['DROP TABLES t1, u1', 'DROP TABLES t2, u2'],
      ['CREATE TABLE t1 LIKE u1', 'CREATE TABLE t2 LIKE u2'],
      ['CREATE VIEW v1 AS SELECT a FROM t', 'CREATE VIEW v2 AS SELECT a FROM t'],
      [
        'CREATE OR REPLACE ALGORITHM = MERGE VIEW v1 (a) AS SELECT a',
        'CREATE OR REPLACE ALGORITHM = MERGE VIEW v2 (a) AS SELECT a',
      ],
      ['DROP VIEW IF EXISTS v1, w1', 'DROP VIEW IF EXISTS v2, w2'],
      ['SHOW CREATE VIEW v1', 'SHOW CREATE VIEW v2'],
      ['SHOW TABLES IN d1', 'SHOW TABLES IN d2'],
      ['SHOW FULL COLUMNS FROM t1 IN d1', 'SHOW FULL COLUMNS FROM t2 IN d2'],
      ['DESC t1', 'DESC t2'],
      ['EXPLAIN t1', 'EXPLAIN t2'],
      ['DELETE t1 FROM t1', 'DELETE t2 FROM t2'],
      ['DELETE FROM t1 USING t1 JOIN y', 'DELETE FROM t2 USING t2 JOIN y'],
      ['RENAME TABLE t1 TO u1, v1 TO w1', 'RENAME TABLE t2 TO u2, v2 TO w2'],
      ['ALTER TABLE t1 RENAME TO u1', 'ALTER TABLE t2 RENAME TO u2'],
      ['ALTER TABLE t1 RENAME u1', 'ALTER TABLE t2 RENAME u2'],
      ['SELECT a FROM (t1), u1', 'SELECT a FROM (t2), u2'],
      ['SELECT a FROM t JOIN (t1 JOIN u1 ON a = b, v1)', 'SELECT a FROM t JOIN (t2 JOIN u2 ON a = b, v2)'],
      ['SELECT a FROM t1 USE INDEX (i), u1', 'SELECT a FROM t2 USE INDEX (i), u2'],
      [
        'SELECT a FROM t1 a LEFT JOIN u1 b ON a.x = b.y AND a.z IN (1) USING (i), v1',
        'SELECT a FROM t2 a LEFT JOIN u2 b ON a.x = b.y AND a.z IN (1) USING (i), v2',
      ],
      ['SELECT a FROM t1 FOR UPDATE OF t1', 'SELECT a FROM t2 FOR UPDATE OF t2'],
      ['SELECT a FROM t1, u1 FOR SHARE OF t1, u1', 'SELECT a FROM t2, u2 FOR SHARE OF t2, u2'],
    ] as const) {
      assert.ok(isFamily(one, other), one);
    }
  });

  it('is another for all other names', () => {
    for (const [one, other] of [
      ['SELECT c1 FROM t', 'SELECT c2 FROM t'],
      ['SELECT md5(a) FROM t', 'SELECT md6(a) FROM t'],
      ['CREATE VIEW v AS SELECT 1 FROM t JOIN u ON c1', 'CREATE VIEW v AS SELECT 1 FROM t JOIN u ON c2'],
      ['SELECT a FROM t WHERE c1 = 1', 'SELECT a FROM t WHERE c2 = 1'],
      ['INSERT INTO t (c1) VALUES (1)', 'INSERT INTO t (c2) VALUES (1)'],
      ['SELECT CONVERT(a USING utf8mb3)', 'SELECT CONVERT(a USING utf8mb4)'],
      ['SELECT EXTRACT(YEAR FROM d1)', 'SELECT EXTRACT(YEAR FROM d2)'],
      [
        'INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE c1 = 1',
        'INSERT INTO t VALUES (1) ON DUPLICATE KEY UPDATE c2 = 1',
      ],
      ['SELECT a FROM t_9f3a2b1', 'SELECT a FROM t_000aaaa'],
      ['SELECT a FROM (SELECT 1) a1, t', 'SELECT a FROM (SELECT 1) a2, t'],
      ['SELECT a FROM t ORDER BY a DESC, c1', 'SELECT a FROM t ORDER BY a DESC, c2'],
      ['SELECT EXISTS (SELECT 1), c1', 'SELECT EXISTS (SELECT 1), c2'],
      ['SELECT view c1', 'SELECT view c2'],
      ['SELECT tables c1', 'SELECT tables c2'],
      ['SELECT a FROM t WHERE of = c1', 'SELECT a FROM t WHERE of = c2'],
      ['SELECT POSITION(a IN c1)', 'SELECT POSITION(a IN c2)'],
      ['EXECUTE s USING c1', 'EXECUTE s USING c2'],
      ['CREATE TABLE t AS SELECT a LIKE c1', 'CREATE TABLE t AS SELECT a LIKE c2'],
      [
        'CREATE TABLE t (a int REFERENCES u (a) ON UPDATE NO ACTION, c1 int)',
        'CREATE TABLE t (a int REFERENCES u (a) ON UPDATE NO ACTION, c2 int)',
      ],
      ['ALTER TABLE t RENAME COLUMN view TO c1', 'ALTER TABLE t RENAME COLUMN view TO c2'],
      ['ALTER TABLE t RENAME KEY a TO k1', 'ALTER TABLE t RENAME KEY a TO k2'],
      ['CREATE TABLE t (view c1)', 'CREATE TABLE t (view c2)'],
      [
        'CREATE TABLE t (a int REFERENCES u (a) ON DELETE NO ACTION, c1 int)',
        'CREATE TABLE t (a int REFERENCES u (a) ON DELETE NO ACTION, c2 int)',
      ],
      ['UPDATE t JOIN u ON a = b SET a = 1, c1 = 2', 'UPDATE t JOIN u ON a = b SET a = 1, c2 = 2'],
      [
        'INSERT INTO t SELECT a FROM u ON DUPLICATE KEY UPDATE a = 1, c1 = 2',
        'INSERT INTO t SELECT a FROM u ON DUPLICATE KEY UPDATE a = 1, c2 = 2',
      ],
      ['DELETE FROM t WHERE CONVERT(a USING utf8mb3)', 'DELETE FROM t WHERE CONVERT(a USING utf8mb4)'],
      ['SELECT a FROM t WHERE b IN (SELECT 1), c1', 'SELECT a FROM t WHERE b IN (SELECT 1), c2'],
      ['GRANT a ON t TO u, r1', 'GRANT a ON t TO u, r2'],
      ['SELECT * FROM tmp_deadbeef', 'SELECT * FROM tmp_deadbeee'],
    ] as const) {
      assert.ok(!isFamily(one, other), one);
    }
  });
});

describe('a sensitive statement', () => {
  const isSensitive = (statement: string) => statementOf(plainShape(Buffer.from(statement))).isSensitive;

  it('is one of a class that holds passwords', () => {
    for (const statement of [
      "CREATE USER u IDENTIFIED BY 'x'",
      'create or replace user u',
      'ALTER USER IF EXISTS u',
      'RENAME USER a TO b',
      "SET PASSWORD = 'x'",
      "SET @old_password = 'x'",
      "SET a = 1, `password` = 'x'",
      "GRANT ALL ON *.* TO u IDENTIFIED BY 'x'",
      "CHANGE MASTER TO MASTER_HOST='h'",
      'CHANGE REPLICATION SOURCE TO SOURCE_PORT=1',
      "START REPLICA USER='u'",
      'start slave',
      'CREATE SERVER s FOREIGN DATA WRAPPER w',
      'ALTER SERVER s OPTIONS (a 1)',
      'CREATE IF NOT EXISTS SERVER s',
      "CREATE PROCEDURE p() SET PASSWORD = 'x'",
      "CREATE DEFINER = a@b PROCEDURE p() BEGIN SELECT 1; IF a THEN SET @my_password = 'x'; END IF; END",
      "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO CHANGE MASTER TO MASTER_PASSWORD = 'x'",
      "BEGIN NOT ATOMIC START SLAVE USER = 'u'; END",
      '/* c */ BEGIN; CREATE /* d */ USER u',
    ]) {
      assert.ok(isSensitive(statement), statement);
    }
  });

  it('is no other', () => {
    for (const statement of [
      'SELECT * FROM user',
      'CREATE TABLE user (password int)',
      'SELECT password FROM t',
      'SET NAMES utf8',
      'GRANT ALL ON a TO b',
      'CHANGE t',
      'ALTER TABLE t ALTER user SET DEFAULT 1',
      'UPDATE t SET password = 1',
      'UPDATE event SET password = 1',
      'CREATE PROCEDURE p() SELECT a, password FROM user',
      'CREATE PROCEDURE p() SET a = password',
      'START TRANSACTION',
      '/* CREATE USER u */ SELECT 1',
    ]) {
      assert.ok(!isSensitive(statement), statement);
    }
  });

  it('shows no password that lacks its quotes', () => {
    check(textOf, [
      ['ALTER USER bob IDENTIFIED BY hunter2', 'ALTER USER bob IDENTIFIED BY ?'],
      ['CREATE USER bob IDENTIFIED BY PASSWORD `hunter2`', 'CREATE USER bob IDENTIFIED BY PASSWORD ?'],
      [
        'CHANGE MASTER TO MASTER_PASSWORD=hunter2, MASTER_SSL=on1',
        'CHANGE MASTER TO MASTER_PASSWORD = ?, MASTER_SSL = on1',
      ],
      ['SET @password := hunter2', 'SET @password := ?'],
      ['SET @secret = hunter2', 'SET @secret = ?'],
      ['CREATE PROCEDURE p() SET PASSWORD = hunter2', 'CREATE PROCEDURE p() SET PASSWORD = ?'],
      ["SET PASSWORD FOR bob = PASSWORD('hunter2')", 'SET PASSWORD FOR bob = PASSWORD(?)'],
      ['ALTER USER bob IDENTIFIED BY RANDOM PASSWORD', 'ALTER USER bob IDENTIFIED BY RANDOM PASSWORD'],
      ['SELECT a FROM t WHERE password = other', 'SELECT a FROM t WHERE password = other'],
    ]);
  });
});
