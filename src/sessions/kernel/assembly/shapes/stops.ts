// Where in a statement something may begin that is not copied as it is.
import { BACKTICK, DASH, DOUBLE_QUOTE, HASH, SINGLE_QUOTE, SLASH } from './sql';

/** So many bytes are looked at at a time. */
export const STEP: u32 = 32;

// Classes of bytes, in bits of what the tables below have for both halves of a byte.
/** Begins a literal, a comment or a name in backticks. */
const STOP: i8 = 3;
const DIGIT: i8 = 4;
/** Digits, letters, `_`, `$`, `.` and `@`: digits behind it are no number. */
const JOINED: i8 = ~3;
const BEYOND_ASCII: i8 = -0x80;

/**
 * Of the bytes from `at` on a bit for each that is a quote, a backtick, `#`, `-`, `/`, or a digit that nothing before joins to a
 * word. The byte before `at` is looked at, too.
 */
export function stopsIn(at: u32): u32 {
  const first = v128.load(at);
  const second = v128.load(at, 16);
  const classes0 = classesOf(first);
  const classes1 = classesOf(second);
  const before0 = v128.load(at - 1);
  const before1 = v128.load(at + 15);
  const joined0 = classesOf(before0);
  const joined1 = i8x16.shuffle(
    classes0,
    classes1,
    15,
    16,
    17,
    18,
    19,
    20,
    21,
    22,
    23,
    24,
    25,
    26,
    27,
    28,
    29,
    30,
  );
  return (
    (i8x16.bitmask(stopping(classes0, joined0, before0)) as u32) |
    ((i8x16.bitmask(stopping(classes1, joined1, before1)) as u32) << 16)
  );
}

/** The same of a single byte, but for digits. */
export function isStop(byte: u8): bool {
  return (
    byte === SINGLE_QUOTE ||
    byte === DOUBLE_QUOTE ||
    byte === BACKTICK ||
    byte === HASH ||
    byte === DASH ||
    byte === SLASH
  );
}

/** A byte has a class where both its halves have it; the higher half of a byte beyond ASCII has none. */
function classesOf(bytes: v128): v128 {
  const ofLow = i8x16.swizzle(
    // 0 1 2 3 4 5 6 7 8 9 a b c d e f
    i8x16(-0x6a, 0x1c, 0x1d, 0x1d, 0x5c, 0x1c, 0x1c, 0x1d, 0x1c, 0x1c, 0x18, 0x08, 0x08, 0x09, 0x48, 0x29),
    v128.and(bytes, i8x16.splat(0x0f)),
  );
  const ofHigh = i8x16.swizzle(
    i8x16(0, 0, 0x41, 0x04, -0x78, 0x30, 0x0a, 0x10, 0, 0, 0, 0, 0, 0, 0, 0),
    i8x16.shr_u(bytes, 4),
  );
  return v128.and(ofLow, ofHigh);
}

function stopping(classes: v128, joined: v128, before: v128): v128 {
  const other = v128.or(v128.and(joined, i8x16.splat(JOINED)), v128.and(before, i8x16.splat(BEYOND_ASCII)));
  const isFree = i8x16.eq(other, i8x16.splat(0));
  const wanted = v128.or(i8x16.splat(STOP), v128.and(isFree, i8x16.splat(DIGIT)));
  return i8x16.ne(v128.and(classes, wanted), i8x16.splat(0));
}
