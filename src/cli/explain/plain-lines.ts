// Lines of a terminal of 80 columns: texts that are cut and wrapped by the columns they take, bars, and a row of bars over time.
import stringWidth from 'string-width';
import { escapeControls } from '../../visible-text.js';

export const COLUMNS = 80;

/** Others' text in one line, with what a terminal would act upon written out: so it takes the columns that are counted. */
export function shown(text: string): string {
  return escapeControls(text).replaceAll('\n', '\\u000a');
}

/** As many columns at most, `…` at the end of what is cut. */
export function cutTo(text: string, columns: number): string {
  if (stringWidth(text) <= columns) {
    return text;
  }
  const [start = ''] = split(text, columns - 1);
  return `${start}…`;
}

/** As many columns exactly. */
export function column(text: string, columns: number): string {
  const cut = cutTo(text, columns);
  return cut + ' '.repeat(columns - stringWidth(cut));
}

/** A figure and its unit are one word. */
const BETWEEN_WORDS = / (?!(?:s|%|min|h)(?:[ ,;:]|$))/u;

/** Words that are longer than a line are broken. Of more than `most` lines the last one ends in `…`. */
export function wrapped(text: string, indent: number, most = Number.POSITIVE_INFINITY): readonly string[] {
  const columns = COLUMNS - indent;
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(BETWEEN_WORDS)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (stringWidth(longer) <= columns) {
      line = longer;
      continue;
    }
    if (line !== '') {
      lines.push(line);
    }
    const pieces = split(word, columns);
    line = pieces.pop() ?? '';
    lines.push(...pieces);
  }
  lines.push(line);
  const last = split(lines[most - 1] ?? '', columns - 1)[0] ?? '';
  const kept = lines.length <= most ? lines : [...lines.slice(0, most - 1), `${last}…`];
  return kept.map((each) => ' '.repeat(indent) + each);
}

const GRAPHEMES = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Pieces of as many columns at most; at least one, and none empty but where the text is. */
function split(text: string, columns: number): string[] {
  const pieces: string[] = [];
  let [piece, width] = ['', 0];
  for (const { segment } of GRAPHEMES.segment(text)) {
    const more = stringWidth(segment);
    if (piece !== '' && width + more > columns) {
      pieces.push(piece);
      [piece, width] = ['', 0];
    }
    piece += segment;
    width += more;
  }
  return [...pieces, piece];
}

const BEFORE = '░';
const GROWN = '█';

/** What was there before in light, what came in dark; of `most` as wide as `columns`. Something is never shown as nothing. */
export function growthBar(before: number, now: number, most: number, columns: number): string {
  const length = (count: number) =>
    most > 0 && count > 0 ? Math.max(1, Math.round(Math.min(1, count / most) * columns)) : 0;
  if (now <= before) {
    return BEFORE.repeat(length(now));
  }
  const light = Math.min(length(before), columns - 1);
  return BEFORE.repeat(light) + GROWN.repeat(Math.max(1, length(now) - light));
}

const LEVELS = '▁▂▃▄▅▆▇█';

/** From 0 to the highest: one column a value, a blank where it is not known. */
export function sparkline(values: readonly (number | null)[], highest: number): string {
  const top = LEVELS.length - 1;
  return values
    .map((value) =>
      value === null ? ' ' : LEVELS.charAt(Math.min(top, Math.round((value / Math.max(1, highest)) * top))),
    )
    .join('');
}

/** At most as many: each the highest of those that it stands for. */
export function thinned(values: readonly (number | null)[], most: number): readonly (number | null)[] {
  if (values.length <= most) {
    return values;
  }
  return Array.from({ length: most }, (_, index) => {
    const from = Math.floor((index * values.length) / most);
    const to = Math.floor(((index + 1) * values.length) / most);
    const known = values.slice(from, to).filter((value) => value !== null);
    return known.length === 0 ? null : Math.max(...known);
  });
}
