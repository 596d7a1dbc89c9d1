// One API client per configured project, and the way from a node to the client of its project. A reload keeps the
// clients of projects that did not change: with them their budget of requests and what is known of their credential.
import { readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../clock.js';
import type { ApiObserver } from '../collect/api-observer.js';
import { CollectionError } from '../collect/collection-error.js';
import type { DatabaseNode } from '../collect/database-node.js';
import type { Deadline } from '../collect/deadline.js';
import type { Findings } from '../collect/node-finder.js';
import type { SessionApi } from '../collect/session-api.js';
import type { Config, ProjectConfig } from '../config/config-schema.js';
import { Secret } from '../config/secret.js';
import type { Log } from '../log.js';
import { type ApiClient, createApiClient } from '../taurusdb/api-client.js';
import { createCredentialCircuit } from '../taurusdb/credential-circuit.js';
import type { NodeSelection } from '../taurusdb/discover-nodes.js';
import type { SubmitBody } from '../taurusdb/submit-task.js';
import { projectCredentials } from './project-credentials.js';

export interface ProjectClientsOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly observer: ApiObserver;
}

interface Entry {
  readonly settings: unknown;
  readonly client: ApiClient;
}

export class ProjectClients {
  readonly #options: ProjectClientsOptions;
  readonly #circuit;
  #entries = new Map<string, Entry>();

  constructor(options: ProjectClientsOptions) {
    this.#options = options;
    this.#circuit = createCredentialCircuit(options.clock);
  }

  /** Collections under way end with the client that they began with. Throws for a certificate file gone wrong. */
  apply(config: Config): void {
    const before = this.#entries;
    const entries = config.projects.map((project): [string, Entry] => {
      const body = submitBody(config.collection);
      const { nodes: _nodes, discovery: _discovery, ...connection } = project;
      const settings = comparable({ connection, body });
      const known = before.get(project.name);
      return [
        project.name,
        known !== undefined && isDeepStrictEqual(known.settings, settings)
          ? known
          : { settings, client: this.#create(project, body) },
      ];
    });
    this.#entries = new Map(entries);
    for (const [name, { client }] of before) {
      if (this.#entries.get(name)?.client !== client) {
        client.close().catch((error: unknown) => {
          this.#options.log.debug('API client not closed', { project: name, error: String(error) });
        });
      }
    }
  }

  /** Each node's collection talks to the client of the node's project. */
  readonly api: SessionApi = {
    submitTask: (node, deadline) => this.#of(node).submitTask(node, deadline),
    taskStatus: (node, requestId, deadline) => this.#of(node).taskStatus(node, requestId, deadline),
    downloadResult: (node, requestId, deadline) => this.#of(node).downloadResult(node, requestId, deadline),
  };

  async discoverNodes(project: string, selection: NodeSelection, deadline: Deadline): Promise<Findings> {
    return this.#of({ project }).discoverNodes(selection, deadline);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#entries.values()].map(({ client }) => client.close()));
  }

  #of({ project }: Pick<DatabaseNode, 'project'>): ApiClient {
    const entry = this.#entries.get(project);
    if (entry === undefined) {
      throw new CollectionError(
        'internal',
        `project: got "${project}", which the configuration no longer has`,
      );
    }
    return entry.client;
  }

  #create(project: ProjectConfig, body: SubmitBody): ApiClient {
    const { clock, log, observer } = this.#options;
    const { api } = project;
    return createApiClient({
      project: project.name,
      endpoint: project.endpoint,
      projectId: project.project_id ?? '',
      language: project.language,
      credentials: projectCredentials(project, {
        clock,
        onClockCorrection: (offsetMs) => {
          observer.clockCorrection(project.name);
          log.warn("clock: signing by the API's clock from now on", {
            project: project.name,
            offset_seconds: Math.round(offsetMs / 1000),
          });
        },
      }),
      circuit: this.#circuit,
      submitBody: body,
      requestTimeoutMs: api.request_timeout,
      maxRetries: api.max_retries,
      maxRequestsPerSecond: api.max_requests_per_second,
      maxCsvBytes: api.max_csv_bytes,
      ...(api.ca_file === undefined ? {} : { ca: withSystemCertificates(api.ca_file) }),
      ...(api.proxy_url === undefined ? {} : { proxyUrl: api.proxy_url.read() }),
      clock,
      random: Math.random,
      observer,
      log,
    });
  }
}

function submitBody({ filter, slow_session_threshold }: Config['collection']): SubmitBody {
  return filter === 'slow'
    ? { filter, slow_process_threshold: Math.round(slow_session_threshold / 1000) }
    : { filter };
}

function withSystemCertificates(file: string): string {
  return [...rootCertificates, readFileSync(file, 'utf8')].join('\n');
}

/** Secrets compare by their text: a reload with another one needs another client. */
function comparable(value: unknown): unknown {
  if (value instanceof Secret) {
    return value.read();
  }
  if (Array.isArray(value)) {
    return value.map(comparable);
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, comparable(part)]));
  }
  return value;
}
