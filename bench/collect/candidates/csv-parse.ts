// What a straightforward exporter would do: the same requests, and csv-parse as a stream.
import { finished } from 'node:stream/promises';
import { parse } from 'csv-parse';
import { RowFigures } from '../../parse/figures.js';
import { requestFile } from '../requests.js';

/** Resolves to the sessions by user. */
export async function run(port: number): Promise<() => Readonly<Record<string, number>>> {
  const rows = new RowFigures();
  const parser = (await requestFile(port)).pipe(parse({ record_delimiter: ['\r\n', '\n'], from: 2 }));
  parser.on('readable', () => {
    for (let row = parser.read(); row !== null; row = parser.read()) {
      rows.add(row);
    }
  });
  await finished(parser);
  return () => rows.figures().user.sessions;
}
