// Where a configuration comes from: a file, read anew each time, or a pipe, read once. So one that is decrypted need
// never be a file.
import { closeSync, constants, fstatSync, openSync, type Stats, statSync } from 'node:fs';
import { Socket } from 'node:net';
import { dirname, resolve } from 'node:path';
import { addAbortSignal, type Readable } from 'node:stream';
import { isatty } from 'node:tty';
import { type Clock, elapsedMs } from '../../clock.js';
import { isExposed, readBoundedFile, utf8Text } from '../../small-file.js';

/** In messages. */
export const STANDARD_INPUT = 'standard input';

const MAX_BYTES = 1024 * 1024;
/** For all of it: who decrypts may ask a service, or a person for a passphrase. */
const PIPE_TIMEOUT_MS = 30_000;
const NEXT_LOOK_MS = 100;

export interface ConfigText {
  readonly text: string;
  /** Whether users may read it who need not. */
  readonly isExposed: boolean;
}

export interface ConfigSource {
  /** In messages. */
  readonly name: string;
  /** Absolute: where relative file names in it start. */
  readonly directory: string;
  /** Throws an Error whose message is the reason alone. */
  read(): ConfigText;
}

export interface SourceOptions {
  readonly clock: Clock;
  /** Called before it is read from a terminal, for which there is no time limit. */
  readonly onTerminal: () => void;
}

/** `named`: for what is opened under another name than it is known by, or lies in no folder. */
export function fileSource(path: string, named: Partial<Pick<ConfigSource, 'name' | 'directory'>> = {}) {
  return {
    name: path,
    directory: dirname(resolve(path)),
    ...named,
    read: () => {
      const { bytes, stats } = readBoundedFile(path, MAX_BYTES);
      return { text: utf8Text(bytes), isExposed: isExposed(stats) };
    },
  } satisfies ConfigSource;
}

/**
 * `-` is standard input. A pipe, a socket or a terminal is read to its end before this resolves, within limits of time
 * and size; what goes wrong is thrown by `read`.
 */
export async function openSource(path: string, options: SourceOptions): Promise<ConfigSource> {
  const descriptor = descriptorOf(path);
  const stats = statsOf(descriptor ?? path);
  if (descriptor === undefined) {
    return stats?.isFIFO() === true
      ? new ReadOnce(path, dirname(resolve(path)), await settled(readNamedPipe(path, options)))
      : fileSource(path);
  }
  // A descriptor lies in no folder.
  const directory = process.cwd();
  const name = path === '-' ? STANDARD_INPUT : path;
  if (stats === undefined || stats.isFile()) {
    return fileSource(path === '-' ? '/dev/stdin' : path, { name, directory });
  }
  return new ReadOnce(name, directory, await settled(readDescriptor(descriptor, options)));
}

/** What came through a pipe. */
class ReadOnce implements ConfigSource {
  readonly name: string;
  readonly directory: string;
  #outcome: Buffer | Error | undefined;

  constructor(name: string, directory: string, outcome: Buffer | Error) {
    this.name = name;
    this.directory = directory;
    this.#outcome = outcome;
  }

  read(): ConfigText {
    const outcome =
      this.#outcome ?? new Error('it came through a pipe, which can be read once: restart to change it');
    // Its secrets are not kept beside the settings.
    this.#outcome = undefined;
    if (outcome instanceof Error) {
      throw outcome;
    }
    const text = utf8Text(outcome);
    if (text.trim() === '') {
      throw new Error('it is empty: the program that should write it wrote nothing');
    }
    return { text, isExposed: false };
  }
}

/** The open file that a path such as `/dev/fd/63` of `<(sops -d config.yaml)` stands for. */
function descriptorOf(path: string): number | undefined {
  const [, digits] = /^\/(?:dev|proc\/self)\/fd\/(\d{1,9})$/u.exec(path) ?? [];
  return path === '-' || path === '/dev/stdin' ? 0 : digits === undefined ? undefined : Number(digits);
}

function statsOf(file: string | number): Stats | undefined {
  try {
    return typeof file === 'number' ? fstatSync(file) : statSync(file);
  } catch {
    return undefined;
  }
}

function readDescriptor(descriptor: number, { clock, onTerminal }: SourceOptions): Promise<Buffer> {
  const isTerminal = isatty(descriptor);
  if (isTerminal) {
    onTerminal();
  }
  return readToEnd(
    descriptor === 0 ? process.stdin : new Socket({ fd: descriptor, readable: true, writable: false }),
    clock,
    isTerminal ? Number.POSITIVE_INFINITY : PIPE_TIMEOUT_MS,
  );
}

/** One whose writer has not come yet reads as empty. */
async function readNamedPipe(path: string, { clock }: SourceOptions): Promise<Buffer> {
  const startedAt = clock.monotonic();
  for (;;) {
    const leftMs = PIPE_TIMEOUT_MS - elapsedMs(startedAt, clock.monotonic());
    const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!fstatSync(descriptor).isFIFO()) {
      closeSync(descriptor);
      throw new Error('not a pipe any more');
    }
    const bytes = await readToEnd(
      new Socket({ fd: descriptor, readable: true, writable: false }),
      clock,
      leftMs,
    );
    if (bytes.length > 0 || leftMs <= 0) {
      return bytes;
    }
    await clock.sleep(NEXT_LOOK_MS);
  }
}

async function readToEnd(stream: Readable, clock: Clock, timeoutMs: number): Promise<Buffer> {
  const tooLate = new AbortController();
  const ended = new AbortController();
  if (Number.isFinite(timeoutMs)) {
    clock.sleep(timeoutMs, ended.signal).then(
      () => tooLate.abort(),
      () => {},
    );
  }
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of addAbortSignal(tooLate.signal, stream)) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MAX_BYTES) {
        throw new Error(`larger than ${MAX_BYTES} bytes`);
      }
    }
    return Buffer.concat(chunks);
  } catch (error) {
    throw tooLate.signal.aborted ? new Error(`it did not end within ${PIPE_TIMEOUT_MS / 1000} s`) : error;
  } finally {
    ended.abort();
  }
}

function settled(reading: Promise<Buffer>): Promise<Buffer | Error> {
  return reading.catch((error: unknown) => (error instanceof Error ? error : new Error('unreadable')));
}
