// The port through which discovery sees the API: the nodes of one project that are to be collected, instance by instance.
import type { Deadline } from '../model/deadline.js';
import type { CollectionError } from '../model/failure.js';
import type { DatabaseNode } from '../model/node.js';
import type { OddRecords } from '../model/odd-records.js';

/** What the API knows of a node; the rest of a DatabaseNode is configured. */
export type DiscoveredNode = Pick<
  DatabaseNode,
  'instanceId' | 'instanceName' | 'nodeId' | 'name' | 'role' | 'maxConnections'
>;

/** The nodes of one instance, as far as its records can be read. */
export interface FoundNodes {
  /** Those to be collected. */
  readonly nodes: readonly DiscoveredNode[];
  /** Ids of those that are not to be collected. */
  readonly others: ReadonlySet<string>;
  /** Ids of those of which no more is known. */
  readonly unclear: ReadonlySet<string>;
  /** How many records have no id that can be read: each may be any node. */
  readonly nameless: number;
  readonly odd: OddRecords;
}

/** What a search is told, and tells, while it goes on. */
export interface Search {
  /** An earlier search that did not come to its end has read the instance. */
  isRead(instanceId: string): boolean;
  /** Called for each instance as soon as it was read; undefined where it has no list of nodes. */
  found(instanceId: string, nodes: FoundNodes | undefined): void;
  /** Called for each instance that is gone, or whose nodes are not to be collected. */
  notWanted(instanceId: string): void;
  /** Known instances that this list lacks and that are not read yet. A name that is not known is empty. */
  notListed(listed: ReadonlySet<string>): readonly KnownInstance[];
}

export interface KnownInstance {
  readonly id: string;
  readonly name: string;
}

export interface SearchEnd {
  /** The instances that there are, as far as the pages came. */
  readonly listed: ReadonlySet<string>;
  /** Whether there are no others, and no record may hide one: only then one that is known and not listed is gone. */
  readonly isListComplete: boolean;
  readonly odd: OddRecords;
  /** Of the list, and one per instance whose nodes could not be read. */
  readonly failures: readonly CollectionError[];
  /** Of a search that read all there is and found no node: what was seen, and why none of it is to be collected. */
  readonly whyNone?: () => string;
}

/** Completes "discovery …". No failure: there may be none yet. */
export const FOUND_NO_NODES = 'found no nodes';

export type DiscoverNodes = (search: Search, deadline: Deadline) => Promise<SearchEnd>;
