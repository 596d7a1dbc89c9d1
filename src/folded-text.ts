// A text as it reads without what can be added to it or written otherwise and still mean the same: blanks and line ends,
// letter case, the escapes of URLs, HTML and JSON. Knows where in the text each character stood.

export interface FoldedText {
  /** Lower case, without blanks and control characters; base64 has the letters of RFC 4648, section 4. */
  readonly text: string;
  /** By UTF-16 unit of `text`: where it begins and ends in what was folded. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
}

/** Escapes within escapes: nobody unescapes more often. */
const MAX_ROUNDS = 3;

/** Of a text that is folded already. */
const ESCAPE =
  /%u([0-9a-f]{4})|%([0-9a-f]{2})|\\u\{([0-9a-f]{1,6})\}|\\u([0-9a-f]{4})|\\x([0-9a-f]{2})|&#x0{0,32}([0-9a-f]{1,8});?|&#0{0,32}(\d{1,8});?|&([a-z]{2,8});|&(amp|lt|gt|quot)|<\/?w?br\/?>|\\(.)/gsu;

/** HTML's names of what stands on a keyboard; of what is not seen: nothing. */
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  ast: '*',
  bsol: '\\',
  colon: ':',
  comma: ',',
  commat: '@',
  dollar: '$',
  equals: '=',
  excl: '!',
  grave: '`',
  gt: '>',
  hat: '^',
  lbrace: '{',
  lbrack: '[',
  lcub: '{',
  lowbar: '_',
  lpar: '(',
  lsqb: '[',
  lt: '<',
  nbsp: '',
  newline: '',
  num: '#',
  percnt: '%',
  period: '.',
  plus: '+',
  quest: '?',
  quot: '"',
  rbrace: '}',
  rbrack: ']',
  rcub: '}',
  rpar: ')',
  rsqb: ']',
  semi: ';',
  shy: '',
  sol: '/',
  tab: '',
  verbar: '|',
  vert: '|',
};

/** Behind a backslash, for what is not seen. */
const INVISIBLE_ESCAPES = 'bfnrtv0';

/** `fold(text).text`, sooner: for texts that are looked up in others. */
export function foldedText(text: string): string {
  // Beyond ASCII the case of a letter can depend on its neighbours.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  return /^[\x00-\x7f]*$/u.test(text) ? canonicalOf(text) : fold(text).text;
}

function fold(text: string): FoldedText {
  const folding = new Folding();
  let at = 0;
  for (const character of text) {
    folding.add(character, at, at + character.length);
    at += character.length;
  }
  return folding;
}

/** The text, folded, and what it reads like unescaped once, twice and so on, while there is something to unescape. */
export function foldings(text: string): FoldedText[] {
  const all: FoldedText[] = [];
  let next: FoldedText | undefined = fold(text);
  while (next !== undefined && all.length <= MAX_ROUNDS) {
    all.push(next);
    next = unescaped(next);
  }
  return all;
}

/** Undefined where there is no escape. */
function unescaped(folded: FoldedText): FoldedText | undefined {
  const folding = new Folding();
  let copied = 0;
  for (const match of folded.text.matchAll(ESCAPE)) {
    const character = characterOf(match);
    if (character !== undefined) {
      folding.copy(folded, copied, match.index);
      copied = match.index + match[0].length;
      folding.add(character, folded.starts[match.index] ?? 0, folded.ends[copied - 1] ?? 0);
    }
  }
  if (copied === 0) {
    return undefined;
  }
  folding.copy(folded, copied, folded.text.length);
  return folding;
}

/** Undefined for an entity of another name, which may be none. A byte of UTF-8 counts as a character: see `redact`. */
function characterOf([, ...groups]: RegExpMatchArray): string | undefined {
  const [
    percentUnit,
    percentByte,
    point,
    unit,
    byte,
    hexEntity,
    decimalEntity,
    entity,
    oldEntity,
    afterBackslash,
  ] = groups;
  // Older than HTML's rule of a semicolon behind them.
  const name = entity ?? oldEntity;
  const hex = percentUnit ?? percentByte ?? point ?? unit ?? byte ?? hexEntity;
  if (hex !== undefined || decimalEntity !== undefined) {
    const code = hex === undefined ? Number(decimalEntity) : Number.parseInt(hex, 16);
    return code <= 0x10ffff ? String.fromCodePoint(code) : '';
  }
  if (name !== undefined) {
    return Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined;
  }
  return afterBackslash === undefined || INVISIBLE_ESCAPES.includes(afterBackslash) ? '' : afterBackslash;
}

class Folding implements FoldedText {
  text = '';
  readonly starts: number[] = [];
  readonly ends: number[] = [];

  add(characters: string, start: number, end: number): void {
    const canonical = ASCII[characters.charCodeAt(0)] ?? canonicalOf(characters);
    this.text += canonical;
    for (let unit = 0; unit < canonical.length; unit += 1) {
      this.starts.push(start);
      this.ends.push(end);
    }
  }

  copy({ text, starts, ends }: FoldedText, from: number, to: number): void {
    this.text += text.slice(from, to);
    for (let unit = from; unit < to; unit += 1) {
      this.starts.push(starts[unit] ?? 0);
      this.ends.push(ends[unit] ?? 0);
    }
  }
}

/** Blanks, controls, halves of characters, and what takes no room, or as the blank of Braille no ink. */
const UNSEEN = /[\s\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/gu;

function canonicalOf(characters: string): string {
  return characters.replace(UNSEEN, '').toLowerCase().replaceAll('-', '+').replaceAll('_', '/');
}

const ASCII = Array.from({ length: 128 }, (_, code) => canonicalOf(String.fromCharCode(code)));
