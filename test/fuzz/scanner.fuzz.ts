// The core against the plain reading: random rows under random names of columns, written and damaged in random ways and
// cut into random chunks, come to the same snapshot or to the same error.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { COLUMNS, HEADER_NAMES } from '../../src/sessions/columns.js';
import type { HostGroup } from '../../src/sessions/hosts/host-groups.js';
import type { KernelPool } from '../../src/sessions/kernel/kernel-pool.js';
import type { SessionSettings } from '../../src/sessions/read-snapshot.js';
import { readSnapshot } from '../../src/sessions/read-snapshot.js';
import type { CsvTally, Snapshot } from '../../src/sessions/snapshot.js';
import { KERNEL_BUILDS } from '../sessions/kernel-builds.js';
import { Refusal } from '../sessions/plain-reading/find-fault.js';
import { readPlainly } from '../sessions/plain-reading/read-plainly.js';
import { inChunks, SETTINGS } from '../sessions/session-file.js';
import { fuzzRuns } from './fuzz-runs.js';

/** Of pieces that make addresses, ports, both or none. */
const host = fc
  .array(
    fc.constantFrom(
      '::',
      ':',
      '1',
      '2001:db8',
      'ffff',
      '10.0.0.1',
      '8080',
      '54321',
      '65536',
      '70',
      '%eth0',
      'g',
      ']',
    ),
    { minLength: 1, maxLength: 10 },
  )
  .map((pieces) => pieces.join(pieces.length > 4 ? ':' : ''));

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
    '用'.repeat(50),
    `${'x'.repeat(130)}:5000`,
    `${' '.repeat(130)}root`,
    `[${'1'.repeat(130)}]:70`,
    `Waiting for ${'x'.repeat(130)} lock`,
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
    '\u00a0::1:54321',
    '\u00a0::1:5432',
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
  fc.constantFrom(
    '125 s',
    '7s',
    '3.5 SEC',
    '9秒',
    '8 \u00a0秒钟',
    '0:00:07',
    '1 02:03:04.5',
    '2 25:00:00',
    '12:75:00',
    '2147483646',
    '2147483647',
    '18446744073709551615',
    '4294967295.5 s',
    '24855 03:14:07',
    '1,250',
    '1.25e2',
    '+5',
    '0x10',
    '125ms',
    '2 min',
    '007',
  ),
  fc.constantFrom(
    'system user',
    ' System User ',
    '"system user"',
    'system  user',
    'localhost',
    'LOCALHOST:3',
  ),
  host,
  // With ports of one digit to six.
  fc
    .tuple(
      fc.constantFrom('h', '10.0.0.1', '::1', '2001:db8::1', 'a:b', '', '[::1]'),
      fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 1, maxLength: 6 }),
    )
    .map(([name, port]) => `${name}:${port}`),
  // What the kernel looks at in blocks, words and digits: about as long as those.
  fc.integer({ min: 55, max: 75 }).map((length) => 'x'.repeat(length)),
  fc
    .tuple(fc.constantFrom(31, 32, 33, 127, 128, 129), fc.constantFrom('a', 'b', ' ', ':80', 'é', '\u0000'))
    .map(([length, end]) => 'y'.repeat(length - Buffer.byteLength(end)) + end),
  fc.integer({ min: 1, max: 70 }).map((length) => '"'.repeat(length)),
  fc
    .tuple(fc.nat(66), fc.constantFrom('"', '""', '"x"', '\r', '\r\n'))
    .map(([at, end]) => 'z'.repeat(at) + end),
  // Of halves and quarters, whose sums are the same in whatever order.
  fc.constantFrom(
    ...['12345678', '99999999', '123456789', '00000012', '000000012', '123456789012345', '1234567890123456'],
    ...[
      '0.5',
      '.25',
      '123456.5',
      '1234567.75',
      '12345678.25',
      '12345678901234.5',
      '123456789012345.5',
      '7.50000',
    ],
    ...['1234567/', '1234567:', '/2345678', '1234 678'],
  ),
  fc.nat({ max: 200 }).map(String),
);

