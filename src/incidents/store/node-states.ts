// What is known of each node beside its records, such as what is usual for it: a small file a node, so that a restart need not learn it again. Written
// now and then, one after the other: of what is lost in a crash the next hour tells again. What it does not tell is written at once.
import { readdir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { type Clock, elapsedMs, LONG_AGO, type MonotonicMs } from '../../clock.js';
import { NODE_ID } from '../../model/ids.js';
import type { DiskFaults } from './disk-faults.js';
import type { DiskLanes } from './disk-lanes.js';
import { codeOf, makeFolderWithin, readStart, temporaryOf, writeWhole } from './whole-file.js';

const MAX_STATE_BYTES = 32 * 1024;
/** Of all that nobody has asked for yet, or written since. */
const MAX_UNCLAIMED_BYTES = 16 * 1024 * 1024;
/** Of one node. */
const WRITTEN_EVERY_MS = 300_000;
/** Between two nodes. */
const SPACING_MS = 250;
const RETRY_MS = 30_000;
const SWEPT_EVERY_MS = 86_400_000;

interface NodeStatesOptions {
  readonly folder: string;
  /** Makes the one that it is in, where that is gone. */
  readonly makeParent: () => Promise<void>;
  readonly lanes: DiskLanes;
  readonly faults: DiskFaults;
  readonly clock: Clock;
  /** Asked each time. */
  readonly maxAgeMs: () => number;
}

export class NodeStates {
  readonly #options: NodeStatesOptions;
  /** By node, as they lie in their files: until somebody asks for it, or saves another one. */
  readonly #unclaimed = new Map<string, Buffer>();
  #unclaimedBytes = 0;
  /** By node, in the order in which they are to be written. */
  readonly #due = new Map<string, () => unknown>();
  /** Of those: not a while after the last time, and before the others. */
  readonly #urgent = new Set<string>();
  readonly #writtenAt = new Map<string, MonotonicMs>();
  #sweptAt: MonotonicMs = LONG_AGO;
  #isMade = false;
  #running: Promise<void> | undefined;
  #pause: AbortController | undefined;
  readonly #closing = new AbortController();

  constructor(options: NodeStatesOptions) {
    this.#options = options;
  }

  /** Reads what there is, and removes what is too old. Never rejects. */
  async open(): Promise<void> {
    await this.#sweep((nodeId, bytes) => {
      this.#keep(nodeId, bytes);
    });
  }

  /** As it was saved last, here or in the process before; once where it is written. Undefined where there is none. */
  load(nodeId: string): unknown {
    const saved = this.#due.get(nodeId);
    const bytes = this.#take(nodeId);
    return saved === undefined ? bytes && parse(bytes) : saved();
  }

  /** `state`: asked when its turn comes; something that JSON can hold, of at most MAX_STATE_BYTES. */
  save(nodeId: string, state: () => unknown, isUrgent = false): void {
    if (!NODE_ID.matches(nodeId)) {
      return;
    }
    this.#due.set(nodeId, state);
    this.#take(nodeId);
    if (isUrgent) {
      this.#urgent.add(nodeId);
      this.#pause?.abort();
    }
    if (this.#running === undefined && !this.#closing.signal.aborted) {
      this.#running = this.#run();
    }
  }

  /** Writes those that are due, whenever they were written last, as many as `graceMs` allows. */
  async close(graceMs: number): Promise<void> {
    this.#closing.abort();
    this.#pause?.abort();
    const grace = new AbortController();
    const over = this.#options.clock.sleep(graceMs, grace.signal).then(
      () => this.#due.clear(),
      () => {},
    );
    await Promise.race([this.#writeAll(), over]);
    grace.abort();
    this.#due.clear();
  }

  #keep(nodeId: string, bytes: Buffer): void {
    this.#take(nodeId);
    if (this.#unclaimedBytes + bytes.length <= MAX_UNCLAIMED_BYTES) {
      this.#unclaimed.set(nodeId, bytes);
      this.#unclaimedBytes += bytes.length;
    }
  }

  #take(nodeId: string): Buffer | undefined {
    const bytes = this.#unclaimed.get(nodeId);
    this.#unclaimed.delete(nodeId);
    this.#unclaimedBytes -= bytes?.length ?? 0;
    return bytes;
  }

  async #writeAll(): Promise<void> {
    await this.#running;
    for (const nodeId of this.#due.keys()) {
      if (!(await this.#write(nodeId))) {
        return;
      }
    }
  }

  async #run(): Promise<void> {
    const { clock } = this.#options;
    while (this.#due.size > 0 && !this.#closing.signal.aborted) {
      const { nodeId, waitMs } = this.#next(clock.monotonic());
      const hasFailed = nodeId !== undefined && !(await this.#write(nodeId));
      if (elapsedMs(this.#sweptAt, clock.monotonic()) >= SWEPT_EVERY_MS) {
        await this.#sweep(() => {});
      }
      const spacingMs = nodeId === undefined ? waitMs : SPACING_MS;
      await this.#rest(hasFailed ? RETRY_MS : spacingMs, hasFailed);
    }
    this.#running = undefined;
  }

  /** Until something is urgent, as it may be already; a disk that takes nothing has its rest, though. */
  async #rest(ms: number, hasFailed: boolean): Promise<void> {
    if (this.#closing.signal.aborted || (this.#urgent.size > 0 && !hasFailed)) {
      return;
    }
    this.#pause = new AbortController();
    await this.#options.clock.sleep(ms, this.#pause.signal).catch(() => {});
    this.#pause = undefined;
  }

  /** The first that is urgent or was not written a short while ago, or how long until there is one. */
  #next(now: MonotonicMs): { readonly nodeId: string | undefined; readonly waitMs: number } {
    const [urgent] = this.#urgent;
    if (urgent !== undefined) {
      return { nodeId: urgent, waitMs: 0 };
    }
    let waitMs = WRITTEN_EVERY_MS;
    for (const nodeId of this.#due.keys()) {
      const left = WRITTEN_EVERY_MS - elapsedMs(this.#writtenAt.get(nodeId) ?? LONG_AGO, now);
      if (left <= 0) {
        return { nodeId, waitMs: 0 };
      }
      waitMs = Math.min(waitMs, left);
    }
    // Another node may come meanwhile, whose first turn it is.
    return { nodeId: undefined, waitMs: Math.min(waitMs, RETRY_MS) };
  }

  async #write(nodeId: string): Promise<boolean> {
    const { lanes, faults, clock, folder } = this.#options;
    const state = this.#due.get(nodeId);
    this.#due.delete(nodeId);
    this.#urgent.delete(nodeId);
    try {
      const bytes = bytesOf(state?.());
      await lanes.write(() => this.#writeFile({ folder, name: `${nodeId}.json` }, bytes));
      this.#writtenAt.set(nodeId, clock.monotonic());
      // Its node may go now, and come back.
      this.#keep(nodeId, bytes);
      return true;
    } catch (error) {
      this.#isMade = false;
      // Its turn comes again behind the others, however urgent: it may be its own file alone that cannot be written.
      this.#writtenAt.delete(nodeId);
      faults.tell('state', `${nodeId}.json`, error);
      if (state !== undefined && codeOf(error) !== undefined && !this.#due.has(nodeId)) {
        this.#due.set(nodeId, state);
      }
      return false;
    }
  }

  async #writeFile(file: { readonly folder: string; readonly name: string }, bytes: Buffer): Promise<void> {
    if (!this.#isMade) {
      await this.#make();
      this.#isMade = true;
    }
    await writeWhole(file, bytes, false).catch(async (error: unknown) => {
      if (codeOf(error) !== 'ENOENT') {
        throw error;
      }
      await this.#make();
      await writeWhole(file, bytes, false);
    });
  }

  async #make(): Promise<void> {
    await this.#options.makeParent();
    await makeFolderWithin(this.#options.folder);
  }

  /** Tells `take` what is not too old, and removes what is: nodes that are gone. */
  async #sweep(take: (nodeId: string, bytes: Buffer) => void): Promise<void> {
    const { folder, lanes, faults, clock } = this.#options;
    this.#sweptAt = clock.monotonic();
    try {
      for (const name of await lanes.read(() => readdir(folder))) {
        await lanes
          .read(() => this.#visit(name, take))
          .catch((error: unknown) => tellOf(faults, name, error));
      }
    } catch (error) {
      // Nothing was saved yet; or the directory is none, which is told when it is looked for records.
      if (codeOf(error) !== 'ENOENT' && codeOf(error) !== 'ENOTDIR') {
        faults.tell('read', folder, error);
      }
    }
    for (const [nodeId, writtenAt] of this.#writtenAt) {
      if (elapsedMs(writtenAt, clock.monotonic()) >= SWEPT_EVERY_MS) {
        this.#writtenAt.delete(nodeId);
      }
    }
  }

  async #visit(name: string, take: (nodeId: string, bytes: Buffer) => void): Promise<void> {
    const { folder, clock, maxAgeMs, faults } = this.#options;
    const file = path.join(folder, name);
    if (nodeOf(temporaryOf(name) ?? '') !== undefined) {
      await unlink(file);
      return;
    }
    const nodeId = nodeOf(name);
    const { bytes, changedAtMs } =
      nodeId === undefined
        ? { bytes: undefined, changedAtMs: 0 }
        : await readStart(file, MAX_STATE_BYTES, MAX_STATE_BYTES);
    if (nodeId === undefined || bytes === undefined || parse(bytes) === undefined) {
      faults.tell('foreign', name, 'it is no state of a node');
    } else if (clock.now() - changedAtMs > maxAgeMs()) {
      await unlink(file);
    } else {
      take(nodeId, bytes);
    }
  }
}

function tellOf(faults: DiskFaults, name: string, error: unknown): void {
  const code = codeOf(error);
  if (code !== 'ENOENT') {
    faults.tell(code === 'ELOOP' || code === 'ENXIO' ? 'foreign' : 'read', name, error);
  }
}

/** Throws where it is none that is saved. */
function bytesOf(state: unknown): Buffer {
  const bytes = Buffer.from(JSON.stringify(state) ?? '');
  if (bytes.length === 0 || bytes.length > MAX_STATE_BYTES) {
    throw new Error(`state: got ${bytes.length} bytes, expected 1 to ${MAX_STATE_BYTES}`);
  }
  return bytes;
}

function nodeOf(name: string): string | undefined {
  const [, nodeId] = /^(.+)\.json$/u.exec(name) ?? [];
  return NODE_ID.matches(nodeId) ? nodeId : undefined;
}

function parse(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
}
