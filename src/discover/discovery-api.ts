// The port through which discovery sees the API: the nodes of one project that are to be collected.
import type { Deadline } from '../model/deadline.js';
import type { CollectionError } from '../model/failure.js';
import type { DatabaseNode } from '../model/node.js';

/** What the API knows of a node; the rest of a DatabaseNode is configured. */
export type DiscoveredNode = Pick<
  DatabaseNode,
  'instanceId' | 'instanceName' | 'nodeId' | 'name' | 'role' | 'maxConnections'
>;

export interface DiscoveryResult {
  readonly nodes: readonly DiscoveredNode[];
  /** One per instance whose nodes could not be read: while there are any, a node that is missing may still exist. */
  readonly failures: readonly CollectionError[];
}

/** Rejects with CollectionError where the instances could not be listed in full. */
export type DiscoverNodes = (deadline: Deadline) => Promise<DiscoveryResult>;
