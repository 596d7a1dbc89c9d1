// Groups of client hosts that count nothing, as an earlier group has their hosts: the first group that fits counts a host.
import { type Network, NetworkTable, networkIn } from '../../sessions/hosts/networks.js';
import { type ConfigPath, placeText, quote } from '../yaml/config-errors.js';

interface CheckedGroup {
  readonly name: string;
  readonly cidr?: readonly string[] | undefined;
  readonly match?: string | undefined;
}

/** One warning for each group, for its first part that never fits. */
export function groupsInVain(
  groups: readonly CheckedGroup[],
  lineOf: (path: ConfigPath) => number | undefined,
): string[] {
  const earlier = new NetworkTable();
  const globs = new Map<string, number>();
  let all: number | undefined;
  return groups.flatMap(({ name, cidr = [], match }, group) => {
    const networks = cidr.flatMap((text) => networkIn(text) ?? []);
    const taken = networks.map(({ address, bits }) => earlier.lowest(address, bits));
    const inVain: readonly (readonly [key: ConfigPath, by: number | undefined])[] = [
      [[], all],
      ...taken.map((by, index) => [['cidr', index], by] as const),
      [['match'], match === undefined ? undefined : globs.get(match)],
    ];
    addTo(earlier, networks, group);
    if (match !== undefined && !globs.has(match)) {
      globs.set(match, group);
    }
    all ??= match !== undefined && /^\*+$/u.test(match) ? group : undefined;
    // A group in two parts may have both.
    const [key, by] = inVain.find(([, first]) => first !== undefined && groups[first]?.name !== name) ?? [];
    if (key === undefined || by === undefined) {
      return [];
    }
    const path: ConfigPath = ['metrics', 'dimensions', 'host', 'groups', group, ...key];
    return [
      `${placeText(path, lineOf(path))}: counts no host, as groups[${by}] (${quote(groups[by]?.name ?? '')}) has them all: ` +
        'the first group that fits counts a host; put the narrower one first',
    ];
  });
}

function addTo(table: NetworkTable, networks: readonly Network[], group: number): void {
  for (const network of networks) {
    table.add(network, group);
  }
}
