// The TaurusDB API of one project: what a collection asks of it, over HTTP.
import type { Clock } from '../clock.js';
import type { ApiObserver } from '../collect/api-observer.js';
import type { DatabaseNode } from '../collect/database-node.js';
import type { Deadline } from '../collect/deadline.js';
import type { Findings } from '../collect/node-finder.js';
import type { SessionApi } from '../collect/session-api.js';
import type { Log } from '../log.js';
import { createCallApi } from './call-api.js';
import type { CredentialCircuit } from './credential-circuit.js';
import type { Credentials } from './credentials.js';
import { discoverNodes, type NodeSelection } from './discover-nodes.js';
import { downloadResult } from './download-result.js';
import { createHttpClient } from './http-client.js';
import { createRateLimiter } from './rate-limiter.js';
import { type SubmitBody, submitTask } from './submit-task.js';
import { createAskTaskStatus } from './task-status.js';

export interface ApiClientOptions {
  /** Name of the project in the configuration: for counting and the log. */
  readonly project: string;
  /** Scheme, host and port. */
  readonly endpoint: string;
  readonly projectId: string;
  /** `en-us` or `zh-cn`: may translate the CSV's header. */
  readonly language: string;
  readonly credentials: Credentials;
  /** Shared by all clients that may use the same credential. */
  readonly circuit: CredentialCircuit;
  readonly submitBody: SubmitBody;
  /** For one request: connecting, the headers and, for JSON, the body; also for each wait for more of a CSV. */
  readonly requestTimeoutMs: number;
  readonly maxRetries: number;
  readonly maxRequestsPerSecond: number;
  /** After decoding. */
  readonly maxCsvBytes: number;
  /** PEM; trusted instead of the system's authorities. */
  readonly ca?: string;
  /** May hold a user and a password. */
  readonly proxyUrl?: string;
  readonly clock: Clock;
  /** In [0, 1); spreads the retries. */
  readonly random: () => number;
  readonly observer: ApiObserver;
  readonly log: Log;
}

export interface ApiClient extends SessionApi {
  discoverNodes(selection: NodeSelection, deadline: Deadline): Promise<Findings>;
  /** Takes no more calls; resolves when those under way have ended. */
  close(): Promise<void>;
}

export function createApiClient(options: ApiClientOptions): ApiClient {
  const { endpoint, requestTimeoutMs, ca, proxyUrl, clock, maxRequestsPerSecond } = options;
  const http = createHttpClient({
    endpoint,
    timeoutMs: requestTimeoutMs,
    ...(ca === undefined ? {} : { ca }),
    ...(proxyUrl === undefined ? {} : { proxyUrl }),
  });
  const { host } = new URL(endpoint);
  const callApi = createCallApi({
    ...options,
    host,
    where: proxyUrl === undefined ? host : `${host} through the proxy ${new URL(proxyUrl).host}`,
    http,
    limiter: createRateLimiter(clock, maxRequestsPerSecond),
  });
  const askTaskStatus = createAskTaskStatus(callApi);
  const nodePath = ({ instanceId, nodeId }: DatabaseNode): string =>
    `/v3/${options.projectId}/instances/${instanceId}/nodes/${nodeId}`;

  return {
    submitTask: (node, deadline) => submitTask(callApi, nodePath(node), options.submitBody, deadline),
    taskStatus: (node, requestId, deadline) => askTaskStatus(nodePath(node), requestId, deadline),
    downloadResult: (node, requestId, deadline) =>
      downloadResult(
        callApi,
        { nodePath: nodePath(node), requestId, maxBytes: options.maxCsvBytes },
        deadline,
      ),
    discoverNodes: (selection, deadline) => discoverNodes(callApi, options.projectId, selection, deadline),
    close: () => http.close(),
  };
}
