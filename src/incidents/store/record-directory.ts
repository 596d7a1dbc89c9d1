// The directory of records: finds those in it, reads, writes and removes one. It knows by name which files may be records, and by content which are; all
// others are left alone.
import { opendir, unlink } from 'node:fs/promises';
import path from 'node:path';
import { headOf } from '../bounded-record.js';
import { type Head, parseRecord, readIncidentId } from '../parse-record.js';
import { type IncidentRecord, MAX_RECORD_BYTES } from '../record.js';
import { MAX_RECORDS } from '../settings.js';
import type { DiskFaults } from './disk-faults.js';
import type { DiskLanes } from './disk-lanes.js';
import { codeOf, makeFolder, readStart, temporaryOf, writeWhole } from './whole-file.js';

/** The first line of a record is seldom a quarter of it. */
const HEAD_BYTES = 16 * 1024;
/** Of any make: those that are no record are few. */
const MOST_FILES = MAX_RECORDS + 1_000;
const MOST_ATTEMPTS = 20;
const END_OF_RECORD = '}\n';
/** In it lie the states of nodes. */
export const STATE_FOLDER = 'state';
/** Of the file system, where a directory is one of its own. */
const NOBODYS = new Set([STATE_FOLDER, 'lost+found']);
/** A symbolic link, or a socket. */
const OF_ANOTHER_MAKE = new Set(['ELOOP', 'ENXIO']);

type TakeHead = (head: Head, bytes: number) => void;

interface RecordDirectoryOptions {
  readonly lanes: DiskLanes;
  readonly faults: DiskFaults;
  /** Nothing that was in it is there any more; not called where nothing is written. */
  readonly onVanished?: () => void;
}

export class RecordDirectory {
  readonly #folder: string;
  readonly #lanes: DiskLanes;
  readonly #faults: DiskFaults;
  readonly #onVanished: () => void;
  /** Ids under whose names something else lies. */
  readonly #foreign = new Set<string>();
  /** Of those, which were to be written: told once each. */
  readonly #refused = new Set<string>();

  constructor(folder: string, { lanes, faults, onVanished = () => {} }: RecordDirectoryOptions) {
    this.#folder = folder;
    this.#lanes = lanes;
    this.#faults = faults;
    this.#onVanished = onVanished;
  }

  /** Makes the directory where there is none. Tells what it finds to `take`, the newest first; never rejects. */
  async scan(take: TakeHead): Promise<void> {
    try {
      if ((await this.#lanes.read(() => makeFolder(this.#folder))) === 'open') {
        this.#faults.warnOfOpenFolder(this.#folder);
      }
      await this.#readAll(take, true);
    } catch (error) {
      this.#faults.tell('open', this.#folder, error);
    }
  }

  /** The same for who only looks: makes nothing, removes nothing, and rejects where the directory cannot be read. */
  look(take: TakeHead): Promise<void> {
    return this.#readAll(take, false);
  }

  async #readAll(take: TakeHead, isTidied: boolean): Promise<void> {
    const ids = (await this.#lanes.read(() => this.#list(isTidied))).values();
    const readNext = async (): Promise<void> => {
      for (const id of ids) {
        await this.#lanes.read(() => this.#readHead(id, take));
      }
    };
    await Promise.all([readNext(), readNext()]);
  }

  /** `gone`: there is no such record any more. `unread`: it may be read later. */
  read(id: string): Promise<IncidentRecord | 'gone' | 'unread'> {
    return this.#lanes.read(async () => {
      try {
        const { bytes } = await readStart(this.#fileOf(id), MAX_RECORD_BYTES, MAX_RECORD_BYTES);
        const record = bytes && parseRecord(bytes.toString());
        if (record?.id !== id) {
          this.#tellForeign(id);
          return 'gone';
        }
        return record;
      } catch (error) {
        return this.#isOfFile(id, error) ? 'gone' : 'unread';
      }
    });
  }

