// Two faults that csv-parse lets pass, found on the bytes ahead of it: text after a closing quote (`"a"b`), which
// its `relax_quotes` takes for a quote inside a bare field, and a record without end, which its
// `max_record_size` does not see when the fields are empty.
import { CsvError } from './csv-error.js';

/** Statements are long; a record longer than this is a quote that nobody closed. */
export const MAX_RECORD_BYTES = 4 * 1024 * 1024;

const QUOTE = 0x22;
const COMMA = 0x2c;
const LF = 0x0a;
const CR = 0x0d;

const FIELD_START = 0;
const BARE = 1;
const QUOTED = 2;
/** After a quote in a quoted field: it closes the field unless another quote follows. */
const AFTER_QUOTE = 3;
/** After the CR that may follow a closing quote. */
const AFTER_CR = 4;

/** Yields the chunks of a UTF-8 body unchanged; none of them from the one that holds the fault. */
export async function* checkRecords(
  utf8: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let state = FIELD_START;
  let line = 1;
  let quoteLine = 0;
  let recordLine = 1;
  let recordBytes = 0;
  for await (const chunk of utf8) {
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i];
      if (++recordBytes > MAX_RECORD_BYTES) throw endlessRecord(recordLine);
      if (byte === LF) line++;
      if (state === QUOTED) {
        if (byte === QUOTE) state = AFTER_QUOTE;
      } else if (byte === QUOTE && state === AFTER_QUOTE) {
        state = QUOTED;
      } else if (byte === QUOTE && state === FIELD_START) {
        state = QUOTED;
        quoteLine = line;
      } else if (byte === LF) {
        state = FIELD_START;
        recordLine = line;
        recordBytes = 0;
      } else if (byte === COMMA && state !== AFTER_CR) {
        state = FIELD_START;
      } else if (byte === CR && state === AFTER_QUOTE) {
        state = AFTER_CR;
      } else if (state === AFTER_QUOTE || state === AFTER_CR) {
        throw brokenQuoting(line);
      } else {
        state = BARE;
      }
    }
    yield chunk;
  }
  if (state === QUOTED) throw openQuote(quoteLine);
  if (state === AFTER_CR) throw brokenQuoting(line);
}

function endlessRecord(line: number): CsvError {
  return new CsvError(
    `csv record: got more than ${MAX_RECORD_BYTES} bytes, expected it to end (it starts on line ${line})`,
  );
}

function brokenQuoting(line: number): CsvError {
  return new CsvError(
    `csv quoting: got text after a closing quote, expected a comma or a line end (line ${line})`,
  );
}

function openQuote(line: number): CsvError {
  return new CsvError(
    `csv quoting: got the end of the body inside a quoted field, expected a closing quote (it opens on line ${line})`,
  );
}
