// Real servers on 127.0.0.1 that answer by script, well or badly. Every server started is closed by
// `closeServers`: call it after each test.
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type ServerOptions } from 'node:https';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';

export interface SeenRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly target: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface PlainAnswer {
  /** 200 unless it says otherwise. */
  readonly status?: number;
  readonly headers?: Record<string, string>;
  /** An object is sent as JSON. */
  readonly body?: string | Buffer | object;
}

export type Step = PlainAnswer | ((response: ServerResponse, request: SeenRequest) => void);

export interface ScriptedServer {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
}

interface Place {
  readonly host: string;
  readonly port: number;
}

const ANY_PORT: Place = { host: '127.0.0.1', port: 0 };

const closings: (() => unknown)[] = [];

/** Answers the n-th request by the n-th step; the last step again and again. With `tls` it speaks HTTPS. */
export async function startServer(
  script: readonly Step[],
  tls?: ServerOptions,
  place: Place = ANY_PORT,
): Promise<ScriptedServer> {
  const requests: SeenRequest[] = [];
  const listener: RequestListener = async (incoming, response) => {
    const { method = '', url: target = '', headers } = incoming;
    const request = { method, target, headers, body: await text(incoming) };
    requests.push(request);
    const step = script[Math.min(requests.length, script.length) - 1] ?? {};
    if (typeof step === 'function') {
      step(response, request);
    } else {
      sendAnswer(response, step);
    }
  };
  const server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener);
  return { url: `${tls === undefined ? 'http' : 'https'}://${await listen(server, place)}`, requests };
}

/** For what no HTTP server would say. Resolves to host and port. */
export function startTcpServer(onConnection: (socket: Socket) => void): Promise<string> {
  return listen(createTcpServer((socket) => onConnection(socket.on('error', () => {}))));
}

/** Host and port where nothing listens. */
export async function closedPort(): Promise<string> {
  const server = createTcpServer();
  const address = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return address;
}

export async function closeServers(): Promise<void> {
  for (const close of closings.splice(0)) {
    await close();
  }
}

export function closeWithServers(close: () => void): void {
  closings.push(close);
}

export function sendAnswer(
  response: ServerResponse,
  { status = 200, headers = {}, body = '' }: PlainAnswer,
): void {
  const isPlain = typeof body === 'string' || Buffer.isBuffer(body);
  response.writeHead(status, isPlain ? headers : { 'content-type': 'application/json', ...headers });
  response.end(isPlain ? body : JSON.stringify(body));
}

function listen(server: Server, { host, port }: Place = ANY_PORT): Promise<string> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  closings.push(() => {
    for (const socket of sockets) {
      socket.destroy();
    }
    return new Promise((resolve) => server.close(resolve));
  });
  return new Promise((resolve) => {
    server.listen(port, host, () => resolve(`${host}:${(server.address() as AddressInfo).port}`));
  });
}
