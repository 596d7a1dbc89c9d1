// The incidents of the fleet: hands each collection to the watch of its node, and what comes of it to the store, the log and the node's status.
import { isDeepStrictEqual } from 'node:util';
import { type Clock, type EpochMs, epochMs } from '../../clock.js';
import { type Log, logSeconds } from '../../log.js';
import { framesOf } from '../../model/failure.js';
import { type IncidentStatus, incidentId } from '../../model/incident.js';
import type { DatabaseNode } from '../../model/node.js';
import { RepeatedLines } from '../../repeated-lines.js';
import type { Observation } from '../observation.js';
import type { IncidentRecord, IncidentSummary } from '../record.js';
import type { IncidentRecords, ManualResult } from '../records.js';
import type { IncidentSettings, StoreSettings } from '../settings.js';
import type { RecordStore } from '../store/record-store.js';
import { NodeWatch, type Watched } from './node-watch.js';
import { Unfinished } from './unfinished.js';

interface IncidentsDependencies {
  readonly records: RecordStore;
  /** Undefined: incidents of the node are not looked for. */
  readonly publish: (nodeId: string, status: IncidentStatus | undefined) => void;
  /** Of several processes, whether it is this one that collects such a node; by default it collects all. */
  readonly isOurs?: (nodeId: string) => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

export class Incidents implements IncidentRecords {
  readonly #dependencies: IncidentsDependencies;
  readonly #lines: RepeatedLines;
  #settings: IncidentSettings;
  #nodes: readonly DatabaseNode[] = [];
  /** Whether there are no others. */
  #isComplete = false;
  /** By node; none until the store is open. */
  readonly #watches = new Map<string, NodeWatch>();
  readonly #unfinished: Unfinished;
  /** What the store works with. */
  #stored: StoreSettings;
  /** Nodes whose records have gone since the last publishing. */
  readonly #changed = new Set<string>();
  #isOpen = false;
  /** What there is to be read and moved, one after the other. */
  #opening: Promise<void> | undefined;
  /** Until it is done: states that are saved now are in the way of those that are read. */
  #isMoving = false;

  constructor(dependencies: IncidentsDependencies, settings: IncidentSettings) {
    this.#dependencies = dependencies;
    this.#lines = new RepeatedLines(dependencies.log, dependencies.clock);
    this.#settings = settings;
    this.#stored = settings.store;
    const { records, isOurs = () => true } = dependencies;
    this.#unfinished = new Unfinished({
      records,
      isOurs,
      isGone: (nodeId) => this.#isComplete && !this.#nodes.some((node) => node.nodeId === nodeId),
      lastingOf: (nodeId) => {
        const status = this.#watches.get(nodeId)?.status;
        return status && { id: status.active?.id };
      },
    });
    records.onGone((nodeId) => this.#publishSoon(nodeId));
  }

  get isEnabled(): boolean {
    return this.#settings.enabled;
  }

  /** To be called, and where records lie in a directory waited for, before the first collection. Never rejects. */
  open(): Promise<void> {
    this.#opening ??= this.#openNow();
    return this.#opening;
  }

  /** For a reload: begins no incident, and ends none. */
  configure(settings: IncidentSettings): void {
    const before = this.#settings;
    this.#settings = settings;
    if (!settings.enabled) {
      this.#endAll();
    }
    for (const watch of this.#watches.values()) {
      watch.configure(settings.triggers);
    }
    const isOtherStore = !isDeepStrictEqual(before.store, settings.store);
    if (this.#opening !== undefined && (isOtherStore || settings.enabled !== before.enabled)) {
      this.#doNext(() => this.#openNow());
    }
  }

  /** Of the nodes that are set, whether they are all that there are: then what lasts on another one has ended. */
  setComplete(isComplete: boolean): void {
    this.#isComplete = isComplete;
    if (isComplete && this.#isOpen) {
      this.#doNext(() => this.#settle());
    }
  }

