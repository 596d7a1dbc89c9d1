// The nodes of a project that are to be collected: lists its instances, picks some, and asks each for its nodes.
import type {
  DiscoveredNode,
  FoundNodes,
  KnownInstance,
  Search,
  SearchEnd,
} from '../discover/discovery-api.js';
import type { Deadline } from '../model/deadline.js';
import { explainFailure } from '../model/failure.js';
import type { CallApi } from './call/api-call.js';
import { matchesGlob } from './glob.js';
import { type ListedInstance, listInstances } from './operations/list-instances.js';
import { isDown, isSameStatus, type Records } from './operations/read-records.js';
import { type InstanceNode, isGone, showInstance } from './operations/show-instance.js';

export interface NodeSelection {
  /** A glob. */
  readonly instanceName: string;
  /** By key: a glob for the value. The instance has all of them. */
  readonly tags: Readonly<Record<string, string>>;
  /** Of the instance, in any case; without any, every status that is not known to be down. */
  readonly statuses: readonly string[];
  readonly role: 'master' | 'slave' | 'both';
}

/** Few, so that collections find room in the budget of requests while a large project is read. */
const INSTANCES_AT_ONCE = 4;

/**
 * Instances are read while the list goes on, so that a long one shows the first ones early. Where it counts more than it lists,
 * or has a record that may hide one, each known one that it lacks is asked for by itself: it is gone where the API has none.
 */
export async function discoverNodes(
  callApi: CallApi,
  selection: NodeSelection,
  search: Search,
  deadline: Deadline,
): Promise<SearchEnd> {
  /** A deadline is one, however many instances it cuts off. */
  const errors = new Set<unknown>();
  const waiting: KnownInstance[] = [];
  const unwanted = new Set<string>();
  const unlisted = new Set<string>();
  const readers: Promise<void>[] = [];
  let reading = 0;

  const readInTurn = async (): Promise<void> => {
    reading += 1;
    for (let instance = waiting.shift(); instance !== undefined; instance = waiting.shift()) {
      try {
        const { described, nodes } = await showInstance(callApi, instance.id, deadline);
        // Of one that is listed the list has decided.
        const said = unlisted.has(instance.id) ? described : {};
        const { name = instance.name } = said;
        if (isWanted({ ...said, ...(name === '' ? {} : { name }) }, selection)) {
          search.found(instance.id, nodes && foundNodes({ ...instance, name }, nodes, selection));
        } else {
          search.notWanted(instance.id);
        }
      } catch (error) {
        if (unlisted.has(instance.id) && isGone(error)) {
          search.notWanted(instance.id);
        } else {
          errors.add(error);
        }
      }
    }
    reading -= 1;
  };
  const read = (instances: readonly KnownInstance[]): void => {
    waiting.push(...instances.map(({ id, name }) => ({ id, name })));
    while (reading < INSTANCES_AT_ONCE && waiting.length > 0) {
      readers.push(readInTurn());
    }
  };

  const list = await listInstances(callApi, deadline, (instances) => {
    const wanted = instances.filter((instance) => isWanted(instance, selection));
    for (const { id } of instances) {
      unwanted.add(id);
    }
    for (const { id } of wanted) {
      unwanted.delete(id);
    }
    read(wanted.filter(({ id }) => !search.isRead(id)));
  });
  const { ids: listed, odd, isComplete: isListComplete, failure } = list;
  // Not before: a later page may say that it runs.
  for (const id of unwanted) {
    search.notWanted(id);
  }
  if (!isListComplete && failure === undefined) {
    const lacking = search.notListed(listed);
    for (const { id } of lacking) {
      unlisted.add(id);
    }
    read(lacking);
  }
  await Promise.all(readers);

  const failures = [...(failure === undefined ? [] : [failure]), ...[...errors].map(explainFailure)];
  return { listed, isListComplete, odd, failures };
}

function foundNodes(
  instance: KnownInstance,
  records: Records<InstanceNode>,
  selection: NodeSelection,
): FoundNodes {
  const nodes = [...records.items.values()];
  const idsOf = (are: (node: InstanceNode) => boolean) => nodes.filter(are).map(({ id }) => id);
  /** Which of the roles that are to be told apart it has, nobody says. */
  const isUnclear = (node: InstanceNode) => selection.role !== 'both' && node.role === '' && !isDown(node);
  return {
    nodes: nodes.filter((node) => isWantedNode(node, selection)).map((node) => foundNode(instance, node)),
    others: new Set(idsOf((node) => !isWantedNode(node, selection) && !isUnclear(node))),
    unclear: new Set([...records.unclear, ...idsOf(isUnclear)]),
    nameless: records.nameless,
    odd: records.odd,
  };
}

/** What is not known of it decides nothing. */
function isWanted({ name, status, tags }: Partial<ListedInstance>, selection: NodeSelection): boolean {
  return (
    (name === undefined || matchesGlob(selection.instanceName, name)) &&
    (tags === undefined ||
      Object.entries(selection.tags).every(([key, glob]) => {
        const value = tags.get(key);
        return value !== undefined && matchesGlob(glob, value);
      })) &&
    (status === undefined ||
      (selection.statuses.length === 0
        ? !isDown({ status })
        : selection.statuses.some((wanted) => isSameStatus(wanted, status))))
  );
}

function isWantedNode(node: InstanceNode, selection: NodeSelection): boolean {
  return !isDown(node) && (selection.role === 'both' || selection.role === node.role);
}

function foundNode(instance: KnownInstance, { id, status: _, ...node }: InstanceNode): DiscoveredNode {
  return { ...node, instanceId: instance.id, instanceName: instance.name, nodeId: id };
}
