// A request as the operations see it: read whole, its body bounded.
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { apiRefusal } from './answer.js';

const MAX_BODY_BYTES = 1024 * 1024;

export interface SimulatorRequest {
  readonly method: string;
  /** As it came, still percent-encoded. */
  readonly path: string;
  /** As it came, without the question mark. */
  readonly rawQuery: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Rejects with a 413 for a body over 1 MiB; what is over is read but not kept. */
export async function readRequest(message: IncomingMessage): Promise<SimulatorRequest> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message) {
    bytes += chunk.length;
    if (bytes <= MAX_BODY_BYTES) {
      chunks.push(chunk);
    }
  }
  if (bytes > MAX_BODY_BYTES) {
    throw apiRefusal(413, 'APIGW.0201', 'Request entity too large');
  }
  const target = message.url ?? '/';
  const mark = target.indexOf('?');
  const rawQuery = mark === -1 ? '' : target.slice(mark + 1);
  return {
    method: message.method ?? '',
    path: mark === -1 ? target : target.slice(0, mark),
    rawQuery,
    query: new URLSearchParams(rawQuery),
    headers: message.headers,
    body: Buffer.concat(chunks),
  };
}

/** The first value of a header, or undefined. */
export function header(request: Pick<SimulatorRequest, 'headers'>, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Undefined for what is not JSON. */
export function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The value at a path of keys; undefined where there is none. */
export function at(value: unknown, ...keys: readonly string[]): unknown {
  let found = value;
  for (const key of keys) {
    if (typeof found !== 'object' || found === null) {
      return undefined;
    }
    found = Object.getOwnPropertyDescriptor(found, key)?.value;
  }
  return found;
}
