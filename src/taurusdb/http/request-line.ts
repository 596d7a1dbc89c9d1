// The log's line of one HTTP request, at `debug`: written once its answer was read to the end or dropped, or did not come.
import { type Clock, elapsedMs, type MonotonicMs } from '../../clock.js';
import { type Log, type LogFields, logSeconds } from '../../log.js';
import { CollectionError } from '../../model/failure.js';
import { redact } from '../../redact.js';
import type { CallSite } from '../errors.js';

export interface RequestLog {
  /** Name of the project in the configuration. */
  readonly project: string;
  readonly clock: Pick<Clock, 'monotonic'>;
  readonly log: Log;
}

/** What the line shows of a request. */
export interface ShownRequest {
  readonly method: string;
  /** Encoded, with the query. */
  readonly target: string;
  /** Which one of its call, from 1. */
  readonly attempt: number;
}

/** Undefined where the header is missing or stands more than once. */
export type ReadHeader = (name: string) => string | undefined;

export class RequestLine {
  readonly #options: RequestLog;
  readonly #startedAt: MonotonicMs;
  #fields: LogFields;
  #bytes = 0;
  #isWritten = false;

  constructor(
    options: RequestLog,
    { method, target, attempt }: ShownRequest,
    { operation, where }: CallSite,
  ) {
    this.#options = options;
    this.#startedAt = options.clock.monotonic();
    const { project } = options;
    const [path] = target.split('?');
    this.#fields = { project, operation, method, server: where, path, attempt };
  }

  /** `secrets` are struck out of what the server says. */
  answered(status: number, header: ReadHeader, secrets: readonly string[]): void {
    this.#fields = { ...this.#fields, status, request_id: requestIdOf(header, secrets) };
  }

  /** The answer's body; the line is written when it ends. */
  async *counted(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of body) {
        this.#bytes += chunk.length;
        yield chunk;
      }
    } catch (error) {
      this.failed(error);
      throw error;
    } finally {
      this.ended();
    }
  }

  failed(error: unknown): void {
    const isExplained = error instanceof CollectionError;
    this.#fields = {
      ...this.#fields,
      reason: isExplained ? error.reason : undefined,
      error: isExplained ? error.message : 'ended by the exporter before its answer was read',
      code: isExplained ? error.details.code : undefined,
    };
    this.ended();
  }

  ended(): void {
    if (this.#isWritten) {
      return;
    }
    this.#isWritten = true;
    const { clock, log } = this.#options;
    log.debug('request', {
      ...this.#fields,
      bytes: this.#bytes,
      duration_seconds: logSeconds(elapsedMs(this.#startedAt, clock.monotonic())),
    });
  }
}

/** The API's own id of the request; undefined where the answer has none of the usual form. */
export function requestIdOf(header: ReadHeader, secrets: readonly string[]): string | undefined {
  const id = header('x-request-id');
  return id !== undefined && /^[\w-]{1,100}$/u.test(id) ? redact(id, secrets) : undefined;
}
