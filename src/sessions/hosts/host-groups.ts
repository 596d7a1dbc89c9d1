// Client hosts counted under one name, such as the pods of a cluster, whose addresses come and go.
import { globMatcher } from '../../glob.js';
import { labelText, NONE, OTHER } from '../label-text.js';
import { lastGroupLooksLikePort, readHost, withoutLastGroup } from './hosts.js';
import { addressIn, type Network, NetworkTable } from './networks.js';

export interface HostGroup {
  /** The value that stands for its hosts. */
  readonly name: string;
  readonly networks: readonly Network[];
  /** A glob of the whole host. */
  readonly match?: string | undefined;
}

/** No names of groups: they stand for what is no host. */
export const NO_GROUP: readonly string[] = [NONE, OTHER];

/** Made ready once for all hosts of a file: a group may have many networks, and a file many hosts. */
export class HostGroups {
  readonly #names: readonly string[];
  readonly #networks = new NetworkTable();
  readonly #globs: readonly (readonly [group: number, matches: (host: string) => boolean])[];

  constructor(groups: readonly HostGroup[]) {
    this.#names = groups.map(({ name }) => name);
    this.#globs = groups.flatMap(({ match }, group) =>
      match === undefined ? [] : [[group, globMatcher(match)] as const],
    );
    for (const [group, { networks }] of groups.entries()) {
      for (const network of networks) {
        this.#networks.add(network, group);
      }
    }
  }

  get areNone(): boolean {
    return this.#names.length === 0;
  }

  /** The label of a host. Undefined: NULL. */
  label(host: string | undefined): string {
    return this.#nameOf(host) ?? labelText(host);
  }

  /** The same of a host that is shown with its port, which is no part of what a group says. */
  labelWithPort(text: string | undefined): string {
    return this.#nameOf(text && withoutPort(text)) ?? labelText(text);
  }

  /** The name of the first group that the host is in. */
  #nameOf(host: string | undefined): string | undefined {
    // The hosts that there was no room for are counted as OTHER.
    if (host === undefined || host === OTHER || this.#names.length === 0) {
      return undefined;
    }
    const address = addressIn(host);
    const byNetwork = address && this.#networks.lowest(address);
    const byGlob = this.#globs.find(
      ([group, matches]) => (byNetwork !== undefined && group >= byNetwork) || matches(host),
    );
    return this.#names[Math.min(byNetwork ?? this.#names.length, byGlob?.[0] ?? this.#names.length)];
  }
}

function withoutPort(text: string): string {
  const { host, port } = readHost(text);
  return port === 'unclear' && lastGroupLooksLikePort(host) ? withoutLastGroup(host) : host;
}
