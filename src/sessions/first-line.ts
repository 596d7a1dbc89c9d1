// The first line of a file, for the terminal of who asked for it. It may be a row of a file without a header: no log and no
// page may have it.
import { decodeStart } from './encoding.js';

const MAX_BYTES = 4 * 1024;
const MAX_CHARACTERS = 4 * 1024;

/** Yields the chunks unchanged; once no more of them are read, for whatever reason, `tell` is called with the first line. */
export async function* tellFirstLine(
  bytes: AsyncIterable<Uint8Array>,
  encoding: string,
  tell: (line: string) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  let start = Buffer.alloc(0);
  try {
    for await (const chunk of bytes) {
      if (start.length < MAX_BYTES) {
        start = Buffer.concat([start, chunk.subarray(0, MAX_BYTES - start.length)]);
      }
      yield chunk;
    }
  } finally {
    if (start.length > 0) {
      tell(firstLine(start, encoding));
    }
  }
}

/** Of the first 4 KiB, the first line that is not blank; what a terminal would act upon is written as an escape. */
function firstLine(start: Uint8Array, encoding: string): string {
  const lines = decodeStart(start, encoding).split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/u);
  const index = lines.findIndex((line) => line.trim() !== '');
  const isCut = index === lines.length - 1 && start.length === MAX_BYTES;
  const characters = Array.from(lines[index] ?? '').flatMap((character) => [...visible(character)]);
  return characters.length > MAX_CHARACTERS || isCut
    ? `${characters.slice(0, MAX_CHARACTERS - 1).join('')}…`
    : characters.join('');
}

function visible(character: string): string {
  return character === '\t'
    ? '\\t'
    : character.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/u, (one) => `\\u{${one.codePointAt(0)?.toString(16)}}`);
}
