// The files that secrets come from: those of one mapping of the configuration, such as the three of a temporary key, are
// one set, and what they say is taken together. Until the agent follows them they say what they did at the start.
import type { FollowedFiles, ReadFile } from '../../followed-files.js';
import { isExposed, readBoundedFile } from '../../small-file.js';
import { quote } from '../yaml/config-errors.js';

const MAX_SECRET_BYTES = 64 * 1024;

export interface SecretsInForce {
  /** By the name of the secret. */
  readonly texts: Readonly<Record<string, string>>;
  /** The files that users may read who need not. */
  readonly exposed: readonly string[];
}

/** The message says what is wrong, without the path and without the content. */
export class UnusableFile extends Error {
  readonly path: string;

  constructor(path: string, message: string) {
    super(message);
    this.path = path;
  }
}

/** A file that is read for one secret or more. */
export interface SecretFile {
  readonly path: string;
  /** Which secrets its bytes are, by name: the same names whatever they say. Throws an Error that says what is wrong, never with the content. */
  readonly parse: (bytes: Buffer) => Readonly<Record<string, string>>;
}

export class SecretFiles {
  /** The same for the same secrets of the same files. */
  readonly key: string;
  readonly paths: readonly string[];
  readonly #files: readonly SecretFile[];
  #current: () => SecretsInForce;
  #followed: FollowedFiles<SecretsInForce> | undefined;

  /** Throws an UnusableFile, unless `inForce` is what they say. */
  constructor(files: readonly SecretFile[], inForce?: SecretsInForce) {
    this.#files = files;
    this.paths = files.map(({ path }) => path);
    const read = inForce ?? this.load(readBoundedFile);
    this.key = JSON.stringify([this.paths, Object.keys(read.texts)]);
    this.#current = () => read;
  }

  /** As one set. */
  static together(sets: readonly SecretFiles[]): SecretFiles {
    return new SecretFiles(
      sets.flatMap((set) => set.#files),
      joined(sets.map((set) => set.current())),
    );
  }

  /** Throws an UnusableFile. */
  readonly load = (read: ReadFile): SecretsInForce => {
    const states: SecretsInForce[] = [];
    const failures: unknown[] = [];
    // All of them, although one is wrong: what is read is followed.
    for (const file of this.#files) {
      try {
        states.push(readSecretFile(file, read));
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) {
      throw failures[0];
    }
    return joined(states);
  };

  current(): SecretsInForce {
    return this.#current();
  }

  /** From now on they say what `followed` does, which loads them. */
  follow(followed: FollowedFiles<SecretsInForce>): void {
    this.#followed = followed;
    this.#current = onceATurn(() => followed.current());
  }

  /** Resolves once all files have been still; rejects with the signal's reason when that aborts first. */
  async settled(signal: AbortSignal): Promise<void> {
    await this.#followed?.settled(signal);
  }
}

function readSecretFile({ path, parse }: SecretFile, read: ReadFile): SecretsInForce {
  try {
    const { bytes, stats } = read(path, MAX_SECRET_BYTES);
    return { texts: parse(bytes), exposed: isExposed(stats) ? [path] : [] };
  } catch (error) {
    throw new UnusableFile(path, error instanceof Error ? error.message : 'unreadable');
  }
}

function joined(states: readonly SecretsInForce[]): SecretsInForce {
  return {
    texts: Object.assign({}, ...states.map(({ texts }) => texts)),
    exposed: states.flatMap(({ exposed }) => exposed),
  };
}

/** What is read in one turn of the event loop, such as the key of one signature, is of one state of the files. */
function onceATurn<Value>(read: () => Value): () => Value {
  let held: { readonly value: Value } | undefined;
  return () => {
    if (held === undefined) {
      held = { value: read() };
      queueMicrotask(() => {
        held = undefined;
      });
    }
    return held.value;
  };
}

export function exposureWarning(path: string): string {
  return `secret file ${quote(path)} can be read by other users: take their permission away (chmod 600)`;
}
