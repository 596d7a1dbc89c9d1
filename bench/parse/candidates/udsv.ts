// uDSV fed with chunks of text; it knows no other line end in quoted fields than that of the rows.
import { createReadStream } from 'node:fs';
import { inferSchema, initParser, type Parser } from 'udsv';
import { type Figures, RowFigures } from '../figures.js';

export async function run(file: string): Promise<Figures> {
  const rows = new RowFigures();
  let parser: Parser | undefined;
  // A stream with an encoding yields strings.
  for await (const text of createReadStream(file, 'utf8') as AsyncIterable<string>) {
    parser ??= initParser(inferSchema(text, { col: ',', encl: '"' }));
    parser.chunk<string[]>(text, parser.stringArrs, (row) => rows.add(row));
  }
  parser?.end();
  return rows.figures();
}
