// HTML in template literals: whatever is put into them is escaped, unless it came out of another one.

export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  bytes(): Buffer {
    return Buffer.from(this.text);
  }
}

export type HtmlValue = Html | string | number | readonly Html[];

export function html(literals: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  let text = literals[0] ?? '';
  values.forEach((value, index) => {
    text += toText(value) + (literals[index + 1] ?? '');
  });
  return new Html(text);
}

function toText(value: HtmlValue): string {
  if (value instanceof Html) return value.text;
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  return value.map(({ text }) => text).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}
