// What is wrong with the records of a whole body, byte by byte: text after a closing quote, which csv-parse's
// `relax_quotes` takes for a quote inside a bare field, a quote that nobody closes, and a record without end.

const MAX_RECORD_BYTES = 4 * 1024 * 1024;

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

/** The file is no session CSV; the message is the one that the program has for it. */
export class Refusal extends Error {}

export interface Fault {
  readonly error: Refusal;
  /** The records before this place are sound. */
  readonly recordStart: number;
}

export function findFault(utf8: Uint8Array): Fault | undefined {
  let state = FIELD_START;
  let line = 1;
  let quoteLine = 0;
  let recordLine = 1;
  let recordStart = 0;
  for (const [at, byte] of utf8.entries()) {
    if (at + 1 - recordStart > MAX_RECORD_BYTES) {
      return { error: endlessRecord(recordLine), recordStart };
    }
    if (byte === LF) {
      line++;
    }
    if (state === QUOTED) {
      if (byte === QUOTE) {
        state = AFTER_QUOTE;
      }
    } else if (byte === QUOTE && state === AFTER_QUOTE) {
      state = QUOTED;
    } else if (byte === QUOTE && state === FIELD_START) {
      state = QUOTED;
      quoteLine = line;
    } else if (byte === LF) {
      state = FIELD_START;
      recordLine = line;
      recordStart = at + 1;
    } else if (byte === COMMA && state !== AFTER_CR) {
      state = FIELD_START;
    } else if (byte === CR && state === AFTER_QUOTE) {
      state = AFTER_CR;
    } else if (state === AFTER_QUOTE || state === AFTER_CR) {
      return { error: brokenQuoting(line), recordStart };
    } else {
      state = BARE;
    }
  }
  if (state === QUOTED) {
    return { error: openQuote(quoteLine), recordStart };
  }
  if (state === AFTER_CR) {
    return { error: brokenQuoting(line), recordStart };
  }
  return undefined;
}

function endlessRecord(line: number): Refusal {
  return new Refusal(
    `csv record: got more than ${MAX_RECORD_BYTES} bytes, expected it to end (it starts on line ${line})`,
  );
}

function brokenQuoting(line: number): Refusal {
  return new Refusal(
    `csv quoting: got text after a closing quote, expected a comma or a line end (line ${line})`,
  );
}

function openQuote(line: number): Refusal {
  return new Refusal(
    `csv quoting: got the end of the body inside a quoted field, expected a closing quote (it opens on line ${line})`,
  );
}
