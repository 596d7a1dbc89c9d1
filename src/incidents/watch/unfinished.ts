// Records that nobody has ended: of the process before this one, of a node that went while none ran, or in a directory that is another one since a reload.
import type { IncidentRecord } from '../record.js';
import type { RecordStore } from '../store/record-store.js';

interface UnfinishedOptions {
  readonly records: RecordStore;
  /** Whether this process is the one to collect such a node, if there is one. */
  readonly isOurs: (nodeId: string) => boolean;
  /** Whether there is no such node any more. */
  readonly isGone: (nodeId: string) => boolean;
  /** Of a node that is watched, the id of what lasts there; undefined where it is not watched. */
  readonly lastingOf: (nodeId: string) => { readonly id: string | undefined } | undefined;
}

export class Unfinished {
  readonly #options: UnfinishedOptions;
  /** By node: the newest. */
  readonly #records = new Map<string, IncidentRecord>();

  constructor(options: UnfinishedOptions) {
    this.#options = options;
  }

  /** What a node that is watched from now on goes on with. */
  take(nodeId: string): IncidentRecord | undefined {
    const record = this.#records.get(nodeId);
    this.#records.delete(nodeId);
    return record;
  }

  /** Ends what nobody goes on with, when its snapshot was taken: nobody saw its end. Never rejects. */
  async settle(): Promise<void> {
    const { records, isOurs } = this.#options;
    const nodes = new Set<string>();
    for (const { id, node_id: nodeId } of records.openOnes()) {
      const record = isOurs(nodeId) ? await records.get(id) : undefined;
      // Its watch may have ended it meanwhile; and of one that another process ended, only its file says so.
      if (record === undefined || record.ended_at !== null || !records.isOpen(id)) {
        continue;
      }
      const isNewest = !nodes.has(nodeId);
      nodes.add(nodeId);
      this.#settle(record, isNewest);
    }
  }

  #settle(record: IncidentRecord, isNewest: boolean): void {
    const { records, isGone, lastingOf } = this.#options;
    const { id, node_id: nodeId } = record;
    const watched = lastingOf(nodeId);
    if (watched?.id === id) {
      return;
    }
    if (watched === undefined && isNewest && !isGone(nodeId)) {
      this.#records.set(nodeId, record);
      return;
    }
    if (this.#records.get(nodeId)?.id === id) {
      this.#records.delete(nodeId);
    }
    records.put({ ...record, ended_at: record.recorded_at });
  }
}
