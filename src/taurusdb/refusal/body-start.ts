// What the first bytes of a result say that it is: text, which can be a CSV file, or something else under whatever name.
import { foreignStart, START_BYTES } from '../../sessions/foreign-start.js';
import { BYTE_ORDER_MARKS } from './body-text.js';

/** What no text begins with. */
export interface BinaryFile {
  readonly what: string;
  readonly hint: string;
}

interface Signature extends BinaryFile {
  /** Undefined: any byte. */
  readonly bytes: readonly (number | undefined)[];
}

const CONVERTED = 'does a proxy convert it?';
const COMPRESSED = 'does a proxy drop the header Content-Encoding?';

const SIGNATURES: readonly Signature[] = [
  {
    what: 'a ZIP file, as spreadsheets (.xlsx) are',
    hint: CONVERTED,
    bytes: [0x50, 0x4b, 0x03, 0x04],
  },
  { what: 'an old spreadsheet (.xls)', hint: CONVERTED, bytes: [0xd0, 0xcf, 0x11, 0xe0] },
  { what: 'a PDF file', hint: CONVERTED, bytes: [0x25, 0x50, 0x44, 0x46, 0x2d] },
  { what: 'a gzip file without Content-Encoding', hint: COMPRESSED, bytes: [0x1f, 0x8b] },
  { what: 'a zstd file without Content-Encoding', hint: COMPRESSED, bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  {
    what: 'a bzip2 file',
    hint: CONVERTED,
    bytes: [0x42, 0x5a, 0x68, undefined, 0x31, 0x41, 0x59, 0x26, 0x53, 0x59],
  },
  { what: 'a 7z file', hint: CONVERTED, bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c] },
  { what: 'a PNG image', hint: CONVERTED, bytes: [0x89, 0x50, 0x4e, 0x47] },
  { what: 'a Parquet file', hint: CONVERTED, bytes: [0x50, 0x41, 0x52, 0x31, 0x15] },
  { what: 'text in UTF-32', hint: CONVERTED, bytes: [0xff, 0xfe, 0x00, 0x00] },
  { what: 'text in UTF-32', hint: CONVERTED, bytes: [0x00, 0x00, 0xfe, 0xff] },
];

/** With the zeros between the characters of UTF-16. */
const BLANKS: ReadonlySet<number | undefined> = new Set(Buffer.from(' \t\r\n\0'));
const BRACKETS: ReadonlySet<number | undefined> = new Set(Buffer.from('{[<'));
/** More blanks than that say no more. */
const MAX_BYTES = 1024;

/**
 * `explanation`: JSON, HTML or XML, which may say what went wrong. `unclear` where it takes more of the body to know, which
 * `isWhole` says that there is none of.
 */
export function bodyStart(
  start: Uint8Array,
  isWhole = false,
): BinaryFile | 'text' | 'explanation' | 'unclear' {
  const mayBegin = (bytes: Signature['bytes']) =>
    bytes.every((byte, index) => index >= start.length || byte === undefined || start[index] === byte);
  const file = SIGNATURES.find(({ bytes }) => mayBegin(bytes));
  const [, mark = []] = BYTE_ORDER_MARKS.find(([, bytes]) => mayBegin(bytes)) ?? [];
  const isCut = start.length < Math.max(mark.length, file?.bytes.length ?? 0);
  if (isCut && !isWhole) {
    return 'unclear';
  }
  if (file !== undefined && !isCut) {
    return file;
  }
  const text = start.subarray(mark.length);
  const first = text.findIndex((byte) => !BLANKS.has(byte));
  if (first === -1) {
    return start.length < MAX_BYTES && !isWhole ? 'unclear' : 'text';
  }
  if (!BRACKETS.has(text[first])) {
    return 'text';
  }
  // Of UTF-16 every second byte is a zero.
  const rest = text.subarray(first, first + 2 * START_BYTES);
  if (rest.length < 2 * START_BYTES && !isWhole) {
    return 'unclear';
  }
  const letters = Buffer.from(rest).toString('latin1').replaceAll('\0', '');
  return foreignStart(letters.slice(0, START_BYTES)) === undefined ? 'text' : 'explanation';
}
