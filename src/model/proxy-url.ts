// The URL of an HTTP proxy. A user or a password with a bare `#`, `/`, `?` or `@` would be read as host, port and path,
// and so be shown: such a text is no such URL.

export const PROXY_URL =
  'an http or https URL of a host, its user and password percent-encoded (%23 is #, %2F is /, %3F is ?, %40 is @, %25 is %)';

const USER_INFO = /(?:[^\s\p{Cc}/?#@\\%]|%[0-9A-Fa-f]{2})*/u.source;
const HOST = /(?:[\p{L}\p{N}][\p{L}\p{N}._-]*|\[[0-9A-Fa-f:.]+\])/u.source;
const PATTERN = new RegExp(`^https?://(?:(${USER_INFO})@)?${HOST}(?::[1-9]\\d{0,4})?/?$`, 'u');

/** Undefined for any other text. */
export function parseProxyUrl(text: string): URL | undefined {
  const [whole, userInfo = ''] = PATTERN.exec(text) ?? [];
  return whole !== undefined && URL.canParse(whole) && isEncodedText(userInfo) ? new URL(whole) : undefined;
}

/** Not so for `%FF`, which is no UTF-8. */
function isEncodedText(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
