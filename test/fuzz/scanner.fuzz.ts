// The record scanner against the plain reading: random rows, written and damaged in random ways and cut into random
// chunks, come to the same snapshot or to the same error.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { COLUMNS, HEADER_NAMES, REQUIRED_COLUMNS } from '../../src/sessions/columns.js';
import { readSnapshot } from '../../src/sessions/read-snapshot.js';
import type { SessionSettings } from '../../src/sessions/session-settings.js';
import type { CsvTally } from '../../src/sessions/snapshot.js';
import { readPlainly } from '../sessions/plain-reading/read-plainly.js';
import { inChunks, SETTINGS } from '../sessions/session-file.js';
import { fuzzRuns } from './fuzz-runs.js';

const cell = fc.oneof(
  fc.constantFrom(
    '',
    'NULL',
    '\\N',
    'none',
    'other',
    'root',
    ' root ',
    'x'.repeat(130),
    'ä'.repeat(129),
    '\ufffd',
  ),
  fc.constantFrom(
    'Sleep',
    'sleep ',
    'Query',
    'Daemon',
    'Binlog Dump',
    'Waiting for table metadata lock',
    'LOCK WAIT',
  ),
  fc.constantFrom(
    '10.0.0.1:5000',
    '10.0.0.1:5001',
    'h:1',
    ':70',
    'h:123456',
    'NULL:5',
    ' h:5 ',
    '\u00a0h:5',
    'h\u3000:5',
  ),
  fc.constantFrom(
    '[::1]:70',
    '[::1:54321]',
    '::1:54321',
    '::1:5432',
    'a:12345:54321',
    '[a]b]:5',
    '[]:5',
    'h:5\u0085',
    'h:5 ',
  ),
  fc.constantFrom(
    '0',
    '7',
    ' 12 ',
    '1.25',
    '-1',
    '1e3',
    '999999999999999',
    '1000000000000000',
    '5.',
    '٣',
    'lock wait',
  ),
  fc.constantFrom(
    `SELECT '${'long, '.repeat(20)}'`,
    `"${'q""'.repeat(15)}`,
    'two\nlines',
    'a\r\nb',
    '\r',
    '\n',
  ),
  fc.string({ unit: fc.constantFrom('a', '"', ',', '\r', '\n', ' ', '用', '😀'), maxLength: 6 }),
  fc.nat({ max: 200 }).map(String),
);

const lineEnd = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('\n', '\r\n', '\n\n', '\n \r\n') },
  { weight: 1, arbitrary: fc.constantFrom('\r', '') },
);
/** Quoted or not, rightly or wrongly: 0 as needed, 1 always, 2 never, 3 with text behind. */
const quoting = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom(0, 1) },
  { weight: 1, arbitrary: fc.constantFrom(2, 3) },
);
/** A byte that replaces another one, or is put in. */
const damage = fc.record({
  at: fc.nat(),
  replaces: fc.boolean(),
  byte: fc.constantFrom(...Buffer.from('",\r\n a\u0000[<'), 0xff, 0xe7, 0xc2, 0x9f),
});

function written(text: string, how: number): string {
  const quoted = `"${text.replaceAll('"', '""')}"`;
  if (how === 2) {
    return text;
  }
  if (how === 3) {
    return `${quoted}x`;
  }
  return how === 1 || /[",\r\n]/.test(text) ? quoted : text;
}

const file: fc.Arbitrary<Buffer> = fc
  .record({
    columns: fc
      .subarray([...COLUMNS])
      .map((some) => [...new Set([...REQUIRED_COLUMNS, ...some])])
      .chain((some) => fc.shuffledSubarray(some, { minLength: some.length })),
    rows: fc.array(fc.array(cell, { minLength: 15, maxLength: 15 }), { maxLength: 12 }),
    quotings: fc.array(quoting, { minLength: 1, maxLength: 40 }),
    lineEnds: fc.array(lineEnd, { minLength: 1, maxLength: 6 }),
    /** By how many fields a row differs from the header. */
    lengths: fc.array(
      fc.oneof(
        { weight: 9, arbitrary: fc.constant(0) },
        { weight: 1, arbitrary: fc.constantFrom(-1, 1, -20) },
      ),
      { minLength: 1, maxLength: 6 },
    ),
    start: fc.oneof(
      { weight: 30, arbitrary: fc.constantFrom('', '\ufeff', '\n', ' \r\n') },
      { weight: 1, arbitrary: fc.constantFrom('{', ' <') },
    ),
    /** The share of the file that arrives. */
    kept: fc.oneof(
      { weight: 19, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
    ),
    damages: fc.oneof(fc.constant([]), fc.array(damage, { maxLength: 2 })),
  })
  .map(({ columns, rows, quotings, lineEnds, lengths, start, kept, damages }) => {
    let turn = 0;
    const next = <T>(values: readonly T[], otherwise: T): T => values[turn++ % values.length] ?? otherwise;
    const lines = [columns.map((column) => HEADER_NAMES[column][0] ?? ''), ...rows].map((cells, row) => {
      const length = Math.max(1, columns.length + (row === 0 ? 0 : next(lengths, 0)));
      const fields = Array.from({ length }, (_, field) => written(cells[field] ?? '', next(quotings, 0)));
      return fields.join(',') + (row === 0 ? '\n' : next(lineEnds, '\n'));
    });
    let bytes = Buffer.from(start + lines.join(''));
    for (const { at, replaces, byte } of damages) {
      const place = at % (bytes.length + 1);
      bytes = Buffer.concat([
        bytes.subarray(0, place),
        Buffer.from([byte]),
        bytes.subarray(place + (replaces ? 1 : 0)),
      ]);
    }
    return bytes.subarray(0, Math.ceil(kept * bytes.length));
  });

const settings: fc.Arbitrary<SessionSettings> = fc
  .record({ maxValues: fc.constantFrom(1, 2, 100), stripPort: fc.boolean(), enabled: fc.boolean() })
  .map(({ maxValues, stripPort, enabled }) => {
    const limit = { enabled: true, maxValues };
    const dimensions = {
      ...SETTINGS.dimensions,
      state: limit,
      user: { enabled, maxValues },
      host: limit,
      database: limit,
      command: { enabled, maxValues },
    };
    return { ...SETTINGS, stripPort, dimensions };
  });

function emptyTally(): CsvTally {
  return { rows: 0, rejectedRows: 0, bytes: 0 };
}

function messageOf(error: unknown): string {
  assert.ok(error instanceof Error && error.name === 'CsvError', String(error));
  return error.message;
}

describe('the record scanner', () => {
  it('reads random files as the plain reading does, however they are cut', async () => {
    const sizes = fc.oneof(
      fc.constantFrom([1], [2], []),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 6 }),
    );
    await fc.assert(
      fc.asyncProperty(file, sizes, settings, async (body, chunkSizes, chosen) => {
        const tally = emptyTally();
        const plainTally = emptyTally();
        const scanned = await readSnapshot(inChunks(body, chunkSizes), chosen, tally).catch(messageOf);
        let plain: unknown;
        try {
          plain = readPlainly(body, chosen, plainTally);
        } catch (error) {
          plain = messageOf(error);
        }
        assert.deepEqual(scanned, plain);
        assert.deepEqual([tally.rows, tally.rejectedRows], [plainTally.rows, plainTally.rejectedRows]);
        if (typeof scanned !== 'string') {
          assert.equal(tally.bytes, body.length);
        }
      }),
      fuzzRuns(300),
    );
  });
});
