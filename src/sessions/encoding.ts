// The body's bytes as UTF-8 without a byte-order mark, whatever encoding it came in. UTF-8 passes through as it
// is: what is invalid in it becomes U+FFFD where its fields become text.
import { TextDecoder } from 'node:util';
import { CsvError } from './csv-error.js';

const LONGEST_BOM = 3;
/** Of fewer bytes Node's decoder throws where they end an invalid sequence that began in the bytes before them. */
const LEAST_DECODED = 16;

/** `encoding` is a label of the WHATWG Encoding Standard; a byte-order mark of UTF-8 or UTF-16 wins over it. */
export async function* toUtf8(
  bytes: AsyncIterable<Uint8Array>,
  encoding: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  let decoder: TextDecoder | undefined;
  let held = Buffer.alloc(0);
  for await (const chunk of withWholeStart(bytes)) {
    const marked = decoder === undefined ? encodingOfBom(chunk) : undefined;
    decoder ??= decoderFor(marked ?? encoding);
    if (decoder.encoding === 'utf-8') {
      yield marked === undefined ? chunk : chunk.subarray(LONGEST_BOM);
      continue;
    }
    held = Buffer.concat([held, chunk]);
    if (held.length < 2 * LEAST_DECODED) {
      continue;
    }
    yield Buffer.from(decoder.decode(held.subarray(0, -LEAST_DECODED), { stream: true }));
    held = held.subarray(-LEAST_DECODED);
  }
  if (decoder !== undefined && decoder.encoding !== 'utf-8') {
    yield Buffer.from(decoder.decode(held));
  }
}

/** The start of a body as text, without a byte-order mark and without a character that is cut off at its end. */
export function decodeStart(start: Uint8Array, encoding: string): string {
  return decoderFor(encodingOfBom(start) ?? encoding).decode(start, { stream: true });
}

/** Joins the first chunks until a byte-order mark would be whole. */
async function* withWholeStart(
  bytes: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let start: Uint8Array | undefined = new Uint8Array();
  for await (const chunk of bytes) {
    if (start === undefined) {
      yield chunk;
      continue;
    }
    const whole: Uint8Array = start.length === 0 ? chunk : Buffer.concat([start, chunk]);
    if (whole.length < LONGEST_BOM) {
      start = Buffer.from(whole);
      continue;
    }
    start = undefined;
    yield whole;
  }
  if (start !== undefined) {
    yield start;
  }
}

function encodingOfBom([first, second, third]: Uint8Array): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) {
    return 'utf-8';
  }
  if (first === 0xff && second === 0xfe) {
    return 'utf-16le';
  }
  if (first === 0xfe && second === 0xff) {
    return 'utf-16be';
  }
  return undefined;
}

function decoderFor(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding);
  } catch (cause) {
    throw new CsvError(
      `csv encoding: got ${JSON.stringify(encoding)}, expected a name of the WHATWG Encoding Standard, such as "utf-8" or "gb18030"`,
      { cause },
    );
  }
}
