import assert from 'node:assert/strict';
import { checkRecords, MAX_RECORD_BYTES } from '../../src/sessions/check-records.js';
import { collected, inChunks } from './session-file.js';

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

const BROKEN: readonly (readonly [file: string, message: string])[] = [
  ['a\n"a"b\n', `${TEXT_AFTER_QUOTE} (line 2)`],
  ['"a" ,b\n', `${TEXT_AFTER_QUOTE} (line 1)`],
  ['""b\n', `${TEXT_AFTER_QUOTE} (line 1)`],
  ['"two\nlines"x\n', `${TEXT_AFTER_QUOTE} (line 2)`],
  ['"a"\u0000\n', `${TEXT_AFTER_QUOTE} (line 1)`],
  ['"it\\"s"\n', `${TEXT_AFTER_QUOTE} (line 1)`],
  ['"a"\r,b\n', `${TEXT_AFTER_QUOTE} (line 1)`],
  ['"a"\r"', `${TEXT_AFTER_QUOTE} (line 1)`],
  ['"a"\r', `${TEXT_AFTER_QUOTE} (line 1)`],
  ['a,b\n1,"2\n\n', `${OPEN_QUOTE} 2)`],
  ['"a""', `${OPEN_QUOTE} 1)`],
];

describe('checkRecords', () => {
  for (const file of SOUND) {
    it(`yields ${JSON.stringify(file)} as it is`, async () => {
      for (const size of [1, 2, 3, 1000]) {
        assert.equal((await collected(checkRecords(inChunks(file, [size])))).toString(), file);
      }
    });
  }

  for (const [file, message] of BROKEN) {
    it(`refuses ${JSON.stringify(file)}`, async () => {
      for (const size of [1, 2, 3, 1000]) {
        await assert.rejects(collected(checkRecords(inChunks(file, [size]))), { name: 'CsvError', message });
      }
    });
  }

  it('lets a record of 4 MiB pass, of many bytes or of many fields', async () => {
    for (const filling of ['x', ',']) {
      const file = `a\n${filling.repeat(MAX_RECORD_BYTES - 1)}\nb\n`;
      assert.equal((await collected(checkRecords(inChunks(file, [65_536])))).length, file.length);
    }
  });

  const endless: Readonly<Record<string, readonly [start: string, filling: string]>> = {
    'a field': ['', 'x'],
    'a row of empty fields': ['', ','],
    'a quoted field of empty lines': ['"', '\n'],
  };
  for (const [what, [start, filling]] of Object.entries(endless)) {
    it(`gives up on ${what} without end once it is longer`, async () => {
      let bytes = 0;
      const source = async function* () {
        yield Buffer.from(`a\nb\n${start}`);
        for (; ; bytes += 65_536) yield Buffer.alloc(65_536, filling);
      };
      await assert.rejects(collected(checkRecords(source())), {
        name: 'CsvError',
        message: `csv record: got more than ${MAX_RECORD_BYTES} bytes, expected it to end (it starts on line 3)`,
      });
      assert.ok(bytes <= MAX_RECORD_BYTES);
    });
  }
});
