// A server behind a web configuration, as the exporter sets it up, and a client that tells what became of a request.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import https from 'node:https';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { parseWebConfig } from '../../src/config/web-config.js';
import { openWebAccess, type WebAccess } from '../../src/web-access/web-access.js';
import { FakeClock } from '../support/fake-clock.js';
import { RecordedLog } from '../support/recorded-log.js';

export interface Visit {
  /** Status, or the code of the error. */
  readonly outcome: number | string;
  readonly headers: http.IncomingHttpHeaders;
  readonly cipher?: string;
  readonly session?: Buffer;
}

const STATUS = { allowed: 200, refused: 401, throttled: 429 };

/** The folder of one web configuration: its files, and the server that follows them. */
export class WebServer {
  readonly folder = mkdtempSync(join(tmpdir(), 'web-access-'));
  readonly log = new RecordedLog();
  readonly clock = new FakeClock();
  readonly reloads: boolean[] = [];
  /** Requests that came through to the listener, allowed or not. */
  requests = 0;
  #server: Server | undefined;

  /** Resolves to the file's path. */
  write(name: string, text: string): string {
    const file = join(this.folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  }

  open(yaml: string): Promise<WebAccess> {
    return openWebAccess(this.write('web.yml', yaml), {
      parse: parseWebConfig,
      log: this.log,
      clock: this.clock,
      onReload: (ok) => this.reloads.push(ok),
    });
  }

  async serve(yaml: string): Promise<WebAccess> {
    const access = await this.open(yaml);
    const server = access.createServer({ keepAliveTimeout: 100 }, async (request, response) => {
      this.requests += 1;
      const verdict = await access.authorize(request);
      response.writeHead(STATUS[verdict], access.headers()).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#server = server;
    return access;
  }

  get port(): number {
    return (this.#server?.address() as AddressInfo).port;
  }

  /** A request on a connection of its own. */
  visit(scheme: 'http' | 'https', options: https.RequestOptions = {}): Promise<Visit> {
    const client = scheme === 'http' ? http : https;
    const target = { host: '127.0.0.1', port: this.port, agent: false, timeout: 5_000, ...options };
    return new Promise((resolve) => {
      const failed = (error: NodeJS.ErrnoException) => resolve({ outcome: error.code ?? error.message, headers: {} });
      const request = client.get(target, (response) => {
        response.resume().on('end', () => {
          const socket = scheme === 'https' ? (response.socket as TLSSocket) : undefined;
          const cipher = socket?.getCipher()?.name;
          resolve({
            outcome: response.statusCode ?? 0,
            headers: response.headers,
            ...(cipher && { cipher }),
          });
        });
      });
      request.on('error', failed).on('timeout', () => request.destroy(new Error('timeout')));
    });
  }

  async login(user: string, password: string, options: https.RequestOptions = {}): Promise<number | string> {
    const scheme = options.ca === undefined ? 'http' : 'https';
    return (await this.visit(scheme, { auth: `${user}:${password}`, ...options })).outcome;
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => (this.#server ? this.#server.close(resolve) : resolve(undefined)));
    rmSync(this.folder, { recursive: true });
  }
}
