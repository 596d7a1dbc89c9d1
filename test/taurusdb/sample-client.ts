// An API client for tests: a fake clock, a recording observer, and a token unless a test wants something else.
import type { SessionFilter } from '../../src/collect/session-api.js';
import type { ApiObserver } from '../../src/model/api-observer.js';
import { type Deadline, startDeadline } from '../../src/model/deadline.js';
import { CollectionError } from '../../src/model/failure.js';
import { type ApiClient, type ApiClientOptions, createApiClient } from '../../src/taurusdb/api-client.js';
import { CircuitBreaker, KEY_LIMITS } from '../../src/taurusdb/call/circuit-breaker.js';
import type { Credentials } from '../../src/taurusdb/call/credentials.js';
import { RateLimiter } from '../../src/taurusdb/call/rate-limiter.js';
import { tokenCredentials } from '../../src/taurusdb/credentials/token-credentials.js';
import { openService, type Service, type ServiceOptions } from '../../src/taurusdb/service.js';
import { FakeClock } from '../support/fake-clock.js';
import { RecordedLog } from '../support/recorded-log.js';

export const PROJECT_ID = '054e292c9880d4992f02c0196d3ea468';

export class RecordedApi implements ApiObserver {
  /** `operation code` of each request. */
  readonly requests: string[] = [];
  readonly seconds: number[] = [];
  readonly retries: string[] = [];
  corrections = 0;

  request(_project: string, operation: string, code: string, seconds: number): void {
    this.requests.push(`${operation} ${code}`);
    this.seconds.push(seconds);
  }

  retry(_project: string, operation: string): void {
    this.retries.push(operation);
  }

  clockCorrection(): void {
    this.corrections += 1;
  }
}

export const ALL_SESSIONS: SessionFilter = { filter: 'total' };

export interface SampleClient {
  readonly client: ApiClient;
  readonly clock: FakeClock;
  readonly log: RecordedLog;
  readonly observer: RecordedApi;
  /** Of 50 s from now. */
  deadline(): Deadline;
}

export interface Changes
  extends Partial<Omit<ServiceOptions, 'limiter'>>,
    Partial<Omit<ApiClientOptions, 'callApi'>> {
  readonly credentials?: Credentials;
  readonly maxRequestsPerSecond?: number;
}

const services: Service[] = [];

export function sampleClient(endpoint: string, change: Changes = {}): SampleClient {
  const clock = change.clock instanceof FakeClock ? change.clock : new FakeClock();
  const log = new RecordedLog();
  const observer = new RecordedApi();
  const { credentials = tokenCredentials(() => 'TOKEN') } = change;
  const service = sampleService(endpoint, { clock, observer, log, ...change });
  const client = createApiClient({
    callApi: service.callWith(credentials, new CircuitBreaker(change.clock ?? clock, KEY_LIMITS)),
    findProjectId: async () => PROJECT_ID,
    maxCsvBytes: 1_000_000,
    ...change,
  });
  return { client, clock, log, observer, deadline: () => startDeadline(clock, 50_000) };
}

/** One that nothing slows down. */
export function sampleService(
  endpoint: string,
  {
    maxRequestsPerSecond = 1_000_000,
    ...change
  }: Pick<ServiceOptions, 'clock' | 'observer' | 'log'> & Changes,
): Service {
  const service = openService({
    project: 'production',
    endpoint,
    language: 'en-us',
    requestTimeoutMs: 10_000,
    maxRetries: 3,
    random: () => 1,
    limiter: new RateLimiter(change.clock, maxRequestsPerSecond),
    ...change,
  });
  services.push(service);
  return service;
}

export async function closeClients(): Promise<void> {
  await Promise.all(services.splice(0).map((service) => service.close()));
}

/** Resolves to the error that `promise` must reject with. */
export async function collectionError(promise: Promise<unknown>): Promise<CollectionError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof CollectionError) {
      return error;
    }
    throw error;
  }
  throw new Error('it succeeded');
}

/** Lets real input and output run, on a clock that stands still, until `condition` holds. */
export async function until(condition: () => boolean): Promise<void> {
  while (!condition()) {
    await new Promise(setImmediate);
  }
}

export async function readText(csv: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of csv) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
