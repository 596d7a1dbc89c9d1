// The nodes of a project that are to be collected: lists its instances, picks some, and asks each for its nodes.
import type { DiscoveredNode, FoundNodes, Search, SearchEnd } from '../discover/discovery-api.js';
import type { Deadline } from '../model/deadline.js';
import { explainFailure } from '../model/failure.js';
import type { CallApi } from './call/api-call.js';
import { matchesGlob } from './glob.js';
import { type ListedInstance, listInstances } from './operations/list-instances.js';
import { type InstanceNode, showInstance } from './operations/show-instance.js';

export interface NodeSelection {
  /** A glob. */
  readonly instanceName: string;
  /** By key: a glob for the value. The instance has all of them. */
  readonly tags: Readonly<Record<string, string>>;
  /** Of the instance, in any case; without any, every status that is not known to be down. */
  readonly statuses: readonly string[];
  readonly role: 'master' | 'slave' | 'both';
}

/**
 * Which words the API has is not documented in full. These say that nothing runs that could be asked for sessions;
 * any other word is worth a try, and so is `failed`, which means abnormal.
 */
const DOWN = new Set(['creating', 'build', 'createfail', 'deleting', 'deleted', 'frozen', 'shutdown']);

/** Few, so that collections find room in the budget of requests while a large project is read. */
const INSTANCES_AT_ONCE = 4;

/** What is kept of one until its turn. */
type NamedInstance = Pick<ListedInstance, 'id' | 'name'>;

/** Instances are read while the list goes on, so that a long one shows the first ones early. */
export async function discoverNodes(
  callApi: CallApi,
  selection: NodeSelection,
  search: Search,
  deadline: Deadline,
): Promise<SearchEnd> {
  /** A deadline is one, however many instances it cuts off. */
  const errors = new Set<unknown>();
  const waiting: NamedInstance[] = [];
  const readers: Promise<void>[] = [];
  let reading = 0;

  const readInTurn = async (): Promise<void> => {
    reading += 1;
    for (let instance = waiting.shift(); instance !== undefined; instance = waiting.shift()) {
      try {
        search.found(instance.id, await readNodes(callApi, instance, selection, deadline));
      } catch (error) {
        errors.add(error);
      }
    }
    reading -= 1;
  };

  const list = await listInstances(callApi, deadline, (instances) => {
    for (const instance of instances) {
      if (!isWanted(instance, selection)) {
        search.notWanted(instance.id);
      } else if (!search.isRead(instance.id)) {
        waiting.push({ id: instance.id, name: instance.name });
      }
    }
    while (reading < INSTANCES_AT_ONCE && waiting.length > 0) {
      readers.push(readInTurn());
    }
  });
  await Promise.all(readers);

  const { ids: listed, failure, ...records } = list;
  const failures = [...(failure === undefined ? [] : [failure]), ...[...errors].map(explainFailure)];
  return { ...records, listed, isListComplete: failure === undefined, failures };
}

async function readNodes(
  callApi: CallApi,
  instance: NamedInstance,
  selection: NodeSelection,
  deadline: Deadline,
): Promise<FoundNodes | undefined> {
  const records = await showInstance(callApi, instance.id, deadline);
  if (records === undefined) {
    return undefined;
  }
  const nodes = [...records.items.values()];
  const idsOf = (are: (node: InstanceNode) => boolean) => nodes.filter(are).map(({ id }) => id);
  /** Which of the roles that are to be told apart it has, nobody says. */
  const isUnclear = ({ status, role }: InstanceNode) =>
    selection.role !== 'both' && role === '' && !isDown(status);
  return {
    nodes: nodes.filter((node) => isWantedNode(node, selection)).map((node) => foundNode(instance, node)),
    others: new Set(idsOf((node) => !isWantedNode(node, selection) && !isUnclear(node))),
    unclear: new Set([...records.unclear, ...idsOf(isUnclear)]),
    nameless: records.nameless,
    odd: records.odd,
  };
}

function isWanted({ name, status, tags }: ListedInstance, selection: NodeSelection): boolean {
  return (
    matchesGlob(selection.instanceName, name) &&
    Object.entries(selection.tags).every(([key, glob]) => {
      const value = tags.get(key);
      return value !== undefined && matchesGlob(glob, value);
    }) &&
    (selection.statuses.length === 0
      ? !isDown(status)
      : selection.statuses.some((wanted) => wanted.toLowerCase() === status.toLowerCase()))
  );
}

function isWantedNode({ status, role }: InstanceNode, selection: NodeSelection): boolean {
  return !isDown(status) && (selection.role === 'both' || selection.role === role);
}

function isDown(status: string): boolean {
  return DOWN.has(status.toLowerCase());
}

function foundNode(instance: NamedInstance, { id, status: _, ...node }: InstanceNode): DiscoveredNode {
  return { ...node, instanceId: instance.id, instanceName: instance.name, nodeId: id };
}
