// What is known of every node, from the collector to whoever shows it.
import type { DatabaseNode } from '../model/node.js';
import type { NodeStatus } from './node-status.js';

export class NodeBoard {
  #statuses = new Map<string, NodeStatus>();
  #list: readonly NodeStatus[] | undefined;
  readonly #onChange: () => void;

  /** `onChange` is called after each change of the list. */
  constructor(onChange: () => void = () => {}) {
    this.#onChange = onChange;
  }

  /** A node that stays keeps its status, one that is gone takes its status with it. */
  setNodes(nodes: readonly DatabaseNode[]): void {
    const statuses = nodes.toSorted(byInstanceThenNode).map((node): [string, NodeStatus] => {
      const known = this.#statuses.get(node.nodeId);
      return [node.nodeId, known === undefined ? untried(node) : { ...known, node }];
    });
    this.#statuses = new Map(statuses);
    this.#list = undefined;
    this.#onChange();
  }

  get(nodeId: string): NodeStatus | undefined {
    return this.#statuses.get(nodeId);
  }

  /** Sorted by instance and node; the same array until something changes. */
  list(): readonly NodeStatus[] {
    this.#list ??= [...this.#statuses.values()];
    return this.#list;
  }

  /** Does nothing for a node that is gone: its collection may end later than the node. */
  update(nodeId: string, change: (status: NodeStatus) => Partial<Omit<NodeStatus, 'node'>>): void {
    const status = this.#statuses.get(nodeId);
    if (status !== undefined) {
      this.#statuses.set(nodeId, { ...status, ...change(status) });
      this.#list = undefined;
      this.#onChange();
    }
  }
}

function byInstanceThenNode(a: DatabaseNode, b: DatabaseNode): number {
  return compare(a.instanceId, b.instanceId) || compare(a.nodeId, b.nodeId);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}

function untried(node: DatabaseNode): NodeStatus {
  return {
    node,
    up: undefined,
    collections: { success: 0, error: 0, skipped: 0 },
    errors: {
      network: 0,
      timeout: 0,
      auth: 0,
      throttled: 0,
      api: 0,
      task_error: 0,
      task_unrecognized: 0,
      csv: 0,
      too_large: 0,
      internal: 0,
    },
    csvRows: 0,
    csvRowsRejected: 0,
    csvBytes: 0,
    phaseSeconds: {},
    lastSuccessAt: undefined,
    nextRunAt: undefined,
    lastError: undefined,
    snapshot: undefined,
    staleAt: undefined,
    previousSessions: undefined,
  };
}
