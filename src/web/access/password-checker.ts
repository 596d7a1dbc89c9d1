// HTTP basic authentication (RFC 7617): reads the `Authorization` header and checks its password by bcrypt.
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { RepeatedLines } from '../../repeated-lines.js';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** The value of `WWW-Authenticate` in a 401. */
export const BASIC_CHALLENGE = 'Basic realm="taurusdb-session-exporter", charset="UTF-8"';

/**
 * Undefined for a malformed `Authorization` header. Strict, so that no two spellings are one password: canonical
 * base64, valid UTF-8, no control characters.
 */
export function readBasicCredentials(header: string | undefined): Credentials | undefined {
  const [, base64 = ''] = /^basic +(\S+)$/iu.exec(header ?? '') ?? [];
  const bytes = Buffer.from(base64, 'base64');
  const text = decodeUtf8(bytes);
  if (text === undefined || bytes.toString('base64') !== base64 || /\p{Cc}/u.test(text)) {
    return undefined;
  }
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Throttled: the queue is full, the password was not checked. */
export type PasswordVerdict = 'allowed' | 'refused' | 'throttled';

const MAX_WAITING = 32;
const MAX_CACHED = 100;
/** bcrypt ignores the rest: all passwords with the same first 72 bytes have the same hash. */
const MAX_PASSWORD_BYTES = 72;

/** Whether the password is that of each of the hashes, in their order. Compares with all of them, whatever it finds. */
export type CompareHashes = (password: string, hashes: readonly string[]) => Promise<readonly boolean[]>;

/**
 * One attempt at a time, a bounded queue before it and a small cache of results, so that a scraper pays for the hash
 * once. What is not cached costs the same work whether the user exists or not, and whatever the cost of its hash.
 */
export class PasswordChecker {
  readonly #compare: CompareHashes;
  readonly #lines: RepeatedLines;
  readonly #cacheSecret = randomBytes(32);
  readonly #cached = new Map<string, boolean>();
  readonly #waiting = new Map<string, Promise<boolean>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(compare: CompareHashes, lines: RepeatedLines) {
    this.#compare = compare;
    this.#lines = lines;
  }

  /**
   * `users`: user name → bcrypt hash. A password of more than 72 bytes is always refused. Never rejects: a hash that
   * cannot be computed is logged and refuses.
   */
  async check(users: ReadonlyMap<string, string>, credentials: Credentials): Promise<PasswordVerdict> {
    const { user, password } = credentials;
    if (Buffer.byteLength(password) > MAX_PASSWORD_BYTES) {
      return 'refused';
    }
    const hash = users.get(user);
    const key = this.#cacheKey(user, hash ?? '', password);
    const known = this.#cached.get(key) ?? this.#waiting.get(key);
    if (known === undefined && this.#waiting.size >= MAX_WAITING) {
      return 'throttled';
    }
    try {
      const matches = await (known ?? this.#enqueue(key, password, hash, users));
      return matches ? 'allowed' : 'refused';
    } catch (error) {
      const fields = { error: error instanceof Error ? error.message : 'unknown' };
      this.#lines.tell('error', 'password', 'check', 'password not checked', fields);
      return 'refused';
    }
  }

  #enqueue(
    key: string,
    password: string,
    hash: string | undefined,
    users: ReadonlyMap<string, string>,
  ): Promise<boolean> {
    const hashes = oneHashOfEachCost(users, hash);
    const result = this.#last
      .then(() => this.#compare(password, hashes))
      .then((matches) => hashes.some((one, index) => one === hash && matches[index] === true))
      .finally(() => this.#waiting.delete(key));
    this.#waiting.set(key, result);
    this.#last = result.then(
      (matches) => this.#remember(key, matches),
      () => undefined,
    );
    return result;
  }

  #remember(key: string, matches: boolean): void {
    if (this.#cached.size >= MAX_CACHED) {
      // The oldest wrong password first: a flood of guesses must not evict the right ones.
      const keys = [...this.#cached.keys()];
      this.#cached.delete(keys.find((one) => this.#cached.get(one) === false) ?? keys[0] ?? '');
    }
    this.#cached.set(key, matches);
  }

  // Each part is prefixed with its length: without, user "a" with hash "bc" has the key of user "ab" with hash "c"
  // (CVE-2022-46146). Keyed, since a plain fast hash of a password can be looked up in a table.
  #cacheKey(...parts: readonly string[]): string {
    const hmac = createHmac('sha256', this.#cacheSecret);
    for (const part of parts) {
      hmac.update(`${Buffer.byteLength(part)}:${part}`);
    }
    return hmac.digest('base64');
  }
}

/**
 * The user's own hash, and for each other cost among the users one that no password has: the time of a refusal would
 * tell who exists, and with which cost, if each user were compared at a cost of its own.
 */
function oneHashOfEachCost(users: ReadonlyMap<string, string>, own: string | undefined): string[] {
  const costs = new Set([...users.values()].map(costOf));
  return [...costs]
    .sort()
    .map((cost) => (own !== undefined && costOf(own) === cost ? own : `$2b$${cost}$${'.'.repeat(53)}`));
}

/** Two digits. */
function costOf(hash: string): string {
  return hash.slice(4, 6);
}

// As text, since a file's path differs between the bundle and the sources.
const COMPARISON = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { compareSync } = require(workerData.bcryptjs);
  parentPort.postMessage(workerData.hashes.map((hash) => compareSync(workerData.password, hash)));
`;
const BCRYPTJS = createRequire(import.meta.url).resolve('bcryptjs');

/**
 * In a thread of its own, which ends with the answer: bcryptjs blocks the event loop for 100 ms at a time, so that
 * wrong passwords alone could stop collections and scrapes. Rejects when the thread fails.
 */
export const compareBcrypt: CompareHashes = async (password, hashes) => {
  const worker = new Worker(COMPARISON, {
    eval: true,
    workerData: { bcryptjs: BCRYPTJS, password, hashes },
    env: {},
    execArgv: [],
  });
  const [matches]: (readonly boolean[])[] = await once(worker, 'message');
  return matches ?? [];
};
