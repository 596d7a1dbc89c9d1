import assert from 'node:assert/strict';
import { plainShape, type Told } from './plain-shape.js';

/** The shape's text, behind it `c` for cut and `a` for ambiguous. */
function shapeOf(statement: string | Uint8Array, told?: Told): string[] {
  const { bytes, isCut, isAmbiguous } = plainShape(Buffer.from(statement), told);
  return [Buffer.from(bytes).toString(), `${isCut ? 'c' : ''}${isAmbiguous ? 'a' : ''}`];
}

describe('plainShape', () => {
  it('has no literals, and of a number no digits', () => {
    for (const [statement, shape] of [
      [`SELECT 'a''b', "c\\"d", N'x' , _utf8mb4'y', @'z'`, `SELECT '', '', N'' , _utf8mb4'', @''`],
      ['SELECT 12, 12.34, 12., 0x4D79, 0b101, -7', 'SELECT 0, 0.0, -0'],
      ['.5 1e10 123abc t.1st 12.34abc a1 @7 0x4G', '.5 1e10 123abc t.1st 12.34abc a1 @7 0x4G'],
      ["SELECT `a``1`, `it's 5`, 用5", "SELECT `a``1`, `it's 5`, 用5"],
      ["IN (1, 'a' , 2, 3) AND b IN (1,-2,3,4,5)", "IN (0, '') AND b IN (0,-0,0)"],
      ["a'b','c','d','e'", "a'','',''"],
    ] as const) {
      assert.deepEqual(shapeOf(statement), [shape, '']);
    }
  });

  it('has a blank for a comment, and what a comment of code holds', () => {
    for (const [statement, shape] of [
      ["/* it's */ a/*x*/b -- 'c\n# d\nf", 'a b  \n \nf'],
      ['a--b, 5--1', 'a--b, 0--0'],
      ['SELECT/*!40001 SQL_NO_CACHE /* 5 */*/ 7 /*M!100100 a*/', 'SELECT  SQL_NO_CACHE    0   a '],
      ['SELECT /* x */ /*+ MAX(5) */ 1 /*+ y */', 'SELECT   /*+ MAX(0) */ 0  '],
    ] as const) {
      assert.deepEqual(shapeOf(statement), [shape, '']);
    }
  });

  it('says what is cut, and drops what says so', () => {
    for (const [statement, shape] of [
      ["SELECT 'a", "SELECT ''"],
      ['SELECT 1 /* a', 'SELECT 0  '],
      ['SELECT `a', 'SELECT  '],
      ['SELECT a...', 'SELECT a'],
      ['SELECT ? …', 'SELECT ? '],
      [Buffer.from('SELECT 用').subarray(0, -1), 'SELECT '],
      [`SELECT ${'a'.repeat(70_000)}`, `SELECT ${'a'.repeat(65_529)}`],
    ] as const) {
      assert.deepEqual(shapeOf(statement), [shape, 'c']);
    }
    assert.deepEqual(shapeOf('SELECT 用', { cap: 8 }), ['SELECT 用', 'c']);
    assert.deepEqual(shapeOf('SELECT 用', { cap: 9 }), ['SELECT 用', '']);
    assert.deepEqual(shapeOf('SELECT a ...'), ['SELECT a ...', '']);
  });

  it('takes the reading that can be meant', () => {
    for (const [statement, shape] of [
      ["LIKE 'a\\' ESCAPE '\\' AND pw='hunter2'", "LIKE '' ESCAPE '' AND pw=''"],
      ["name = 'O\\'Brien' AND ssn = '123'", "name = '' AND ssn = ''"],
      ['SELECT "a\\" FROM t WHERE b = \'x" OR "y\'', "SELECT '' FROM t WHERE b = ''"],
    ] as const) {
      assert.deepEqual(shapeOf(statement), [shape, '']);
    }
  });

  it('shows of an ambiguous statement what all readings show', () => {
    assert.deepEqual(shapeOf("INSERT INTO p VALUES ('the dogs\\' secret words"), [
      "INSERT INTO p VALUES (''",
      'ca',
    ]);
    assert.deepEqual(shapeOf("INSERT INTO p VALUES ('a\\' b", { sqlMode: 'no_backslash_escapes' }), [
      "INSERT INTO p VALUES ('' b",
      '',
    ]);
  });
});
