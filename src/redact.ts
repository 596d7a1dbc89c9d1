// Removes secrets from text that is shown: what a server says, a line of the log. Servers repeat them in any letter case,
// wrapped, escaped, as base64, and cut.
import { foldedText, foldings } from './folded-text.js';

const SHOWN_INSTEAD = '<secret>';

/** So many characters of a secret are looked up at once. */
const GRAM = 5;
/** Of a secret that may be cut, every fourth gram is known: any eight characters in a row have one whole. */
const STRIDE = 4;
const SHORTEST_PIECE = GRAM + STRIDE - 1;
/** A shorter one without a digit may be a word of honest text. */
const LONG_PIECE = 16;
/** Different ones in a short piece, which else is a row of zeros or a line. */
const FEWEST_CHARACTERS = 5;
/** Of one gram: a secret that repeats itself has no use for more. */
const MAX_PLACES = 16;
/** What is the same for longer than this is not looked at again, lest a secret that repeats itself take the square of its length. */
const MAX_OVERLAP = 64;

/** Between two forms: a folded text has none. */
const BETWEEN = '\n';

interface SecretIndex {
  /** Each form of the secrets, folded, BETWEEN two of them. */
  readonly forms: string;
  /** Up to here they are the secrets themselves, from here encoded. */
  readonly encodedFrom: number;
  /** Gram → where it stands in `forms`. */
  readonly places: ReadonlyMap<string, readonly number[]>;
  /** Forms that are shorter than a gram. */
  readonly short: readonly string[];
  /** Whether a piece of a secret counts, not only all of it. */
  readonly inPieces: boolean;
}

/**
 * `text`, which a server wrote, without the secrets, and without pieces of them. Secrets shorter than `minLength` stay.
 * Takes time in proportion to the length of the text.
 */
export function redact(text: string, secrets: readonly string[], minLength = 1): string {
  return strikeOut(text, secrets.filter(({ length }) => length >= Math.max(1, minLength)).map(knownIndex));
}

/** For text that has passed `redact` where it came in: strikes out whole secrets alone, as pieces may be words of ours. */
export function wholeRedactor(secrets: readonly string[], minLength: number): (text: string) => string {
  const long = secrets.filter(({ length }) => length >= Math.max(1, minLength));
  const index = long.length === 0 ? [] : [indexOf(long, minLength, false)];
  return (text) => strikeOut(text, index);
}

/** By secret, the last used is the last: their forms are worked out once. */
const known = new Map<string, SecretIndex>();
const MAX_KNOWN = 100;
/** Of all known forms, in characters: a token has some kB, and its forms six times as many. */
const MAX_KNOWN_SIZE = 2 * 1024 * 1024;
let knownSize = 0;

function knownIndex(secret: string): SecretIndex {
  const index = known.get(secret) ?? indexOf([secret], 1, true);
  knownSize += known.delete(secret) ? 0 : index.forms.length;
  known.set(secret, index);
  for (const [oldest, { forms }] of known) {
    if (known.size <= MAX_KNOWN && (knownSize <= MAX_KNOWN_SIZE || oldest === secret)) {
      break;
    }
    known.delete(oldest);
    knownSize -= forms.length;
  }
  return index;
}

function indexOf(secrets: readonly string[], minLength: number, inPieces: boolean): SecretIndex {
  const plain = [...new Set(secrets.flatMap(plainForms))].filter((form) => form !== '');
  const encoded = [...new Set(secrets.flatMap(encodedForms))].filter(
    ({ length }) => length >= Math.max(GRAM, minLength),
  );
  const longPlain = plain.filter(({ length }) => length >= GRAM);
  const joined = (forms: readonly string[]) => forms.map((form) => form + BETWEEN).join('');
  const plainText = BETWEEN + joined(longPlain);
  const forms = plainText + joined(encoded);
  const places = new Map<string, number[]>();
  let start = BETWEEN.length;
  for (const { length } of [...longPlain, ...encoded]) {
    const last = inPieces ? start + length - GRAM : start;
    for (let place = start; place <= last; place += STRIDE) {
      const gram = forms.slice(place, place + GRAM);
      const ofGram = places.get(gram);
      if (ofGram === undefined) {
        places.set(gram, [place]);
      } else if (!inPieces || ofGram.length < MAX_PLACES) {
        ofGram.push(place);
      }
    }
    start += length + BETWEEN.length;
  }
  const short = plain.filter(({ length }) => length < GRAM);
  return { forms, encodedFrom: plainText.length, places, short, inPieces };
}

