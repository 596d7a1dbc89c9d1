// Whatever a statement holds, the kernel makes the shape of it that a plain reading makes, and nothing of a literal is in it,
// however the server reads quotes and wherever the text is cut.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { SqlMode } from '../../src/statements/shape.js';
import { KERNEL_BUILDS } from '../sessions/kernel-builds.js';
import { newKernel } from '../sessions/kernel-fixture.js';
import { plainShape } from '../statements/plain-shape.js';
import { piecesIn } from '../support/secret-pieces.js';
import { fuzzRuns } from './fuzz-runs.js';

const MODES = ['auto', 'default', 'no_backslash_escapes', 'ansi_quotes'] as const;
const KERNELS = KERNEL_BUILDS.map(({ code }) => newKernel(code));

const scrap = fc.constantFrom(
  ...[
    "'",
    '"',
    "\\'",
    '\\"',
    '\\',
    '`',
    '#',
    '--',
    '-- ',
    '/*',
    '*/',
    '/*!',
    '/*!50100 ',
    '/*M!',
    '/*+',
    '*',
  ],
  ...[
    '\n',
    ' ',
    ' ',
    '\0',
    ',',
    ', ',
    '(',
    ')',
    ';',
    '=',
    '@',
    '.',
    '?',
    '-',
    '/',
    '\\N',
    '\\\\',
    "''",
    '""',
  ],
  ...[
    '1',
    '23',
    '0x',
    '0x1F',
    '0b1',
    '1e5',
    '2.5',
    '1,',
    '2 ,',
    'a',
    'x',
    'N',
    '_utf8',
    'é',
    '€',
    '...',
    ' …',
  ],
  ...['SELECT ', 'select', 'FROM', ' AND ', ' OR ', 'LIKE ', ' IN (', "'a'", "'b',", '"c" '],
);

/** What a user puts into a literal: `§` is the word that nobody may see. */
const content = fc
  .array(
    fc.constantFrom(
      ...[
        '§',
        '§',
        '§',
        "'",
        '"',
        '\\',
        '\\',
        ' ',
        ' ',
        ',',
        ', ',
        '(',
        ')',
        ' OR ',
        ' = ',
        '-- ',
        '/*',
        '*/',
      ],
      ...['#', '`', ';', 'x', '%', '5', ' AND b = ', ', ', ' FROM t ', '\n', 'é', "', '", '", "'],
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(''));

interface Literal {
  readonly content: string;
  readonly quote: "'" | '"';
  /** A quote in it is doubled, not escaped. */
  readonly isDoubled: boolean;
}
const literal: fc.Arbitrary<Literal> = fc.record({
  content,
  quote: fc.constantFrom("'", "'", '"'),
  isDoubled: fc.boolean(),
});

/** `?` is a literal. */
const template = fc.constantFrom(
  'SELECT * FROM t WHERE a = ? AND b = ?',
  'INSERT INTO p (a, b) VALUES (?, ?), (?, 5)',
  'UPDATE t SET a = ?, b = CONCAT(?, ?) WHERE c LIKE ? ESCAPE ?',
  'SELECT ? FROM t WHERE b IN (?, ?, ?) /* x */ ORDER BY FIELD(x, ?) LIMIT 5',
  'CALL p(?, N?, _utf8mb4 ?)',
  'SELECT a FROM t WHERE (a = ?) OR b = ? -- end',
  'SET @x = ?',
);

/** As it is written for a server with this mode. */
function written({ content, quote, isDoubled }: Literal, mode: SqlMode, secret: string): string {
  const escapes = mode === 'default' || (mode === 'ansi_quotes' && quote === "'");
  const text = content.replaceAll('§', secret);
  const safe = escapes ? text.replaceAll('\\', '\\\\') : text;
  const inside = safe.replaceAll(quote, escapes && !isDoubled ? `\\${quote}` : `${quote}${quote}`);
  return `${quote}${inside}${quote}`;
}

describe('shapes of any statements', () => {
  const check = (bytes: Buffer, sqlMode: SqlMode, cap: number): string => {
    const plain = plainShape(bytes, { sqlMode, cap });
    const expected = { ...plain, bytes: Buffer.from(plain.bytes).toString('latin1') };
    for (const kernel of KERNELS) {
      kernel.readStatements(sqlMode, cap);
      const made = kernel.shapeOf(bytes);
      const shape = { ...made, bytes: Buffer.from(made.bytes).toString('latin1') };
      // Where names are not the same in all readings, they may have no end in what is common to them.
      if (!(plain.isAmbiguous && expected.bytes.includes('`'))) {
        assert.deepEqual(shape, expected);
      }
    }
    return expected.bytes;
  };

  it('are those of a plain reading, of scraps of SQL', () => {
    fc.assert(
      fc.property(
        fc.array(scrap, { maxLength: 60 }),
        fc.constantFrom('auto', ...MODES),
        fc.oneof(fc.constant(0), fc.nat(80)),
        fc.nat(2),
        fc.constantFrom('utf8', 'latin1'),
        (scraps, sqlMode, cap, lost, encoding) => {
          const bytes = Buffer.from(scraps.join(''), encoding);
          check(bytes.subarray(0, Math.max(0, bytes.length - lost)), sqlMode, cap);
        },
      ),
      fuzzRuns(2_000),
    );
  });

  it('show nothing of a literal, whatever the mode that nobody told, and wherever the text is cut', () => {
    const secret = 'Zx5vQj8KwN3rPb6T';
    fc.assert(
      fc.property(
        template,
        fc.array(literal, { minLength: 8, maxLength: 8 }),
        fc.constantFrom('default', 'no_backslash_escapes', 'ansi_quotes'),
        fc.oneof(fc.constant(1), fc.double({ min: 0, max: 1, noNaN: true })),
        fc.boolean(),
        (sql, literals, mode, part, isCapTold) => {
          let number = 0;
          const next = () => written(literals[number++ % literals.length] as Literal, mode, secret);
          const whole = sql.replaceAll('?', next);
          const text = whole.slice(0, Math.ceil(whole.length * part));
          const bytes = Buffer.from(text);
          const cap = isCapTold ? text.length + (text === whole ? 1 : 0) : 0;
          for (const told of ['auto', mode] as const) {
            const shape = check(bytes, told, cap);
            assert.deepEqual(piecesIn(shape, [secret]), [], `${mode}, told ${told}: ${text} → ${shape}`);
          }
        },
      ),
      fuzzRuns(2_000),
    );
  });
});
