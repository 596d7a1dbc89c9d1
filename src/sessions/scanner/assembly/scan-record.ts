// The inner loop of the record scanner: finds the fields of one record, sixteen bytes at a time. In AssemblyScript,
// which is TypeScript with WebAssembly's types and instructions; `npm run wasm` compiles it to ../scan-record.wasm.ts.
//
// Places count from BYTES. An LF stands behind the last byte, so that every search of a bare field ends.
import {
  BYTES,
  ENDS,
  FAULT,
  FIELDS,
  LINES_IN_QUOTES,
  MAX_FIELDS,
  OPEN_QUOTE,
  SLACK,
  SOUND,
  STARTS,
  TEXT_AFTER_QUOTE,
} from '../scanner-memory';

const QUOTE: u8 = 0x22;
const COMMA: u8 = 0x2c;
const LF: u8 = 0x0a;
const CR: u8 = 0x0d;
const BLOCK = SLACK;
const WORD = 4;

let linesInQuotes: i32 = 0;

/**
 * Returns the place of the LF behind the record that starts at `from`, which is `length` where the bytes end first;
 * with a fault, the place of that. `isWhole`: no more bytes come.
 */
export function scanRecord(from: i32, length: i32, isWhole: bool): i32 {
  const end = BYTES + length;
  let fields: i32 = 0;
  let at = BYTES + from;
  let block = at;
  let separators = separatorsIn(block);
  linesInQuotes = 0;
  store<i32>(WORD * FAULT, SOUND);
  do {
    const start = at;
    if (load<u8>(start) === QUOTE) {
      let quote = quoteFrom(start + 1, end);
      let hasDoubled = false;
      while (quote < end && load<u8>(quote + 1) === QUOTE) {
        hasDoubled = true;
        quote = quoteFrom(quote + 2, end);
      }
      if (quote >= end) {
        return isWhole ? refused(OPEN_QUOTE, start) : length;
      }
      const close = quote - BYTES;
      note(fields, start + 1 - BYTES, hasDoubled ? ~close : close);
      at = quote + 1;
      const next = load<u8>(at);
      if (next === CR) {
        at++;
        if (load<u8>(at) !== LF || (at === end && isWhole)) {
          return refused(TEXT_AFTER_QUOTE, at);
        }
      } else if (next !== COMMA && next !== LF) {
        return refused(TEXT_AFTER_QUOTE, at);
      }
      block = at;
      separators = separatorsIn(block);
    } else {
      while (separators === 0) {
        block += BLOCK;
        separators = separatorsIn(block);
      }
      at = block + ctz(separators);
      const isLineEnd = at > start && load<u8>(at) === LF && load<u8>(at - 1) === CR && at < end;
      note(fields, start - BYTES, (isLineEnd ? at - 1 : at) - BYTES);
    }
    fields++;
    // The lowest is the one at `at`.
    separators &= separators - 1;
    at++;
  } while (load<u8>(at - 1) !== LF);
  store<i32>(WORD * FIELDS, fields);
  store<i32>(WORD * LINES_IN_QUOTES, linesInQuotes);
  return at - 1 - BYTES;
}

/** A bit for each comma and line end of sixteen bytes, the first one lowest. */
function separatorsIn(block: i32): i32 {
  const bytes = v128.load(block);
  return i8x16.bitmask(v128.or(i8x16.eq(bytes, i8x16.splat(COMMA)), i8x16.eq(bytes, i8x16.splat(LF))));
}

/** The next quote, or `end` or more; counts the line ends before it. */
function quoteFrom(from: i32, end: i32): i32 {
  for (let block = from; block < end; block += BLOCK) {
    const bytes = v128.load(block);
    const quotes = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(QUOTE)));
    const lines = i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(LF)));
    if (quotes !== 0) {
      const first = ctz(quotes);
      linesInQuotes += popcnt(lines & ((1 << first) - 1));
      return block + first;
    }
    linesInQuotes += popcnt(lines);
  }
  return end;
}

function note(field: i32, start: i32, end: i32): void {
  if (field >= MAX_FIELDS) {
    return;
  }
  store<i32>(STARTS + WORD * field, start);
  store<i32>(ENDS + WORD * field, end);
}

function refused(fault: i32, at: i32): i32 {
  store<i32>(WORD * FAULT, fault);
  return at - BYTES;
}
