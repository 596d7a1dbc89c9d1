// What the first bytes of a result say that it is: text, which can be a CSV file, or something else under whatever name.
import { BYTE_ORDER_MARKS } from './body-text.js';

/** What no text begins with. */
export interface BinaryFile {
  readonly what: string;
  readonly hint: string;
}

interface Signature extends BinaryFile {
  readonly bytes: readonly number[];
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
];

/** With the zeros between the characters of UTF-16. */
const BLANKS: ReadonlySet<number | undefined> = new Set(Buffer.from(' \t\r\n\0'));
const OF_JSON_OR_MARKUP: ReadonlySet<number | undefined> = new Set(Buffer.from('{[<'));
/** More blanks than that say no more. */
const MAX_BYTES = 1024;

/** `explanation`: JSON, HTML or XML, which may say what went wrong. `unclear` where it takes more of the body to know. */
export function bodyStart(start: Uint8Array): BinaryFile | 'text' | 'explanation' | 'unclear' {
  const mayBegin = (bytes: readonly number[]) =>
    bytes.every((byte, index) => index >= start.length || start[index] === byte);
  const file = SIGNATURES.find(({ bytes }) => mayBegin(bytes));
  const [, mark = []] = BYTE_ORDER_MARKS.find(([, bytes]) => mayBegin(bytes)) ?? [];
  if (start.length < Math.max(mark.length, file?.bytes.length ?? 0)) {
    return 'unclear';
  }
  if (file !== undefined) {
    return file;
  }
  const first = start.subarray(mark.length).find((byte) => !BLANKS.has(byte));
  if (first !== undefined) {
    return OF_JSON_OR_MARKUP.has(first) ? 'explanation' : 'text';
  }
  return start.length < MAX_BYTES ? 'unclear' : 'text';
}
