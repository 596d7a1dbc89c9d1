// The hosts of a whole file without their ports: what could be read in two ways is read as the others of the file say.
import { isIPv6 } from 'node:net';
import { isDigits } from './cells.js';

/** Without its port, where it has one, or with what may be one. Undefined: nothing says whether it is one. */
interface Reading {
  readonly host: string;
  readonly hasPort: boolean | undefined;
}

/** Undefined: NULL. */
export function hostsWithoutPorts(hosts: readonly (string | undefined)[]): (string | undefined)[] {
  const readings = hosts.map((host) => (host === undefined ? undefined : readingOf(host)));
  const withPort = readings.filter((reading) => reading?.hasPort === true).length;
  const without = readings.filter((reading) => reading?.hasPort === false && saysSo(reading.host)).length;
  return readings.map((reading) => {
    if (reading === undefined || reading.hasPort !== undefined) {
      return reading?.host;
    }
    const groups = reading.host.split(':');
    const isPort = withPort + without === 0 ? groups.at(-1)?.length === 4 : withPort >= without;
    return isPort ? groups.slice(0, -1).join(':') : reading.host;
  });
}

function readingOf(text: string): Reading {
  if (text.startsWith('[')) {
    const [address = '', behind, ...rest] = text.slice(1).split(']');
    const isWhole = address !== '' && behind !== undefined && rest.length === 0;
    if (isWhole && (behind === '' || (behind.startsWith(':') && isPort(behind.slice(1))))) {
      return { host: address, hasPort: behind !== '' };
    }
    return { host: text, hasPort: false };
  }
  const groups = text.split(':');
  const last = groups.at(-1) ?? '';
  const head = groups.slice(0, -1).join(':');
  if (groups.length === 1 || !isPort(last)) {
    return { host: text, hasPort: false };
  }
  if (groups.length === 2) {
    return { host: head, hasPort: true };
  }
  if (last.length === 5) {
    // Not the first half of a `::`.
    const isCut = head.endsWith(':') && !head.endsWith('::');
    return { host: isCut ? `${head}:` : head, hasPort: true };
  }
  // Node takes what stands behind a zone for a part of its name.
  if (isIPv6(text) && !text.includes('%')) {
    return { host: text, hasPort: isIPv6(head) ? undefined : false };
  }
  return { host: head, hasPort: true };
}

function isPort(text: string): boolean {
  return isDigits(text) && text.length <= 5 && Number(text) <= 65_535;
}

/** Whether it is a host that could have a port: connections through a socket have none. */
function saysSo(host: string): boolean {
  const isName =
    [...host].every((sign) => /^[\p{L}\p{M}\p{N}_.-]$/u.test(sign)) && /^[\p{L}\p{N}_]/u.test(host);
  const isHost = isName || isIPv6(host.split('%')[0] ?? '');
  return isHost && host.toLowerCase() !== 'localhost';
}