const REQUIRED = ['user', 'host', 'state'] as const;
const ADDED_NAMES = { user: ['account', 'Login'], state: ['host'], time: ['db'] };
const OTHER_NAMES = [
  ...['[id]', '{id}', '<id>', '[time]', '[7]', '["id"', '{"id"', '<id', '{', '['],
  ...[
    'account',
    'LOGIN',
    'USER',
    'user_name',
    '用户',
    'Client-IP',
    'Access.Host',
    'session state',
    'Status',
    'id',
    'db',
    'schema',
  ],
  ...['', 'x', 'age (years)', "it's", '"', 'ＩＤ', `${'long '.repeat(9)}😀`],
];

const lineEnd = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom('\n', '\r\n', '\n\n', '\n \r\n') },
  { weight: 1, arbitrary: fc.constantFrom('\r', '', '\n\r', '\r\r\n', '\u0085', '\u2028', '\u2029', '\f') },
);
/**
 * Quoted or not, rightly or wrongly: 0 as needed, 1 always, 2 never, 3 with text behind, 4 as needed by those who leave
 * quotes in the middle of a field as they are.
 */
const quoting = fc.oneof(
  { weight: 60, arbitrary: fc.constantFrom(0, 1, 4) },
  { weight: 1, arbitrary: fc.constantFrom(2, 3) },
);
/** A byte that replaces another one, or is put in. */
const damage = fc.record({
  at: fc.nat(),
  replaces: fc.boolean(),
  byte: fc.constantFrom(...Buffer.from('",\r\n a\u0000[<\v\f'), 0xff, 0xe7, 0xc2, 0x9f, 0x85, 0xe2),
});

function written(text: string, how: number): string {
  const quoted = `"${text.replaceAll('"', '""')}"`;
  if (how === 2) {
    return text;
  }
  if (how === 3) {
    return `${quoted}x`;
  }
  return how === 1 || (how === 4 ? /^"|[,\r\n]/ : /[",\r\n]/).test(text) ? quoted : text;
}

/** A name as another program may write it. */
function repeated(name = ''): string {
  return name.length % 2 === 0 ? ` ${name.toUpperCase()}` : name;
}

/** A name of each column, and perhaps others: of a column once more, of one that the configuration adds, of none. */
const header: fc.Arbitrary<string[]> = fc
  .record({
    columns: fc.subarray([...COLUMNS]).map((some) => [...new Set([...REQUIRED, ...some])]),
    aliases: fc.array(fc.nat(), { minLength: 1, maxLength: 15 }),
    others: fc.oneof(fc.constant([]), fc.array(fc.constantFrom(...OTHER_NAMES), { maxLength: 3 })),
  })
  .map(({ columns, aliases, others }) => {
    const names = columns.map((column, index) => {
      const known = HEADER_NAMES[column];
      return known[(aliases[index % aliases.length] ?? 0) % known.length] ?? '';
    });
    return [...names, ...others];
  })
  .chain((names) => fc.shuffledSubarray(names, { minLength: names.length }));

