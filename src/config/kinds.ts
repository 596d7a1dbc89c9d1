// The kinds of single values: each says what it expects once, for the error message and the documentation alike.
import { BlockList, isIP } from 'node:net';
import * as v from 'valibot';
import { plainCron, validateCron } from '../schedule/cron-expression.js';
import { zoneMeantBy, zoneNamed } from '../schedule/zone-name.js';
import { networkIn } from '../sessions/hosts/networks.js';
import type { ListenAddress } from '../web/http-server.js';
import { isOwnPath } from '../web/pages.js';
import { durationMeant, flagMeant, groupedMeant, optionMeant, sizeMeant } from './meant/figures.js';
import { networkMeant } from './meant/networks.js';
import { scheduleMeant } from './meant/schedules.js';
import { optionOfWord, squeezed, ZONE_OF_CITY } from './meant/words.js';
import { withHint } from './yaml/describe-issue.js';
import { nearestName, nearestOfNumber } from './yaml/nearest-name.js';

export interface Kind<Output = unknown> {
  /** Completes "expected …". */
  readonly expected: string;
  /** Undefined for a text that is not of this kind. */
  parse(text: string): Output | undefined;
  /** What to write instead of such a text; undefined where nobody can tell. */
  meant?(text: string): string | undefined;
}

/** What the reference says of a key. */
export function described<const Schema extends v.GenericSchema>(description: string, schema: Schema) {
  return v.pipe(schema, v.description(description));
}

/** `kind` completes the sentence "expected …"; a `reason` is shown instead, where it says more. */
export function text(kind: string, isValid: (text: string) => boolean, reason?: (text: string) => string) {
  const expected = `expected ${kind}`;
  return v.pipe(
    v.string(expected),
    v.check(isValid, (issue) => reason?.(issue.input) ?? expected),
    v.metadata({ kind }),
  );
}

export function someText(kind = 'text') {
  return text(kind, (value) => value.trim() !== '');
}

/** Text of this kind. */
export function textOf<Output>(kind: Kind<Output>) {
  return v.pipe(
    v.string(({ input }) => expectation(kind, input)),
    parsed<string, Output>(kind),
    v.metadata({ kind: kind.expected }),
  );
}

/** A scalar of this kind: numbers and booleans are also read from text, as a variable of the environment is text. */
function scalarOf<Output>(kind: Kind<Output>) {
  return v.pipe(v.unknown(), parsed<unknown, Output>(kind), v.metadata({ kind: kind.expected }));
}

function parsed<Input, Output>(kind: Kind<Output>) {
  return v.rawTransform<Input, Output>(({ dataset, addIssue, NEVER }) => {
    // A list of one item would read as that item.
    const output = typeof dataset.value === 'object' ? undefined : kind.parse(String(dataset.value));
    if (output === undefined) {
      addIssue({ message: expectation(kind, dataset.value) });
      return NEVER;
    }
    return output;
  });
}

/** What is expected, and what to write instead of a value that is something else. */
function expectation({ expected, meant }: Pick<Kind, 'expected' | 'meant'>, value: unknown): string {
  return withHint(`expected ${expected}`, typeof value === 'object' ? undefined : meant?.(String(value)));
}

export interface Choice<Option extends string> extends Kind<Option> {
  readonly options: readonly Option[];
}

export function choice<const Option extends string>(options: readonly Option[]): Choice<Option> {
  return {
    expected: `one of ${options.join(', ')}`,
    parse: (text) => options.find((option) => option === text),
    meant: (text) =>
      optionOfWord(text, options) ?? optionMeant(text, options) ?? nearestOfNumber(text, options),
    options,
  };
}

export function oneOf<const Option extends string>(options: readonly Option[]) {
  const kind = choice(options);
  return v.pipe(
    v.picklist(options, ({ input }) => expectation(kind, input)),
    v.metadata({ kind: kind.expected }),
  );
}

export function flag() {
  return scalarOf({
    expected: 'true or false',
    parse: (text) => (text === 'true' || text === 'false' ? text === 'true' : undefined),
    meant: flagMeant,
  });
}

export function integer(least: number, most: number) {
  return scalarOf(wholeNumber(least, most));
}

export function decimal(least: number, most: number) {
  return scalarOf(decimalNumber(least, most));
}

export function wholeNumber(least: number, most: number): Kind<number> {
  return numberWritten(/^\d{1,15}$/u, 'a whole number', least, most);
}

