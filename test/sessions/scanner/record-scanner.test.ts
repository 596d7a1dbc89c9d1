import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  MAX_RECORD_BYTES,
  PIECE_BYTES,
  RECORD_ENDS_ROOM,
  SEPARATORS_ROOM,
} from '../../../src/sessions/kernel/layout.js';
import { type CsvRecords, RecordScanner } from '../../../src/sessions/scanner/record-scanner.js';
import { KERNEL_BUILDS } from '../kernel-builds.js';
import { newKernel } from '../kernel-fixture.js';

/** Chunks of the given sizes, over and over; without sizes one chunk. */
function* cut(file: string, sizes: readonly number[]): Generator<Buffer> {
  const bytes = Buffer.from(file);
  for (let start = 0, turn = 0; start < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    yield bytes.subarray(start, start + size);
    start += size;
  }
}

const SOUND: readonly string[] = [
  'a,b\n1,2\n',
  'a,b\r\n"1","2"\r\n',
  '"a"',
  '""',
  '"",""\n',
  '"a ""quoted"" word",b\n',
  '"""a""b"\n',
  'a "quote" in, a bare "" field\n',
  ' "a"b\n',
  '"comma, and\nline\r\nbreak"\n',
  'a\rb,"c"\n',
];

const TEXT_AFTER_QUOTE = 'csv quoting: got text after a closing quote, expected a comma or a line end';
const OPEN_QUOTE =
  'csv quoting: got the end of the body inside a quoted field, expected a closing quote (it opens on line';

function lineEnd(name: string, line: number): string {
  return `csv line ends: got ${name}, expected LF or CRLF: convert a saved file, report one that the API sent to Huawei Cloud (line ${line})`;
}

const BROKEN: readonly (readonly [file: string, message: string])[] = [
  ['a\n"a"b\n', `${TEXT_AFTER_QUOTE} (line 2)`],
  ['"a" ,b\n', `${TEXT_AFTER_QUOTE} (line 1)`],
  ['""b\n', `${TEXT_AFTER_QUOTE} (line 1)`],
  ['"two\nlines"x\n', `${TEXT_AFTER_QUOTE} (line 2)`],
  ['"a"\u0000\n', `${TEXT_AFTER_QUOTE} (line 1)`],
  ['"it\\"s"\n', `${TEXT_AFTER_QUOTE} (line 1)`],
  ['"a"\r,b\n', lineEnd('CR alone', 1)],
  ['"a"\r"', lineEnd('CR alone', 1)],
  ['"a"\r', lineEnd('CR alone', 1)],
  ['a\n"b","c"\r\r\n', lineEnd('CR CR LF', 2)],
  ['"a"\u0085"b"', lineEnd('NEL (U+0085)', 1)],
  ['"a"\u2028', lineEnd('a line separator (U+2028)', 1)],
  ['a\n\n"a"\u2029"b"', lineEnd('a paragraph separator (U+2029)', 3)],
  ['"a"\u2027"b"', `${TEXT_AFTER_QUOTE} (line 1)`],
  ['a\rb,"c"d', lineEnd('CR alone', 1)],
  ['a\fb,"c', lineEnd('FF (U+000C)', 1)],
  ['"a\rb","c"d', `${TEXT_AFTER_QUOTE} (line 1)`],
  ['\ra,"c"d', `${TEXT_AFTER_QUOTE} (line 1)`],
  ['a,b\n1,"2\n\n', `${OPEN_QUOTE} 2)`],
  ['"a""', `${OPEN_QUOTE} 1)`],
];

/** RFC 4180 read plainly, field by field, with quotes as text in bare fields and without empty lines. */
function plainReading(file: string): string[][] | 'refused' {
  const rows: string[][] = [];
  let row: string[] = [];
  let rest = file;
  while (rest !== '' || row.length > 0) {
    const quoted = /^"((?:[^"]|"")*)"(?!")/.exec(rest);
    const bare = /^(?:(?!\r?\n)[^,])*/.exec(rest);
    if (rest.startsWith('"') && quoted === null) {
      return 'refused';
    }
    row.push(quoted?.[1]?.replaceAll('""', '"') ?? bare?.[0] ?? '');
    rest = rest.slice((quoted ?? bare)?.[0].length);
    const end = /^(?:,|\r?\n|$)/.exec(rest)?.[0];
    if (end === undefined) {
      return 'refused';
    }
    rest = rest.slice(end.length);
    if (end === ',') {
      continue;
    }
    if (row.length > 1 || row[0] !== '' || quoted !== null) {
      rows.push(row);
    }
    row = [];
  }
  return rows;
}

