import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseRecords } from '../../src/sessions/parse-records.js';
import { inChunks } from './session-file.js';

async function parsed(file: string, sizes: readonly number[] = []): Promise<string[][] | 'refused'> {
  const rows: string[][] = [];
  try {
    for await (const row of parseRecords(inChunks(file, sizes))) rows.push(row);
  } catch (error) {
    assert.ok(error instanceof Error && error.name === 'CsvError');
    return 'refused';
  }
  return rows;
}

/** RFC 4180 read plainly, field by field, with quotes as text in bare fields and without empty lines. */
function plainReading(file: string): string[][] | 'refused' {
  const rows: string[][] = [];
  let row: string[] = [];
  let rest = file;
  while (rest !== '' || row.length > 0) {
    const quoted = /^"((?:[^"]|"")*)"(?!")/.exec(rest);
    const bare = /^(?:(?!\r?\n)[^,])*/.exec(rest);
    if (rest.startsWith('"') && quoted === null) return 'refused';
    row.push(quoted?.[1]?.replaceAll('""', '"') ?? bare?.[0] ?? '');
    rest = rest.slice((quoted ?? bare)?.[0].length);
    const end = /^(?:,|\r?\n|$)/.exec(rest)?.[0];
    if (end === undefined) return 'refused';
    rest = rest.slice(end.length);
    if (end === ',') continue;
    if (row.length > 1 || row[0] !== '' || quoted !== null) rows.push(row);
    row = [];
  }
  return rows;
}

describe('parseRecords', () => {
  it('yields the header and rows of any length, as text', async () => {
    assert.deepEqual(await parsed('a,b\n1\r\n"2",,"3 ""x"""\n'), [['a', 'b'], ['1'], ['2', '', '3 "x"']]);
  });

  it('leaves out empty lines, but not empty fields', async () => {
    assert.deepEqual(await parsed('\na\n\r\n""\n,\n\n'), [['a'], [''], ['', '']]);
  });

  it('passes an error of the source on unchanged', async () => {
    const failure = new Error('socket closed');
    const cut = async function* () {
      yield Buffer.from('a\n"b');
      throw failure;
    };
    await assert.rejects(
      async () => {
        for await (const row of parseRecords(cut())) assert.ok(row);
      },
      (error) => error === failure,
    );
  });

  it('reads any text as a plain reading of the format does, or refuses it, however it is cut', async () => {
    const file = fc.string({
      unit: fc.constantFrom('"', '"', ',', '\r', '\n', 'a', '用', '\u0000'),
      maxLength: 24,
    });
    const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(file, sizes, async (csv, chunks) => {
        assert.deepEqual(await parsed(csv, chunks), plainReading(csv));
      }),
      { numRuns: 1000 },
    );
  });
});