  /** `refused`: what has its name is another's, and stays; it is of no use to try again. */
  write(id: string, bytes: Uint8Array): Promise<'written' | 'failed' | 'refused'> {
    return this.#lanes.write(async () => {
      const name = `${id}.json`;
      if (this.#foreign.has(id)) {
        this.#refuse(id, name);
        return 'refused';
      }
      try {
        await this.#writeFile(name, bytes);
        return 'written';
      } catch (error) {
        this.#faults.tell('write', name, error);
        return 'failed';
      }
    });
  }

  #refuse(id: string, name: string): void {
    if (!this.#refused.has(id)) {
      this.#refused.add(id);
      this.#faults.tell('occupied', name, 'it is no record');
    }
  }

  /** Makes the directory where it is gone, for who is about to write into it. */
  async makeAnew(): Promise<void> {
    if ((await makeFolder(this.#folder)) === 'made') {
      this.#foreign.clear();
      this.#refused.clear();
      this.#faults.tell('vanished', this.#folder, 'there was no such directory');
      this.#onVanished();
    }
  }

  async #writeFile(name: string, bytes: Uint8Array): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await writeWhole({ folder: this.#folder, name }, bytes, true);
      } catch (error) {
        if (codeOf(error) !== 'ENOENT' || attempt === MOST_ATTEMPTS) {
          throw error;
        }
        // The directory is gone; or another process has just begun with it, and took our file for one that a crash had left.
        await this.makeAnew();
      }
    }
  }

  async remove(id: string): Promise<void> {
    if (!this.#foreign.has(id)) {
      await this.#lanes.write(() => this.#unlink(`${id}.json`));
    }
  }

  async #list(isTidied: boolean): Promise<readonly string[]> {
    const found: { readonly id: string; readonly seconds: number }[] = [];
    let files = 0;
    for await (const { name } of await opendir(this.#folder)) {
      files += 1;
      if (files > MOST_FILES) {
        this.#faults.tell('crowded', this.#folder, `more than ${MOST_FILES} files`);
        break;
      }
      const id = idOf(name);
      const started = id === undefined ? undefined : readIncidentId(id);
      const becoming = idOf(temporaryOf(name) ?? '');
      if (id !== undefined && started !== undefined) {
        found.push({ id, seconds: started.seconds });
      } else if (becoming !== undefined && readIncidentId(becoming) !== undefined) {
        await (isTidied ? this.#unlink(name) : undefined);
      } else if (!NOBODYS.has(name)) {
        this.#faults.tell('foreign', name, 'its name is none of a record');
      }
    }
    return found.sort((a, b) => b.seconds - a.seconds).map(({ id }) => id);
  }

  async #readHead(id: string, take: TakeHead): Promise<void> {
    const file = this.#fileOf(id);
    try {
      const start = await readStart(file, HEAD_BYTES, MAX_RECORD_BYTES);
      const head = start.end === END_OF_RECORD ? headOf(start.bytes?.toString() ?? '') : undefined;
      if (head?.id === id) {
        take(head, start.size);
        return;
      }
      // Written by hand, or half: what it is, the whole of it says.
      const whole = await readStart(file, MAX_RECORD_BYTES, MAX_RECORD_BYTES);
      const record = whole.bytes && parseRecord(whole.bytes.toString());
      if (record?.id === id) {
        take(record, whole.size);
      } else {
        this.#tellForeign(id);
      }
    } catch (error) {
      this.#isOfFile(id, error);
    }
  }

  /** Whether it is the file's fault, that it is gone or of another make, and not the disk's, which is told. */
  #isOfFile(id: string, error: unknown): boolean {
    const code = codeOf(error);
    if (code === 'ENOENT') {
      return true;
    }
    if (code !== undefined && OF_ANOTHER_MAKE.has(code)) {
      this.#tellForeign(id);
      return true;
    }
    this.#faults.tell('read', `${id}.json`, error);
    return false;
  }

  #tellForeign(id: string): void {
    this.#foreign.add(id);
    this.#faults.tell('foreign', `${id}.json`, 'its content is none of a record of schema 1');
  }

  async #unlink(name: string): Promise<void> {
    try {
      await unlink(path.join(this.#folder, name));
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') {
        this.#faults.tell('remove', name, error);
      }
    }
  }

  #fileOf(id: string): string {
    return path.join(this.#folder, `${id}.json`);
  }
}

function idOf(name: string): string | undefined {
  return /^(.+)\.json$/u.exec(name)?.[1];
}
