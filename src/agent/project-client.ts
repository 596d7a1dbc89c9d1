// All that one configured project needs to talk to the cloud: its services, its credentials, its API client.
import type { Clock } from '../clock.js';
import type { ProjectConfig } from '../config/config-schema.js';
import type { Log } from '../log.js';
import type { ApiObserver } from '../model/api-observer.js';
import { type ApiClient, createApiClient } from '../taurusdb/api-client.js';
import type { CircuitBreaker } from '../taurusdb/call/circuit-breaker.js';
import type { Credentials } from '../taurusdb/call/credentials.js';
import type { BudgetState, RateLimiter } from '../taurusdb/call/rate-limiter.js';
import { type ClockOffset, ClockSkew } from '../taurusdb/credentials/signing-credentials.js';
import { ProjectLookup } from '../taurusdb/operations/project-id.js';
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

/** The budget of requests to one address of the project: it outlives a client that a reload replaces. */
export type LimiterOf = (service: 'taurusdb' | 'iam', endpoint: string) => RateLimiter;

export interface ProjectClient {
  readonly api: ApiClient;
  readonly credentials: Credentials;
  /** Undefined where the configuration has the id. */
  readonly lookup: ProjectLookup | undefined;
  budget(): BudgetState;
  /** Ends what is under way, also what it asks for on its own account: a token, an id. */
  close(): Promise<void>;
}

/** `previous`: of the same access to the same project; its token and the id that it found are used on. */
export function openProjectClient(
  project: ProjectConfig,
  limiterOf: LimiterOf,
  clockOffset: ClockOffset,
  options: ProjectClientOptions,
  previous?: ProjectClient,
): ProjectClient {
  const { clock, breaker } = options;
  const closing = new AbortController();
  const limiter = limiterOf('taurusdb', project.endpoint);
  const open = (endpoint: string, ofService: RateLimiter): Service =>
    openService({ ...serviceOptions(project, options), endpoint, limiter: ofService });

  const taurusdb = open(project.endpoint, limiter);
  const { iam_endpoint: iamEndpoint } = project;
  const openedIam = iamEndpoint === undefined ? undefined : open(iamEndpoint, limiterOf('iam', iamEndpoint));
  const iam = (): Service => {
    if (openedIam === undefined) {
      throw new TypeError('IAM is needed and has no endpoint, though the configuration was checked');
    }
    return openedIam;
  };

  const credentials = projectCredentials(
    project,
    {
      ...options,
      skew: new ClockSkew(clock, clockOffset),
      random: Math.random,
      iam,
      closing: closing.signal,
    },
    previous?.credentials,
  );
  // No function in here may name `previous`: it would keep that one, which keeps the one before, and so all there ever were.
  const { project_id: projectId, region } = project;
  const known =
    projectId ??
    new ProjectLookup(
      { callIam: iam().callWith(credentials, breaker), region, clock, closing: closing.signal },
      previous?.lookup,
    );

  return {
    api: createApiClient({
      callApi: taurusdb.callWith(credentials, breaker),
      findProjectId: async (deadline) => (typeof known === 'string' ? known : known.find(deadline)),
      maxCsvBytes: project.api.max_csv_bytes,
    }),
    credentials,
    lookup: typeof known === 'string' ? undefined : known,
    budget: () => limiter.state(),
    close: async () => {
      closing.abort();
      await Promise.all([taurusdb.close(), openedIam?.close()]);
    },
  };
}

function serviceOptions(
  { name, language, api }: ProjectConfig,
  { clock, log, observer }: ProjectClientOptions,
) {
  const { proxy_url: proxyUrl } = api;
  return {
    project: name,
    language,
    requestTimeoutMs: api.request_timeout,
    maxRetries: api.max_retries,
    ...(api.ca === undefined ? {} : { ca: api.ca }),
    ...(proxyUrl === undefined
      ? {}
      : {
          readProxyUrl: () => proxyUrl.read(),
          proxySettled: (signal: AbortSignal) => proxyUrl.settled(signal),
        }),
    clock,
    random: Math.random,
    observer,
    log,
  };
}
