// The records that are kept: in memory until they are written, in the directory where there is one. What goes wrong with the disk is told and counted, and
// nobody who collects or asks waits for it.
import path from 'node:path';
import { type Clock, elapsedMs, LONG_AGO, type MonotonicMs } from '../../clock.js';
import type { Log } from '../../log.js';
import { boundedRecord } from '../bounded-record.js';
import { readIncidentId } from '../parse-record.js';
import { type IncidentRecord, type IncidentSummary, summaryOf } from '../record.js';
import type { Records } from '../records.js';
import type { StoreSettings } from '../settings.js';
import { DiskFaults } from './disk-faults.js';
import { DiskLanes } from './disk-lanes.js';
import { NodeStates } from './node-states.js';
import { RecordDirectory, STATE_FOLDER } from './record-directory.js';
import { type Kept, type RetentionBounds, recordsToRemove } from './retention.js';
import { SteadyWall } from './steady-wall.js';
import { WriteQueue } from './write-queue.js';

/** Of records that are not written. */
const MAX_HELD = 100;
const MAX_HELD_BYTES = 32 * 1024 * 1024;
/** Longer than a disk takes that is well; then the rest comes when it comes. */
const PATIENCE_MS = 10_000;
const AGE_LOOKED_AT_EVERY_MS = 60_000;

interface RecordStoreOptions {
  readonly settings: StoreSettings;
  readonly clock: Clock;
  readonly log: Log;
  /** Counts each fault of the directory. */
  readonly onError: () => void;
}

interface Entry extends Kept {
  readonly startedAt: number;
  /** Until it is written. */
  readonly held: Buffer | undefined;
  /** Perhaps an older version of it. */
  readonly isOnDisk: boolean;
}

interface Listing {
  /** The newest first. */
  readonly list: readonly IncidentSummary[];
  /** Of each node. */
  readonly lasts: ReadonlyMap<string, IncidentSummary>;
}

/** What belongs to one directory, and goes with it. */
interface Place {
  readonly directory: RecordDirectory;
  readonly queue: WriteQueue;
  readonly states: NodeStates;
}

export class RecordStore implements Records {
  readonly #clock: Clock;
  readonly #faults: DiskFaults;
  readonly #wall: SteadyWall;
  readonly #lanes = new DiskLanes();
  #settings: StoreSettings;
  readonly #entries = new Map<string, Entry>();
  #place: Place | undefined;
  #agesLookedAt: MonotonicMs = LONG_AGO;
  #onGone: (nodeId: string) => void = () => {};
  /** Made anew when something has changed. */
  #listed: Listing | undefined;

  constructor({ settings, clock, log, onError }: RecordStoreOptions) {
    this.#settings = settings;
    this.#clock = clock;
    this.#wall = new SteadyWall(clock);
    this.#faults = new DiskFaults(log, clock, onError);
    this.#place = this.#newPlace();
  }

  /** Resolves once the directory has been read, or after a while: what is found later is listed then. Never rejects. */
  async open(): Promise<void> {
    const place = this.#place;
    if (place === undefined) {
      return;
    }
    await this.#patiently(Promise.all([place.states.open(), this.#scan(place)]));
  }

  /** `tell`: called with the node of each record that is there no more. */
  onGone(tell: (nodeId: string) => void): void {
    this.#onGone = tell;
  }

  list(): readonly IncidentSummary[] {
    return this.#listing().list;
  }

  lastOf(nodeId: string): IncidentSummary | undefined {
    return this.#listing().lasts.get(nodeId);
  }

  /** Those that lasted when the process before ended, and have not been put by this one. */
  openOnes(): readonly IncidentSummary[] {
    return this.list().filter(({ id }) => this.isOpen(id));
  }

  /** Whether it is one of those. */
  isOpen(id: string): boolean {
    const entry = this.#entries.get(id);
    return entry !== undefined && !entry.isActive && entry.summary.ended_at === null;
  }

  has(id: string): boolean {
    return this.#entries.has(id);
  }

