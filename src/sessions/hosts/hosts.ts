// Where the host of a client ends and its port begins. MySQL puts the port behind an IPv6 address without brackets, so that
// of some texts, such as `::1:8080`, two readings are possible: those only the rest of the file can tell apart.

/** In place of an end: the bytes do not show it, `readHost` has to be asked. */
export const ASK_THE_TEXT = -1;

const ZERO = 0x30;
const NINE = 0x39;
const LAST_ASCII_CONTROL = 0x20;
const DELETE = 0x7f;
const DOT = 0x2e;
const COLON = 0x3a;
const PERCENT = 0x25;
const OPENING_BRACKET = 0x5b;
const SIX = 0x36;
const CASE = 0x20;
const [LETTER_A = 0, LETTER_F = 0] = Buffer.from('af');
const LOCALHOST = /^localhost$/i;
/** Of a host, or an IPv4 address. */
const NAME = /^[\p{L}\p{N}_][\p{L}\p{M}\p{N}_.-]*$/u;
const LONGEST_PORT = 5;
const HIGHEST_PORT = 65_535;
const GROUPS = 8;
const GROUP_DIGITS = 4;
/** Groups of an IPv6 address that an IPv4 address stands for. */
const GROUPS_OF_IPV4 = 2;

/** `unclear`: the last group may be a port or the end of the address. */
type Port = 'written' | 'none' | 'unclear';

export interface ReadHost {
  /** With what may be a port. */
  readonly host: string;
  readonly port: Port;
}

/**
 * Where the host ends: before its port, where it has one. Of a host that may have one or not, the place of the colon,
 * inverted, which is below ASK_THE_TEXT.
 */
export function hostEnd(bytes: Buffer, start: number, end: number): number {
  if (start === end) {
    return end;
  }
  const first = bytes[start];
  return isGraphic(first) && first !== OPENING_BRACKET && isGraphic(bytes[end - 1])
    ? bareHostEnd(bytes, start, end)
    : ASK_THE_TEXT;
}

/** Of a trimmed text, with brackets or without. */
export function readHost(text: string): ReadHost {
  if (text.startsWith('[')) {
    const [, host, port] = /^\[([^\]]+)\](?::(\d{1,5}))?$/.exec(text) ?? [];
    return host === undefined || Number(port ?? 0) > HIGHEST_PORT
      ? { host: text, port: 'none' }
      : { host, port: port === undefined ? 'none' : 'written' };
  }
  const bytes = Buffer.from(text);
  const end = bareHostEnd(bytes, 0, bytes.length);
  if (end < 0) {
    return { host: text, port: 'unclear' };
  }
  return { host: bytes.toString('utf8', 0, end), port: end < bytes.length ? 'written' : 'none' };
}

/** Of a host whose port was unclear; all of a text that is none, as what there was no room for. */
export function withoutLastGroup(host: string): string {
  return host.replace(/:[^:]*$/, '');
}

/** With nothing else to go by: groups without a letter are mostly short. */
export function lastGroupLooksLikePort(host: string): boolean {
  return host.length - 1 - host.lastIndexOf(':') === GROUP_DIGITS;
}

/**
 * Whether a host without a port says that its file has none: `localhost` and NULL never have one, and `connecting host`, a
 * socket or a network is no host.
 */
export function saysNoPorts(host: string | undefined): boolean {
  if (host === undefined || LOCALHOST.test(host)) {
    return false;
  }
  // Without a buffer for each of a million names.
  if (!host.includes(':')) {
    return NAME.test(host);
  }
  const bytes = Buffer.from(host);
  return isAddress(bytes, 0, endOfAddress(bytes, 0, bytes.length));
}

function bareHostEnd(bytes: Buffer, start: number, end: number): number {
  let colon = end - 1;
  while (colon > start && isDigit(bytes[colon]) && end - colon <= LONGEST_PORT) {
    colon--;
  }
  const digits = end - 1 - colon;
  if (bytes[colon] !== COLON || digits === 0 || (digits === LONGEST_PORT && !isPort(bytes, colon + 1))) {
    return end;
  }
  if (digits === LONGEST_PORT) {
    // No group is as long. Where the digits follow a `::`, both colons are the address's.
    const followsColon = colon > start && bytes[colon - 1] === COLON;
    return followsColon && (colon - 1 === start || bytes[colon - 2] !== COLON) ? colon + 1 : colon;
  }
  let at = start;
  while (at < colon && bytes[at] !== COLON) {
    at++;
  }
  if (at === colon) {
    return colon;
  }
  if (!isAddress(bytes, start, end)) {
    // Also of what is no address without it, as a port of five digits is.
    return colon;
  }
  return isAddress(bytes, start, colon) ? ~colon : end;
}

/** Of five digits. */
function isPort(bytes: Buffer, start: number): boolean {
  // The first digit decides of nearly all.
  return (
    (bytes[start] ?? 0) < SIX || Number(bytes.toString('latin1', start, start + LONGEST_PORT)) <= HIGHEST_PORT
  );
}

/** Before its zone, `%eth0`. */
function endOfAddress(bytes: Buffer, start: number, end: number): number {
  let at = start;
  while (at < end && bytes[at] !== PERCENT) {
    at++;
  }
  return at;
}

/** Whether it is an IPv6 address, without a zone (RFC 4291, 2.2). */
function isAddress(bytes: Buffer, start: number, end: number): boolean {
  let at = start;
  let groups = 0;
  let hasGap = false;
  if (bytes[at] === COLON && bytes[at + 1] === COLON && at + 1 < end) {
    hasGap = true;
    at += 2;
  }
  while (at < end) {
    const group = at;
    while (at < end && isHexDigit(bytes[at])) {
      at++;
    }
    if (at < end && bytes[at] === DOT) {
      return isIPv4(bytes.toString('latin1', group, end)) && fits(groups + GROUPS_OF_IPV4, hasGap);
    }
    if (at === group || at - group > GROUP_DIGITS) {
      return false;
    }
    groups++;
    if (at === end) {
      break;
    }
    if (bytes[at] !== COLON || ++at === end) {
      return false;
    }
    if (bytes[at] === COLON) {
      if (hasGap) {
        return false;
      }
      hasGap = true;
      at++;
    }
  }
  return fits(groups, hasGap);
}

function fits(groups: number, hasGap: boolean): boolean {
  return hasGap ? groups < GROUPS : groups === GROUPS;
}

function isIPv4(text: string): boolean {
  return /^\d{1,3}(?:\.\d{1,3}){3}$/.test(text) && text.split('.').every((part) => Number(part) <= 255);
}

function isHexDigit(byte = 0): boolean {
  const letter = byte | CASE;
  return isDigit(byte) || (letter >= LETTER_A && letter <= LETTER_F);
}

function isDigit(byte = 0): boolean {
  return byte >= ZERO && byte <= NINE;
}

/** A visible ASCII character: begins no blank of Unicode, which trimming would take away. */
function isGraphic(byte = 0): boolean {
  return byte > LAST_ASCII_CONTROL && byte < DELETE;
}