  /** Values are counted otherwise from now on, by other groups of hosts, say. */
  forgetValues(): void {
    for (const watch of this.#watches.values()) {
      watch.forgetValues();
    }
  }

  /** A node that stays keeps its watch; what lasts on one that is gone has ended. */
  setNodes(nodes: readonly DatabaseNode[]): void {
    this.#nodes = nodes;
    if (!this.#isOpen) {
      return;
    }
    const ids = new Set(nodes.map(({ nodeId }) => nodeId));
    for (const [nodeId, watch] of this.#watches) {
      if (!ids.has(nodeId)) {
        this.#end(nodeId, watch);
      }
    }
    for (const nodeId of ids) {
      if (!this.#watches.has(nodeId)) {
        this.#watch(nodeId);
      }
    }
  }

  /** Never throws: a collection must not fail for an incident. */
  observe(observation: Observation): void {
    const { node } = observation;
    const watch = this.#watches.get(node.nodeId);
    if (watch === undefined) {
      return;
    }
    const { records } = this.#dependencies;
    try {
      const watched = watch.observe(observation);
      if (watched.record !== undefined) {
        records.put(watched.record);
      }
      // What counts against the day and for the cooldown is lost in no crash.
      const isUrgent = watched.news !== undefined && watched.news !== 'goes on';
      if (!this.#isMoving) {
        records.saveNode(node.nodeId, () => watch.save(), isUrgent);
      }
      this.#tell(node, watched, observation);
    } catch (error) {
      // Without its message, which may quote a cell.
      const fields = { ...namesOf(node), ...thrownOf(error) };
      this.#lines.tell('error', node.nodeId, 'incident', 'cannot look for incidents', fields);
    }
    this.#publish(node.nodeId, watch);
  }

  list(): readonly IncidentSummary[] {
    return this.#dependencies.records.list();
  }

  get(id: string): Promise<IncidentRecord | undefined> {
    return this.#dependencies.records.get(id);
  }

  record(nodeId: string): ManualResult {
    const { records, log } = this.#dependencies;
    const node = this.#nodes.find((one) => one.nodeId === nodeId);
    const watch = this.#watches.get(nodeId);
    if (node === undefined || watch === undefined) {
      return { refused: 'unknown node' };
    }
    const record = watch.recordLast();
    if (record === undefined) {
      return { refused: 'no snapshot' };
    }
    records.put(record);
    this.#publish(nodeId, watch);
    log.info('incident recorded by hand', { ...namesOf(node), incident: record.id });
    return { record };
  }

  /** Writes what is not written yet, as far as `graceMs` allows. */
  async close(graceMs: number): Promise<void> {
    await this.#dependencies.records.close(graceMs);
  }

  /** Nothing is waited for where there is nothing to be read. What is switched off meanwhile stays off. */
  async #openNow(): Promise<void> {
    const { enabled, store } = this.#settings;
    const isOtherStore = !isDeepStrictEqual(store, this.#stored);
    if (!enabled || (this.#isOpen && !isOtherStore)) {
      return;
    }
    if (isOtherStore) {
      await this.#move(store);
    } else if (store.directory !== '') {
      await this.#dependencies.records.open();
    }
    if (store.directory !== '') {
      await this.#settle();
    }
    if (this.#settings.enabled) {
      this.#isOpen = true;
      this.setNodes(this.#nodes);
    }
  }

  async #move(store: StoreSettings): Promise<void> {
    const { records } = this.#dependencies;
    const isOtherDirectory = store.directory !== this.#stored.directory;
    this.#stored = store;
    this.#isMoving = isOtherDirectory;
    try {
      await records.configure(store);
      if (!isOtherDirectory && !this.#isOpen && store.directory !== '') {
        await records.open();
      }
    } finally {
      this.#isMoving = false;
    }
    if (isOtherDirectory) {
      for (const [nodeId, watch] of this.#watches) {
        watch.takeUsual(records.loadNode(nodeId));
        this.#publish(nodeId, watch);
      }
    }
  }

  async #settle(): Promise<void> {
    if (this.#settings.enabled) {
      await this.#unfinished.settle();
    }
  }

