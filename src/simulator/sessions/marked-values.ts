// The values in simulated statements. Each bears a mark, so that whoever shows one by mistake can be told by it: what is
// shown of the simulator's statements is to hold none of the marks, whole or cut.

/** Begins each text, and what follows a quote or a backslash within one. */
export const TEXT_MARK = 'zqvalue';
/** Begins each number but those that count rows, days or characters. */
export const NUMBER_MARK = '8013735';
/** `TEXT_MARK` in hexadecimal: what X'…' and 0x… begin with. */
export const HEX_MARK = Buffer.from(TEXT_MARK).toString('hex');

/** `n` is below a million. */
export function number(n: number): string {
  return `${NUMBER_MARK}${String(n).padStart(6, '0')}`;
}

/** A word that no other `n` has; to be put between quotes. */
export function word(n: number): string {
  return `${TEXT_MARK}-${n.toString(36)}`;
}

/** What stands in `X'…'` or behind `0x`. */
export function hex(n: number): string {
  return `${HEX_MARK}${n.toString(16).padStart(6, '0')}`;
}