  async get(id: string): Promise<IncidentRecord | undefined> {
    const entry = this.#entries.get(id);
    if (entry?.held !== undefined) {
      return JSON.parse(entry.held.toString());
    }
    const place = this.#place;
    if (entry === undefined || place === undefined) {
      return undefined;
    }
    const found = (await this.#patiently(place.directory.read(id))) ?? 'unread';
    if (found === 'gone' && this.#entries.get(id) === entry) {
      this.#forget(id);
    }
    return typeof found === 'string' ? undefined : found;
  }

  /** Listed at once, and written soon: of one that is put again before that, only the newest version. Never throws for a fault of the disk. */
  put(record: IncidentRecord): void {
    const { record: within, bytes } = boundedRecord(record);
    const { id } = within;
    this.#entries.set(id, {
      summary: summaryOf(within),
      startedAt: Date.parse(within.started_at),
      bytes: bytes.length,
      held: bytes,
      isOnDisk: this.#entries.get(id)?.isOnDisk ?? false,
      isActive: within.ended_at === null,
    });
    this.#listed = undefined;
    // An id of another form is no name of a file.
    if (readIncidentId(id) !== undefined) {
      this.#place?.queue.add(id);
    }
    this.#retain();
  }

  /** As it was saved last, or before the process started; then once. Undefined where that is not known. */
  loadNode(nodeId: string): unknown {
    return this.#place?.states.load(nodeId);
  }

  /** Written within some minutes, or as soon as can be. A function is called when its turn comes. */
  saveNode(nodeId: string, state: unknown, isUrgent = false): void {
    this.#place?.states.save(nodeId, typeof state === 'function' ? () => state() : () => state, isUrgent);
    this.#retain();
  }

  /** For a reload. Another directory is read; what was not written yet, and what lasts, comes along. */
  async configure(settings: StoreSettings): Promise<void> {
    const { directory } = this.#settings;
    this.#settings = settings;
    if (settings.directory !== directory) {
      await this.#move();
    }
    this.#agesLookedAt = LONG_AGO;
    this.#retain();
  }

  /** Writes what is not written yet, as far as `graceMs` allows; then nothing any more. */
  async close(graceMs: number): Promise<void> {
    const place = this.#place;
    await Promise.all([place?.queue.close(graceMs), place?.states.close(graceMs)]);
  }

  #newPlace(): Place | undefined {
    const folder = this.#settings.directory;
    if (folder === '') {
      return undefined;
    }
    const directory = new RecordDirectory(folder, {
      lanes: this.#lanes,
      faults: this.#faults,
      onVanished: () => this.#forgetWritten(directory),
    });
    return {
      directory,
      queue: new WriteQueue(this.#clock, (id) => this.#write(directory, id)),
      states: new NodeStates({
        folder: path.join(folder, STATE_FOLDER),
        makeParent: () => directory.makeAnew(),
        lanes: this.#lanes,
        faults: this.#faults,
        clock: this.#clock,
        maxAgeMs: () => this.#maxAgeMs(),
      }),
    };
  }

  async #move(): Promise<void> {
    const before = this.#place;
    const lasting = [...this.#entries].filter(([, { isActive, held }]) => isActive && held === undefined);
    const records = await Promise.all(lasting.map(([id]) => this.get(id)));
    await Promise.all([before?.queue.close(0), before?.states.close(0)]);
    // From here on nothing is waited for. What was put meanwhile is newer than what was read.
    const read = lasting.flatMap(([id, entry], index) =>
      this.#entries.get(id) === entry ? (records[index] ?? []) : [],
    );
    this.#place = this.#newPlace();
    for (const [id, entry] of this.#entries) {
      if (entry.held === undefined) {
        this.#forget(id);
      } else {
        this.#entries.set(id, { ...entry, isOnDisk: false });
        this.#place?.queue.add(id);
      }
    }
    for (const record of read) {
      this.put(record);
    }
    await this.open();
  }

  async #scan(place: Place): Promise<void> {
    await place.directory.scan((head, bytes) => {
      if (this.#place !== place) {
        return;
      }
      const known = this.#entries.get(head.id);
      this.#entries.set(
        head.id,
        known === undefined
          ? {
              summary: summaryOf(head),
              startedAt: Date.parse(head.started_at),
              bytes,
              held: undefined,
              isOnDisk: true,
              isActive: false,
            }
          : { ...known, isOnDisk: true },
      );
      this.#listed = undefined;
    });
    this.#agesLookedAt = LONG_AGO;
    this.#retain();
  }

  /** Resolves to whether nothing is left to be written of it. */
  async #write(directory: RecordDirectory, id: string): Promise<boolean> {
    const bytes = this.#entries.get(id)?.held;
    if (bytes === undefined) {
      return true;
    }
    const outcome = await directory.write(id, bytes);
    const entry = this.#entries.get(id);
    if (outcome === 'written' && entry !== undefined && this.#place?.directory === directory) {
      this.#entries.set(id, {
        ...entry,
        isOnDisk: true,
        // What was put meanwhile has its own turn.
        held: entry.held === bytes ? undefined : entry.held,
      });
    }
    return outcome !== 'failed';
  }

  /** The files are gone; what waits to be written is not. */
  #forgetWritten(directory: RecordDirectory): void {
    if (this.#place?.directory !== directory) {
      return;
    }
    for (const [id, entry] of this.#entries) {
      if (entry.held === undefined) {
        this.#forget(id);
      } else {
        this.#entries.set(id, { ...entry, isOnDisk: false });
      }
    }
  }

  #retain(): void {
    const now = this.#clock.monotonic();
    const bounds = this.#bounds();
    const entries = [...this.#entries.values()];
    const isFull =
      entries.length > bounds.maxRecords ||
      entries.reduce((sum, { bytes }) => sum + bytes, 0) > bounds.maxBytes;
    if (isFull || elapsedMs(this.#agesLookedAt, now) >= AGE_LOOKED_AT_EVERY_MS) {
      this.#agesLookedAt = now;
      const withAge = { ...bounds, maxAgeMs: this.#maxAgeMs() };
      for (const id of recordsToRemove(newestFirst(entries), withAge, this.#clock.now())) {
        this.#remove(id);
      }
    }
    if (this.#place !== undefined) {
      this.#letGoUnwritten();
    }
  }

  #bounds(): Pick<RetentionBounds, 'maxRecords' | 'maxBytes'> {
    const { maxRecords, maxBytes } = this.#settings;
    return this.#place === undefined
      ? { maxRecords: Math.min(MAX_HELD, maxRecords), maxBytes: Math.min(MAX_HELD_BYTES, maxBytes) }
      : { maxRecords, maxBytes };
  }

  /** Nothing is too old by a clock that has just been set. */
  #maxAgeMs(): number {
    return this.#wall.isSteady() ? this.#settings.maxAgeMs : Number.POSITIVE_INFINITY;
  }

  /** Of a disk that takes nothing for long. */
  #letGoUnwritten(): void {
    const held = [...this.#entries.values()].filter((entry) => entry.held !== undefined);
    const bounds = { maxRecords: MAX_HELD, maxBytes: MAX_HELD_BYTES, maxAgeMs: Number.POSITIVE_INFINITY };
    for (const id of recordsToRemove(newestFirst(held), bounds, this.#clock.now())) {
      this.#faults.tell('lost', `${id}.json`, `more than ${MAX_HELD} records wait to be written`);
      this.#letGo(id);
    }
  }

  /** What is on disk stays: it says what was known before. */
  #letGo(id: string): void {
    const entry = this.#entries.get(id);
    if (entry?.isOnDisk) {
      this.#entries.set(id, { ...entry, held: undefined });
      this.#place?.queue.drop(id);
    } else {
      this.#forget(id);
    }
  }

  #remove(id: string): void {
    const place = this.#place;
    if (place !== undefined && this.#entries.get(id) !== undefined && readIncidentId(id) !== undefined) {
      place.directory.remove(id).catch(() => {});
    }
    this.#forget(id);
  }

  #forget(id: string): void {
    const nodeId = this.#entries.get(id)?.summary.node_id;
    this.#entries.delete(id);
    this.#place?.queue.drop(id);
    this.#listed = undefined;
    if (nodeId !== undefined) {
      this.#onGone(nodeId);
    }
  }

  #listing(): Listing {
    if (this.#listed === undefined) {
      const list = newestFirst([...this.#entries.values()]).map(({ summary }) => summary);
      const lasts = new Map<string, IncidentSummary>();
      for (const summary of list) {
        if (!lasts.has(summary.node_id)) {
          lasts.set(summary.node_id, summary);
        }
      }
      this.#listed = { list, lasts };
    }
    return this.#listed;
  }

  /** Undefined where it takes too long. */
  async #patiently<T>(work: Promise<T>): Promise<T | undefined> {
    const done = new AbortController();
    const tooLong = this.#clock.sleep(PATIENCE_MS, done.signal).then(
      () => undefined,
      () => undefined,
    );
    try {
      return await Promise.race([work, tooLong]);
    } finally {
      done.abort();
    }
  }
}

function newestFirst(entries: Entry[]): readonly Entry[] {
  return entries.sort((a, b) => b.startedAt - a.startedAt || (a.summary.id < b.summary.id ? 1 : -1));
}
