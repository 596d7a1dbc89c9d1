// GB18030 for tests, from what Node's decoder reads: Node writes no encoding but its own.

const LEADS = range(0x81, 0xfe);
const TRAILS = [...range(0x40, 0x7e), ...range(0x80, 0xfe)];
/** How many characters of the basic plane take four bytes; and the place of U+10000 among all that do. */
const FOUR_OF_BMP = 39_420;
const FIRST_SUPPLEMENTARY = 189_000;

export function gb18030(text: string): Buffer {
  const known = table();
  return Buffer.concat(Array.from(text, (character) => encoded(character, known)));
}

function encoded(character: string, known: ReadonlyMap<string, Buffer>): Buffer {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) {
    return Buffer.of(code);
  }
  const bytes = code < 0x10000 ? known.get(character) : fourBytes(FIRST_SUPPLEMENTARY + code - 0x10000);
  if (bytes === undefined) {
    throw new Error(`gb18030: got U+${code.toString(16)}, expected a character`);
  }
  return bytes;
}

function table(): Map<string, Buffer> {
  const decoder = new TextDecoder('gb18030');
  const two = LEADS.flatMap((lead) => TRAILS.map((trail) => Buffer.of(lead, trail)));
  const four = range(0, FOUR_OF_BMP - 1).map(fourBytes);
  const pairs = [...four, ...two].map((bytes) => [decoder.decode(bytes), bytes] as const);
  return new Map(pairs);
}

function fourBytes(pointer: number): Buffer {
  const fourth = pointer % 10;
  const third = Math.floor(pointer / 10) % 126;
  const second = Math.floor(pointer / 1260) % 10;
  const first = Math.floor(pointer / 12_600);
  return Buffer.of(0x81 + first, 0x30 + second, 0x81 + third, 0x30 + fourth);
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}
