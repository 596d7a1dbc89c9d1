// One API client per configured project. A reload keeps the clients of projects that did not change: with them their budget
// of requests and what is known of their credential.
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../clock.js';
import type { Config } from '../config/config-schema.js';
import { Secret } from '../config/secret.js';
import type { Log } from '../log.js';
import type { ApiObserver } from '../model/api-observer.js';
import { CollectionError } from '../model/failure.js';
import type { ApiClient } from '../taurusdb/api-client.js';
import { CircuitBreaker, KEY_LIMITS, PASSWORD_LIMITS } from '../taurusdb/call/circuit-breaker.js';
import type { BudgetState } from '../taurusdb/call/rate-limiter.js';
import { METADATA_ENDPOINT } from '../taurusdb/credentials/metadata-service.js';
import type { SubmitBody } from '../taurusdb/operations/submit-task.js';
import { openProjectClient, type ProjectClient, type ProjectClientOptions } from './project-client.js';

export interface ProjectClientsOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly observer: ApiObserver;
  /** Instead of the ECS's own address: for tests. */
  readonly metadataEndpoint?: string;
}

interface Entry {
  readonly settings: unknown;
  readonly client: ProjectClient;
}

export class ProjectClients {
  readonly #options: ProjectClientOptions;
  #entries = new Map<string, Entry>();

  constructor(options: ProjectClientsOptions) {
    this.#options = {
      ...options,
      metadataEndpoint: options.metadataEndpoint ?? METADATA_ENDPOINT,
      breaker: new CircuitBreaker(options.clock, KEY_LIMITS),
      passwordBreaker: new CircuitBreaker(options.clock, PASSWORD_LIMITS),
    };
  }

  /**
   * Opens the clients of a configuration; rejects it by throwing, and then nothing has changed. The function returned puts
   * them in force. A client that is no longer wanted is let go, not closed: what runs ends with the client that it began
   * with, and idle connections end by themselves.
   */
  prepare(config: Pick<Config, 'projects' | 'collection'>): () => void {
    const body = submitBody(config.collection);
    const entries = config.projects.map((project): [string, Entry] => {
      const { nodes: _nodes, discovery: _discovery, ...connection } = project;
      const settings = comparable({ connection, body });
      const known = this.#entries.get(project.name);
      return [
        project.name,
        known !== undefined && isDeepStrictEqual(known.settings, settings)
          ? known
          : { settings, client: openProjectClient(project, body, this.#options) },
      ];
    });
    return () => {
      this.#entries = new Map(entries);
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

  /** Each project's budget of requests, by the project's name. */
  budgets(): Map<string, BudgetState> {
    return new Map([...this.#entries].map(([name, { client }]) => [name, client.budget()]));
  }

  /** Ends what is under way. */
  async close(): Promise<void> {
    await Promise.all([...this.#entries.values()].map(({ client }) => client.close()));
  }
}

function submitBody({ filter, slow_session_threshold }: Config['collection']): SubmitBody {
  return filter === 'slow'
    ? { filter, slow_process_threshold: Math.round(slow_session_threshold / 1000) }
    : { filter };
}

/** Secrets compare by their text and the file that they follow: a reload with another of either needs another client. */
function comparable(value: unknown): unknown {
  if (value instanceof Secret) {
    return [value.read(), value.path];
  }
  if (Array.isArray(value)) {
    return value.map(comparable);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, comparable(part)]));
  }
  return value;
}
