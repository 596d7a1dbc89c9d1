// The group of a host, by what Node itself knows of networks.
import { BlockList, isIP } from 'node:net';
import type { HostGroup } from '../../../src/sessions/hosts/host-groups.js';
import type { Network } from '../../../src/sessions/hosts/networks.js';

/** Undefined for NULL, for what stands for the hosts that there is no room for, and for a host of no group. */
export function groupOf(host: string | undefined, groups: readonly HostGroup[]): string | undefined {
  if (host === undefined || host === 'other') {
    return undefined;
  }
  const family = isIP(host);
  return groups.find(({ networks, match }) => {
    const isIn = family !== 0 && listOf(networks).check(host, family === 4 ? 'ipv4' : 'ipv6');
    return isIn || (match !== undefined && patternOf(match).test(host));
  })?.name;
}

function listOf(networks: readonly Network[]): BlockList {
  const list = new BlockList();
  for (const { address, bits } of networks) {
    const [, , mark, last = 0] = address;
    if (mark === 0xffff) {
      const parts = [24, 16, 8, 0].map((shift) => (last >>> shift) & 0xff);
      list.addSubnet(parts.join('.'), bits - 96, 'ipv4');
    } else {
      const groups = address.flatMap((word) => [word >>> 16, word & 0xffff]);
      list.addSubnet(groups.map((group) => group.toString(16)).join(':'), bits, 'ipv6');
    }
  }
  return list;
}

function patternOf(glob: string): RegExp {
  const pattern = [...glob].map(
    (sign) => ({ '*': '.*', '?': '.' })[sign] ?? `\\u{${sign.codePointAt(0)?.toString(16)}}`,
  );
  return new RegExp(`^${pattern.join('')}$`, 'su');
}
