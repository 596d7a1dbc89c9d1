// The bytes of an answer that explains a refusal, as text: in whatever encoding they come, and whatever their Content-Type says.
import { TextDecoder } from 'node:util';

export const BYTE_ORDER_MARKS: readonly (readonly [encoding: string, mark: readonly number[]])[] = [
  ['utf-8', [0xef, 0xbb, 0xbf]],
  ['utf-16le', [0xff, 0xfe]],
  ['utf-16be', [0xfe, 0xff]],
];
/** Where nothing tells: the gateways of a Chinese cloud and the proxies before them. It has a character for nearly all bytes. */
const LAST_RESORT = 'gb18030';

/** A body may be cut inside its last character, by our limit or with its connection: what is there of that character is left out. */
const MAY_BE_CUT = { stream: true };

/** `contentType`: the header as it came. It names the encoding only of what is no UTF-8 and has no byte-order mark. */
export function bodyText(bytes: Uint8Array, contentType: string | undefined): string {
  const marked = markedEncoding(bytes);
  if (marked !== undefined) {
    return new TextDecoder(marked).decode(bytes, MAY_BE_CUT);
  }
  const wide = wideEncoding(bytes);
  if (wide !== undefined) {
    // Only a guess: an odd byte at its end may tell that it is none, and stays to be seen.
    return new TextDecoder(wide).decode(bytes);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes, MAY_BE_CUT);
  } catch {
    return declaredDecoder(contentType).decode(bytes, MAY_BE_CUT);
  }
}

/** The same in UTF-8 where it is UTF-16. */
export function utf8Of(bytes: Uint8Array): Uint8Array {
  const known = markedEncoding(bytes) ?? wideEncoding(bytes) ?? 'utf-8';
  return known === 'utf-8' ? bytes : Buffer.from(new TextDecoder(known).decode(bytes));
}

function markedEncoding(bytes: Uint8Array): string | undefined {
  return BYTE_ORDER_MARKS.find(([, mark]) => mark.every((byte, index) => bytes[index] === byte))?.[0];
}

/** UTF-16 without its mark: JSON and HTML begin with a character of ASCII. */
function wideEncoding([first, second]: Uint8Array): string | undefined {
  if (first === 0 && second !== 0) {
    return 'utf-16be';
  }
  return first !== 0 && second === 0 ? 'utf-16le' : undefined;
}

function declaredDecoder(contentType = ''): TextDecoder {
  const [, label = LAST_RESORT] = /\bcharset="?([\w.:-]{1,40})/iu.exec(contentType) ?? [];
  try {
    return new TextDecoder(label);
  } catch {
    return new TextDecoder(LAST_RESORT);
  }
}