  #doNext(work: () => Promise<void>): void {
    const before = this.#opening ?? Promise.resolve();
    this.#opening = before.then(work).catch((error: unknown) => {
      const fields = thrownOf(error);
      this.#lines.tell('error', 'incidents', 'store', 'cannot open the records of incidents', fields);
    });
  }

  #watch(nodeId: string): void {
    const { records } = this.#dependencies;
    const last = records.lastOf(nodeId);
    const watch = new NodeWatch(this.#settings.triggers, {
      saved: records.loadNode(nodeId),
      last: last && epochMs(Date.parse(last.started_at)),
      lasting: this.#unfinished.take(nodeId),
      isTaken: (startedAt) => records.has(incidentId(nodeId, startedAt)),
    });
    this.#watches.set(nodeId, watch);
    this.#publish(nodeId, watch);
  }

  #publish(nodeId: string, { status }: NodeWatch): void {
    this.#dependencies.publish(nodeId, { ...status, lastStartedAt: this.#lastOf(nodeId, status) });
  }

  /** Of all records that go at once only once. */
  #publishSoon(nodeId: string): void {
    if (this.#changed.size === 0) {
      queueMicrotask(() => {
        const changed = [...this.#changed];
        this.#changed.clear();
        for (const one of changed) {
          const watch = this.#watches.get(one);
          if (watch !== undefined) {
            this.#publish(one, watch);
          }
        }
      });
    }
    this.#changed.add(nodeId);
  }

  /** Of a record that is there; of the one that lasts in any case, which is put again. */
  #lastOf(nodeId: string, { active, lastStartedAt }: IncidentStatus): EpochMs | undefined {
    const { records } = this.#dependencies;
    const isThere = lastStartedAt !== undefined && records.has(incidentId(nodeId, lastStartedAt));
    if (active !== undefined || isThere) {
      return lastStartedAt;
    }
    const last = records.lastOf(nodeId);
    return last && epochMs(Date.parse(last.started_at));
  }

  #end(nodeId: string, watch: NodeWatch): void {
    const { records, publish } = this.#dependencies;
    const record = watch.end();
    if (record !== undefined) {
      records.put(record);
    }
    records.saveNode(nodeId, watch.saveUsual());
    this.#watches.delete(nodeId);
    publish(nodeId, undefined);
  }

  #endAll(): void {
    for (const [nodeId, watch] of this.#watches) {
      this.#end(nodeId, watch);
    }
    this.#isOpen = false;
  }

  #tell(node: DatabaseNode, { news, record }: Watched, { at, snapshot }: Observation): void {
    const { log } = this.#dependencies;
    if (news === 'suppressed') {
      log.warn('incident not recorded: incidents.max_per_day is reached', namesOf(node));
    } else if (record !== undefined && news !== 'goes on') {
      const fields = { ...namesOf(node), incident: record.id, kinds: record.kinds.join(',') };
      if (news === 'began') {
        log.warn('incident began', {
          ...fields,
          sessions: snapshot.sessions,
          usual: record.sessions.usual ?? undefined,
        });
      } else {
        log.info('incident ended', {
          ...fields,
          duration_seconds: logSeconds(at - Date.parse(record.started_at)),
        });
      }
    }
  }
}

function namesOf({ project, instanceId, nodeId, name }: DatabaseNode) {
  return { project, instance_id: instanceId, node_id: nodeId, node_name: name };
}

function thrownOf(error: unknown) {
  return error instanceof Error
    ? { thrown: error.constructor.name, thrown_at: framesOf(error)[0] }
    : { thrown: typeof error };
}
