// Which of the known names a mistyped key was meant to be. Its answers hold known names alone, never what was typed.
import leven from 'leven';
import { quote } from './config-errors.js';

const WORD = /[\w-]+/gu;

/** What a mistyped name was probably meant to be; undefined where more than two letters in five, or than `share`, differ, unless two are swapped. */
export function nearestName(typed: string, known: readonly string[], share = 0.4): string | undefined {
  const near = known
    .map((name) => ({ name, distance: distance(typed.slice(0, 64).toLowerCase(), name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(1, Math.floor(name.length * share)))
    .sort((a, b) => a.distance - b.distance);
  return near[0]?.name;
}

/** The same of names in which another number is another thing. */
export function nearestOfNumber(typed: string, known: readonly string[], share?: number): string | undefined {
  const numbersIn = (text: string) => text.slice(0, 64).replace(/\D+/gu, ' ').trim();
  const number = numbersIn(typed);
  return nearestName(
    typed,
    known.filter((name) => numbersIn(name) === number),
    share,
  );
}

/** Two letters that are swapped are one slip, as a letter that is wrong. */
function distance(typed: string, name: string): number {
  const at = [...typed].findIndex((letter, index) => letter !== name[index]);
  const [first = '', second = ''] = typed.slice(at);
  const isSwapped = at >= 0 && `${typed.slice(0, at)}${second}${first}${typed.slice(at + 2)}` === name;
  return isSwapped ? 1 : leven(typed, name);
}

/** What should stand instead of the text: a key, or a key and its value that a slip of the pen made one. */
export function keyHint(typed: string, known: readonly string[]): string {
  const [word = ''] = typed.match(WORD) ?? [];
  const nearest = nearestName(word, known);
  if (nearest === undefined) {
    return known.length === 0 ? 'no key is known here' : `known here: ${known.join(', ')}`;
  }
  const parted = word === typed ? '' : ' A colon and a blank stand between a key and its value';
  return `did you mean ${quote(nearest)}?${parted}`;
}

/** The known name that the text at the column, a key as it is written, starts with. */
export function nameAt(line: string, column: number, known: readonly string[]): string | undefined {
  const [word = ''] = line.slice(column - 1).match(WORD) ?? [];
  return known.includes(word) ? word : undefined;
}

/** The known name that stands last on the line up to the column, or else behind it, or that the first word resembles. */
export function nameNear(line: string, column: number, known: readonly string[]): string | undefined {
  const words = [...line.matchAll(WORD)];
  const names = words.filter(([word]) => known.includes(word));
  const exact = names.findLast(({ index }) => index < column) ?? names[0];
  const [first = ''] = words[0] ?? [];
  // All short words resemble one of the short names.
  return exact?.[0] ?? (first.length > 2 ? nearestName(first, known) : undefined);
}