/**
 * The secret, and its bytes as characters: so reads UTF-8 that was percent-encoded, or taken for Latin-1. And what either
 * looks like unescaped, as a text is unescaped wherever it can be.
 */
function plainForms(secret: string): string[] {
  return [secret, Buffer.from(secret).toString('latin1')].flatMap((form) =>
    foldings(form).map(({ text }) => text),
  );
}

/** In hexadecimal and in base64, also of the secret as it stands in JSON and in a URL. */
function encodedForms(secret: string): string[] {
  const bytes = Buffer.from(secret);
  const written = [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(bytes.toString('utf8'))];
  return [bytes.toString('hex'), ...[...new Set(written)].flatMap((text) => base64Forms(Buffer.from(text)))];
}

/** In the middle of other bytes: three bytes are four characters, so there are three ways, and the ends depend on others. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].map((before) => {
    const base64 = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    const bits = 8 * (before + bytes.length);
    return foldedText(base64.slice(Math.ceil((8 * before) / 6), Math.floor(bits / 6)));
  });
}

interface Found {
  readonly from: number;
  readonly to: number;
  readonly isEncoded: boolean;
}

function strikeOut(text: string, indexes: readonly SecretIndex[]): string {
  if (indexes.length === 0) {
    return text;
  }
  const found = foldings(text).flatMap((folded) =>
    indexes
      .flatMap((index) => [...findLong(index, folded.text), ...findShort(index, folded.text)])
      .map((one) => ({ ...one, from: folded.starts[one.from] ?? 0, to: folded.ends[one.to - 1] ?? 0 })),
  );
  let shown = '';
  let end = 0;
  for (const { from, to, isEncoded } of found.sort((a, b) => a.from - b.from)) {
    if (to <= end) {
      continue;
    }
    let start = from;
    let last = to;
    // What stands in one piece with base64 of a secret is of the same bytes, and has the rest of its first and last ones.
    while (isEncoded && start > end && isOfBase64(text.charAt(start - 1))) {
      start -= 1;
    }
    while (isEncoded && isOfBase64(text.charAt(last))) {
      last += 1;
    }
    if (start > end || end === 0) {
      shown += text.slice(end, start) + SHOWN_INSTEAD;
    }
    end = last;
  }
  return shown + text.slice(end);
}

function isOfBase64(character: string): boolean {
  return /^[\w+/=-]$/u.test(character);
}

function findLong(index: SecretIndex, text: string): Found[] {
  const { forms, encodedFrom, places } = index;
  const found: Found[] = [];
  for (let at = 0; at + GRAM <= text.length; at += 1) {
    let longest = 0;
    for (const place of places.get(text.slice(at, at + GRAM)) ?? []) {
      const { before, after } = commonRun(forms, place, text, at);
      if (counts(index, place - before, place + after)) {
        found.push({ from: at - before, to: at + after, isEncoded: place >= encodedFrom });
      }
      longest = Math.max(longest, after);
    }
    at += Math.max(0, longest - MAX_OVERLAP);
  }
  return found;
}

/** How far two texts are the same around a place in each. */
function commonRun(forms: string, place: number, text: string, at: number) {
  let before = 0;
  while (before < Math.min(at, MAX_OVERLAP) && forms[place - before - 1] === text[at - before - 1]) {
    before += 1;
  }
  let after = GRAM;
  while (at + after < text.length && forms[place + after] === text[at + after]) {
    after += 1;
  }
  return { before, after };
}

/** Whether what was found, at this place in the forms, is all of a secret or so much of one that it is no accident. */
function counts({ forms, encodedFrom, inPieces }: SecretIndex, from: number, to: number): boolean {
  if (forms[from - 1] === BETWEEN && forms[to] === BETWEEN) {
    return true;
  }
  if (!inPieces || to - from < SHORTEST_PIECE) {
    return false;
  }
  const piece = forms.slice(from, to);
  const characters = new Set(piece).size;
  if (piece.length >= LONG_PIECE) {
    return characters > 1;
  }
  return characters >= FEWEST_CHARACTERS && (from >= encodedFrom || /\d/u.test(piece));
}

function findShort({ short }: SecretIndex, text: string): Found[] {
  return short.flatMap((form) => {
    const found: Found[] = [];
    for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + form.length)) {
      found.push({ from: at, to: at + form.length, isEncoded: false });
    }
    return found;
  });
}
