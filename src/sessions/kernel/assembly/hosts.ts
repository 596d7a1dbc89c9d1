// Where the host of a client ends and its port begins, where that is plain; ../../hosts.ts has all the rules and is asked
// for brackets, blanks, and addresses with colons of their own.
import { oddHost } from './asks';
import { areDigits, digitsBefore, equalBytes, placeOf } from './blocks';
import { isGraphic } from './texts';

const COLON: u8 = 0x3a;
const COLONS: u64 = 0x3a3a_3a3a_3a3a_3a3a;
const OPENING_BRACKET: u8 = 0x5b;
const SIX: u8 = 0x36;
const LONGEST_PORT: u32 = 5;

/** The end of the host; 0 where the program has counted it. */
export function hostEnd(start: u32, end: u32): u32 {
  if (start === end) {
    return end;
  }
  const first = load<u8>(start);
  if (!isGraphic(first) || first === OPENING_BRACKET || !isGraphic(load<u8>(end - 1))) {
    return oddHost(start, end);
  }
  const colons = equalBytes(load<u64>(end - 8), COLONS);
  const port = (clz(colons) as u32) >> 3;
  const colon = end - 1 - port;
  if (port - 1 >= LONGEST_PORT || colon < start || !areDigits(digitsBefore(end, port))) {
    return end;
  }
  const isPlain =
    port === LONGEST_PORT
      ? load<u8>(colon + 1) < SIX && (colon === start || load<u8>(colon - 1) !== COLON)
      : placeOf(COLON, start, colon) === colon;
  return isPlain ? colon : oddHost(start, end);
}
