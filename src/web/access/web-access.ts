// Access to the HTTP server by --web.config.file: TLS, basic authentication, a rate limit and extra headers. The file
// and the files that it names are loaded again when they change.
import http, { type IncomingMessage, type RequestListener, type ServerOptions } from 'node:http';
import type https from 'node:https';
import type { Clock } from '../../clock.js';
import type { Log } from '../../log.js';
import { RepeatedLines } from '../../repeated-lines.js';
import { BASIC_CHALLENGE, bcryptMatches, PasswordChecker, readBasicCredentials } from './password-checker.js';
import { RateLimit, type RateLimitSettings } from './rate-limit.js';
import { createTlsServer } from './tls-server.js';
import { type LoadedTls, loadTls, type TlsSettings } from './tls-settings.js';
import { WatchedFiles } from './watched-files.js';

export interface WebSettings {
  readonly tls: TlsSettings | undefined;
  /** User name → bcrypt hash; empty: no authentication. */
  readonly users: ReadonlyMap<string, string>;
  readonly headers: Readonly<Record<string, string>>;
  readonly rateLimit: RateLimitSettings | undefined;
}

/** Refused: 401 with the challenge. Throttled: 429. */
export type AccessVerdict = 'allowed' | 'refused' | 'throttled';

export interface WebAccess {
  /** Fixed at the start: turning TLS on or off needs a restart. */
  readonly scheme: 'http' | 'https';
  createServer(options: ServerOptions, listener: RequestListener): http.Server | https.Server;
  /** Never rejects. Not to be called for paths without authentication: it takes from the rate limit. */
  authorize(request: IncomingMessage): Promise<AccessVerdict>;
  /** To be set on every response, refusals included. */
  headers(): Readonly<Record<string, string>>;
  /** The value of `WWW-Authenticate` in a 401. */
  readonly challenge: string;
}

export interface WebAccessOptions {
  /** Throws an error of one or more lines, without secrets; `path` is for messages and the base of relative names. */
  readonly parse: (text: string, path: string) => WebSettings;
  readonly log: Log;
  readonly clock: Clock;
  /** Called after each reload; false: the previous settings stay in force. */
  readonly onReload: (ok: boolean) => void;
}

/** Without a web configuration: plain HTTP, no authentication. */
export const plainWebAccess: WebAccess = {
  scheme: 'http',
  createServer: (options, listener) => http.createServer(options, listener),
  authorize: async () => 'allowed',
  headers: () => ({}),
  challenge: BASIC_CHALLENGE,
};

/** Rejects when the file, or one that it names, is invalid. An empty file means plain HTTP, no authentication. */
export async function openWebAccess(path: string, options: WebAccessOptions): Promise<WebAccess> {
  return new FileWebAccess(path, options);
}

interface InForce {
  readonly settings: WebSettings;
  readonly tls: LoadedTls | undefined;
  readonly rateLimit: RateLimit | undefined;
}

const REFUSAL = 'refusal';

class FileWebAccess implements WebAccess {
  readonly challenge = BASIC_CHALLENGE;
  readonly #path: string;
  readonly #options: WebAccessOptions;
  readonly #lines: RepeatedLines;
  readonly #passwords: PasswordChecker;
  /** Of the last attempt, good or bad: a broken file is tried again when it changes, not at every request. */
  #files = new WatchedFiles();
  #inForce: InForce;
  /** Why the last attempt failed; undefined after a success. */
  #refusal: string | undefined;

  constructor(path: string, options: WebAccessOptions) {
    this.#path = path;
    this.#options = options;
    this.#lines = new RepeatedLines(options.log, options.clock);
    this.#passwords = new PasswordChecker(bcryptMatches, this.#lines);
    this.#inForce = this.#load();
  }

  get scheme(): 'http' | 'https' {
    return this.#inForce.tls === undefined ? 'http' : 'https';
  }

  createServer(options: ServerOptions, listener: RequestListener): http.Server | https.Server {
    const { tls } = this.#refreshed();
    if (tls === undefined) {
      return http.createServer(options, listener);
    }
    return createTlsServer(() => this.#refreshed().tls ?? tls, this.#options.log, options, listener);
  }

  async authorize(request: IncomingMessage): Promise<AccessVerdict> {
    const { settings, rateLimit } = this.#refreshed();
    if (rateLimit?.allows() === false) {
      return 'throttled';
    }
    if (settings.users.size === 0) {
      return 'allowed';
    }
    const credentials = readBasicCredentials(request.headers.authorization);
    return credentials === undefined ? 'refused' : this.#passwords.check(settings.users, credentials);
  }

  headers(): Readonly<Record<string, string>> {
    return this.#inForce.settings.headers;
  }

  #refreshed(): InForce {
    if (this.#files.changed()) {
      try {
        const latest = this.#load();
        refuseSwitch(this.#inForce, latest);
        this.#inForce = latest;
        this.#refusal = undefined;
        this.#options.log.info('web configuration reloaded', { file: this.#path });
        this.#options.onReload(true);
      } catch (error) {
        const reason = error instanceof Error ? error.message.replaceAll('\n', '; ') : 'unknown';
        this.#tellRefusal(reason);
        this.#options.onReload(false);
      }
    }
    return this.#inForce;
  }

  /** Another reason at once: a file that the machine cannot read, as with too many open files, is tried at every request. */
  #tellRefusal(reason: string): void {
    if (reason !== this.#refusal) {
      this.#lines.forget(this.#path, [REFUSAL]);
    }
    this.#refusal = reason;
    const message = 'web configuration not reloaded: the settings before it stay in force';
    this.#lines.tell('error', this.#path, REFUSAL, message, { file: this.#path, reason });
  }

  #load(): InForce {
    this.#files = new WatchedFiles();
    const settings = this.#options.parse(this.#files.read(this.#path), this.#path);
    return {
      settings,
      tls: settings.tls && this.#loadTls(settings.tls),
      rateLimit: settings.rateLimit && new RateLimit(settings.rateLimit, this.#options.clock),
    };
  }

  #loadTls(settings: TlsSettings): LoadedTls {
    const loaded = loadTls(settings, this.#files, `${this.#path}: tls_server_config`);
    if ('file' in settings.key && this.#files.isExposed(settings.key.file)) {
      const file = settings.key.file;
      this.#options.log.warn('private key can be read by other users: expected mode 0600', { file });
    }
    return loaded;
  }
}

function refuseSwitch(now: InForce, next: InForce): void {
  if ((now.tls === undefined) !== (next.tls === undefined)) {
    throw new Error('tls_server_config: turning TLS on or off needs a restart');
  }
  // An editor truncates a file before it writes it: an empty one must not switch authentication off for that moment.
  if (now.settings.users.size > 0 && next.settings.users.size === 0) {
    throw new Error('basic_auth_users: turning passwords off needs a restart');
  }
}
