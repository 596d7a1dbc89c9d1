// Refuses a body that is no CSV file at all: an empty one, or the JSON or HTML that gateways answer with.
// Without this such a body would only be a CSV file that lacks columns.
import { CsvError } from './csv-error.js';

const BLANKS: ReadonlySet<number | undefined> = new Set(Buffer.from(' \t\r\n'));

/** Yields the chunks of a UTF-8 body unchanged. */
export async function* checkBody(
  utf8: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  let isBlank = true;
  for await (const chunk of utf8) {
    if (isBlank) {
      const first = chunk.find((byte) => !BLANKS.has(byte));
      if (first !== undefined) {
        refuseForeign(String.fromCharCode(first));
        isBlank = false;
      }
    }
    yield chunk;
  }
  if (isBlank) throw new CsvError('csv body: got an empty one, expected a header line');
}

function refuseForeign(first: string): void {
  const format = first === '<' ? 'HTML or XML' : first === '{' || first === '[' ? 'JSON' : undefined;
  if (format !== undefined) {
    throw new CsvError(`csv body: got ${format} (it starts with "${first}"), expected a CSV header line`);
  }
}
