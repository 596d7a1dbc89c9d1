// uDSV fed with chunks of text; it knows no other line end in quoted fields than that of the rows.

import { inferSchema, initParser, type Parser } from 'udsv';
import { type Figures, maxValuesOf, RowFigures } from '../figures.js';
import { openSessionFile } from '../open-session-file.js';
import type { FileKind } from '../session-files.js';

export async function run(file: string, kind: FileKind): Promise<() => Figures> {
  const rows = new RowFigures();
  let parser: Parser | undefined;
  // A stream with an encoding yields strings.
  for await (const text of openSessionFile(file, 'utf8') as AsyncIterable<string>) {
    parser ??= initParser(inferSchema(text, { col: ',', encl: '"' }));
    parser.chunk<string[]>(text, parser.stringArrs, (row) => rows.add(row));
  }
  parser?.end();
  return () => rows.figures(maxValuesOf(kind));
}
