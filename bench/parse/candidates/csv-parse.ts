// csv-parse as a stream of arrays, read by `read()`: its fastest way that keeps no rows.

import { finished } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { type Figures, maxValuesOf, RowFigures } from '../figures.js';
import { openSessionFile } from '../open-session-file.js';
import type { FileKind } from '../session-files.js';

export async function run(file: string, kind: FileKind): Promise<() => Figures> {
  const rows = new RowFigures();
  const parser = openSessionFile(file).pipe(parse({ record_delimiter: ['\r\n', '\n'], from: 2 }));
  parser.on('readable', () => {
    for (let row = parser.read(); row !== null; row = parser.read()) {
      rows.add(row);
    }
  });
  await finished(parser);
  return () => rows.figures(maxValuesOf(kind));
}
