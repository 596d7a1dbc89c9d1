// Which URLs the program may be told to send credentials to.
import { BlockList, isIP } from 'node:net';
import * as v from 'valibot';
import { text } from './scalar-schemas.js';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

// Metadata services hand out the machine's own credentials there.
const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet('169.254.0.0', 16, 'ipv4');
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');

/** Read to the URL without a slash at its end. */
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
  if (!/^https?:\/\/[^\s/?#@\\]+\/?$/u.test(text) || !URL.canParse(text)) {
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
