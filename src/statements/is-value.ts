// Words that stand for values.
import type { Output } from './output.js';
import type { Token, TokenKind } from './tokens.js';
import type { Verb } from './verb.js';

const SECRET_NAME = /password|secret|passphrase/u;

/**
 * NULL, TRUE and FALSE where a value stands, and what may be a password that somebody forgot to quote.
 *
 * @param next what follows
 */
export function isValue(
  { kind, key }: Token,
  next: TokenKind | undefined,
  output: Output,
  verb: Verb,
): boolean {
  if ((kind !== 'word' && kind !== 'name') || next === 'dot') {
    return false;
  }
  if (kind === 'word' && (key === 'null' || key === 'true' || key === 'false')) {
    return isConstant(key, output);
  }
  const last = output.last()?.key;
  const before = output.last(2)?.key ?? '';
  return (
    next !== 'open' &&
    (((last === '=' || last === ':=') && SECRET_NAME.test(before) && (verb.isSensitive || verb.is('set'))) ||
      (last === 'by' && before === 'identified' && key !== 'password' && key !== 'random') ||
      (last === 'password' && before === 'by'))
  );
}

/** But for IS [NOT] NULL, NOT NULL, DEFAULT NULL, SET NULL and what else is no expression. */
function isConstant(key: string, output: Output): boolean {
  const last = output.last();
  const isKept =
    last?.kind === 'word' &&
    ((key === 'null' && (last.key === 'not' || last.key === 'default')) ||
      (last.key === 'not' && output.last(2)?.key === 'is'));
  return last !== undefined && !isKept && output.startsExpression(1);
}
