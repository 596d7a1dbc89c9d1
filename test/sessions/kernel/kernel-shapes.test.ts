import assert from 'node:assert/strict';
import iconv from 'iconv-lite';
import {
  AFTER_LITERAL,
  BEFORE_HINT,
  BEFORE_LITERAL,
  KEYWORD_BYTES,
  MAX_SHAPED_BYTES,
  SHAPE,
  SHAPE_ROOM,
  SHAPE_SECRET,
} from '../../../src/sessions/kernel/layout.js';
import * as keywords from '../../../src/statements/keywords.js';
import type { SqlMode } from '../../../src/statements/shape.js';
import { plainShape } from '../../statements/plain-shape.js';
import { KERNEL_BUILDS } from '../kernel-builds.js';
import { newKernel } from '../kernel-fixture.js';

interface Case {
  readonly statement: string | Buffer;
  readonly shape: string;
  /** c: cut, a: ambiguous. */
  readonly flags?: string;
  readonly mode?: SqlMode;
  readonly cap?: number;
}

/** In which 縗 ends with the byte of a backslash. */
const gbk = (text: string): Buffer => iconv.encode(text, 'gbk');

const CASES: Readonly<Record<string, readonly Case[]>> = {
  'keeps what is no literal': [
    { statement: 'SELECT a FROM t', shape: 'SELECT a FROM t' },
    { statement: '', shape: '' },
    { statement: ' \n\t\0 a\n b ', shape: 'a\n b ' },
    { statement: '\ufeffSELECT 用户', shape: 'SELECT 用户' },
    { statement: 'a ? <secret> 12ab t.1st @1 \\N', shape: 'a ? <secret> 12ab t.1st @1 \\N' },
    { statement: 'SELECT `a``5 \'x` FROM `"`', shape: 'SELECT `a``5 \'x` FROM `"`' },
  ],
  'empties texts': [
    { statement: `SELECT 'a', "b"`, shape: "SELECT '', ''" },
    { statement: `a='it''s' AND b="x""y'z"`, shape: "a='' AND b=''" },
    { statement: `a=N'x' OR X'4D' = _utf8mb4'z' OR @'v'`, shape: "a=N'' OR X'' = _utf8mb4'' OR @''" },
    { statement: `SELECT 'a' 'b' "c"`, shape: "SELECT '' '' ''" },
    { statement: `a = 'x\\\\' AND b = 'y'`, shape: "a = '' AND b = ''" },
  ],
  'empties numbers': [
    { statement: 'a=5 AND b=-17 AND c<12.34', shape: 'a=0 AND b=-0 AND c<0.0' },
    { statement: '7. 0x1Fa 0b101 0x 0b2 0xg', shape: '0. 0x0 0b0 0x 0b2 0xg' },
    { statement: '1e10 .5 1.5E-3 12.5x a1 é1 $1', shape: '1e10 .5 1.5E-0 12.5x a1 é1 $1' },
    { statement: 'f(1)+`t`5', shape: 'f(0)+`t`0' },
  ],
  'keeps two literals of a list': [
    { statement: 'IN (1, 2)', shape: 'IN (0, 0)' },
    { statement: `IN (1 , 'a',\n"c", 0x1, 2.5 ) x`, shape: "IN (0 , '' ) x" },
    { statement: `(1,2,'a' 'b' ,3)`, shape: '(0,0)' },
    { statement: `(1,2,-3,4,5,6)`, shape: '(0,0,-0,0)' },
    { statement: `(N'a', N'b', N'c')`, shape: "(N'', N'', N'')" },
    { statement: `1,2,3 N'a' 'b'`, shape: "0,0 N'' ''" },
    { statement: '(1,2,3),(4,5,6)', shape: '(0,0),(0,0)' },
    { statement: 'IN (1,/* x */2,3)', shape: 'IN (0, 0)' },
    { statement: 'SELECT 1,2,3,4.77 FROM t', shape: 'SELECT 0,0 FROM t' },
    { statement: '(1,2,3,4,5.,6,7.25,8e9,9)', shape: '(0,0,8e9,0)' },
  ],
  'keeps the first row of VALUES and the last': [
    { statement: `INSERT INTO t VALUES (1,'a')`, shape: `INSERT INTO t VALUES (0,'')` },
    { statement: `insert into t values (1,'a') , (2,"b")`, shape: `insert into t values (0,'') , (0,'')` },
    {
      statement:
        'INSERT INTO t VALUES\n(1,NOW()),(2,f(3,(4))),( 5,6 ),\n(7,8) ON DUPLICATE KEY UPDATE a = VALUES(a)',
      shape: 'INSERT INTO t VALUES\n(0,NOW()),(0,0) ON DUPLICATE KEY UPDATE a = VALUES(a)',
    },
    {
      statement: `VALUES (NULL,'a'),(null ,1),(2,3), (default, 4), (5`,
      shape: `VALUES (NULL,''),(0`,
    },
    { statement: 'VALUES (1),(`a`),(2),(3),(4)', shape: 'VALUES (0),(`a`),(0),(0),(0)' },
    { statement: 'VALUES (1) + (2),(3),(4)', shape: 'VALUES (0) + (0),(0),(0)' },
    { statement: 'VALUES (1),(\\N),(2),(3)', shape: 'VALUES (0),(\\N),(0),(0)' },
    { statement: `VALUES(''),('\\'\\),('`, shape: `VALUES(''),(''` },
    { statement: 't.VALUES (1),(2),(3)', shape: 't.VALUES (0),(0),(0)' },
    { statement: 'VALUES (1); VALUES (1),(2),(3)', shape: 'VALUES (0); VALUES (0),(0),(0)' },
  ],
  'shows nothing behind what has no end in a hint': [
    { statement: "SELECT /*+ don't */ a FROM t WHERE b = 'x'", shape: "SELECT /*+ don''", flags: 'ca' },
    { statement: 'UPDATE /*+ 5" */ t SET a = "x", b = 1', shape: "UPDATE /*+ 0''", flags: 'ca' },
    { statement: "SELECT /*+ ` */ a = 'x' AND `b`", shape: "SELECT /*+ ''", flags: 'ca' },
    { statement: "SELECT /*+ # */ 'x\ny'", shape: "SELECT /*+ ''", flags: 'ca' },
    { statement: `SELECT /*+ a('x') \`b\` */ 'c'`, shape: "SELECT /*+ a('') `b` */ ''" },
    { statement: 'SELECT /*+ BKA(t) /* x */ a, 5', shape: 'SELECT /*+ BKA(t)  */ a, 0' },
    { statement: 'SELECT /*+ BKA(t) /* x', shape: 'SELECT /*+ BKA(t)  ', flags: 'c' },
  ],
  'shows nothing behind what may end in a comment that only some servers read': [
    { statement: "SELECT 1 /*!99999 it's */ , 'x'", shape: "SELECT 0   it''", flags: 'ca' },
    { statement: '/*M! a" */ SELECT * FROM t WHERE a="x"', shape: "a''", flags: 'ca' },
    { statement: "SELECT 1 /*!99999 ` */ , 'x' /* ` */", shape: "SELECT 0   ''", flags: 'ca' },
    { statement: "SELECT 1 /*!99999 -- */ , 'x\ny'", shape: "SELECT 0   ''", flags: 'ca' },
    { statement: "SELECT 1 /*!50000 , 'x', `y` -- z\n */ , 'x'", shape: "SELECT 0   , '', `y`  \n   , ''" },
    { statement: "SELECT 1 /*!99999 it's and that's */ , 'x'", shape: "SELECT 0   it''s   , ''" },
  ],
  'shows nothing behind a backtick that may be half of a character': [
    { statement: Buffer.from("a \xd5` = 'x' AND \xd5` = 1", 'latin1'), shape: "a \ufffd''", flags: 'ca' },
    { statement: Buffer.from("`\xd5`` = 'x' AND `b` = 1", 'latin1'), shape: "''", flags: 'ca' },
    { statement: '用户`a` = `名` AND `Ä` = 5', shape: '用户`a` = `名` AND `Ä` = 0' },
  ],
  'drops names that programs make up': [
    { statement: 'SAVEPOINT active_record_1', shape: 'SAVEPOINT ?' },
    { statement: 'release savepoint `sp 1` ; ', shape: 'release savepoint ?' },
    { statement: 'ROLLBACK TO s1', shape: 'ROLLBACK TO ?' },
    { statement: 'Rollback\twork to/**/savepoint s1;', shape: 'Rollback\twork to savepoint ?' },
    { statement: 'rollback to savepoint', shape: 'rollback to ?' },
    { statement: 'USE tenant_1', shape: 'USE ?' },
    { statement: 'savepoint', shape: 'savepoint' },
    { statement: 'SAVEPOINTS s1', shape: 'SAVEPOINTS s1' },
    { statement: 'USE a; SELECT b', shape: 'USE a; SELECT b' },
    { statement: 'USE `a``b`', shape: 'USE `a``b`' },
    { statement: 'RELEASE s1', shape: 'RELEASE s1' },
    { statement: 'SAVEPOINT abc...', shape: 'SAVEPOINT abc', flags: 'c' },
  ],
  'drops comments': [
    { statement: "/* 'x */ a /**/ b /*/ 5 */ c", shape: 'a   b   c' },
    { statement: "a -- it's 5\nb # and '\nc --", shape: 'a  \nb  \nc  ' },
    { statement: '5--1 --x', shape: '0--0 --x' },
    { statement: "a --\x7f'b'\n--\x80 --\x1fc", shape: 'a  \n--\x80  ' },
    { statement: 'a /* x', shape: 'a  ', flags: 'c' },
    { statement: 'a /*! b', shape: 'a   b', flags: 'c' },
    {
      statement: 'SELECT /*!40001 a */ * /*!50100 b=5 /* n */ c=6 */',
      shape: 'SELECT   a   *   b=0   c=0  ',
    },
    { statement: '/*!080013 x*/ /*M!100100 y*/ /*M!z*/ /*!5*/', shape: 'x    y   z   0 ' },
    { statement: '/*!5000012*/ /*!80000012*/', shape: '0   0 ' },
  ],
  'keeps hints behind the verb': [
    { statement: "select /*+ MAX(5) q('x') */ 1", shape: "select /*+ MAX(0) q('') */ 0" },
    { statement: 'INSERT/* c *//*+ a */ x', shape: 'INSERT /*+ a */ x' },
    { statement: 'a /*+ 42 */ b', shape: 'a   b' },
    { statement: 'xselect /*+ 42 */ `select` /*+ 42 */', shape: 'xselect   `select`  ' },
    { statement: '1,2,          /*+ c */3 SELECT          /*+ h */', shape: '0,0 SELECT          /*+ h */' },
    { statement: 'UPDATE /*+ x', shape: 'UPDATE /*+ x', flags: 'c' },
  ],
  'tells what is cut': [
    { statement: "a = 'b", shape: "a = ''", flags: 'c' },
    { statement: 'a `b', shape: 'a  ', flags: 'c' },
    { statement: 'a b...', shape: 'a b', flags: 'c' },
    { statement: 'a b ...', shape: 'a b ...' },
    { statement: 'a b …', shape: 'a b ', flags: 'c' },
    { statement: 'a b…', shape: 'a b…' },
    { statement: Buffer.from('a 用').subarray(0, 4), shape: 'a ', flags: 'c' },
    { statement: 'a 用', shape: 'a 用', cap: 3, flags: 'c' },
    { statement: 'a 用', shape: 'a 用', cap: 4 },
    { statement: `${' '.repeat(MAX_SHAPED_BYTES - 1)}ab`, shape: 'a', flags: 'c' },
    { statement: `\ufeff${'a'.repeat(MAX_SHAPED_BYTES)}`, shape: 'a'.repeat(MAX_SHAPED_BYTES) },
  ],
  'reads quotes as it makes sense': [
    { statement: `a = 'O\\'Brien' AND b = '1'`, shape: "a = '' AND b = ''" },
    { statement: `a IN ('p', 'q', 'r') AND b = '\\''`, shape: "a IN ('', '') AND b = ''" },
    { statement: `p LIKE 'a\\' ESCAPE '\\' AND pw='hunter2'`, shape: "p LIKE '' ESCAPE '' AND pw=''" },
    { statement: `SELECT "a\\" FROM t WHERE b = 'x" OR "y'`, shape: "SELECT '' FROM t WHERE b = ''" },
    {
      statement: `SELECT "a\\" FROM t WHERE b = 'x" OR "y'`,
      shape: "SELECT '' OR ''",
      mode: 'default',
      flags: 'c',
    },
    ...['DISTINCT', 'all', 'CALL', 'DEFAULT', 'DO', 'ELSEIF', 'UNTIL', 'WHILE', 'LIKE', 'DATE'].map(
      (word) => ({
        statement: `x ${word} 'a\\'`,
        shape: `x ${word} ''`,
      }),
    ),
    { statement: `a = 'x\\' OR b = "y\\"`, shape: "a = '' OR b = ''", mode: 'no_backslash_escapes' },
    { statement: `a = 'x\\'' OR b = "y\\"`, shape: "a = '' OR b = ''", mode: 'ansi_quotes' },
    { statement: `a IN (1, 2, 3) AND b = 'x\\' c '`, shape: "a IN (0, 0) AND b = ''" },
    { statement: `a = 'it\\' s'AND b = 'c'`, shape: "a = ''AND b = ''" },
    { statement: `SELECT '\\'\`b', "c\`"`, shape: "SELECT '', ''", cap: 1, flags: 'c' },
  ],
  'knows that a backslash may be half of a character': [
    { statement: gbk(`a = 'x縗' OR b = 'y'`), shape: "a = '' OR b = ''" },
    { statement: gbk(`a = '縗\\' OR b = 5 -- '`), shape: "a = ''", flags: 'a' },
    { statement: gbk(`a = '縗\\' OR b = 5 -- '`), shape: "a = ''", mode: 'default', flags: 'a' },
    { statement: gbk(`a = '縗\\' OR b = 5 -- '`), shape: "a = '' OR b = 0  ", mode: 'no_backslash_escapes' },
    { statement: `a = '縗\\' OR b = 5`, shape: "a = ''", flags: 'ca' },
  ],
  'takes no reading for wrong because a keyword or a name touches a quote': [
    { statement: `a='x\\''AND b=' secret.'`, shape: "a=''AND b=''" },
    { statement: `a='x\\''AND b=' secret.`, shape: "a=''", flags: 'ca' },
    { statement: `COMMENT 'x\\'', b INT COMMENT' secret.'`, shape: "COMMENT ''", flags: 'ca' },
    { statement: `SELECT 'x\\'', a' (secret)' FROM t`, shape: "SELECT ''", flags: 'ca' },
    { statement: `IDENTIFIED BY 'x\\'' COMMENT' secret.'`, shape: "IDENTIFIED BY ''", flags: 'ca' },
  ],
  'shows what all readings show where they differ': [
    {
      statement: `INSERT INTO p VALUES ('the dogs\\' secret words`,
      shape: "INSERT INTO p VALUES (''",
      flags: 'ca',
    },
    { statement: `a = 'x\\' AND b = ' OR c = 5 -- '`, shape: "a = ''", flags: 'a' },
    // Cut behind a quote that opens: what is before it looks whole with the quotes the other way round.
    { statement: `a = 'x\\' AND secret AND ''' AND b = '`, shape: "a = ''", flags: 'ca' },
    { statement: `a = 'x\\' AND secret AND ''' AND b = ' LIMIT `, shape: "a = ''", flags: 'ca' },
    {
      statement: `a = 'x\\' AND b AND ''' AND c = '`,
      shape: "a = '' AND b AND ''",
      cap: 1_000,
    },
    { statement: `a LIKE ' \\\\\\', secret%' ESCAPE '`, shape: "a LIKE ''", flags: 'ca' },
    { statement: `a = '\\'' = '\\''/**/67.e7 \\`, shape: "a = '' \\", flags: 'a' },
    { statement: `a = 'x\\'' OR \`\\'\` IN (' = ', 67, '"') AND \`b\` = 6 \\`, shape: "a = ''", flags: 'ca' },
    { statement: `\`a\`\`b\` = 'x\\' AND b = ' OR c = 5 -- '`, shape: "`a``b` = ''", flags: 'a' },
  ],
};

