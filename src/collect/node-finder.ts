// The port through which discovery sees the API: the nodes of one project that are to be collected.
import type { CollectionError } from './collection-error.js';
import type { DatabaseNode } from './database-node.js';
import type { Deadline } from './deadline.js';

/** What the API knows of a node; the rest of a DatabaseNode is configured. */
export type FoundNode = Pick<
  DatabaseNode,
  'instanceId' | 'instanceName' | 'nodeId' | 'name' | 'role' | 'maxConnections'
>;

export interface Findings {
  readonly nodes: readonly FoundNode[];
  /** One per instance whose nodes could not be read: while there are any, a node that is missing may still exist. */
  readonly failures: readonly CollectionError[];
}

/** Rejects with CollectionError where the instances could not be listed in full. */
export type FindNodes = (deadline: Deadline) => Promise<Findings>;
