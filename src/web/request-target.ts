// What a request asks for, and of which host: its target may be a path or a whole URL (RFC 9112, 3.2).
import type { IncomingMessage } from 'node:http';

export interface RequestTarget {
  readonly path: string;
  /** The part behind `?`. */
  readonly query: string;
  /** `host` or `host:port`; undefined where an HTTP/1.0 request names none. */
  readonly authority: string | undefined;
  /** It is a whole URL: browsers send those to a proxy alone. */
  readonly isAbsolute: boolean;
}

const ABSOLUTE = /^https?:\/\/([^/?#]*)(.*)$/isu;
/** A name, an IPv4 address or an IPv6 address in brackets; no user, and no list. */
const AUTHORITY = /^(?:[\w.~-]+|\[[\da-f:.]+\])(?::\d*)?$/iu;

/** Undefined where the request names two hosts, or none that is one. */
export function readTarget({ url = '', headers, rawHeaders }: IncomingMessage): RequestTarget | undefined {
  const [, absoluteAuthority, rest = ''] = ABSOLUTE.exec(url) ?? [];
  const named = [absoluteAuthority, headers.host].filter((one) => one !== undefined);
  // Node keeps the first of two Host headers and drops the other.
  const hosts = rawHeaders.filter((name, index) => index % 2 === 0 && name.toLowerCase() === 'host');
  if (hosts.length > 1 || !named.every((one) => AUTHORITY.test(one))) {
    return undefined;
  }
  // Not `new URL`: it throws at targets such as `//`.
  const [path = '', query = ''] = (absoluteAuthority === undefined ? url : rest).split('?', 2);
  return {
    path: path === '' ? '/' : path,
    query,
    authority: named[0],
    isAbsolute: absoluteAuthority !== undefined,
  };
}