const file: fc.Arbitrary<Buffer> = fc
  .record({
    header,
    rows: fc.array(fc.array(cell, { minLength: 18, maxLength: 18 }), { maxLength: 12 }),
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
    headerEnd: fc.oneof({ weight: 12, arbitrary: fc.constant('\n') }, { weight: 1, arbitrary: lineEnd }),
    /** The rows that are the header once more. */
    repeats: fc.oneof(fc.constant<number[]>([]), fc.array(fc.nat(12), { maxLength: 2 })),
    start: fc.oneof(
      { weight: 30, arbitrary: fc.constantFrom('', '\ufeff', '\n', ' \r\n') },
      {
        weight: 1,
        arbitrary: fc.constantFrom('{', ' <', '[', '[ ', '[id],', '<x>,', '{x} ,', '[1, ', '{"', '<!'),
      },
    ),
    /** The share of the file that arrives. */
    kept: fc.oneof(
      { weight: 19, arbitrary: fc.constant(1) },
      { weight: 1, arbitrary: fc.double({ min: 0, max: 1, noNaN: true }) },
    ),
    damages: fc.oneof(fc.constant([]), fc.array(damage, { maxLength: 2 })),
  })
  .map(({ header: names, rows, quotings, lineEnds, headerEnd, repeats, lengths, start, kept, damages }) => {
    let turn = 0;
    const next = <T>(values: readonly T[], otherwise: T): T => values[turn++ % values.length] ?? otherwise;
    const lines = [names, ...rows].map((cells, row) => {
      const length = Math.max(1, names.length + (row === 0 ? 0 : next(lengths, 0)));
      const fields = Array.from({ length }, (_, field) =>
        written(repeats.includes(row) ? repeated(names[field]) : (cells[field] ?? ''), next(quotings, 0)),
      );
      return fields.join(',') + (row === 0 ? headerEnd : next(lineEnds, '\n'));
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

const GROUPS: readonly HostGroup[] = [
  { name: 'ten', networks: [{ address: [0, 0, 0xffff, 0x0a000000], bits: 104 }] },
  { name: 'loopback', networks: [{ address: [0, 0, 0, 1], bits: 128 }], match: 'local*' },
  { name: 'root', networks: [{ address: [0x20010db8, 0, 0, 0], bits: 32 }], match: '*o?' },
  { name: '10.0.0.1', networks: [], match: '?' },
];

const settings: fc.Arbitrary<SessionSettings> = fc
  .record({
    maxValues: fc.constantFrom(1, 2, 100),
    stripPort: fc.boolean(),
    details: fc.boolean(),
    enabled: fc.boolean(),
    columnNames: fc.constantFrom({}, {}, ADDED_NAMES),
    hostGroups: fc.subarray([...GROUPS]),
    filter: fc.constantFrom('total', 'total', 'active', 'slow', 'long'),
  })
  .map(({ maxValues, enabled, ...others }) => {
    const limit = { enabled: true, maxValues };
    const dimensions = {
      ...SETTINGS.dimensions,
      state: limit,
      user: { enabled, maxValues },
      host: limit,
      database: limit,
      command: { enabled, maxValues },
    };
    return { ...SETTINGS, ...others, dimensions };
  });

function emptyTally(): CsvTally {
  return { rows: 0, rejectedRows: 0, bytes: 0, unreadable: new Map() };
}

/** What is wrong with them is told by the program alone. */
function unreadableCells({ unreadable }: CsvTally): ReadonlyMap<string, number> {
  return new Map([...unreadable].map(([column, { cells }]) => [column, cells]));
}

async function scannedOf(
  body: Buffer,
  sizes: readonly number[],
  chosen: SessionSettings,
  previous: Snapshot | undefined,
  kernels: KernelPool,
) {
  const tally = emptyTally();
  const chunks = inChunks(body, sizes);
  const outcome = await readSnapshot(chunks, chosen, tally, previous, kernels).catch((error: unknown) => {
    assert.ok(error instanceof Error && error.name === 'CsvError', String(error));
    return error.message;
  });
  return { tally, outcome };
}

function plainOf(body: Buffer, chosen: SessionSettings, previous?: Snapshot) {
  const tally = emptyTally();
  try {
    return { tally, outcome: readPlainly(body, chosen, tally, previous) };
  } catch (error) {
    assert.ok(error instanceof Refusal, String(error));
    return { tally, outcome: error.message };
  }
}

for (const { build, kernels } of KERNEL_BUILDS) {
  describe(`the core, ${build}`, () => {
    it('reads random files as the plain reading does, however they are cut', async () => {
      const sizes = fc.oneof(
        fc.constantFrom([1], [2], [], [], [63], [64], [65], [128]),
        fc.array(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 6 }),
      );
      await fc.assert(
        fc.asyncProperty(file, fc.option(file), sizes, settings, async (body, before, chunkSizes, chosen) => {
          const last = before === null ? undefined : plainOf(before, chosen).outcome;
          const previous = typeof last === 'object' ? last.snapshot : undefined;
          const scanned = await scannedOf(body, chunkSizes, chosen, previous, kernels);
          const plain = plainOf(body, chosen, previous);
          assert.deepEqual(scanned.outcome, plain.outcome);
          assert.deepEqual(
            [scanned.tally.rows, scanned.tally.rejectedRows, unreadableCells(scanned.tally)],
            [plain.tally.rows, plain.tally.rejectedRows, unreadableCells(plain.tally)],
          );
          if (typeof scanned.outcome === 'object') {
            assert.equal(scanned.tally.bytes, body.length);
          }
        }),
        fuzzRuns(300),
      );
    });
  });
}
