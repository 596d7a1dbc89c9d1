// Every credential that the gateway and IAM know: those of the fleet, and those issued since the start.
import type { Clock } from '../../clock.js';
import { seededHex } from '../seeded-random.js';
import type { SimulatedProject } from './simulated-fleet.js';

/** https://support.huaweicloud.com/intl/en-us/api-iam/iam_30_0001.html */
const LIFETIME_MS = 24 * 60 * 60 * 1000;
/** Real tokens are kilobytes of base64; long enough to break what assumes a short header. */
const TOKEN_DIGITS = 1200;

export interface KeyGrant {
  readonly sk: string;
  readonly securityToken?: string;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number;
  readonly projects: readonly SimulatedProject[];
}

export interface TokenGrant {
  readonly issuedAt: number;
  readonly expiresAt: number;
  readonly project: SimulatedProject;
}

export interface TemporaryKey {
  readonly ak: string;
  readonly sk: string;
  readonly securityToken: string;
  readonly expiresAt: number;
}

export class CredentialStore {
  readonly #clock: Clock;
  readonly #seed: number;
  readonly #projects: readonly SimulatedProject[];
  readonly #keys = new Map<string, KeyGrant>();
  readonly #tokens = new Map<string, TokenGrant>();
  #issued = 0;

  constructor(clock: Clock, seed: number, projects: readonly SimulatedProject[]) {
    this.#clock = clock;
    this.#seed = seed;
    this.#projects = projects;
    for (const project of projects) {
      for (const { ak, ...key } of project.accessKeys) {
        const shared = this.#keys.get(ak)?.projects ?? [];
        this.#keys.set(ak, { ...key, expiresAt: Number.POSITIVE_INFINITY, projects: [...shared, project] });
      }
      for (const token of project.tokens) {
        this.#tokens.set(token, { issuedAt: clock.now(), expiresAt: Number.POSITIVE_INFINITY, project });
      }
    }
  }

  key(ak: string): KeyGrant | undefined {
    return this.#keys.get(ak);
  }

  token(token: string): TokenGrant | undefined {
    return this.#tokens.get(token);
  }

  /** The projects that this password opens; undefined where it is wrong or the user unknown. */
  projectsOfPassword(domain: string, user: string, password: string): SimulatedProject[] | undefined {
    const projects = this.#projects.filter((project) =>
      project.passwords.some(
        (known) => known.domain === domain && known.user === user && known.password === password,
      ),
    );
    return projects.length === 0 ? undefined : projects;
  }

  issueToken(project: SimulatedProject): TokenGrant & { token: string } {
    const token = `MII${this.#secret('token', TOKEN_DIGITS)}`;
    const grant = { issuedAt: this.#clock.now(), expiresAt: this.#clock.now() + LIFETIME_MS, project };
    this.#tokens.set(token, grant);
    return { ...grant, token };
  }

  issueTemporaryKey(projects: readonly SimulatedProject[]): TemporaryKey {
    const key = {
      ak: `HST${this.#secret('ak', 17).toUpperCase()}`,
      sk: this.#secret('sk', 40),
      securityToken: this.#secret('security token', TOKEN_DIGITS),
      expiresAt: this.#clock.now() + LIFETIME_MS,
    };
    this.#keys.set(key.ak, { ...key, projects });
    return key;
  }

  #secret(what: string, length: number): string {
    this.#issued += 1;
    let digits = '';
    while (digits.length < length) {
      digits += seededHex(this.#seed, `${what} ${this.#issued} ${digits.length}`, 64);
    }
    return digits.slice(0, length);
  }
}
