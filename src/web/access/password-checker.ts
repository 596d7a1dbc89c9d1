// Decides whether a user's password is right: at most one bcrypt at a time, a bounded queue before it, and a small
// cache of results behind it, so that a scraper pays for the hash once.
import { createHmac, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import type { Log } from '../../log.js';

/** Throttled: too many passwords wait for their turn; this one was not looked at. */
export type PasswordVerdict = 'allowed' | 'refused' | 'throttled';

const MAX_WAITING = 32;
const MAX_CACHED = 100;
// bcrypt reads no further: all passwords with the same first 72 bytes have the same hash.
const MAX_PASSWORD_BYTES = 72;

export class PasswordChecker {
  readonly #matches: (password: string, hash: string) => Promise<boolean>;
  readonly #log: Log;
  readonly #cacheSecret = randomBytes(32);
  readonly #cached = new Map<string, boolean>();
  readonly #waiting = new Map<string, Promise<boolean>>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(matches: (password: string, hash: string) => Promise<boolean>, log: Log) {
    this.#matches = matches;
    this.#log = log;
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
      const matches = await (known ?? this.#compare(key, password, hash ?? hashOfNobody(users)));
      return matches && hash !== undefined ? 'allowed' : 'refused';
    } catch (error) {
      this.#log.error('password not checked', { error: error instanceof Error ? error.message : 'unknown' });
      return 'refused';
    }
  }

  #compare(key: string, password: string, hash: string): Promise<boolean> {
    const result = this.#last
      .then(() => this.#matches(password, hash))
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
      // The oldest; a right password only when there is no wrong one, else a flood of guesses would push it out.
      const keys = [...this.#cached.keys()];
      this.#cached.delete(keys.find((one) => this.#cached.get(one) === false) ?? keys[0] ?? '');
    }
    this.#cached.set(key, matches);
  }

  // Each part stands with its length: joined bare, user "a" with hash "bc" would be user "ab" with hash "c"
  // (CVE-2022-46146). Keyed, since a fast hash of a password must not outlive the process, in a core dump say.
  #cacheKey(...parts: readonly string[]): string {
    const hmac = createHmac('sha256', this.#cacheSecret);
    for (const part of parts) {
      hmac.update(`${Buffer.byteLength(part)}:${part}`);
    }
    return hmac.digest('base64');
  }
}

// An unknown user must take as long as a known one: a hash of the same cost (the highest, where they differ).
function hashOfNobody(users: ReadonlyMap<string, string>): string {
  const costs = [...users.values()].map((hash) => hash.slice(4, 6));
  return `$2b$${costs.sort().at(-1) ?? '10'}$${'.'.repeat(53)}`;
}

// One bcrypt comparison in a thread of its own: bcryptjs would hold the event loop for 100 ms at a time, so that
// wrong passwords alone could stop collections and scrapes.

// Text instead of a file, so that it runs the same from compiled code and from TypeScript sources.
const CODE = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { compareSync } = require(workerData.bcryptjs);
  parentPort.postMessage(compareSync(workerData.password, workerData.hash));
`;
const BCRYPTJS = createRequire(import.meta.url).resolve('bcryptjs');

/** Rejects when the thread fails. The thread ends with its answer. */
export async function bcryptMatches(password: string, hash: string): Promise<boolean> {
  const worker = new Worker(CODE, {
    eval: true,
    workerData: { bcryptjs: BCRYPTJS, password, hash },
    env: {},
    execArgv: [],
  });
  const [matches] = await once(worker, 'message');
  return matches === true;
}

// The `Authorization` header of basic authentication, RFC 7617.

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** The answer to a request without a password or with a wrong one: the value of `WWW-Authenticate`. */
export const BASIC_CHALLENGE = 'Basic realm="taurusdb-session-exporter", charset="UTF-8"';

/**
 * Undefined for everything that is not well-formed. Strict, since two spellings must not become one password: base64
 * in its only form, valid UTF-8, no control characters.
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
