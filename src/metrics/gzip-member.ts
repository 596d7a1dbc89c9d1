// Text compressed in pieces that become one gzip member (RFC 1952) in any order: nothing of a piece is compressed again when
// another changes. Not a member for each piece, which the RFC allows, too: curl, browsers and many libraries read only the first.
import { constants, crc32, deflateRawSync } from 'node:zlib';

/** What the end of a member tells of the text before it, in a form that can be told of two texts one behind the other. */
interface Checked {
  /** Of the text, in bytes. */
  readonly length: number;
  readonly crc: number;
  /** What the CRC of a text before this one is multiplied by: x^(8 · length). */
  readonly shift: number;
}

/** Any number of deflate's blocks that end at a whole byte and refer to nothing before them. */
export interface DeflatedText extends Checked {
  readonly blocks: Buffer;
}

/** In the CRC's field, GF(2)[x] modulo its polynomial: the highest bit is the coefficient of x^0. */
const POLYNOMIAL = 0xedb88320;
const ONE = 0x80000000;
const X_TO_THE_8 = 0x00800000;

const NOTHING: Checked = { length: 0, crc: 0, shift: ONE };

/** Compression by deflate, no flags, no time, the fastest level, from whatever system. */
const MEMBER_START = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 0xff]);
/** Nothing, in a block that says that it is the last. */
const LAST_BLOCK = [3, 0];

/**
 * Not in the thread pool: the text repeats itself so much that a family of a group takes some 50 µs, about what a thread
 * costs; and a higher level takes three times as long for a tenth of the size.
 */
export function deflateText(text: Buffer): DeflatedText {
  if (text.length === 0) {
    return { ...NOTHING, blocks: text };
  }
  return {
    length: text.length,
    crc: crc32(text),
    shift: power(X_TO_THE_8, text.length),
    blocks: deflateRawSync(text, { level: 1, finishFlush: constants.Z_SYNC_FLUSH }),
  };
}

export function joinTexts(texts: readonly DeflatedText[]): DeflatedText {
  return { ...texts.reduce(behind, NOTHING), blocks: Buffer.concat(texts.map(({ blocks }) => blocks)) };
}

/** Chunks to be sent one behind the other. */
export function gzipMember(texts: readonly DeflatedText[]): readonly Buffer[] {
  const { length, crc } = texts.reduce(behind, NOTHING);
  const end = Buffer.from([...LAST_BLOCK, ...new Uint8Array(8)]);
  end.writeUInt32LE(crc, LAST_BLOCK.length);
  end.writeUInt32LE(length % 2 ** 32, LAST_BLOCK.length + 4);
  return [MEMBER_START, ...texts.map(({ blocks }) => blocks), end];
}

function behind(before: Checked, next: Checked): Checked {
  return {
    length: before.length + next.length,
    crc: (multiply(before.crc, next.shift) ^ next.crc) >>> 0,
    shift: multiply(before.shift, next.shift),
  };
}

function multiply(a: number, b: number): number {
  let product = 0;
  let shifted = b;
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if ((a & bit) !== 0) {
      product ^= shifted;
    }
    shifted = (shifted >>> 1) ^ (shifted & 1 ? POLYNOMIAL : 0);
  }
  return product >>> 0;
}

function power(base: number, exponent: number): number {
  let result = ONE;
  let square = base;
  for (let rest = exponent; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) {
      result = multiply(result, square);
    }
    square = multiply(square, square);
  }
  return result;
}
