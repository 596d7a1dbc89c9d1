import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RecordScanner } from '../../../src/sessions/scanner/record-scanner.js';
import { MAX_RECORD_BYTES } from '../../../src/sessions/scanner/scanner-memory.js';

/** Chunks of the given sizes, over and over; without sizes one chunk. */
function* cut(file: string, sizes: readonly number[]): Generator<Buffer> {
  const bytes = Buffer.from(file);
  for (let start = 0, turn = 0; start < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? bytes.length;
    yield bytes.subarray(start, start + size);
    start += size;
  }
}

function rowsIn(chunks: Iterable<Uint8Array>): string[][] {
  const rows: string[][] = [];
  const scanner = new RecordScanner((record) => {
    const field = (index: number): string =>
      record.bytes.toString('utf8', record.startOf(index), record.unquote(index));
    rows.push(Array.from({ length: record.fields }, (_, index) => field(index)));
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

describe('RecordScanner', () => {
  it('finds the header and rows of any length', () => {
    assert.deepEqual(rowsOf('a,b\n1\r\n"2",,"3 ""x"""\n'), [['a', 'b'], ['1'], ['2', '', '3 "x"']]);
  });

  it('leaves out empty lines, but not empty fields', () => {
    assert.deepEqual(rowsOf('\na\n\r\n""\n,\n\n'), [['a'], [''], ['', '']]);
  });

  it('gives a record as it is written', () => {
    const written: string[] = [];
    const scanner = new RecordScanner((record) => written.push(record.written().toString()));
    scanner.push(Buffer.from('\n"a ""b""",c\r\nd'));
    assert.deepEqual(written, ['"a ""b""",c\r\n']);
    scanner.end();
    assert.deepEqual(written.slice(1), ['d']);
  });

  it('keeps apart what two scanners read in turns', () => {
    const written: string[][] = [[], []];
    const scanners = written.map(
      (own) => new RecordScanner((record) => own.push(record.written().toString())),
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
    const file = rows.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\n');
    for (const size of [7, 65_536]) {
      assert.deepEqual(rowsOf(file, [size]), rows);
    }
  });

  it('counts the fields of a record that has more than any header', () => {
    const fields: number[] = [];
    const scanner = new RecordScanner((record) => fields.push(record.fields));
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
      const scanner = new RecordScanner(() => count++);
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
