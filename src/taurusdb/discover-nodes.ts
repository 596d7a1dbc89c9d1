// The nodes of a project that are to be collected: lists its instances, picks some, and asks each for its nodes.
import type { DiscoveredNode, DiscoveryResult } from '../discover/discovery-api.js';
import type { Deadline } from '../model/deadline.js';
import type { CollectionError } from '../model/failure.js';
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

/** Rejects where the instances cannot be listed; one whose nodes cannot be read is among the failures. */
export async function discoverNodes(
  callApi: CallApi,
  selection: NodeSelection,
  deadline: Deadline,
): Promise<DiscoveryResult> {
  const listed = await listInstances(callApi, deadline);
  const instances = listed.filter((instance) => isWanted(instance, selection));
  const nodesOf = new Map<ListedInstance, DiscoveredNode[]>();
  const failures: CollectionError[] = [];

  const waiting = instances.values();
  const readInTurn = async (): Promise<void> => {
    for (const instance of waiting) {
      try {
        const nodes = await showInstance(callApi, instance.id, deadline);
        nodesOf.set(
          instance,
          nodes.filter((node) => isWantedNode(node, selection)).map((node) => foundNode(instance, node)),
        );
      } catch (error) {
        failures.push(explainFailure(error));
      }
    }
  };
  await Promise.all(Array.from({ length: INSTANCES_AT_ONCE }, readInTurn));
  // In the order of the list, not of the answers.
  return { nodes: instances.flatMap((instance) => nodesOf.get(instance) ?? []), failures };
}

function isWanted({ name, status, tags }: ListedInstance, selection: NodeSelection): boolean {
  const word = status.toLowerCase();
  return (
    matchesGlob(selection.instanceName, name) &&
    Object.entries(selection.tags).every(([key, glob]) => {
      const value = tags.get(key);
      return value !== undefined && matchesGlob(glob, value);
    }) &&
    (selection.statuses.length === 0
      ? !DOWN.has(word)
      : selection.statuses.some((wanted) => wanted.toLowerCase() === word))
  );
}

function isWantedNode({ status, role }: InstanceNode, selection: NodeSelection): boolean {
  return !DOWN.has(status.toLowerCase()) && (selection.role === 'both' || selection.role === role);
}

function foundNode(instance: ListedInstance, { id, status: _, ...node }: InstanceNode): DiscoveredNode {
  return { ...node, instanceId: instance.id, instanceName: instance.name, nodeId: id };
}
