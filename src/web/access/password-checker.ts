// Decides whether a user's password is right: at most one bcrypt at a time, a bounded queue before it, and a small
// cache of results behind it, so that a scraper pays for the hash once.
import { createHmac, randomBytes } from 'node:crypto';
import type { Log } from '../../log.js';
import type { Credentials } from './basic-credentials.js';

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
