// No value of a random statement is in its text, whatever its quotes are made to look like and wherever it is cut; and the
// kernel makes the shapes that the plain reading makes.
import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import type { Kernel } from '../../src/sessions/kernel/kernel.js';
import type { SqlMode } from '../../src/statements/shape.js';
import type { Statement } from '../../src/statements/statement.js';
import { statementOf } from '../../src/statements/statement-of.js';
import { KERNEL_BUILDS } from '../sessions/kernel-builds.js';
import { newKernel } from '../sessions/kernel-fixture.js';
import { plainShape } from '../statements/plain-shape.js';
import { secretIn } from '../statements/random-literals.js';
import { type RandomStatement, randomStatement } from '../statements/random-statements.js';
import { fuzzRuns } from './fuzz-runs.js';

/** Statements that a run tries: 10,000 of each build in `npm test`, half a million in `npm run fuzz`. */
const BATCH = 5;

/** Of the statements, those that say so. */
const MOST_AMBIGUOUS = { hostile: 0.08, ordinary: 0.001 };

function read(kernel: Kernel, { bytes, cap }: RandomStatement, sqlMode: SqlMode): Statement {
  kernel.readStatements(sqlMode, cap);
  return statementOf(kernel.shapeOf(bytes));
}

function assertAsPlain(kernel: Kernel, { bytes, cap }: RandomStatement): void {
  kernel.readStatements('auto', cap);
  const [{ bytes: shape, ...flags }, plain] = [kernel.shapeOf(bytes), plainShape(bytes, { cap })];
  assert.deepEqual({ bytes: Buffer.from(shape), ...flags }, plain, JSON.stringify(bytes.toString('latin1')));
}

function assertNoSecret(statement: Statement, random: RandomStatement): void {
  const shown = secretIn(statement.text);
  const { bytes, session, cap } = random;
  const written = JSON.stringify(bytes.toString('latin1'));
  assert.ok(
    shown === undefined,
    `${shown} in ${statement.text}, of ${written}, ${JSON.stringify(session)}, cap ${cap}`,
  );
}

for (const { build, code } of KERNEL_BUILDS) {
  describe(`statements, ${build}`, () => {
    for (const kind of ['hostile', 'ordinary'] as const) {
      it(`show no value, be they ${kind}, few are ambiguous, and all are read as plainly`, () => {
        const kernel = newKernel(code);
        let [statements, ambiguous] = [0, 0];
        fc.assert(
          fc.property(fc.noBias(fc.noShrink(fc.integer())), (seed) => {
            for (let nth = 0; nth < BATCH; nth++) {
              const random = randomStatement(seed + nth * 0x1000_0001, kind === 'hostile');
              const statement = read(kernel, random, 'auto');
              assertNoSecret(statement, random);
              statements += 1;
              ambiguous += statement.isAmbiguous ? 1 : 0;
              const inItsMode = read(kernel, random, random.session.mode);
              assertNoSecret(inItsMode, random);
              const mayBeAmbiguous =
                !isUtf8(random.bytes) || /\/\*[!+]/u.test(random.bytes.toString('latin1'));
              assert.ok(!inItsMode.isAmbiguous || mayBeAmbiguous);
            }
            assertAsPlain(kernel, randomStatement(seed, kind === 'hostile'));
          }),
          fuzzRuns(1000),
        );
        assert.ok(ambiguous <= MOST_AMBIGUOUS[kind] * statements, `${ambiguous} of ${statements}`);
      });
    }
  });
}
