// What a figure that is written in another way than ours was meant to be: durations, sizes, numbers and words for true and
// false. Only what can mean one thing has an answer.

/** Longer figures are not read: of a text that may be a secret nothing but short ones is repeated. */
const FIGURE = String.raw`\d{1,5}(?:[.,]\d{1,3})?`;

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

interface Unit {
  readonly name: string;
  readonly size: number;
  readonly words: readonly string[];
}

const DURATION_UNITS: readonly Unit[] = [
  { name: 'w', size: 604_800_000, words: ['w', 'wk', 'week', 'weeks', '周'] },
  { name: 'd', size: 86_400_000, words: ['d', 'day', 'days', '天', '日'] },
  { name: 'h', size: 3_600_000, words: ['h', 'hr', 'hrs', 'hour', 'hours', '时', '小时'] },
  { name: 'm', size: 60_000, words: ['m', 'min', 'mins', 'minute', 'minutes', '分', '分钟'] },
  { name: 's', size: 1_000, words: ['s', 'sec', 'secs', 'second', 'seconds', '秒', '秒钟'] },
  {
    name: 'ms',
    size: 1,
    words: ['ms', 'msec', 'msecs', 'milli', 'millis', 'millisecond', 'milliseconds', '毫秒'],
  },
];

const SIZE_UNITS: readonly Unit[] = [
  { name: 'GiB', size: 2 ** 30, words: ['g', 'gb', 'gib', 'gbyte', 'gbytes'] },
  { name: 'MiB', size: 2 ** 20, words: ['m', 'mb', 'mib', 'mbyte', 'mbytes'] },
  { name: 'KiB', size: 2 ** 10, words: ['k', 'kb', 'kib', 'kbyte', 'kbytes'] },
  { name: '', size: 1, words: ['b', 'byte', 'bytes'] },
];

/** In the order in which a figure without a unit is tried: most settings are seconds. */
const PLAIN_UNITS = ['s', 'ms'];

/** `isTaken`: whether the key takes the duration. */
export function durationMeant(text: string, isTaken: (duration: string) => boolean): string | undefined {
  const bare = plainWidth(text);
  if (/^\d{1,5}$/u.test(bare)) {
    return PLAIN_UNITS.map((unit) => `${bare}${unit}`).find(isTaken);
  }
  const two = twoFigures(bare).filter(isTaken);
  const total = millisecondsIn(bare);
  return total === undefined
    ? two.join(' or ') || undefined
    : firstTaken(total, bare, DURATION_UNITS, isTaken);
}

/** Of a duration in any notation but two figures, which can be read in two ways. */
export function millisecondsIn(text: string): number | undefined {
  const bare = plainWidth(text);
  return clockTime(bare) ?? isoTime(bare) ?? sumOf(bare, DURATION_UNITS);
}

export function sizeMeant(text: string, isTaken: (size: string) => boolean): string | undefined {
  const bare = plainWidth(text);
  const total = sumOf(bare, SIZE_UNITS);
  return total === undefined ? groupedMeant(bare, isTaken) : firstTaken(total, bare, SIZE_UNITS, isTaken);
}