for (const { build, code } of KERNEL_BUILDS) {
  describe(`shape ${build}`, () => {
    const kernel = newKernel(code);
    const shapeOf = (statement: string | Uint8Array, mode: SqlMode = 'auto', cap = 0) => {
      kernel.readStatements(mode, cap);
      const { bytes, isCut, isAmbiguous } = kernel.shapeOf(Buffer.from(statement));
      return { shape: Buffer.from(bytes).toString(), flags: `${isCut ? 'c' : ''}${isAmbiguous ? 'a' : ''}` };
    };

    for (const [rule, cases] of Object.entries(CASES)) {
      it(rule, () => {
        for (const { statement, shape, flags = '', mode, cap } of cases) {
          const got = shapeOf(statement, mode, cap);
          const name = String(statement).slice(0, 100);
          // A long one would be printed whole.
          assert.ok(got.shape === shape, `${name} → ${got.shape.slice(0, 100)}`);
          assert.equal(got.flags, flags, name);
          const plain = plainShape(Buffer.from(statement), { cap: cap ?? 0, sqlMode: mode ?? 'auto' });
          assert.ok(Buffer.from(plain.bytes).toString() === shape, name);
        }
      });
    }

    it('shows nothing of a literal of the samples, wherever they are cut', () => {
      const hidden = /x"y|hunter|Brien|alice|dogs|secret w|it's|5000/u;
      const samples = Object.values(CASES).flatMap((cases) => cases.map(({ statement }) => statement));
      const more = [
        `a = "x""y'z" AND b LIKE 'alice\\'s' OR c IN (5000, 5000.5000,0x5000) -- it's\n/* dogs */ 5000`,
      ];
      for (const statement of [...samples.filter((sample) => sample.length < 1_000), ...more]) {
        const bytes = Buffer.from(statement);
        for (let length = 0; length <= bytes.length; length++) {
          const some = bytes.subarray(0, length);
          const { shape } = shapeOf(some);
          assert.doesNotMatch(shape, hidden, `${some} → ${shape}`);
          const plain = plainShape(some);
          assert.equal(shape, Buffer.from(plain.bytes).toString());
        }
      }
    });

    it('knows each word that a literal may follow, or that may follow one', () => {
      const before = keywords.wordsThat(keywords.BEFORE_EXPRESSION | keywords.BEFORE_LITERAL);
      for (const word of [...before, ...before.map((one) => one.toUpperCase())]) {
        assert.deepEqual(shapeOf(`x ${word} 'a\\'`), { shape: `x ${word} ''`, flags: '' });
      }
      for (const word of keywords.wordsThat(keywords.AFTER_LITERAL)) {
        assert.deepEqual(shapeOf(`f('a\\' ${word} 5)`), { shape: `f('' ${word} 0)`, flags: '' });
      }
      assert.deepEqual(shapeOf(`x call_ 'a\\'`), { shape: `x call_ ''`, flags: 'c' });
    });

    it('has room for the words', () => {
      for (const [meanings, from, to] of [
        [keywords.BEFORE_EXPRESSION | keywords.BEFORE_LITERAL, BEFORE_LITERAL, AFTER_LITERAL],
        [keywords.AFTER_LITERAL, AFTER_LITERAL, BEFORE_HINT],
        [keywords.BEFORE_HINT, BEFORE_HINT, SHAPE_SECRET],
      ] as const) {
        const words = keywords.wordsThat(meanings);
        assert.ok(KEYWORD_BYTES * (words.length + 1) <= to - from);
        assert.ok(words.every((word) => /^[a-z]+$/u.test(word) && word.length <= KEYWORD_BYTES));
      }
    });

    it('heeds nothing before and behind a statement', () => {
      const statement = Buffer.from(`5 a='b' -- c`);
      for (const around of ['', "'", '1', 'x', '\\', '*', '/', '`', '.', ' ', '\xff'] as const) {
        const text = Buffer.concat([
          Buffer.alloc(70, around || '\0'),
          statement,
          Buffer.alloc(70, around || '\0'),
        ]);
        const at = kernel.run.roomFor(text.length, 0) >>> 0;
        for (let length = 0; length <= statement.length; length++) {
          kernel.bytes.set(text, at);
          const made = kernel.shapeMade(kernel.run.shape(at + 70, length));
          const { bytes, isCut } = kernel.shapeOf(statement.subarray(0, length));
          assert.deepEqual([made.bytes, made.isCut], [bytes, isCut]);
        }
      }
    });

    it('has the same hash for the same shape and flags alone, in all kernels of the build', () => {
      kernel.readStatements('auto', 0);
      const others = [newKernel(code), newKernel(code)];
      const hashes = new Map<bigint, string>();
      const long = 'a'.repeat(200);
      const statements = Array.from({ length: 200 }, (_, length) => long.slice(0, length));
      for (const sign of ['', '...', '\0', ' ', ',', '(']) {
        statements.push(...statements.slice(1, 200).map((statement) => `${statement}${sign}`));
      }
      for (const statement of statements) {
        const { shape, flags } = shapeOf(statement);
        const hash = kernel.shapeHash();
        assert.equal(hashes.get(hash) ?? `${shape}|${flags}`, `${shape}|${flags}`);
        hashes.set(hash, `${shape}|${flags}`);
        for (const other of others) {
          other.shapeOf(Buffer.from(statement));
          assert.equal(other.shapeHash(), hash);
        }
      }
      assert.equal(hashes.size, new Set(hashes.values()).size);
      assert.equal(hashes.size, 200 + 5 * 199);
      shapeOf('a = 1');
      const hash = kernel.shapeHash();
      shapeOf('a = 2');
      assert.equal(kernel.shapeHash(), hash);
    });

    it('keeps nothing when it is wiped', () => {
      shapeOf(`a = 'hunter2\\' AND b = ' OR c = 5 -- hunter3 '${' '.repeat(200)}`);
      assert.ok(kernel.bytes.includes('hunter2') && kernel.bytes.includes('OR c = 5'));
      kernel.run.wipe();
      assert.deepEqual([kernel.bytes.indexOf('hunter'), kernel.bytes.indexOf('OR c')], [-1, -1]);
      assert.ok(kernel.bytes.subarray(SHAPE, SHAPE + SHAPE_ROOM).every((byte) => byte === 0));
      kernel.run.reset();
    });

    it('makes no shape that is longer than what it reads, whatever that is made of', () => {
      const parts = [
        ...[
          "'",
          '"',
          '\\',
          "\\'",
          `\\'\\"`,
          '/*',
          '/**/',
          '/*!',
          '*/',
          '/*+*/',
          'SELECT/*+*/',
          '`',
          '#',
          '-- ',
          '-- \n',
        ],
        ...[
          '(',
          ',',
          '1,',
          '1 ,',
          "'',",
          "'a' ",
          `'"`,
          '1',
          '0x',
          '1.',
          'a',
          'a ',
          "N'' ",
          `a'\\'' `,
          ' ',
          '\xff',
          '.',
        ],
      ];
      for (const part of parts) {
        for (const before of ['', `a${' '.repeat(30_000)}`, `'\\' `, `SELECT '\\'' `, `"\\"" `]) {
          const text = `${before}${part.repeat(MAX_SHAPED_BYTES)}`.slice(0, MAX_SHAPED_BYTES);
          const bytes = Buffer.from(text, 'latin1');
          assert.ok(shapeOf(bytes).shape.length <= bytes.length + 2, `${before.trimEnd()} ${part}`);
        }
      }
    });
  });
}
