// Statements that do the same with other values: other literals, longer lists, other blanks, comments, letter case, and names
// in backticks.
import type { Dice } from './dice.js';
import { quoted, type Session, secretNumber } from './random-literals.js';
import { written } from './random-statements.js';

const LITERAL = /^(?:'|"|\.?\d)/u;
const WHOLE_NUMBER = /^\d+$/u;
const NAME = /^[abc]$/u;
/** Behind these any kind of literal may stand. */
const BEFORE_ANY = /^[=,(]$/u;
const GROWS = 0.5;

export function variantOf(tokens: readonly string[], dice: Dice, session: Session): string {
  const varied: string[] = [];
  for (const [index, token] of tokens.entries()) {
    if (!LITERAL.test(token)) {
      varied.push(NAME.test(token) && dice.chance(0.3) ? `\`${token}\`` : token);
    } else if (WHOLE_NUMBER.test(token)) {
      // LIMIT takes no other.
      varied.push(`${1 + dice.below(100_000)}`);
    } else {
      const isAlone = BEFORE_ANY.test(tokens[index - 1] ?? '') && /^[,)]$/u.test(tokens[index + 1] ?? '');
      const another = () => (isAlone ? anyLiteral(dice, session) : literalLike(token, dice, session));
      const isInList = tokens[index - 1] === ',' && LITERAL.test(tokens[index - 2] ?? '');
      varied.push(another());
      while (isInList && isAlone && dice.chance(GROWS)) {
        varied.push(',', another());
      }
    }
  }
  return written(varied, dice, session);
}

function anyLiteral(dice: Dice, session: Session): string {
  return literalLike(dice.pick(["'", '0']), dice, session);
}

function literalLike(token: string, dice: Dice, session: Session): string {
  return /^['"]/u.test(token) ? quoted(dice, session, dice.pick(["'", '"'])) : secretNumber(dice);
}
