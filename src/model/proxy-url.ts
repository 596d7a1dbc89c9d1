// The URL of an HTTP proxy, and the header that its user and password come to, as with curl. A user or a password with a
// bare `#`, `/`, `?` or `@` would be read as host, port and path, and so be shown: such a text is no such URL.

export const PROXY_URL =
  'an http or https URL of a host, its user and password percent-encoded (%23 is #, %2F is /, %3F is ?, %40 is @, %25 is %)';

/** A `%` stands for itself where it encodes nothing. Control characters can be in no user or password (RFC 7617, section 2). */
const USER_INFO = /(?:[^\s\p{Cc}/?#@\\%]|%(?![01][0-9A-Fa-f]|7[Ff]))*/u.source;
const HOST = /(?:[\p{L}\p{N}][\p{L}\p{N}._-]*|\[[0-9A-Fa-f:.]+\])/u.source;
const PATTERN = new RegExp(`^(https?://)(?:(${USER_INFO})@)?(${HOST}(?::[1-9]\\d{0,4})?)/?$`, 'iu');

export interface HttpProxy {
  /** Scheme, host and port; no user. */
  readonly origin: string;
  /** Host and port. */
  readonly host: string;
  /** The value of Proxy-Authorization; undefined for a URL without user and password. */
  readonly authorization: string | undefined;
  /** The password, in each way that somebody may repeat it. */
  readonly secrets: readonly string[];
}

/** Undefined for any other text. */
export function parseProxyUrl(text: string): HttpProxy | undefined {
  const [, scheme = '', userInfo, address = ''] = PATTERN.exec(text) ?? [];
  const url = `${scheme}${address}`;
  if (!URL.canParse(url)) {
    return undefined;
  }
  const { origin, host } = new URL(url);
  return userInfo === undefined
    ? { origin, host, authorization: undefined, secrets: [] }
    : { origin, host, ...credentialsOf(userInfo) };
}

/** Sent also where the user or the password is empty: a proxy may want a key as the user alone. */
function credentialsOf(userInfo: string): Pick<HttpProxy, 'authorization' | 'secrets'> {
  const colon = userInfo.indexOf(':');
  const [user, written] = colon < 0 ? [userInfo, ''] : [userInfo.slice(0, colon), userInfo.slice(colon + 1)];
  const password = decoded(written);
  const credentials = Buffer.concat([decoded(user), Buffer.from(':'), password]).toString('base64');
  return {
    authorization: `Basic ${credentials}`,
    secrets: written === '' ? [] : [...new Set([written, password.toString('utf8'), credentials])],
  };
}

/** To bytes, and not by decodeURIComponent: a password may be in another encoding than UTF-8, and have a `%` of its own. */
function decoded(text: string): Buffer {
  const parts = text.split(/%([0-9A-Fa-f]{2})/u);
  return Buffer.concat(parts.map((part, index) => Buffer.from(part, index % 2 === 0 ? 'utf8' : 'hex')));
}
