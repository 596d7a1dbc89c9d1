// HTTP as the API client needs it: one request at a time per connection, redirects never followed, every failure
// below HTTP translated to a CollectionError. Nothing of undici is seen outside.
import type { Dispatcher } from 'undici';
import { untilAborted } from '../../model/deadline.js';
import type { CallSite } from '../errors.js';
import type { ConnectionOptions, Connections } from './connections.js';
import { networkError } from './network-error.js';
import { ProxyUrl } from './proxy-url.js';
import { type ReadHeader, RequestLine, type RequestLog, type ShownRequest } from './request-line.js';

export interface HttpClientOptions extends ConnectionOptions, RequestLog {
  /** Scheme, host and port. */
  readonly endpoint: string;
  /** Asked at each request, so that a changed URL is followed. It may hold a user and a password. */
  readonly readProxyUrl?: () => string;
}

export interface HttpRequest extends ShownRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** What must not be shown even when the server echoes it. */
  readonly secrets: readonly string[];
}

export interface HttpAnswer {
  readonly site: CallSite;
  readonly status: number;
  readonly header: ReadHeader;
  /** As sent: neither decoded nor bounded. Rejects when it is cut off, and with the request's signal. */
  readonly body: AsyncIterable<Uint8Array>;
  /** False where only the end of the connection ends the body: a cut one then looks complete. */
  readonly isDelimited: boolean;
  /** Drops what was not read; call it, or read to the end, to free the connection. */
  discard(): void;
}

export class HttpClient {
  readonly #options: HttpClientOptions;
  readonly #proxyUrl: ProxyUrl | undefined;
  #connections: Promise<Connections> | undefined;

  constructor(options: HttpClientOptions) {
    this.#options = options;
    this.#proxyUrl = options.readProxyUrl && new ProxyUrl(options.readProxyUrl);
  }

  /** Host and port of the proxy that a request now goes through; undefined without one. */
  proxyHost(): string | undefined {
    return this.#proxyUrl?.current().host;
  }

  /** Of the proxy's URL: a server on the way may repeat them. */
  secrets(): readonly string[] {
    return this.#proxyUrl?.current().secrets ?? [];
  }

  /** Resolves at the answer's headers. The signal also ends the reading of the body, and rejects with its reason. */
  async send(sent: HttpRequest, site: CallSite, signal: AbortSignal): Promise<HttpAnswer> {
    const { method, target, headers, body } = sent;
    const line = new RequestLine(this.#options, sent, site);
    const translate = (error: unknown): unknown =>
      signal.aborted ? signal.reason : networkError(error, site);
    try {
      const request = {
        origin: this.#options.endpoint,
        path: target,
        method,
        headers,
        body: body ?? null,
        signal,
      };
      const proxy = this.#proxyUrl?.current();
      const response = await untilAborted(
        this.#connect().then((connections) => connections.request(proxy, request)),
        // By itself undici would listen to the signal only once it is connected.
        signal,
      );
      const answer = toAnswer(response, site, translate, line);
      line.answered(answer.status, answer.header, [...sent.secrets, ...this.secrets()]);
      return answer;
    } catch (error) {
      const failure = translate(error);
      line.failed(failure);
      throw failure;
    }
  }

  /** Ends the requests under way and takes no more. */
  async close(): Promise<void> {
    await (await this.#connections)?.destroy();
  }

  #connect(): Promise<Connections> {
    this.#connections ??= import('./connections.js').then(
      ({ Connections }) => new Connections(this.#options),
    );
    return this.#connections;
  }
}

function toAnswer(
  { statusCode, headers, body }: Dispatcher.ResponseData,
  site: CallSite,
  translate: (error: unknown) => unknown,
  line: RequestLine,
): HttpAnswer {
  const header: ReadHeader = (name) => {
    const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  return {
    site,
    status: statusCode,
    header,
    body: line.counted(translated(body, translate)),
    isDelimited:
      header('content-length') !== undefined || /\bchunked$/iu.test(header('transfer-encoding') ?? ''),
    // Dropping a body that has not ended is an error to the stream, not to us.
    discard: () => {
      body.on('error', () => {}).destroy();
      line.ended();
    },
  };
}

async function* translated(
  body: AsyncIterable<Uint8Array>,
  translate: (error: unknown) => unknown,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    throw translate(error);
  }
}
