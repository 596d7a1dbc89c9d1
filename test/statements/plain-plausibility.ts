// Which readings of a statement's quotes can be meant: see `plain-shape.ts`.
import { CODE, COMMENT, isBlank, isWordByte, type PlainReading, type Span } from './plain-readings.js';

/** Words that a literal follows: of queries, of conditions and operators, of routines, of files, and what else names a value. */
const BEFORE_LITERAL = new Set(
  `select all distinct values value set where on having by limit offset as using
  and or xor not is in like rlike regexp escape between div mod binary interval separator
  case when then else if elseif while until do call return default
  outfile dumpfile infile date time timestamp`.split(/\s+/u),
);
/** Words that follow a literal. */
const AFTER_LITERAL = new Set(
  `from where and or xor as then else end when order group limit escape like in is between union not rlike regexp asc desc
  having into for on using collate div mod separator join left right inner`.split(/\s+/u),
);
const INTRODUCER = /^(?:n|x|b|_\w+)$/iu;

/**
 * The readings that can be meant, of a statement that has a backslash before a quote and is not known to be cut; all where
 * none can.
 *
 * @param isWhole surely so: the longest length is known and was not reached
 */
export function plausible(
  bytes: Uint8Array,
  readings: readonly PlainReading[],
  isWhole: boolean,
): readonly PlainReading[] {
  const left = natural(bytes, readings);
  const isAnyWhole = left.some(
    (reading) =>
      isNatural(bytes, reading) && !reading.endsInLiteral && (isWhole || looksComplete(bytes, reading)),
  );
  return isAnyWhole
    ? left.filter((reading) => !reading.endsInLiteral || (!isWhole && isCutBehindQuote(bytes, reading)))
    : left;
}

/** What looks whole may be cut behind the last of its quotes. */
function isCutBehindQuote(bytes: Uint8Array, { kinds, literals }: PlainReading): boolean {
  const start = literals.at(-1)?.start ?? 0;
  return (
    !bytes.subarray(start + 1).some((byte) => byte === 0x22 || byte === 0x27) &&
    leastDepth(bytes, kinds) === 0 &&
    literals.every((literal) => hasValuesPlace(bytes, kinds, literal))
  );
}

function leastDepth(bytes: Uint8Array, kinds: Uint8Array): number {
  let [depth, least] = [0, 0];
  for (const [at, byte] of bytes.entries()) {
    depth += kinds[at] !== CODE ? 0 : byte === 0x28 ? 1 : byte === 0x29 ? -1 : 0;
    least = Math.min(least, depth);
  }
  return least;
}

/** Those that leave no word glued to a literal's end and no backslash outside; all where none does. */
export function natural(bytes: Uint8Array, readings: readonly PlainReading[]): readonly PlainReading[] {
  const left = readings.filter((reading) => isNatural(bytes, reading));
  return left.length > 0 ? left : readings;
}

/**
 * No word but a keyword and no name in backticks is glued to the end of a literal, and no backslash stands outside. What is glued
 * before one tells nothing: keywords are (`COMMENT'x'`), and columns before their aliases.
 */
function isNatural(bytes: Uint8Array, { kinds, literals }: PlainReading): boolean {
  const isStray = (byte: number, at: number) => byte === 0x5c && kinds[at] === CODE && bytes[at + 1] !== 0x4e;
  return (
    !bytes.some(isStray) &&
    literals.every(({ end }) => {
      const glued = wordBehind(bytes, kinds, end);
      return bytes[end] !== 0x60 && (glued === '' || AFTER_LITERAL.has(glued));
    })
  );
}

/** As a statement does whose last literal is among its last words. */
function looksComplete(bytes: Uint8Array, reading: PlainReading): boolean {
  const { kinds, literals, isCut } = reading;
  return (
    !isCut &&
    isBalanced(bytes, kinds) &&
    literals.every((literal) => hasValuesPlace(bytes, kinds, literal)) &&
    endsSoon(bytes, kinds, literals.at(-1)?.end ?? 0)
  );
}

function isBalanced(bytes: Uint8Array, kinds: Uint8Array): boolean {
  let depth = 0;
  for (const [at, byte] of bytes.entries()) {
    depth += kinds[at] !== CODE ? 0 : byte === 0x28 ? 1 : byte === 0x29 ? -1 : 0;
    if (depth < 0) {
      return false;
    }
  }
  return depth === 0;
}

function hasValuesPlace(bytes: Uint8Array, kinds: Uint8Array, { start, end }: Span): boolean {
  let before = start - 1;
  while (before >= 0 && (kinds[before] === COMMENT || (kinds[before] === CODE && isBlank(bytes[before])))) {
    before -= 1;
  }
  let after = end;
  while (
    after < bytes.length &&
    (kinds[after] === COMMENT || (kinds[after] === CODE && isBlank(bytes[after])))
  ) {
    after += 1;
  }
  return followsValuesPlace(bytes, kinds, before) && endsValuesPlace(bytes, kinds, after);
}

function followsValuesPlace(bytes: Uint8Array, kinds: Uint8Array, at: number): boolean {
  if (at < 0 || kinds[at] !== CODE) {
    return at >= 0 && bytes[at] !== 0x60;
  }
  const word = wordBefore(bytes, kinds, at + 1);
  return word === ''
    ? '=<>,(@'.includes(String.fromCharCode(bytes[at] ?? 0))
    : INTRODUCER.test(word) || BEFORE_LITERAL.has(word);
}

function endsValuesPlace(bytes: Uint8Array, kinds: Uint8Array, at: number): boolean {
  if (at >= bytes.length || kinds[at] !== CODE) {
    return at >= bytes.length || bytes[at] !== 0x60;
  }
  const word = wordBehind(bytes, kinds, at);
  return word === '' ? '=<>!,);@'.includes(String.fromCharCode(bytes[at] ?? 0)) : AFTER_LITERAL.has(word);
}

/** Blanks, `)`, `;`, keywords and numbers alone. */
function endsSoon(bytes: Uint8Array, kinds: Uint8Array, from: number): boolean {
  let at = from;
  while (at < bytes.length) {
    const word = kinds[at] === CODE ? wordBehind(bytes, kinds, at) : '';
    const isPassed =
      word === ''
        ? kinds[at] === COMMENT ||
          (kinds[at] === CODE && (isBlank(bytes[at]) || [0x29, 0x3b].includes(bytes[at] ?? 0)))
        : /^\d+$/u.test(word) || AFTER_LITERAL.has(word) || BEFORE_LITERAL.has(word);
    if (!isPassed) {
      return false;
    }
    at += Math.max(word.length, 1);
  }
  return true;
}

function wordBefore(bytes: Uint8Array, kinds: Uint8Array, end: number): string {
  let start = end;
  while (start > 0 && kinds[start - 1] === CODE && isWordByte(bytes[start - 1])) {
    start -= 1;
  }
  return Buffer.from(bytes.subarray(start, end)).toString('latin1').toLowerCase();
}

function wordBehind(bytes: Uint8Array, kinds: Uint8Array, start: number): string {
  let end = start;
  while (end < bytes.length && kinds[end] === CODE && isWordByte(bytes[end])) {
    end += 1;
  }
  return Buffer.from(bytes.subarray(start, end)).toString('latin1').toLowerCase();
}
