// Papa Parse fed with a stream, row by row.

import Papa from 'papaparse';
import { type Figures, maxValuesOf, RowFigures } from '../figures.js';
import { openSessionFile } from '../open-session-file.js';
import type { FileKind } from '../session-files.js';

export function run(file: string, kind: FileKind): Promise<() => Figures> {
  const rows = new RowFigures();
  let isHeader = true;
  return new Promise((resolve, reject) => {
    Papa.parse<string[]>(openSessionFile(file, 'utf8'), {
      delimiter: ',',
      skipEmptyLines: true,
      step: ({ data }) => {
        if (!isHeader) {
          rows.add(data);
        }
        isHeader = false;
      },
      complete: () => resolve(() => rows.figures(maxValuesOf(kind))),
      error: reject,
    });
  });
}
