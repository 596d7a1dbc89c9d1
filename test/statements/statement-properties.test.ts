// What holds for any statement: a text gives itself, and neither blanks nor the case of letters nor comments change it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { statementOf } from '../../src/statements/statement-of.js';
import { plainShape } from './plain-shape.js';

const STATEMENTS = (
  JSON.parse(readFileSync(new URL('../fixtures/statement-pairs.json', import.meta.url), 'utf8')) as {
    in: string;
  }[]
).map((pair) => pair.in);

const PIECES =
  `select from where a b t1 x or and || union all distinct case when then else end in values value row call
  insert into limit offset order by group null true false not is default set = <=> - + * ( ) ( ) ( ) , , , , . ; ? ... ?@?
  @x @@g.y 's' "d" 5 1.5 1e5 0x1F .5 _utf8 N'x' \`q\` \`a.b\` \`or\` \`value\` \`1x\` <secret> \\N \\ identified password on
  duplicate key update to /*h*/ ! < > : := { } / as join like interval 用户 u@h 'u'@'h' b@'h' replace if left index table
  over any exists`.split(/\s+/u);

const soup = fc
  .array(fc.tuple(fc.constantFrom(...PIECES), fc.constantFrom('', ' ', ' ', ' ')), {
    minLength: 1,
    maxLength: 16,
  })
  .map((pieces) => pieces.flat().join(''));

const gap = fc.constantFrom(' ', '  ', '\n', '\t', "/* it's */ ", ' -- "c\n', '#`\n', '\r\n');

function normalise(statement: string, cap = 0) {
  return statementOf(plainShape(Buffer.from(statement), { cap }));
}

describe('a normalised text', () => {
  function gives(statement: string, cap: number): void {
    const first = normalise(statement, cap);
    const again = normalise(first.text);
    // Parentheses that nobody closes make `(...` of `( ...`, which is how a cut text ends.
    if (first.text !== '' && !first.text.endsWith('(...')) {
      assert.deepEqual([again.text, again.digest, again.isCut], [first.text, first.digest, first.isCut]);
    }
  }

  it('gives itself, whatever it was made of', () => {
    fc.assert(
      fc.property(soup, fc.constantFrom(0, 1), (statement, cap) => gives(statement, cap)),
      { numRuns: 20_000 },
    );
  });

  it('gives itself, wherever a statement was cut', () => {
    for (const statement of STATEMENTS) {
      for (let end = 1; end <= Math.min(statement.length, 300); end++) {
        gives(statement.slice(0, end), end);
      }
    }
  });

  it('is the same for other blanks, another case and comments', () => {
    const texts = STATEMENTS.map((statement) => normalise(statement)).filter(
      ({ text, isCut }) => !isCut && !text.includes('`') && text.length < 500,
    );
    fc.assert(
      fc.property(fc.constantFrom(...texts), fc.infiniteStream(gap), fc.boolean(), (one, gaps, isUpper) => {
        const gapped = one.text.replaceAll(/ |(?<=[(),])|(?=[(),])/gu, () => gaps.next().value ?? ' ');
        const { digest } = normalise(isUpper ? gapped.toUpperCase() : gapped.toLowerCase());
        assert.equal(digest, one.digest, gapped);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('a statement that is cut anywhere', () => {
  it('shows no word that the whole does not show outside its literals', () => {
    for (const statement of STATEMENTS.filter((one) => one.length < 500)) {
      const words = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}_]{3,}/gu) ?? []);
      const whole = words(Buffer.from(plainShape(Buffer.from(statement)).bytes).toString());
      const bytes = Buffer.from(statement);
      for (let end = 0; end < bytes.length; end++) {
        for (const cap of [0, 1]) {
          const { text } = statementOf(plainShape(bytes.subarray(0, end), { cap }));
          const shown = [...words(text)].filter(
            (word) => ![...whole].some((known) => (cap === 0 ? known.startsWith(word) : known === word)),
          );
          assert.deepEqual(shown, [], `${bytes.subarray(0, end)} ⇒ ${text}`);
        }
      }
    }
  });
});

describe('a statement without end', () => {
  // Longer than any that is read: what takes the square of its tokens, of which there are hundreds of thousands, does not end
  // before the tests' deadline; what does not takes a second or two.
  const filled = (piece: string) => piece.repeat(Math.ceil((3 * 1024 * 1024) / piece.length));
  for (const piece of [
    ...[
      '(',
      ')',
      '()',
      ',?',
      ';',
      'a;',
      '.',
      '@',
      '- ',
      '= - -0 ',
      '\\',
      '<secret',
      '`a`',
      "''@''",
      "_x ''",
      '_x ',
      'a ',
    ],
    ...[
      'a=0 OR ',
      'a=0 OR b=0 OR ',
      '(a OR ',
      '((a=0 OR b=0) OR (c=0 OR d=0)) OR ',
      '((a) OR ',
      'SELECT a UNION ',
    ],
    ...[
      'CASE WHEN ',
      'WHEN 0 THEN 0 ',
      'CASE a WHEN 0 THEN 0 END ',
      'VALUES (0) ',
      '(0,now()),',
      'a IN ((0,0),',
      'f1a2b3c4g',
    ],
  ]) {
    it(`takes no longer for its length: ${piece}`, () => {
      const { text } = statementOf({
        bytes: Buffer.from(`CASE ${filled(piece)}`),
        isCut: true,
        isAmbiguous: false,
      });
      assert.ok(text.length <= 4_096);
    });
  }

  it('is read up to 64 KiB', () => {
    const statement = Buffer.from(`SELECT ${'a '.repeat(2 * 1024 * 1024)}FROM t`);
    const { text, isCut } = statementOf(plainShape(statement));
    assert.ok(isCut && text.length <= 4_096);
  });

  it('may open 100,000 parentheses', () => {
    const { text, isCut } = normalise(`${'('.repeat(100_000)}SELECT 1`);
    assert.deepEqual([text, isCut], [`${'('.repeat(64)} …`, true]);
  });
});
