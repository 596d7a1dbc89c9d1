// Bytes looked at many at a time: with the processor's wide registers (SIMD), or, in the build for processors without
// them, eight in a word.
const ONES: u64 = 0x0101_0101_0101_0101;
const LOWS: u64 = 0x7f7f_7f7f_7f7f_7f7f;
const HIGHS: u64 = 0x8080_8080_8080_8080;
const ZEROS: u64 = 0x3030_3030_3030_3030;
const ABOVE_NINE: u64 = 0x7676_7676_7676_7676;

/** Bytes of a block: each of them has a bit in a mask, the first one the lowest. */
export const BLOCK: u32 = 64;

/** Of a block, where `byte` is. */
export function placesOf(byte: u8, at: u32): u64 {
  if (ASC_FEATURE_SIMD) {
    const wanted = i8x16.splat(byte);
    const first = i8x16.bitmask(i8x16.eq(v128.load(at), wanted));
    const second = i8x16.bitmask(i8x16.eq(v128.load(at, 16), wanted));
    const third = i8x16.bitmask(i8x16.eq(v128.load(at, 32), wanted));
    const fourth = i8x16.bitmask(i8x16.eq(v128.load(at, 48), wanted));
    return ((first | (second << 16)) as u32 as u64) | (((third | (fourth << 16)) as u32 as u64) << 32);
  } else {
    const wanted = ONES * byte;
    let places: u64 = 0;
    for (let word: u32 = 0; word < BLOCK; word += 8) {
      places |= bitsOf(equalBytes(load<u64>(at + word), wanted)) << word;
    }
    return places;
  }
}

/** Whether a block has no such byte: faster than to ask where they are. */
export function isWithout(byte: u8, at: u32): bool {
  if (ASC_FEATURE_SIMD) {
    const wanted = i8x16.splat(byte);
    const first = v128.or(i8x16.eq(v128.load(at), wanted), i8x16.eq(v128.load(at, 16), wanted));
    const second = v128.or(i8x16.eq(v128.load(at, 32), wanted), i8x16.eq(v128.load(at, 48), wanted));
    return !v128.any_true(v128.or(first, second));
  } else {
    return placesOf(byte, at) === 0;
  }
}

/** The first place of `byte` from `at` on, or `end` where it is not before that. */
export function placeOf(byte: u8, at: u32, end: u32): u32 {
  if (ASC_FEATURE_SIMD) {
    const wanted = i8x16.splat(byte);
    for (let block = at; block < end; block += 16) {
      const places = i8x16.bitmask(i8x16.eq(v128.load(block), wanted));
      if (places !== 0) {
        return min(block + ctz(places), end);
      }
    }
  } else {
    const wanted = ONES * byte;
    for (let word = at; word < end; word += 8) {
      const places = equalBytes(load<u64>(word), wanted);
      if (places !== 0) {
        return min(word + ((ctz(places) as u32) >> 3), end);
      }
    }
  }
  return end;
}

/** The first place of one of both bytes from `at` on, or `end`. */
export function placeOfEither(byte: u8, other: u8, at: u32, end: u32): u32 {
  if (ASC_FEATURE_SIMD) {
    const wanted = i8x16.splat(byte);
    const too = i8x16.splat(other);
    for (let block = at; block < end; block += 16) {
      const bytes = v128.load(block);
      const places = i8x16.bitmask(v128.or(i8x16.eq(bytes, wanted), i8x16.eq(bytes, too)));
      if (places !== 0) {
        return min(block + ctz(places), end);
      }
    }
  } else {
    const wanted = ONES * byte;
    const too = ONES * other;
    for (let word = at; word < end; word += 8) {
      const bytes = load<u64>(word);
      const places = equalBytes(bytes, wanted) | equalBytes(bytes, too);
      if (places !== 0) {
        return min(word + ((ctz(places) as u32) >> 3), end);
      }
    }
  }
  return end;
}

/** How often `byte` is before `end`. */
export function countOf(byte: u8, at: u32, end: u32): u32 {
  let count: u32 = 0;
  let block = at;
  for (; block + BLOCK <= end; block += BLOCK) {
    count += popcnt(placesOf(byte, block)) as u32;
  }
  return block < end ? count + (popcnt(placesOf(byte, block) & before(end - block)) as u32) : count;
}

/** The bits of the first `count` bytes of a block. */
export function before(count: u32): u64 {
  return ((1 as u64) << count) - 1;
}

/** The highest bit of each byte of `word` that is the one of `wanted`. */
export function equalBytes(word: u64, wanted: u64): u64 {
  const other = word ^ wanted;
  return ~(((other & LOWS) + LOWS) | other | LOWS);
}

/** What the last `count` bytes before `end`, at most eight, are worth as digits, in the highest bytes; zeros before them. */
export function digitsBefore(end: u32, count: u32): u64 {
  const unused = (8 - count) << 3;
  return ((load<u64>(end - 8) ^ ZEROS) >>> unused) << unused;
}

/** Whether all of them are digits. */
export function areDigits(digits: u64): bool {
  return (((digits + ABOVE_NINE) | digits) & HIGHS) === 0;
}

/** The highest bits of the eight bytes, side by side. */
function bitsOf(highest: u64): u64 {
  return ((highest >>> 7) * 0x0102_0408_1020_4080) >>> 56;
}
