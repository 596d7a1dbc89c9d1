// All that one configured project needs to talk to the cloud: its services, its credentials, its API client.
import { rootCertificates } from 'node:tls';
import type { Clock } from '../clock.js';
import type { ProjectConfig } from '../config/config-schema.js';
import type { Log } from '../log.js';
import type { ApiObserver } from '../model/api-observer.js';
import { type ApiClient, createApiClient } from '../taurusdb/api-client.js';
import type { CircuitBreaker } from '../taurusdb/call/circuit-breaker.js';
import type { BudgetState } from '../taurusdb/call/rate-limiter.js';
import { type FindProjectId, ProjectLookup } from '../taurusdb/operations/project-id.js';
import type { SubmitBody } from '../taurusdb/operations/submit-task.js';
import { openService, type Service } from '../taurusdb/service.js';
import { projectCredentials } from './project-credentials.js';

export interface ProjectClientOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly observer: ApiObserver;
  /** Of keys and tokens; shared by all projects, as is the other one. */
  readonly breaker: CircuitBreaker;
  readonly passwordBreaker: CircuitBreaker;
  readonly metadataEndpoint: string;
}

export interface ProjectClient {
  readonly api: ApiClient;
  budget(): BudgetState;
  /** Ends what is under way, also what it asks for on its own account: a token, an id. */
  close(): Promise<void>;
}

export function openProjectClient(
  project: ProjectConfig,
  submitBody: SubmitBody,
  options: ProjectClientOptions,
): ProjectClient {
  const { clock, breaker } = options;
  const closing = new AbortController();
  const open = (endpoint: string): Service => openService(serviceOptions(project, endpoint, options));

  const taurusdb = open(project.endpoint);
  const openedIam = project.iam_endpoint === undefined ? undefined : open(project.iam_endpoint);
  const iam = (): Service => {
    if (openedIam === undefined) {
      throw new TypeError('IAM is needed and has no endpoint, though the configuration was checked');
    }
    return openedIam;
  };

  const credentials = projectCredentials(project, {
    ...options,
    random: Math.random,
    iam,
    closing: closing.signal,
  });
  const findProjectId = (): FindProjectId => {
    const { project_id: projectId, region } = project;
    if (projectId !== undefined) {
      return async () => projectId;
    }
    const callIam = iam().callWith(credentials, breaker);
    const lookup = new ProjectLookup({ callIam, region, clock, closing: closing.signal });
    return (deadline) => lookup.find(deadline);
  };

  return {
    api: createApiClient({
      callApi: taurusdb.callWith(credentials, breaker),
      findProjectId: findProjectId(),
      submitBody,
      maxCsvBytes: project.api.max_csv_bytes,
    }),
    budget: () => taurusdb.budget(),
    close: async () => {
      closing.abort();
      await Promise.all([taurusdb.close(), openedIam?.close()]);
    },
  };
}

function serviceOptions(
  { name, language, api }: ProjectConfig,
  endpoint: string,
  { clock, log, observer }: ProjectClientOptions,
) {
  const { proxy_url: proxyUrl } = api;
  return {
    project: name,
    endpoint,
    language,
    requestTimeoutMs: api.request_timeout,
    maxRetries: api.max_retries,
    maxRequestsPerSecond: api.max_requests_per_second,
    ...(api.ca === undefined ? {} : { ca: [...rootCertificates, api.ca].join('\n') }),
    ...(proxyUrl === undefined ? {} : { readProxyUrl: () => proxyUrl.read() }),
    clock,
    random: Math.random,
    observer,
    log,
  };
}
