// Client hosts counted under one name, such as the pods of a cluster, whose addresses come and go.
import { matchesGlob } from '../glob.js';
import { lastGroupLooksLikePort, readHost, withoutLastGroup } from './hosts.js';
import { labelText, NONE, OTHER } from './label-text.js';
import { addressIn, holds, type Network } from './networks.js';

export interface HostGroup {
  /** The value that stands for its hosts. */
  readonly name: string;
  readonly networks: readonly Network[];
  /** A glob of the whole host. */
  readonly match?: string | undefined;
}

/** No names of groups: they stand for what is no host. */
export const NO_GROUP: readonly string[] = [NONE, OTHER];

/** The label of a host. Undefined: NULL. */
export function hostLabel(host: string | undefined, groups: readonly HostGroup[]): string {
  return groupOf(host, groups) ?? labelText(host);
}

/** The same of a host that is shown with its port, which is no part of what a group says. */
export function hostLabelWithPort(text: string | undefined, groups: readonly HostGroup[]): string {
  return groupOf(text && withoutPort(text), groups) ?? labelText(text);
}

function withoutPort(text: string): string {
  const { host, port } = readHost(text);
  return port === 'unclear' && lastGroupLooksLikePort(host) ? withoutLastGroup(host) : host;
}

/** The name of the first group that the host is in. */
function groupOf(host: string | undefined, groups: readonly HostGroup[]): string | undefined {
  // The hosts that there was no room for are counted as OTHER.
  if (host === undefined || host === OTHER || groups.length === 0) {
    return undefined;
  }
  const address = addressIn(host);
  return groups.find(
    ({ networks, match }) =>
      (address !== undefined && networks.some((network) => holds(network, address))) ||
      (match !== undefined && matchesGlob(match, host)),
  )?.name;
}