export function decimalNumber(least: number, most: number): Kind<number> {
  return numberWritten(/^\d{1,15}(?:\.\d+)?$/u, 'a number', least, most);
}

function numberWritten(pattern: RegExp, what: string, least: number, most: number): Kind<number> {
  const parse = (text: string) => {
    const number = pattern.test(text) ? Number(text) : Number.NaN;
    return number >= least && number <= most ? number : undefined;
  };
  return {
    expected: `${what} from ${least} to ${most}`,
    parse,
    meant: (text) => groupedMeant(text, (number) => parse(number) !== undefined),
  };
}

type Meant = (text: string, isTaken: (written: string) => boolean) => string | undefined;

function bounded(
  what: string,
  parseAny: (text: string) => number | undefined,
  meant: Meant,
  least: string,
  most: string,
) {
  const [from, to] = [parseAny(least), parseAny(most)];
  if (from === undefined || to === undefined) {
    throw new TypeError(`bounds of ${what}: got ${least} and ${most}`);
  }
  const parse = (text: string) => {
    const number = parseAny(text);
    return number !== undefined && number >= from && number <= to ? number : undefined;
  };
  return scalarOf({
    expected: `${what} from ${least} to ${most}`,
    parse,
    meant: (text) => meant(text, (written) => parse(written) !== undefined),
  });
}

/** Read to milliseconds. */
export function duration(least: string, most: string) {
  return bounded('a duration', parseDuration, durationMeant, least, most);
}

const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/u;

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;
/** Milliseconds of each group above; years and weeks as Prometheus counts them. */
const UNITS = [365 * DAY, 7 * DAY, DAY, DAY / 24, 60 * SECOND, SECOND, 1];

/**
 * Milliseconds of a duration as Prometheus writes it (`500ms`, `30s`, `1h30m`, `1y2w3d`: units fall from large to
 * small), or undefined for what is not one. `0` needs no unit.
 */
export function parseDuration(text: string): number | undefined {
  if (text === '0') {
    return 0;
  }
  const match = DURATION.exec(text);
  if (match === null || text === '') {
    return undefined;
  }
  const milliseconds = UNITS.reduce((sum, unit, index) => sum + unit * Number(match[index + 1] ?? 0), 0);
  return Number.isSafeInteger(milliseconds) ? milliseconds : undefined;
}

/** Read to bytes. */
export function byteSize(least: string, most: string) {
  return bounded('a size', parseByteSize, sizeMeant, least, most);
}

