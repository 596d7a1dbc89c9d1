// Line ends that other systems write, and that end no record here. A file that has no other is one long record: it must not
// be taken for a header without rows.
import { CsvError } from '../csv-error.js';

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const BLANK = 0x20;
const QUOTE = 0x22;
const COMMA = 0x2c;

const CR_ALONE = 'CR alone';
/** What text mode makes of CRLF. */
export const CR_CR_LF = 'CR CR LF';

/** What Unicode and old systems end lines with. */
const NAMES: readonly (readonly [text: string, name: string])[] = [
  ['\r', CR_ALONE],
  ['\v', 'VT (U+000B)'],
  ['\f', 'FF (U+000C)'],
  ['\u001c', 'FS (U+001C)'],
  ['\u001d', 'GS (U+001D)'],
  ['\u001e', 'RS (U+001E)'],
  ['\u0085', 'NEL (U+0085)'],
  ['\u2028', 'a line separator (U+2028)'],
  ['\u2029', 'a paragraph separator (U+2029)'],
];

interface ForeignLineEnd {
  readonly bytes: Buffer;
  readonly name: string;
}
const ALL: readonly ForeignLineEnd[] = NAMES.map(([text, name]) => ({ bytes: Buffer.from(text), name }));
/** By the first byte. */
const FOREIGN = Array.from({ length: 256 }, (_, byte) => ALL.filter(({ bytes }) => bytes[0] === byte));
const LONGEST = Math.max(...ALL.map(({ bytes }) => bytes.length));

/** Of so many bytes behind a closing quote it is clear which line end they are. */
export const LINE_END_BYTES = LONGEST;

export interface FoundLineEnds {
  /** How many there are outside of quotes, between what is no blank. */
  readonly count: number;
  /** The name of the first one. */
  readonly first: string | undefined;
  /** The name of one that stands behind all text. */
  readonly last: string | undefined;
}

/** Of a record, or of the start of one. */
export function foreignLineEnds(bytes: Uint8Array, start: number, end: number): FoundLineEnds {
  let count = 0;
  let first: string | undefined;
  /** The one behind the last text. */
  let passed: string | undefined;
  let hasText = false;
  let isFieldStart = true;
  for (let at = start; at < end; at++) {
    if (isFieldStart && bytes[at] === QUOTE) {
      at = closingQuote(bytes, at + 1, end);
    }
    isFieldStart = bytes[at] === COMMA;
    const foreign = foreignAt(bytes, at, end);
    if (foreign !== undefined) {
      passed ??= hasText ? foreign.name : undefined;
      at += foreign.bytes.length - 1;
    } else if (!isBlank(bytes[at])) {
      hasText = true;
      if (passed !== undefined) {
        count++;
        first ??= passed;
        passed = undefined;
      }
    }
  }
  return { count, first, last: passed };
}

/** The name of the one that stands behind a closing quote. */
export function foreignBehind(bytes: Uint8Array, at: number, end: number): string | undefined {
  const name = foreignAt(bytes, at, end)?.name;
  const isDoubled = bytes[at + 1] === CR && bytes[at + 2] === LF && at + 2 < end;
  return name === CR_ALONE && isDoubled ? CR_CR_LF : name;
}

export function foreignLineEnd(name: string, line: number): CsvError {
  return new CsvError(
    `csv line ends: got ${name}, expected LF or CRLF: convert a saved file, report one that the API sent to Huawei Cloud (line ${line})`,
  );
}

function foreignAt(bytes: Uint8Array, at: number, end: number): ForeignLineEnd | undefined {
  const known = FOREIGN[bytes[at] ?? 0] ?? [];
  if (known.length === 0 || (bytes[at] === CR && bytes[at + 1] === LF && at + 1 < end)) {
    return undefined;
  }
  return known.find(
    ({ bytes: written }) =>
      at + written.length <= end && written.every((byte, index) => bytes[at + index] === byte),
  );
}

/** The last byte of the quoted field that begins before `from`. */
function closingQuote(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  for (; at < end; at++) {
    if (bytes[at] !== QUOTE) {
      continue;
    }
    if (bytes[at + 1] !== QUOTE) {
      return at;
    }
    at++;
  }
  return end - 1;
}

function isBlank(byte = BLANK): boolean {
  return byte === BLANK || byte === TAB || byte === LF || byte === CR;
}