/** `1_000`, `1,000`, `1 000`, `5k`, and digits of full width; no other number. */
export function groupedMeant(text: string, isTaken: (number: string) => boolean): string | undefined {
  const bare = plainWidth(text);
  const [, thousands] = /^(\d{1,4}(?:\.\d{1,3})?) ?k$/iu.exec(bare) ?? [];
  const isNumber = /^\d{1,3}(?:[_,' ]\d{3}){1,3}$/u.test(bare) || (/^\d{1,9}$/u.test(bare) && bare !== text);
  const plain = thousands === undefined ? bare.replace(/\D/gu, '') : String(1_000 * Number(thousands));
  return (isNumber || thousands !== undefined) && isTaken(plain) ? plain : undefined;
}

/** Of the width of ASCII, as input methods can have another. */
function plainWidth(text: string): string {
  return text.normalize('NFKC').trim();
}

const WORDS_OF_FLAGS: Readonly<Record<string, string>> = {
  yes: 'true',
  y: 'true',
  on: 'true',
  true: 'true',
  enabled: 'true',
  1: 'true',
  no: 'false',
  n: 'false',
  off: 'false',
  false: 'false',
  disabled: 'false',
  0: 'false',
};

export function flagMeant(text: string): string | undefined {
  const word = text.trim().toLowerCase();
  return Object.hasOwn(WORDS_OF_FLAGS, word) ? WORDS_OF_FLAGS[word] : undefined;
}

/** In another case, or with letters behind it as in `warning`. */
export function optionMeant<Option extends string>(
  text: string,
  options: readonly Option[],
): Option | undefined {
  const word = text.trim().toLowerCase();
  return (
    options.find((option) => option.toLowerCase() === word) ??
    options.find((option) => option.length > 2 && word.startsWith(option) && /^[a-z]{1,20}$/u.test(word))
  );
}

/** `1 minute 30 seconds`, `1.5h`, `10s30m`. */
function sumOf(text: string, units: readonly Unit[]): number | undefined {
  const part = String.raw`(${FIGURE})\s{0,3}([a-z]{1,12}|\p{Script=Han}{1,2})`;
  if (!new RegExp(String.raw`^${part}(?:(?:,|\s|\band\b){0,4}${part}){0,5}$`, 'iu').test(text)) {
    return undefined;
  }
  let total = 0;
  for (const [, figure = '', word = ''] of text.matchAll(new RegExp(part, 'giu'))) {
    const unit = units.find(({ words }) => words.includes(word.toLowerCase()));
    // `1,000s` may be a thousand seconds, and one.
    if (unit === undefined || /,\d{3}$/u.test(figure)) {
      return undefined;
    }
    total += Number(figure.replace(',', '.')) * unit.size;
  }
  return total;
}

/** `PT1H30M`, as ISO 8601 has it. */
function isoTime(text: string): number | undefined {
  const [whole, days = 0, hours = 0, minutes = 0, seconds = 0] =
    /^P(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,4})M)?(?:(\d{1,5})S)?)?$/iu.exec(text) ?? [];
  return whole === undefined
    ? undefined
    : (((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
}

/** `5:00`: minutes and seconds, or hours and minutes. */
function twoFigures(text: string): string[] {
  const [, large, small] = /^(\d{1,2}):([0-5]\d)$/u.exec(text) ?? [];
  return large === undefined
    ? []
    : [SECOND, MINUTE].map((unit) => durationText((Number(large) * 60 + Number(small)) * unit));
}

/** `0:05:00`; two figures alone may be hours or minutes. */
function clockTime(text: string): number | undefined {
  const [whole, hours, minutes, seconds] = /^(\d{1,2}):([0-5]\d):([0-5]\d)$/u.exec(text) ?? [];
  return whole === undefined
    ? undefined
    : ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1_000;
}

/** In its own unit where it is whole in that, else in several. */
function firstTaken(
  total: number,
  text: string,
  units: readonly Unit[],
  isTaken: (written: string) => boolean,
): string | undefined {
  const [, word = ''] = /^[\d.,]+\s*([a-z]+)$/iu.exec(text) ?? [];
  const own = units.find(({ words }) => words.includes(word.toLowerCase()));
  const candidates = [
    ...(own === undefined ? [] : [`${total / own.size}${own.name}`]),
    inParts(
      total,
      units.filter(({ name }) => name !== 'w'),
    ),
    ...units.map(({ name, size }) => `${total / size}${name}`),
  ];
  return candidates.find((candidate) => candidate !== undefined && isTaken(candidate));
}

/** `1h30m`; undefined where something is left. */
function inParts(total: number, units: readonly Unit[]): string | undefined {
  let left = total;
  let text = '';
  for (const { name, size } of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    text += count === 0 ? '' : `${count}${name}`;
  }
  return left === 0 ? text : undefined;
}

/** As Prometheus writes it, the largest units first. */
export function durationText(milliseconds: number): string {
  return (
    inParts(
      Math.ceil(milliseconds),
      DURATION_UNITS.filter(({ name }) => name !== 'w'),
    ) || '0s'
  );
}