const BYTES_IN: Readonly<Record<string, number>> = { '': 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** Bytes of `64KiB`, `256MiB`, `1GiB` or a plain number of bytes, or undefined for what is not a size. */
export function parseByteSize(text: string): number | undefined {
  const [, digits, unit] = /^(\d+)(|KiB|MiB|GiB)$/u.exec(text) ?? [];
  const bytes = Number(digits) * (BYTES_IN[unit ?? ''] ?? Number.NaN);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

// Metadata services hand out the machine's own credentials there.
const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet('169.254.0.0', 16, 'ipv4');
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');

/** A URL that credentials may be sent to; read to the URL without a slash at its end. */
export function endpoint() {
  return v.pipe(
    text(
      'an https URL of a host alone, no user, path or link-local address (or http of a loopback address)',
      isEndpoint,
    ),
    v.transform((url) => new URL(url).origin),
  );
}

function isEndpoint(text: string): boolean {
  // The pattern leaves no room for what URL parsing would quietly repair.
  if (!/^https?:\/\/[^\s/?#@\\]+\/?$/iu.test(text) || !URL.canParse(text)) {
    return false;
  }
  const { protocol, hostname } = new URL(text);
  const address = hostname.replace(/^\[|\]$/gu, '');
  if (isOn(LINK_LOCAL, address)) {
    return false;
  }
  return protocol === 'https:' || address === 'localhost' || isOn(LOOPBACK, address);
}

function isOn(list: BlockList, address: string): boolean {
  const family = isIP(address);
  return family !== 0 && list.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** Where people reach the exporter; read to the URL with a slash at its end, or to nothing. */
export function externalUrl() {
  return v.pipe(
    text(
      'an http or https URL without user, query and fragment, such as https://exporter.example.com/taurusdb/, or nothing',
      (url) => url === '' || isExternalUrl(url),
    ),
    v.transform((url) => (url === '' ? '' : new URL(url).href.replace(/\/*$/u, '/'))),
  );
}

function isExternalUrl(text: string): boolean {
  // As for endpoints: nothing is repaired.
  return /^https?:\/\/[^\s/?#@\\]+(?:\/[^\s?#\\]*)?$/iu.test(text) && URL.canParse(text);
}

/** `:10104`, `127.0.0.1:10104`, `[::1]:0`: as Prometheus' programs write it. */
export const LISTEN_ADDRESS: Kind<ListenAddress> = {
  expected: 'host:port, [address]:port or :port',
  parse: (text) => {
    const [, host, address, digits] = /^(?:([\w.-]*)|\[([^[\]]+)\]):(\d{1,5})$/u.exec(text) ?? [];
    const port = Number(digits);
    const isRight = port <= 65_535 && (address === undefined || isIP(address) !== 0);
    return isRight ? { host: address ?? (host || undefined), port } : undefined;
  },
  meant: (text) => {
    if (/^\d{1,5}$/u.test(text) && Number(text) <= 65_535) {
      return `":${text}"`;
    }
    return isIP(text) === 4 ? `"${text}:10104"` : undefined;
  },
};

export const TELEMETRY_PATH: Kind<string> = {
  expected: 'a path such as /metrics that the exporter does not use itself',
  parse: (text) => (/^\/[\w./~-]*$/u.test(text) && !isOwnPath(text) ? text : undefined),
};

/** As text: what is read of it is nothing that could be frozen. */
export function network() {
  const kind = 'a network such as 10.0.0.0/8 or 2001:db8::/32, or an address';
  return text(
    kind,
    (written) => networkIn(written) !== undefined,
    (written) => {
      const meant = networkMeant(written) ?? '';
      return withHint(`expected ${kind}`, networkIn(meant) && meant);
    },
  );
}

/** What is expected in place of a list of networks. */
export function networksExpected({ input }: { readonly input: unknown }): string {
  const isOne = typeof input === 'string' && networkIn(input) !== undefined;
  return withHint('expected a list of networks such as [10.0.0.0/8]', isOne ? `[${input}]` : undefined);
}

const CRON = 'a cron expression of 5 fields, or 6 with seconds first';
const EXPECTED_CRON = `expected ${CRON}`;
/** What is wrong with its fields is said with their text: not so where they hold words or figures that no field takes. */
const MAY_BE_CRON = /^(?!.*\w{4})[\w*,/#?\s\p{Cf}\uff01-\uff5e-]*$/su;

/** Read to the expression with one space between its fields. */
export function cron() {
  return v.pipe(
    text(
      CRON,
      (expression) => validateCron(expression) === undefined,
      (expression) => {
        const meant = scheduleMeant(expression);
        const fault = MAY_BE_CRON.test(expression) ? validateCron(expression) : undefined;
        return meant === undefined || validateCron(meant) !== undefined
          ? (fault ?? EXPECTED_CRON)
          : withHint(EXPECTED_CRON, `"${meant}"`);
      },
    ),
    v.transform(plainCron),
  );
}

const TIME_ZONE = 'UTC or an IANA name (Area/Location) such as Asia/Shanghai';

/** Read to the name as it is shown. */
export function timeZone() {
  return v.pipe(
    text(
      TIME_ZONE,
      (name) => zoneNamed(name) !== undefined,
      (name) => [`expected ${TIME_ZONE}`, zoneMeantBy(name) ?? zoneNear(name) ?? []].flat().join(': '),
    ),
    v.transform((name) => zoneNamed(name) ?? name),
  );
}

/** So that one or two letters may be wrong: there are hundreds of zones. */
const WRONG_SHARE = 0.15;

function zoneNear(text: string): string | undefined {
  const plain = text.normalize('NFKC').trim().replaceAll(' ', '_');
  const city = squeezed(plain.slice(plain.lastIndexOf('/') + 1));
  const zones = Intl.supportedValuesOf('timeZone').filter((zone) => zoneNamed(zone) !== undefined);
  const ofCity = zones.filter((zone) => squeezed(zone.slice(zone.lastIndexOf('/') + 1)) === city);
  const near =
    zoneNamed(plain) ??
    ZONE_OF_CITY.get(city) ??
    (ofCity.length === 1 ? ofCity[0] : nearestName(plain, zones, WRONG_SHARE));
  return near && `write ${near}`;
}

export function encoding() {
  return text('an encoding such as utf-8 or gb18030', (name) => isTaken(() => new TextDecoder(name)));
}

/** Whether a constructor of the platform takes the name that it is called with. */
function isTaken(construct: () => object): boolean {
  try {
    return construct() !== undefined;
  } catch {
    return false;
  }
}
