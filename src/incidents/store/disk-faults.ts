// What goes wrong with the directory: counted each time, told now and then, and never thrown at who collects.
import type { Clock } from '../../clock.js';
import type { Log } from '../../log.js';
import { RepeatedLines } from '../../repeated-lines.js';
import { codeOf } from './whole-file.js';

/** What was tried, or what was found. */
const MESSAGES = {
  open: 'incidents: the directory cannot be read: records are kept in memory',
  write: 'incidents: a record cannot be written: it is kept in memory and tried again',
  occupied: 'incidents: a file that is no record has the name of one: the record is kept in memory',
  state: 'incidents: what is usual for a node cannot be written: it is tried again',
  read: 'incidents: a record cannot be read',
  remove: 'incidents: a file cannot be removed',
  foreign: 'incidents: a file that is no record is left alone',
  crowded: 'incidents: the directory has more files than are looked at',
  vanished: 'incidents: the directory was gone and is made anew: records that were in it are not shown',
  lost: 'incidents: records that could not be written are lost, as there are too many to keep',
} as const;
type DiskFault = keyof typeof MESSAGES;

export class DiskFaults {
  readonly #log: Log;
  readonly #lines: RepeatedLines;
  readonly #onError: () => void;

  constructor(log: Log, clock: Pick<Clock, 'monotonic'>, onError: () => void) {
    this.#log = log;
    this.#lines = new RepeatedLines(log, clock);
    this.#onError = onError;
  }

  /** `error`: of the file system, or what is wrong in words. `file`: a name of ours, or one in our directory. */
  tell(fault: DiskFault, file: string, error: unknown): void {
    this.#onError();
    const code = codeOf(error);
    this.#lines.tell('warn', fault, code ?? '', MESSAGES[fault], {
      file,
      error: error instanceof Error ? reasonOf(error) : String(error),
      code,
    });
  }

  /** No fault, but to be known. */
  warnOfOpenFolder(folder: string): void {
    this.#log.warn(
      'incidents: others may look into the directory: records name users, hosts and statements',
      {
        file: folder,
      },
    );
  }
}

/** `ENOSPC: no space left on device`: without the call and the path behind it. */
function reasonOf({ message }: Error): string {
  return message.split(', ')[0] ?? message;
}
