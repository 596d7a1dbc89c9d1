// Globs: `*` stands for any text, `?` for one character. No regular expression: the texts are written by others, and
// no pattern may take longer over one than its length times the text's.

/** Whether the whole text matches, minding case. */
export function matchesGlob(glob: string, text: string): boolean {
  return globMatcher(glob)(text);
}

/** The same for many texts. */
export function globMatcher(glob: string): (text: string) => boolean {
  // Most texts are told by their ends, or lack a part that they must have.
  const parts = glob.split(/[*?]/u);
  const [start = ''] = parts;
  const end = parts.at(-1) ?? '';
  const different = [...new Set(parts)];
  const pattern = [...glob];
  return (text) =>
    text.startsWith(start) &&
    text.endsWith(end) &&
    different.every((part) => text.includes(part)) &&
    matches(pattern, [...text]);
}

function matches(pattern: readonly string[], characters: readonly string[]): boolean {
  let at = 0;
  let next = 0;
  /** Behind the last `*`, and the character that it was last tried to end before. */
  let behindStar: { readonly at: number; next: number } | undefined;

  while (next < characters.length) {
    if (pattern[at] === '*') {
      at += 1;
      behindStar = { at, next };
    } else if (pattern[at] === '?' || pattern[at] === characters[next]) {
      at += 1;
      next += 1;
    } else if (behindStar !== undefined) {
      // Only the last star takes one more: the parts before it have found their first, and so best, place.
      behindStar.next += 1;
      at = behindStar.at;
      next = behindStar.next;
    } else {
      return false;
    }
  }
  return pattern.slice(at).every((character) => character === '*');
}
