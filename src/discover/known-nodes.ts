// What is known of a project's nodes, instance by instance, while searches read it: an instance that was read has the nodes
// that it says, and only a complete list takes instances away, or the API where it is asked for one and has none. A record that
// is odd takes nothing away.
import { OddRecords } from '../model/odd-records.js';
import type { DiscoveredNode, FoundNodes, KnownInstance, Search, SearchEnd } from './discovery-api.js';

interface InstanceState {
  readonly nodes: readonly DiscoveredNode[];
  /** Of all its nodes, also those that are not to be collected. */
  readonly ids: ReadonlySet<string>;
  /** Records without an id, less those that may be nodes which are kept. */
  readonly nameless: number;
  readonly odd: OddRecords;
}

const NOTHING_KNOWN: InstanceState = { nodes: [], ids: new Set(), nameless: 0, odd: new OddRecords() };

export class KnownNodes implements Search {
  #instances = new Map<string, InstanceState>();
  /** Instances that were read since `readAllAgain`. */
  #read = new Set<string>();
  /** Of the list that was read last. */
  #odd = new OddRecords();
  /** The instance of each node, as `summary` said last: it keeps a node that another one has, too. */
  #owners: ReadonlyMap<string, string> = new Map();

  /** Knows the same, and learns by itself. */
  copy(): KnownNodes {
    const copy = new KnownNodes();
    copy.#instances = new Map(this.#instances);
    copy.#read = new Set(this.#read);
    copy.#odd = this.#odd;
    copy.#owners = this.#owners;
    return copy;
  }

  /** How many instances were read since `readAllAgain`. */
  get instancesRead(): number {
    return this.#read.size;
  }

  readAllAgain(): void {
    this.#read.clear();
  }

  isRead(instanceId: string): boolean {
    return this.#read.has(instanceId);
  }

  found(instanceId: string, list: FoundNodes | undefined): void {
    this.#read.add(instanceId);
    const known = this.#instances.get(instanceId) ?? NOTHING_KNOWN;
    if (list === undefined) {
      const odd = new OddRecords();
      odd.add('instances without a list of nodes', instanceId);
      this.#instances.set(instanceId, { ...known, odd });
      return;
    }
    const { nodes, others, unclear, nameless, odd } = list;
    const found = new Set(nodes.map(({ nodeId }) => nodeId));
    const notFound = known.nodes.filter(({ nodeId }) => !found.has(nodeId) && !others.has(nodeId));
    const missing = notFound.filter(({ nodeId }) => !unclear.has(nodeId)).length;
    const listed = [...found, ...others, ...unclear];
    // An id that is new may be that of a record which had none before, and which stands for another node since.
    const named = new Set(listed.filter((id) => !known.ids.has(id))).size;
    const mayBeNameless = nameless > 0 && nameless + named > known.nameless;
    const kept = notFound.filter(({ nodeId }) => mayBeNameless || unclear.has(nodeId));
    this.#instances.set(instanceId, {
      nodes: [...nodes, ...kept],
      ids: new Set([...listed, ...kept.map(({ nodeId }) => nodeId)]),
      nameless: mayBeNameless ? Math.max(0, nameless - missing) : nameless,
      odd,
    });
  }

  notWanted(instanceId: string): void {
    this.#read.delete(instanceId);
    this.#instances.delete(instanceId);
  }

  notListed(listed: ReadonlySet<string>): KnownInstance[] {
    return [...this.#instances]
      .filter(([id]) => !listed.has(id) && !this.#read.has(id))
      .map(([id, { nodes }]) => ({ id, name: nodes[0]?.instanceName ?? '' }));
  }

  /** A search has ended. The instances are in the order of its list from now on. */
  end({ listed, isListComplete, odd }: SearchEnd): void {
    const missing = [...this.#instances].filter(([id]) => !listed.has(id));
    const there = [...listed].flatMap((id): [string, InstanceState][] => {
      const instance = this.#instances.get(id);
      return instance === undefined ? [] : [[id, instance]];
    });
    this.#instances = new Map(isListComplete ? there : [...there, ...missing]);
    // Of a list that failed early nothing odd is known, either.
    this.#odd = isListComplete || odd.count > 0 ? odd : this.#odd;
  }

  /** All nodes, each once, and what could not be used. */
  summary(): { readonly nodes: readonly DiscoveredNode[]; readonly odd: OddRecords } {
    const nodes = new Map<string, DiscoveredNode>();
    const odd = new OddRecords();
    odd.addAll(this.#odd);
    for (const instance of this.#instances.values()) {
      odd.addAll(instance.odd);
      for (const node of instance.nodes) {
        const { nodeId, instanceId } = node;
        if (nodes.has(nodeId)) {
          odd.add('nodes in two instances', nodeId);
        }
        if (!nodes.has(nodeId) || this.#owners.get(nodeId) === instanceId) {
          nodes.set(nodeId, node);
        }
      }
    }
    this.#owners = new Map([...nodes.values()].map(({ nodeId, instanceId }) => [nodeId, instanceId]));
    return { nodes: [...nodes.values()], odd };
  }
}
