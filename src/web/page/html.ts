// HTML as template literals, which escape all values that are not HTML themselves; and numbers, times and durations as
// people read them.
import { escapeControls } from '../../visible-text.js';

export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  bytes(): Buffer {
    return Buffer.from(this.text);
  }
}

type HtmlValue = Html | string | number | readonly Html[];

export function html(literals: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = literals[0] ?? '';
  values.forEach((value, index) => {
    text += toText(value) + (literals[index + 1] ?? '');
  });
  return new Html(text);
}

function toText(value: HtmlValue): string {
  if (value instanceof Html) {
    return value.text;
  }
  if (typeof value === 'string' || typeof value === 'number') {
    return escapeHtml(String(value));
  }
  return value.map(({ text }) => text).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters are shown as `\u001b`, and what is no character of HTML as `\u{fffe}`: names are others' text. */
function escapeHtml(text: string): string {
  return escapeControls(text)
    .replace(/\p{NChar}/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** A line in which some names are isolated (U+2068 and U+2069), as their direction is another than that of the line. */
export function isolated(line: string): Html {
  const parts = line.split(/\u2068([^\u2068\u2069]*)\u2069/u);
  return html`<bdi>${parts.map((part, index) => (index % 2 === 0 ? html`${part}` : html`<bdi>${part}</bdi>`))}</bdi>`;
}

/** In place of an unknown value. */
export const UNKNOWN = '–';

const GROUPED = new Intl.NumberFormat('en');

export function number(value: number | null): string {
  return value === null ? UNKNOWN : GROUPED.format(value);
}

/** Of what is used of a limit, rounded down: it never says that one is reached that is not. */
export function percentUsed(share: number): string {
  return `${Math.floor(share * 100)} %`;
}

/** Rounded to s, min, h or d. */
export function duration(seconds: number | null): string {
  if (seconds === null) {
    return UNKNOWN;
  }
  if (seconds < 120) {
    return `${Math.max(0, Math.round(seconds))} s`;
  }
  if (seconds < 7_200) {
    return `${Math.round(seconds / 60)} min`;
  }
  if (seconds < 172_800) {
    return `${Math.round(seconds / 3_600)} h`;
  }
  return `${Math.round(seconds / 86_400)} d`;
}

/** The difference to the previous collection; empty without a difference or a previous one. */
export function change(now: number | null, before: number | null): string {
  if (now === null || before === null || now === before) {
    return '';
  }
  return now > before ? `+${number(now - before)}` : `−${number(before - now)}`;
}

/** An RFC 3339 time in UTC, to the second. */
export function moment(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 19)} UTC`;
}
