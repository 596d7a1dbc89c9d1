// Random statements of MySQL with a secret in each value and comment: valid in the session that sends them, or cut.
import { Dice } from './dice.js';
import { RandomGrammar } from './random-grammar.js';
import { type Session, secretWord } from './random-literals.js';

export interface RandomStatement {
  readonly bytes: Buffer;
  readonly session: Session;
  /** What the process list keeps of a statement, in characters; 0 where that is not told. */
  readonly cap: number;
  readonly isCut: boolean;
}

const CUT = 0.4;
const NO_BACKSLASH_ESCAPES = 0.35;
const ANSI_QUOTES = 0.3;

/** The same for the same seed. */
export function randomStatement(seed: number, isHostile: boolean): RandomStatement {
  const dice = new Dice(seed);
  const session = randomSession(dice, isHostile);
  const text = written(new RandomGrammar(dice, session).statement(), dice, session);
  if (!dice.chance(CUT)) {
    const bytes = Buffer.from(text, 'latin1');
    const cap = dice.chance(0.5) ? charactersIn(bytes) + 1 + dice.below(500) : 0;
    return { bytes, session, cap, isCut: false };
  }
  const kept = text.slice(0, 1 + dice.below(text.length));
  const bytes = Buffer.from(kept, 'latin1');
  if (dice.chance(0.5)) {
    return { bytes, session, cap: charactersIn(bytes), isCut: true };
  }
  const dots = dice.chance(0.2) && /[^\0- ]$/u.test(kept) ? '...' : '';
  return { bytes: Buffer.from(kept + dots, 'latin1'), session, cap: 0, isCut: true };
}

/** Applications leave the mode as it is, with few exceptions. */
function randomSession(dice: Dice, isHostile: boolean): Session {
  const share = dice.next() * (isHostile ? 1 : 30);
  if (share < NO_BACKSLASH_ESCAPES) {
    return { mode: 'no_backslash_escapes', isGbk: false, isHostile };
  }
  const mode = share < NO_BACKSLASH_ESCAPES + ANSI_QUOTES ? 'ansi_quotes' : 'default';
  return { mode, isGbk: isHostile && dice.chance(0.05), isHostile };
}

/** Between these a gap is needed: they would be one token, or a comment. */
const NEEDS_GAP = /[\w$@.'"`\x80-\xff][\w$@.'"`\x80-\xff]|--|[*]\/|\/[*]|\(\)/u;
const KEYWORD = /^[A-Z_]+\(?$/u;
/** A keyword that may touch a quote. */
const MAY_TOUCH = /^(?:AND|OR|LIKE|IN|AS|THEN|ELSE|FROM|BY)$/u;

/** The tokens with gaps and comments, and keywords in any case. */
export function written(tokens: readonly string[], dice: Dice, session: Session): string {
  let text = '';
  let last = '';
  for (const token of tokens) {
    const touching = `${last.slice(-1)}${token.slice(0, 1)}`;
    const touchesQuote =
      session.isHostile && /['"]/u.test(touching) && (MAY_TOUCH.test(last) || MAY_TOUCH.test(token));
    if (last !== '' && (NEEDS_GAP.test(touching) ? !(touchesQuote && dice.chance(0.02)) : dice.chance(0.6))) {
      text += gap(dice, session);
    }
    const isLower = KEYWORD.test(token) && dice.chance(0.2);
    text += isLower ? token.toLowerCase() : token;
    last = token;
  }
  return text;
}

function gap(dice: Dice, session: Session): string {
  if (!dice.chance(session.isHostile ? 0.08 : 0.02)) {
    return dice.chance(0.9) ? ' ' : dice.pick(['\n', '\t', '  ', '\r\n  ']);
  }
  const oddities = session.isHostile
    ? ["'", '"', "it's ", '\\', '`', '/*', '--', "\\'", '*', '\0']
    : [' ', '=', ','];
  const inside = `${dice.pick(oddities)}${secretWord(dice)}${dice.pick(oddities)}`;
  return dice.pick([
    `/*${inside} */`,
    ` /* ${inside}*/ `,
    ` -- ${inside}\n`,
    ` #${inside}\n`,
    ` --\t${inside}\n`,
  ]);
}

/** Of UTF-8; of other bytes each that continues no character. */
function charactersIn(bytes: Buffer): number {
  return bytes.filter((byte) => (byte & 0xc0) !== 0x80).length;
}
