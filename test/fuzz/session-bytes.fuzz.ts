// Any bytes read as a session file end in a CsvError that shows no cell, or in a snapshot that adds up and does not
// depend on how the bytes were cut; mocha's timeout is the bound on how long they take.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { KernelPool } from '../../src/sessions/kernel/kernel-pool.js';
import { type ReadResult, readSnapshot } from '../../src/sessions/read-snapshot.js';
import type { CsvTally } from '../../src/sessions/snapshot.js';
import { KERNEL_BUILDS } from '../sessions/kernel-builds.js';
import { inChunks, settingsWithLimit } from '../sessions/session-file.js';
import { fuzzRuns } from './fuzz-runs.js';

/** A cell that no message may show. */
const CANARY = 'c4n4ry';
const MAX_VALUES = 3;

const settings = settingsWithLimit(MAX_VALUES);

interface Outcome {
  readonly tally: CsvTally;
  readonly result: ReadResult | string;
}

async function outcomeOf(
  bytes: Uint8Array,
  sizes: readonly number[],
  encoding: string,
  kernels: KernelPool,
): Promise<Outcome> {
  const tally = { rows: 0, rejectedRows: 0, bytes: 0, unreadable: new Map() };
  try {
    const chunks = inChunks(bytes, sizes);
    const result = await readSnapshot(chunks, { ...settings, encoding }, tally, undefined, kernels);
    return { tally, result };
  } catch (error) {
    assert.ok(error instanceof Error && error.name === 'CsvError', String(error));
    return { tally, result: error.message };
  }
}

async function check(
  kernels: KernelPool,
  bytes: Uint8Array,
  sizes: readonly number[],
  encoding: string,
): Promise<void> {
  const { result, tally } = await outcomeOf(bytes, sizes, encoding, kernels);
  const whole = await outcomeOf(bytes, [], encoding, kernels);
  assert.deepEqual(result, whole.result);
  if (typeof result === 'string') {
    assert.match(result, /^csv [^\n]*$/u);
    // The names of columns may be shown: they are what the message is about.
    assert.ok(result.startsWith('csv header: ') || !result.includes(CANARY), result);
    return;
  }
  assert.deepEqual(tally, whole.tally);
  assert.equal(tally.bytes, bytes.length);
  const { snapshot } = result;
  assert.equal(snapshot.sessions, tally.rows);
  for (const [dimension, { values, distinct }] of snapshot.dimensions) {
    assert.equal(sum(values.map(({ sessions }) => sessions)), snapshot.sessions, dimension);
    assert.ok(values.filter(({ value }) => value !== 'other').length <= Math.min(MAX_VALUES, distinct));
    for (const { value } of values) {
      assert.ok(value.length > 0 && [...value].length <= 128);
      assert.doesNotMatch(value, /\p{Cs}/u);
    }
  }
  for (const [name, figure] of Object.entries(snapshot)) {
    if (typeof figure === 'number') {
      assert.ok(Number.isFinite(figure) && figure >= 0, `${name} ${figure}`);
    }
  }
  for (const { totalSeconds = Number.NaN, longestSeconds = Number.NaN } of snapshot.times) {
    assert.ok(Number.isFinite(totalSeconds) && longestSeconds >= 0 && longestSeconds <= totalSeconds);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}

const chunkSizes = fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 4 });
const encodings = fc.constantFrom('utf-8', 'gb18030', 'utf-16le', 'shift_jis');

const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url));
const CAPTURES = [
  fixture('captures/mixed200-notwin.csv').subarray(0, 3_000),
  fixture('captures/sleep200.csv').subarray(0, 3_000),
  fixture('sessions/chinese-gb18030.csv'),
  Buffer.from(`id,user,host,state,db,command,time,info\n1,app,10.0.0.1:1,,shop,Query,3,"${CANARY}, ""x"""\n`),
];

const PIECES = [
  ...['"', '""', ',', '\n', '\r', '\r\n', '\0', '\ufeff', '\u2028', ' ', '\t', 'NULL', '\\N', '{', '<', '[]'],
  ...[
    '-1',
    '1e309',
    '99999999999999999999',
    '0x10',
    'user',
    'User,',
    'host',
    '状态',
    '__proto__',
    'constructor',
  ],
  ...['x'.repeat(63), ','.repeat(64), '"'.repeat(65), '""'.repeat(32), `${'x'.repeat(62)}\r\n`],
  ...[CANARY, `"${CANARY}`, ','.repeat(300), '"\n"'.repeat(50), 'x'.repeat(200)],
].map((piece) => Buffer.from(piece));

const piece = fc.oneof(
  fc.constantFrom(...PIECES),
  fc.uint8Array({ maxLength: 6 }).map((bytes) => Buffer.from(bytes)),
);
const edit = fc.record({ at: fc.nat(3_000), removed: fc.nat(60), added: fc.array(piece, { maxLength: 4 }) });

for (const { build, kernels } of KERNEL_BUILDS) {
  describe(`readSnapshot, for any bytes, ${build}`, () => {
    it('survives random ones', async () => {
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ maxLength: 300 }), chunkSizes, encodings, (bytes, sizes, encoding) =>
          check(kernels, bytes, sizes, encoding),
        ),
        fuzzRuns(200),
      );
    });

    it('survives pieces of CSV', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(piece, { maxLength: 40 }),
          chunkSizes,
          encodings,
          (pieces, sizes, encoding) =>
            check(kernels, Buffer.concat([Buffer.from('user,host,state'), ...pieces]), sizes, encoding),
        ),
        fuzzRuns(200),
      );
    });

    it('survives captured files with pieces put in or taken out', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.constantFrom(...CAPTURES),
          fc.array(edit, { minLength: 1, maxLength: 4 }),
          chunkSizes,
          encodings,
          (capture, edits, sizes, encoding) =>
            check(
              kernels,
              edits.reduce(
                (bytes, { at, removed, added }) =>
                  Buffer.concat([bytes.subarray(0, at), ...added, bytes.subarray(at + removed)]),
                capture,
              ),
              sizes,
              encoding,
            ),
        ),
        fuzzRuns(100),
      );
    });
  });
}
