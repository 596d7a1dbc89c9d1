// A server behind a web configuration, as the exporter sets it up, and a client that tells what became of a request.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import http from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { parseWebConfig } from '../../../src/config/web/web-config.js';
import { STILL_MS } from '../../../src/followed-files.js';
import { openWebAccess, type WebAccess } from '../../../src/web/access/web-access.js';
import { FakeClock } from '../../support/fake-clock.js';
import { RecordedLog } from '../../support/recorded-log.js';

export interface Visit {
  /** Status; or the error's code, or what it says. */
  readonly outcome: number | string;
  readonly headers: http.IncomingHttpHeaders;
  readonly cipher?: string;
}

export type VisitOptions = https.RequestOptions & Pick<ConnectionOptions, 'ALPNProtocols'>;

const STATUS = { allowed: 200, refused: 401, throttled: 429 };

/** The folder of one web configuration: its files, and the server that follows them. */
export class WebServer {
  readonly folder = mkdtempSync(join(tmpdir(), 'web-access-'));
  readonly log = new RecordedLog();
  readonly clock = new FakeClock();
  readonly reloads: boolean[] = [];
  /** Requests that came through to the listener, allowed or not. */
  requests = 0;
  /** Awaited before each answer. */
  hold: Promise<void> = Promise.resolve();
  #server: Server | undefined;

  /** Resolves to the file's path. */
  write(name: string, text: string): string {
    const file = join(this.folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  }

  open(yaml: string): Promise<WebAccess> {
    this.write('web.yml', yaml);
    return this.openAgain();
  }

  openAgain(): Promise<WebAccess> {
    return openWebAccess(join(this.folder, 'web.yml'), {
      parse: parseWebConfig,
      log: this.log,
      clock: this.clock,
      onReload: (ok) => this.reloads.push(ok),
    });
  }

  /**
   * Lets the files be still for long enough, and those that a changed file names for the first time: what was written is
   * in force, unless it is wrong.
   */
  still(): Promise<void> {
    return this.clock.advance(2 * (STILL_MS + 1_000));
  }

  async serve(yaml: string): Promise<WebAccess> {
    const access = await this.open(yaml);
    await this.serveWith(access);
    return access;
  }

  async serveWith(access: WebAccess): Promise<void> {
    const server = access.createServer({}, async (request, response) => {
      this.requests += 1;
      await this.hold;
      const verdict = await access.authorize(request);
      const challenge = verdict === 'refused' ? { 'WWW-Authenticate': access.challenge } : {};
      response.writeHead(STATUS[verdict], { ...access.headers(), ...challenge }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#server = server;
  }

  get port(): number {
    const address = this.#server?.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** A request on a connection of its own. */
  visit(scheme: 'http' | 'https', options: VisitOptions = {}): Promise<Visit> {
    const client = scheme === 'http' ? http : https;
    const target = { host: '127.0.0.1', port: this.port, agent: false, timeout: 5_000, ...options };
    return new Promise((resolve) => {
      // What OpenSSL says stands only in the message.
      const failed = ({ code, message }: NodeJS.ErrnoException) =>
        resolve({ outcome: code === undefined || code === 'EPROTO' ? message : code, headers: {} });
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

  async login(user: string, password: string, options: VisitOptions = {}): Promise<number | string> {
    const scheme = options.ca === undefined ? 'http' : 'https';
    return (await this.visit(scheme, { auth: `${user}:${password}`, ...options })).outcome;
  }

  /** Ends every connection and the listener. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server !== undefined) {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    }
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true });
  }
}
