// Texts as people are shown them. What a terminal acts upon instead of showing it: control characters, line and paragraph separators, and what turns the
// direction of text around, so that it reads otherwise than it is. And halves of characters, which JSON can hold.

const ACTED_UPON = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
const RUN_OF_THEM = new RegExp(`${ACTED_UPON.source}+`, 'gu');

/** Written as `\u001b`, which JSON and YAML in double quotes read as the character itself. Line feeds stay. */
export function escapeControls(text: string): string {
  return text.replace(ACTED_UPON, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A blank in place of them, line feeds too. */
export function oneLine(text: string): string {
  return text.replace(RUN_OF_THEM, ' ');
}

/** Whether there is one, other than a line feed. */
export function hasControls(text: string): boolean {
  return escapeControls(text) !== text;
}

/** The first `count` characters, none of them cut in half. */
export function firstCharacters(text: string, count: number): string {
  if (text.length <= count) {
    return text;
  }
  // Of two units at most, each: a long text is not taken apart as a whole.
  const characters = Array.from(text.slice(0, 2 * count));
  return characters.slice(0, count).join('');
}

/** `1 node`, `2 nodes`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Of a share of 1: whole percent. */
export function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
