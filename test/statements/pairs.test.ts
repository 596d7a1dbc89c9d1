import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { statementOf } from '../../src/statements/statement-of.js';
import { plainShape } from './plain-shape.js';

interface Pair {
  readonly in: string;
  readonly out: string;
  readonly digest: string;
  /** The text that is expected is that of a cut statement. */
  readonly truncated?: boolean;
  /** It is told that the statement is as long as one can be. */
  readonly opt?: { readonly truncated: boolean };
}

const PAIRS = JSON.parse(
  readFileSync(new URL('../fixtures/statement-pairs.json', import.meta.url), 'utf8'),
) as Pair[];

describe('pairs of statements and texts', () => {
  for (const { in: statement, out, digest, truncated = false, opt } of PAIRS) {
    it(statement.slice(0, 90), () => {
      const cap = opt?.truncated === true ? Array.from(statement).length : 0;
      const found = statementOf(plainShape(Buffer.from(statement), { cap }));
      assert.deepEqual([found.text, found.digest, found.isCut], [out, digest, truncated]);
    });
  }
});
