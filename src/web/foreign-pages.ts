// Requests that a browser sends because a page of another site told it to: DNS rebinding, where that page's own name comes
// to mean this machine, and cross-site requests.
import type { IncomingHttpHeaders } from 'node:http';
import { BlockList, isIP } from 'node:net';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8);
LOOPBACK.addAddress('::1', 'ipv6');

export function isLoopbackAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && LOOPBACK.check(address, family === 6 ? 'ipv6' : 'ipv4');
}

/** `authority`: a host of a URL, with or without a port. */
export function isLoopbackHost(authority: string): boolean {
  const { host } = splitPort(authority);
  const name = host.replace(/^\[|\]$|\.$/gu, '');
  return isLoopbackAddress(name) || /^(?:.+\.)?localhost$/u.test(name);
}

/** What the request says of the page that sent it; a client that is no browser says nothing. */
export function isFromAnotherSite(
  headers: IncomingHttpHeaders,
  authority: string | undefined,
  scheme: 'http' | 'https',
): boolean {
  const { origin } = headers;
  const site = headers['sec-fetch-site'] ?? 'none';
  return (
    !['same-origin', 'none'].includes(String(site)) ||
    (origin !== undefined && !isOwnOrigin(origin, authority, scheme))
  );
}

function isOwnOrigin(origin: string, authority: string | undefined, scheme: 'http' | 'https'): boolean {
  const [, originScheme = '', originAuthority = ''] = /^(https?):\/\/(.+)$/iu.exec(origin) ?? [];
  if (authority === undefined || originAuthority === '') {
    return false;
  }
  // A proxy may offer HTTPS where we speak HTTP, never the other way round.
  const isHttps = originScheme.toLowerCase() === 'https';
  if (scheme === 'https' && !isHttps) {
    return false;
  }
  const defaultPort = isHttps ? '443' : '80';
  const of = splitPort(originAuthority);
  const own = splitPort(authority);
  return of.host === own.host && (of.port || defaultPort) === (own.port || defaultPort);
}

function splitPort(authority: string): { host: string; port: string } {
  const [, host = '', port = ''] = /^(.*?)(?::(\d*))?$/su.exec(authority.toLowerCase()) ?? [];
  return { host, port };
}
