// One API client per configured project. A reload keeps the clients of projects that did not change: with them their budget
// of requests and what is known of their credential.
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../clock.js';
import type { Config, ProjectConfig } from '../config/config-schema.js';
import { Secret } from '../config/secret.js';
import type { Log } from '../log.js';
import type { ApiObserver } from '../model/api-observer.js';
import { type CloudProject, knownBefore } from '../model/cloud-project.js';
import { CollectionError } from '../model/failure.js';
import type { ApiClient } from '../taurusdb/api-client.js';
import { CircuitBreaker, KEY_LIMITS, PASSWORD_LIMITS } from '../taurusdb/call/circuit-breaker.js';
import { type BudgetState, RateLimiter } from '../taurusdb/call/rate-limiter.js';
import { METADATA_ENDPOINT } from '../taurusdb/credentials/metadata-service.js';
import type { ClockOffset } from '../taurusdb/credentials/signing-credentials.js';
import { FollowedSecrets } from './followed-secrets.js';
import {
  type LimiterOf,
  openProjectClient,
  type ProjectClient,
  type ProjectClientOptions,
} from './project-client.js';

export interface ProjectClientsOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly observer: ApiObserver;
  /** Instead of the ECS's own address: for tests. */
  readonly metadataEndpoint?: string;
}

interface Entry {
  readonly cloud: CloudProject;
  readonly settings: unknown;
  readonly client: ProjectClient;
  /** By service and endpoint: what the API has asked to wait, and the pace, hold for the next client, too. */
  readonly limiters: ReadonlyMap<string, RateLimiter>;
  readonly maxRequestsPerSecond: number;
}

export class ProjectClients {
  readonly #options: ProjectClientOptions;
  #entries = new Map<string, Entry>();
  readonly #secrets: FollowedSecrets;
  /** By endpoint: found once, for all projects there and for the clients after a reload. */
  #clockOffsets = new Map<string, ClockOffset>();

  constructor({ clock, log, observer, metadataEndpoint = METADATA_ENDPOINT }: ProjectClientsOptions) {
    this.#secrets = new FollowedSecrets(clock, log);
    this.#options = {
      clock,
      log,
      observer,
      metadataEndpoint,
      breaker: new CircuitBreaker(clock, KEY_LIMITS),
      passwordBreaker: new CircuitBreaker(clock, PASSWORD_LIMITS),
    };
  }

  /**
   * Opens the clients of a configuration; rejects it by throwing, and then nothing has changed. The function returned puts
   * them in force. A client that is no longer wanted is let go, not closed: what runs ends with the client that it began
   * with, and idle connections end by themselves.
   */
  prepare({ projects }: Pick<Config, 'projects'>): () => void {
    const followSecrets = this.#secrets.prepare(projects);
    const wanted = projects.map((project) => ({ project, cloud: cloudProjectOf(project) }));
    const known = knownBefore(
      [...this.#entries.values()],
      ({ cloud }) => cloud,
      wanted.map(({ cloud }) => cloud),
    );
    const clockOffsets = new Map<string, ClockOffset>();
    const entries = new Map<string, Entry>();
    for (const { project, cloud } of wanted) {
      const { name, endpoint } = project;
      const offset = clockOffsets.get(endpoint) ?? this.#clockOffsets.get(endpoint) ?? { ms: 0 };
      clockOffsets.set(endpoint, offset);
      entries.set(name, this.#entryOf(project, cloud, known(cloud), offset));
    }
    return () => {
      followSecrets();
      this.#entries = entries;
      this.#clockOffsets = clockOffsets;
      for (const { limiters, maxRequestsPerSecond } of entries.values()) {
        for (const limiter of limiters.values()) {
          limiter.resize(maxRequestsPerSecond);
        }
      }
    };
  }

  /** The client of the project as it is now. To be asked at the start of each piece of work, which ends with it. */
  of(project: string): ApiClient {
    const entry = this.#entries.get(project);
    if (entry === undefined) {
      throw new CollectionError(
        'internal',
        `project: got "${project}", which the configuration no longer has`,
      );
    }
    return entry.client.api;
  }

  /** `known`: of the same project of the cloud. */
  #entryOf(
    project: ProjectConfig,
    cloud: CloudProject,
    known: Entry | undefined,
    clockOffset: ClockOffset,
  ): Entry {
    const { nodes: _nodes, discovery: _discovery, ...connection } = project;
    const settings = comparable(connection);
    if (known !== undefined && isDeepStrictEqual(known.settings, settings)) {
      return known;
    }
    const { max_requests_per_second: maxRequestsPerSecond } = project.api;
    const limiters = new Map<string, RateLimiter>();
    const limiterOf: LimiterOf = (service, endpoint) => {
      const key = `${service} ${endpoint}`;
      const limiter = known?.limiters.get(key) ?? new RateLimiter(this.#options.clock, maxRequestsPerSecond);
      limiters.set(key, limiter);
      return limiter;
    };
    const previous = known !== undefined && isSameAccess(known.cloud, cloud) ? known.client : undefined;
    const client = openProjectClient(project, limiterOf, clockOffset, this.#options, previous);
    return { cloud, settings, client, limiters, maxRequestsPerSecond };
  }

  /** Each project's budget of requests, by the project's name. */
  budgets(): Map<string, BudgetState> {
    return new Map([...this.#entries].map(([name, { client }]) => [name, client.budget()]));
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    await Promise.all([...this.#entries.values()].map(({ client }) => client.close()));
  }
}

/** A secret compares by the files that it follows, whose text may change at any time, or by its text. */
function comparable(value: unknown): unknown {
  if (value instanceof Secret) {
    return value.source ?? value.read();
  }
  if (Array.isArray(value)) {
    return value.map(comparable);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, comparable(part)]));
  }
  return value;
}

function isSameAccess(one: CloudProject, other: CloudProject): boolean {
  return isDeepStrictEqual({ ...one, name: '' }, { ...other, name: '' });
}

export function cloudProjectOf({
  name,
  project_id: id,
  region,
  iam_endpoint,
  auth,
}: ProjectConfig): CloudProject {
  const text = JSON.stringify(comparable({ iam_endpoint, auth }));
  return { name, region, id, access: createHash('sha256').update(text).digest('hex') };
}
