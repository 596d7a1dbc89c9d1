// The metadata service of an ECS: temporary keys of the agency that the machine was given.
// https://support.huaweicloud.com/intl/en-us/usermanual-ecs/ecs_03_0166.html
import type { Clock } from '../../clock.js';
import { seededHex } from '../seeded-random.js';
import type { Answer } from './answer.js';
import { jsonAnswer } from './answer.js';
import type { CredentialStore, TemporaryKey } from './credential-store.js';
import { iamTime } from './iam.js';
import type { SimulatedProject } from './simulated-fleet.js';
import { header, type SimulatorRequest } from './simulator-request.js';

const MAX_TOKEN_SECONDS = 21_600;
/** A key with less than this left is replaced: clients renew with 40 minutes left, and must get a newer one. */
const RENEW_BEFORE_MS = 60 * 60 * 1000;

export interface MetadataServiceOptions {
  readonly clock: Clock;
  readonly seed: number;
  readonly credentials: CredentialStore;
  /** Of all projects; those with an agency are the ones that the keys open. */
  readonly projects: readonly SimulatedProject[];
  /** Whether it is the newer kind of service, which asks for a session token. */
  readonly hasSessionTokens: boolean;
}

export class MetadataService {
  readonly #options: MetadataServiceOptions;
  readonly #agencyProjects: readonly SimulatedProject[];
  /** Milliseconds of the monotonic clock at which each token ends. */
  readonly #tokenEnds = new Map<string, number>();
  #key: TemporaryKey | undefined;

  constructor(options: MetadataServiceOptions) {
    this.#options = options;
    this.#agencyProjects = options.projects.filter((project) => project.agency === true);
  }

  createToken(request: SimulatorRequest): Answer {
    if (!this.#options.hasSessionTokens) {
      return text(404, 'Not Found');
    }
    const seconds = Number(header(request, 'x-metadata-token-ttl-seconds'));
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > MAX_TOKEN_SECONDS) {
      return text(400, 'X-Metadata-Token-Ttl-Seconds is invalid');
    }
    const token = seededHex(this.#options.seed, `metadata token ${this.#tokenEnds.size}`, 56);
    this.#tokenEnds.set(token, this.#options.clock.monotonic() + seconds * 1000);
    return text(200, token);
  }

  securityKey(request: SimulatorRequest): Answer {
    const token = header(request, 'x-metadata-token') ?? '';
    const tokenEnd = this.#tokenEnds.get(token) ?? Number.NEGATIVE_INFINITY;
    if (this.#options.hasSessionTokens && tokenEnd <= this.#options.clock.monotonic()) {
      return text(401, 'Invalid or expired metadata token');
    }
    if (this.#agencyProjects.length === 0) {
      return text(401, 'Please configure Cloud Service Agency first');
    }
    const { ak, sk, securityToken, expiresAt } = this.#currentKey();
    return jsonAnswer(200, {
      credential: { access: ak, secret: sk, securitytoken: securityToken, expires_at: iamTime(expiresAt) },
    });
  }

  #currentKey(): TemporaryKey {
    const { clock, credentials } = this.#options;
    if (this.#key === undefined || this.#key.expiresAt - clock.now() < RENEW_BEFORE_MS) {
      this.#key = credentials.issueTemporaryKey(this.#agencyProjects);
    }
    return this.#key;
  }
}

function text(status: number, body: string): Answer {
  return { status, headers: { 'Content-Type': 'text/plain' }, body };
}