for (const { build, code } of KERNEL_BUILDS) {
  describe(`RecordScanner ${build}`, () => {
    /** One for all: making one takes longer than most tests. */
    const kernel = newKernel(code);

    /** Calls `read` for each record that is not empty. */
    function newScanner(
      read: (records: CsvRecords, record: number) => void,
      ownKernel = kernel,
    ): RecordScanner {
      ownKernel.run.reset();
      return new RecordScanner(ownKernel, (records) => {
        for (let record = 0; record < records.count; record++) {
          if (!records.isEmpty(record)) {
            read(records, record);
          }
        }
      });
    }

    function rowsIn(chunks: Iterable<Uint8Array>): string[][] {
      const rows: string[][] = [];
      const scanner = newScanner((records, record) => {
        const fields = records.fieldsOf(record);
        rows.push(Array.from({ length: fields }, (_, field) => records.textOf(record, field)));
      });
      for (const chunk of chunks) {
        scanner.push(chunk);
      }
      scanner.end();
      return rows;
    }

    function rowsOf(file: string, sizes: readonly number[] = []): string[][] {
      return rowsIn(cut(file, sizes));
    }

    it('finds the header and rows of any length', () => {
      assert.deepEqual(rowsOf('a,b\n1\r\n"2",,"3 ""x"""\n'), [['a', 'b'], ['1'], ['2', '', '3 "x"']]);
    });

    it('leaves out empty lines, but not empty fields', () => {
      assert.deepEqual(rowsOf('\na\n\r\n""\n,\n\n'), [['a'], [''], ['', '']]);
    });

    it('gives a record as it is written', () => {
      const written: string[] = [];
      const scanner = newScanner((records, record) => written.push(records.written(record).toString()));
      scanner.push(Buffer.from('\n"a ""b""",c\r\nd'));
      assert.deepEqual(written, ['"a ""b""",c\r\n']);
      scanner.end();
      assert.deepEqual(written.slice(1), ['d']);
    });

    it('keeps apart what two scanners read in turns', () => {
      const written: string[][] = [[], []];
      const scanners = written.map((own) =>
        newScanner((records, record) => own.push(records.written(record).toString()), newKernel(code)),
      );
      for (const chunk of ['a#', '\n"b#', '\nc"\n', 'd#']) {
        for (const [index, scanner] of scanners.entries()) {
          scanner.push(Buffer.from(chunk.replace('#', String(index))));
        }
      }
      for (const scanner of scanners) {
        scanner.end();
      }
      assert.deepEqual(written, [
        ['a0\n', '"b0\nc"\n', 'd0'],
        ['a1\n', '"b1\nc"\n', 'd1'],
      ]);
    });

    it('finds the quotes of long texts, near and far', () => {
      const texts = [10, 31, 32, 33, 100, 70_000].map((length) => 'x'.repeat(length));
      const rows = texts.map((text) => [`${text}"`, `"${text}"${text}`, text]);
      const file = rows
        .map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(','))
        .join('\n');
      for (const size of [7, 65_536]) {
        assert.deepEqual(rowsOf(file, [size]), rows);
      }
    });

    it('counts the fields of a record that has more than any header', () => {
      const fields: number[] = [];
      const scanner = newScanner((records, record) => fields.push(records.fieldsOf(record)));
      scanner.push(Buffer.from(`${','.repeat(999)}\na\n`));
      assert.deepEqual(fields, [1000, 1]);
    });

    it('reads any text as a plain reading of the format does, or refuses it, however it is cut', () => {
      const file = fc.string({
        unit: fc.constantFrom('"', '"', ',', '\r', '\n', 'a', '用', '\u0000'),
        maxLength: 24,
      });
      const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 4 });
      fc.assert(
        fc.property(file, sizes, (csv, chunks) => {
          const plain = plainReading(csv);
          if (plain === 'refused') {
            assert.throws(() => rowsOf(csv, chunks), { name: 'CsvError' });
          } else {
            assert.deepEqual(rowsOf(csv, chunks), plain);
          }
        }),
        { numRuns: 1000 },
      );
    });

    // What stands before moves it over the ends of the blocks that are looked at at once.
    it('reads and refuses the same wherever it begins in a block', () => {
      for (let before = 0; before <= 130; before++) {
        for (const filling of ['x', '"']) {
          const start = filling === 'x' ? `${'x'.repeat(before)},` : `"${'""'.repeat(before)}",`;
          for (const file of SOUND) {
            assert.deepEqual(rowsOf(`${start}${file}`), plainReading(`${start}${file}`));
          }
        }
        for (const [file, message] of BROKEN) {
          const later = message.replace(/(\d+)\)$/u, (_, line) => `${Number(line) + 1})`);
          assert.throws(() => rowsOf(`${'x'.repeat(before)}\n${file}`), {
            name: 'CsvError',
            message: later,
          });
        }
      }
    });

    it('reads random fields of about a block as a plain reading of the format does', () => {
      const piece = fc.oneof(
        fc.constantFrom('"', ',', '\n', '\r\n', '\r', '""', 'a', '用', ' '),
        fc.integer({ min: 55, max: 75 }).map((length) => 'x'.repeat(length)),
        fc.integer({ min: 1, max: 140 }).map((length) => '"'.repeat(length)),
      );
      const field = fc
        .tuple(
          fc.array(piece, { maxLength: 3 }),
          fc.constantFrom('quoted', 'quoted', 'bare', 'bare', 'as it is'),
        )
        .map(([pieces, how]) => {
          const text = pieces.join('');
          if (how === 'quoted') {
            return `"${text.replaceAll('"', '""')}"`;
          }
          return how === 'bare' ? text.replace(/^"+|[,\r\n]/gu, '') : text;
        });
      const file = fc
        .array(fc.tuple(field, fc.constantFrom(',', ',', ',', '\n', '\r\n', '\n\r\n')), { maxLength: 12 })
        .map((fields) => fields.flat().join(''));
      const sizes = fc.oneof(
        fc.constantFrom([], [1], [63], [64], [65], [128]),
        fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 4 }),
      );
      let read = 0;
      fc.assert(
        fc.property(file, sizes, (csv, chunks) => {
          const plain = plainReading(csv);
          if (plain === 'refused') {
            assert.throws(() => rowsOf(csv, chunks), { name: 'CsvError' });
          } else {
            assert.deepEqual(rowsOf(csv, chunks), plain);
            read++;
          }
        }),
        { numRuns: 1000 },
      );
      assert.ok(read > 300, `${read} of them are read`);
    });

    it('reads more records and separators than there is room for at once', () => {
      const many = 60_000;
      for (const [file, size] of [
        [`${'a,,b\n'.repeat(many)}`, PIECE_BYTES],
        [`${'a,,b\n'.repeat(many)}`, 65_536],
        [`head\n${'\n'.repeat(many)}1,2\r\n${'\r\n'.repeat(many)}"3"`, 10 * PIECE_BYTES],
        [`${'x,'.repeat(40)}\n`.repeat(many / 40), PIECE_BYTES],
        [`${'"x\n",'.repeat(20)}\n`.repeat(many / 20), PIECE_BYTES],
      ] as const) {
        const expected = file
          .replaceAll('"x\n"', 'y')
          .split(/\r?\n/u)
          .filter((row) => row !== '')
          .map((row) => row.replaceAll('y', 'x\n').replaceAll('"', '').split(','));
        const rows = rowsOf(file, [size]);
        // Of so many not one by one, which takes long.
        assert.ok(JSON.stringify(rows) === JSON.stringify(expected), file.slice(0, 20));
      }
      assert.ok(many > SEPARATORS_ROOM && many > RECORD_ENDS_ROOM);
    });

    it('counts all fields of a record that has more than there is room for, and reads what follows', () => {
      const commas = 3 * SEPARATORS_ROOM;
      for (const before of ['', 'a,b\n', '\n'.repeat(300)]) {
        for (const size of [1_000, PIECE_BYTES, 10 * PIECE_BYTES]) {
          const seen: (number | string | Buffer)[] = [];
          const scanner = newScanner((records, record) => {
            const fields = records.fieldsOf(record);
            seen.push(fields, records.textOf(record, 0), records.lineOf(record));
            seen.push(records.written(record).length);
          });
          for (const chunk of cut(`${before}first${','.repeat(commas)}last\nc,"d"\n`, [size])) {
            scanner.push(chunk);
          }
          scanner.end();
          const line = before.split('\n').length;
          assert.deepEqual(seen.slice(-8), [commas + 1, 'first', line, commas + 10, 2, 'c', line + 1, 6]);
        }
      }
    });

    it('knows the line of a record and of a fault behind very many records', () => {
      const lines = 3 * RECORD_ENDS_ROOM;
      for (const start of ['\n', '"\n\n"\n', 'a,"b ""\n"\r\n', 'a,b\n']) {
        const file = start.repeat(lines);
        const line = file.split('\n').length;
        for (const size of [4_000, 10 * PIECE_BYTES]) {
          let last = 0;
          const scanner = newScanner((records, record) => {
            last = records.textOf(record, 0) === 'last' ? records.lineOf(record) : last;
          });
          assert.throws(
            () => {
              for (const chunk of cut(`${file}last\n\n"x"y`, [size])) {
                scanner.push(chunk);
              }
              scanner.end();
            },
            { name: 'CsvError', message: `${TEXT_AFTER_QUOTE} (line ${line + 2})` },
          );
          assert.equal(last, line);
        }
      }
    });

    for (const file of SOUND) {
      it(`accepts ${JSON.stringify(file)}`, () => {
        for (const size of [1, 2, 3, 1000]) {
          assert.deepEqual(rowsOf(file, [size]), plainReading(file));
        }
      });
    }

    for (const [file, message] of BROKEN) {
      it(`refuses ${JSON.stringify(file)}`, () => {
        for (const size of [1, 2, 3, 1000]) {
          assert.throws(() => rowsOf(file, [size]), { name: 'CsvError', message });
        }
      });
    }

    it('lets a record of 4 MiB pass, of many bytes or of many fields, in chunks of any size', () => {
      for (const [filling, size] of [
        ['x', 65_536],
        [',', 65_536],
        ['x', MAX_RECORD_BYTES + 1],
        ['x', 10 * MAX_RECORD_BYTES],
      ] as const) {
        const file = `a\n${filling.repeat(MAX_RECORD_BYTES - 1)}\nb\n`;
        let count = 0;
        const scanner = newScanner(() => count++);
        for (const chunk of cut(file, [size])) {
          scanner.push(chunk);
        }
        assert.equal(count, 3);
      }
    });

    const endless: Readonly<Record<string, readonly [start: string, filling: string]>> = {
      'a field': ['', 'x'],
      'a row of empty fields': ['', ','],
      'a quoted field of empty lines': ['"', '\n'],
    };
    for (const [what, [start, filling]] of Object.entries(endless)) {
      it(`gives up on ${what} without end once it is longer`, () => {
        let bytes = 0;
        const chunks = function* () {
          yield Buffer.from(`a\nb\n${start}`);
          for (; ; bytes += 65_536) {
            yield Buffer.alloc(65_536, filling);
          }
        };
        assert.throws(() => rowsIn(chunks()), {
          name: 'CsvError',
          message: `csv record: got more than ${MAX_RECORD_BYTES} bytes, expected it to end (it starts on line 3)`,
        });
        assert.ok(bytes <= MAX_RECORD_BYTES);
      });
    }

    it('refuses a record one byte too long, whatever else is wrong with it', () => {
      const text = 'x'.repeat(MAX_RECORD_BYTES - 2);
      for (const file of [`xx${text}\n`, `"${text}"x`, `"${text}xx`, `"${text}"\n`]) {
        assert.throws(() => rowsOf(file, [65_536]), { name: 'CsvError', message: /^csv record/ });
      }
      for (const [file, message] of [
        [`"${text.slice(1)}"x`, /^csv quoting/],
        [`"${text.slice(1)}"\r`, /^csv line ends/],
        [`a\rb${text}`, /^csv line ends/],
      ] as const) {
        assert.throws(() => rowsOf(file, [65_536]), { name: 'CsvError', message });
      }
    });
  });
}
