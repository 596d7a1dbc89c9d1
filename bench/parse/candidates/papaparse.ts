// Papa Parse fed with a stream, row by row.

import Papa from 'papaparse';
import { type Figures, RowFigures } from '../figures.js';
import { openSessionFile } from '../open-session-file.js';

export function run(file: string): Promise<() => Figures> {
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
      complete: () => resolve(() => rows.figures()),
      error: reject,
    });
  });
}
