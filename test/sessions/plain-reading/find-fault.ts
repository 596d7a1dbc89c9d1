// What is wrong with the records of a whole body, byte by byte: text after a closing quote, which csv-parse's
// `relax_quotes` takes for a quote inside a bare field, a quote that nobody closes, and a record without end.
import { lineEndAt, lineEndMessage, linesOf } from './find-lines.js';

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

/** What other programs part fields by, and what that is called. */
export const SEPARATORS: ReadonlyMap<string, string> = new Map([
  [';', ';'],
  ['\t', 'tabs'],
  ['|', '|'],
  ['，', 'full-width commas'],
  ['；', 'full-width semicolons'],
  ['、', 'ideographic commas'],
]);

/** The file is no session CSV; the message is the one that the program has for it. */
export class Refusal extends Error {}

/** A record, or an empty line. */
export interface Line {
  readonly bytes: Buffer;
  /** The number of its first line. */
  readonly line: number;
}

export interface Lines {
  readonly sound: readonly Line[];
  /** Of what comes behind those. */
  readonly fault: Refusal | undefined;
  /** What the fault is where it is in the header. */
  readonly faultOfHeader?: Refusal | undefined;
}

export function linesIn(utf8: Buffer): Lines {
  const sound: Line[] = [];
  let state = FIELD_START;
  let line = 1;
  let quoteLine = 0;
  let quoteStart = 0;
  let recordLine = 1;
  let recordStart = 0;
  const refused = (end: number, otherwise: Refusal, ofHeader = otherwise): Lines => {
    const { lineEnd } = linesOf(utf8.subarray(recordStart, end));
    const foreign = lineEnd === undefined ? undefined : new Refusal(lineEndMessage(lineEnd, recordLine));
    return { sound, fault: foreign ?? otherwise, faultOfHeader: foreign ?? ofHeader };
  };
  for (const [at, byte] of utf8.entries()) {
    if (at + 1 - recordStart > MAX_RECORD_BYTES) {
      return refused(recordStart + MAX_RECORD_BYTES, endlessRecord(recordLine));
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
      quoteStart = at;
    } else if (byte === LF) {
      state = FIELD_START;
      sound.push({ bytes: utf8.subarray(recordStart, at + 1), line: recordLine });
      recordLine = line;
      recordStart = at + 1;
    } else if (byte === COMMA && state !== AFTER_CR) {
      state = FIELD_START;
    } else if (byte === CR && state === AFTER_QUOTE) {
      state = AFTER_CR;
    } else if (state === AFTER_QUOTE || state === AFTER_CR) {
      const quoteEnd = state === AFTER_CR ? at - 1 : at;
      const behind = utf8.subarray(quoteEnd);
      return refused(at, textAfterQuote(behind, line), separatorAfterQuote(behind, line));
    } else {
      state = BARE;
    }
  }
  if (state === QUOTED) {
    return refused(quoteStart, openQuote(quoteLine));
  }
  if (state === AFTER_CR) {
    return refused(utf8.length, textAfterQuote(utf8.subarray(-1), line));
  }
  sound.push({ bytes: utf8.subarray(recordStart), line: recordLine });
  return { sound, fault: undefined };
}

function textAfterQuote(text: Buffer, line: number): Refusal {
  const lineEnd = lineEndAt(text.subarray(0, 3).toString());
  return lineEnd === undefined ? brokenQuoting(line) : new Refusal(lineEndMessage(lineEnd, line));
}

/** Of the three bytes that follow: so many it takes to tell the longest separator. */
function separatorAfterQuote(text: Buffer, line: number): Refusal | undefined {
  const [sign = ''] = text.subarray(0, 3).toString().replace(/^ +/, '');
  const called = SEPARATORS.get(sign);
  return called === undefined
    ? undefined
    : new Refusal(
        `csv header: got a header parted by ${called} (line ${line}), expected one parted by commas: save the file with commas between its fields`,
      );
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
