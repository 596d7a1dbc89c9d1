// Names of a session list within a line: whatever characters they have, the line stays one, reads from left to right, and keeps its figures.
import type { Statement } from '../../statements/statement.js';
import { escapeControls, firstCharacters } from '../../visible-text.js';

export const MAX_HEADLINE = 200;
/** Characters of a name: as many as leave room for the rest of the line. */
const NAME_LENGTHS = [64, 48, 36, 28, 20, 14, 8];
/** Of scripts that are written from right to left, which turn the figures behind them around. */
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;
const ISOLATE = '\u2068';
const END_OF_ISOLATE = '\u2069';

export type ShownName = (name: string) => string;

/** The line with names that are as long as fits. */
export function fitted(write: (shown: ShownName) => string): string {
  let line = '';
  for (const most of NAME_LENGTHS) {
    line = write((name) => shownName(name, most));
    if (line.length <= MAX_HEADLINE) {
      return line;
    }
  }
  return firstCharacters(line, MAX_HEADLINE / 2);
}

function shownName(name: string, most: number): string {
  const visible = escapeControls(name).replaceAll('\n', '\\u000a');
  const start = firstCharacters(visible, most);
  const shown = start === visible ? visible : `${firstCharacters(visible, most - 1)}…`;
  return RIGHT_TO_LEFT.test(shown) ? ISOLATE + shown + END_OF_ISOLATE : shown;
}

/** Of its text the verb alone: whoever reads the line may not be shown the rest. */
export function statementName({ digest, text }: Pick<Statement, 'digest' | 'text'>): string {
  const verb = /^[a-z]{2,16}\b/iu.exec(text)?.[0];
  return verb === undefined ? `statement ${digest}` : `statement ${digest} (${verb.toUpperCase()})`;
}
