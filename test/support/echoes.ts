// The ways in which servers repeat a secret that they were sent, and how to recognize what is left of one.

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const eachUnit = (secret: string, write: (code: number) => string): string =>
  Array.from(secret, (character) => write(character.codePointAt(0) ?? 0)).join('');
const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0');
const percent = (text: string): string =>
  [...Buffer.from(text)].map((byte) => `%${hex(byte, 2).toUpperCase()}`).join('');
const wrapped = (text: string, every: number, by: string): string =>
  text.match(new RegExp(`.{1,${every}}`, 'gsu'))?.join(by) ?? '';

export const ECHOES: Readonly<Record<string, (secret: string) => string>> = {
  'as it is': (secret) => secret,
  'in lower case': (secret) => secret.toLowerCase(),
  'in upper case': (secret) => secret.toUpperCase(),
  'wrapped over lines': (secret) => wrapped(secret, 7, '\r\n'),
  'wrapped over lines in HTML': (secret) => wrapped(secret, 9, '<br />\n'),
  'wrapped over lines that are escaped': (secret) => wrapped(secret, 9, '\\r\\n'),
  'with blanks in between': (secret) => wrapped(secret, 1, ' '),
  'with blanks that are not seen': (secret) => wrapped(secret, 3, '\u200b\u00a0\u2028'),
  'with halves of characters in between': (secret) => wrapped(secret, 5, '\ud800'),
  'with tags that are not seen': (secret) => wrapped(secret, 5, '\u{e0020}'),
  'with what takes no room': (secret) => wrapped(secret, 2, '\ufe0f\u034f\u3164\u2800'),
  'percent-encoded': percent,
  'percent-encoded twice': (secret) => percent(percent(secret)),
  'partly percent-encoded': (secret) => secret.slice(0, 5) + percent(secret.slice(5, 9)) + secret.slice(9),
  'as base64': base64,
  'as base64 behind a byte': (secret) => base64(`u${secret}`),
  'as base64 behind two bytes': (secret) => base64(`u:${secret}`),
  'as base64 of basic authentication': (secret) => `Basic ${base64(`user:${secret}`)}`,
  'as base64 inside a document': (secret) => base64(JSON.stringify({ auth: { secret }, more: 'text' })),
  'as base64 in lower case': (secret) => base64(`user:${secret}`).toLowerCase(),
  'as base64 for URLs': (secret) => Buffer.from(`u?~${secret}?~`).toString('base64url'),
  'as base64, wrapped': (secret) => wrapped(base64(`user:${secret}`), 10, '\n'),
  'as base64, percent-encoded': (secret) => encodeURIComponent(percent(base64(secret))),
  'in hexadecimal': (secret) => Buffer.from(secret).toString('hex'),
  'as HTML, decimal': (secret) => eachUnit(secret, (code) => `&#${code};`),
  'as HTML, hexadecimal': (secret) => eachUnit(secret, (code) => `&#x${hex(code, 4)};`),
  'as HTML, decimal, with zeros': (secret) =>
    eachUnit(secret, (code) => `&#${String(code).padStart(12, '0')};`),
  'as HTML, without semicolons': (secret) => secret.replaceAll('&', '&amp').replaceAll('<', '&lt'),
  'as HTML, by name': (secret) =>
    secret
      .replaceAll('&', '&amp;')
      .replaceAll('"', '&quot;')
      .replaceAll('<', '&lt;')
      .replaceAll('/', '&sol;')
      .replaceAll('+', '&plus;'),
  'as HTML, escaped twice': (secret) => eachUnit(secret, (code) => `&amp;#${code};`),
  'as HTML of percents': (secret) => percent(secret).replaceAll('%', '&percnt;'),
  'escaped as in JSON': (secret) => eachUnit(secret, (code) => `\\u${hex(code, 4)}`),
  'escaped as in JSON twice': (secret) => JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1),
  'with escaped slashes': (secret) => JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/'),
  'escaped as in JavaScript': (secret) =>
    eachUnit(secret, (code) => (code < 256 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`)),
  'escaped by code point': (secret) => eachUnit(secret, (code) => `\\u{${hex(code, 1)}}`),
  'cut to its beginning': (secret) => secret.slice(0, Math.ceil(secret.length / 2)),
  'cut to its end': (secret) => secret.slice(Math.floor(secret.length / 2)),
  'cut at both ends': (secret) => `…${secret.slice(3, -3)}…`,
  'as base64, cut': (secret) => base64(`user:${secret}`).slice(4, -6),
};

/** Pieces of the echo, eight characters long, that are found in `text`; blanks and letter case do not matter. */
export function piecesOf(echo: string, text: string): string[] {
  const bare = (from: string) =>
    from.replace(/[\s\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/gu, '').toLowerCase();
  const haystack = bare(text);
  const needle = bare(echo);
  return Array.from({ length: Math.max(1, needle.length - 7) }, (_, at) => needle.slice(at, at + 8)).filter(
    (piece) => haystack.includes(piece) && !FIXED_PARTS.test(piece),
  );
}

/** What an echo holds besides the secret, and what is the same in every escape of it. */
const FIXED_PARTS = /basic|:|^\d*$|^[\\u{}0x;&#amp%25]*$/u;
