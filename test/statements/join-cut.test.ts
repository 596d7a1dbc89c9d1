import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type JoinedStatement, joinCut } from '../../src/statements/join-cut.js';
import { digestOf } from '../../src/statements/statement-of.js';

function statement(text: string): JoinedStatement {
  return { text, digest: digestOf(text), isCut: text.endsWith(' …') };
}

/** Text → the text that it counts as, of those that join one. */
function joinedTexts(...texts: readonly string[]): Record<string, string> {
  const byDigest = new Map(texts.map((text) => [digestOf(text), text]));
  return Object.fromEntries(
    [...joinCut(texts.map(statement))].map(([from, to]) => [byDigest.get(from), byDigest.get(to)]),
  );
}

/** Each against each. */
function plainJoin(statements: readonly JoinedStatement[]): Map<string, string> {
  const start = ({ text, isCut }: JoinedStatement) => (isCut ? text.slice(0, -2) : text).toLowerCase();
  const isBegun = (one: JoinedStatement, other: JoinedStatement) =>
    one.isCut &&
    one.digest !== other.digest &&
    start(other).startsWith(start(one)) &&
    !/^[\w$\x80-\uffff]{2}$/.test(start(other).slice(start(one).length - 1, start(one).length + 1)) &&
    !(other.isCut && start(one) === start(other));
  const ends = statements.filter((one) => !one.isCut || !statements.some((other) => isBegun(one, other)));
  return new Map(
    statements.flatMap((one) => {
      const targets = new Set(ends.filter((end) => isBegun(one, end)).map(({ digest }) => digest));
      const [only] = targets;
      return targets.size === 1 && only !== undefined ? [[one.digest, only] as const] : [];
    }),
  );
}

describe('joinCut', () => {
  it('joins a cut text with the only one that begins as it does', () => {
    assert.deepEqual(joinedTexts('SELECT a FROM …', 'SELECT a FROM t', 'SELECT b FROM t'), {
      'SELECT a FROM …': 'SELECT a FROM t',
    });
    assert.deepEqual(joinedTexts('select A …', 'SELECT a FROM t'), { 'select A …': 'SELECT a FROM t' });
    assert.deepEqual(joinedTexts('SELECT a …', 'SELECT a'), { 'SELECT a …': 'SELECT a' });
  });

  it('joins cut ones with the whole, not with each other, and with the longest where none is whole', () => {
    const whole = 'SELECT a FROM t WHERE b = ?';
    assert.deepEqual(joinedTexts('SELECT …', 'SELECT a FROM …', 'SELECT a FROM t WHERE …', whole), {
      'SELECT …': whole,
      'SELECT a FROM …': whole,
      'SELECT a FROM t WHERE …': whole,
    });
    assert.deepEqual(joinedTexts('SELECT …', 'SELECT a FROM …'), { 'SELECT …': 'SELECT a FROM …' });
  });

  it('leaves alone what may be several, and what is whole', () => {
    assert.deepEqual(joinedTexts('SELECT a …', 'SELECT a', 'SELECT a FROM t'), {});
    assert.deepEqual(joinedTexts('SELECT …', 'SELECT a', 'SELECT b …'), {});
    assert.deepEqual(joinedTexts('SELECT a', 'SELECT a FROM t'), {});
  });

  it('begins with whole words', () => {
    assert.deepEqual(joinedTexts('SELECT * FROM t …', 'SELECT * FROM t2', 'SELECT * FROM t$'), {});
    assert.deepEqual(joinedTexts('SELECT * FROM t …', 'SELECT * FROM t$', 'SELECT * FROM t(a)'), {
      'SELECT * FROM t …': 'SELECT * FROM t(a)',
    });
  });

  it('finds all that begin as a text does, though longer words stand between', () => {
    const others = ['SELECT * FROM t$', 'SELECT * FROM t2', 'SELECT * FROM t_a', 'SELECT * FROM té'];
    const cut = 'SELECT * FROM t …';
    for (const parting of [' WHERE a = ?', ', u', '; SELECT ?', '.`a`', '(a)', ' = ?', '@?', '`', ' | a']) {
      const whole = `SELECT * FROM t${parting}`;
      assert.deepEqual(joinedTexts(cut, ...others, whole), { [cut]: whole });
    }
    assert.deepEqual(
      joinedTexts(cut, ...others, 'SELECT * FROM t WHERE a = ?', 'SELECT * FROM t; SELECT ?'),
      {},
    );
  });

  it('does what each against each would', () => {
    const text = fc
      .tuple(
        fc.array(fc.constantFrom(' ', 'A', 'a', '2', '$', '_', 'é', '\u{20000}', ',', ';', '`', '|', '?'), {
          maxLength: 4,
        }),
        fc.boolean(),
      )
      .map(([rest, isCut]) => `t${rest.join('')}${isCut ? ' …' : ''}`);
    fc.assert(
      fc.property(fc.array(text, { maxLength: 12 }), (texts) => {
        const statements = [...new Map(texts.map((one) => [digestOf(one), statement(one)])).values()];
        assert.deepEqual(
          new Map([...joinCut(statements)].sort()),
          new Map([...plainJoin(statements)].sort()),
        );
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes thousands that begin one another', () => {
    const cut = Array.from({ length: 2_000 }, (_, index) => statement(`SELECT ${'a, '.repeat(index)}a …`));
    const whole = statement(`SELECT ${'a, '.repeat(2_000)}a FROM t`);
    const joined = joinCut([whole, ...cut]);
    assert.equal(joined.size, cut.length);
    assert.deepEqual(new Set(joined.values()), new Set([whole.digest]));
  });
});
