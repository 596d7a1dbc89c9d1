// UTF-8 bytes → rows of fields (RFC 4180), the header among them, through csv-parse as a stream.
import { pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import { checkRecords } from './check-records.js';

/**
 * Rows may differ in length; empty lines are left out. Iterating rejects with CsvError for broken quoting and
 * with the source's own error, unchanged; stopping early releases the source when its pending read ends.
 */
export function parseRecords(utf8: AsyncIterable<Uint8Array>): AsyncIterable<string[]> {
  const parser = parse({
    // Both at once: discovery fails on a file that mixes them.
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  });
  // `pipe` would neither pass a failure of the source on nor stop the source; the callback has nothing to do,
  // because the error reaches whoever iterates.
  return pipeline(checkRecords(utf8), parser, () => {});
}
