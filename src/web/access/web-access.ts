// Access to the HTTP server by --web.config.file: TLS, basic authentication, a rate limit and extra headers. The file
// and the files that it names are loaded again once they have changed and been still, all together or not at all.
import http, { type IncomingMessage, type RequestListener, type ServerOptions } from 'node:http';
import type https from 'node:https';
import type { Clock } from '../../clock.js';
import { FollowedFiles, RESTLESSNESS, type ReadFile } from '../../followed-files.js';
import type { Log } from '../../log.js';
import { RepeatedLines } from '../../repeated-lines.js';
import { isExposed, utf8Text } from '../../small-file.js';
import { BASIC_CHALLENGE, compareBcrypt, PasswordChecker, readBasicCredentials } from './password-checker.js';
import { RateLimit, type RateLimitSettings } from './rate-limit.js';
import { TlsServer } from './tls-server.js';
import { type LoadedTls, loadTls, needsVerifiedClient, type TlsSettings } from './tls-settings.js';

// A certificate chain has some kB.
const MAX_BYTES = 1024 * 1024;
/** New rules must reach clients that are connected and ask nothing, too. */
const LOOK_INTERVAL_MS = 1_000;

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
  /** Whether every client must show a password or a certificate that is verified, but for probes. */
  knowsItsClients(): boolean;
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
  knowsItsClients: () => false,
  headers: () => ({}),
  challenge: BASIC_CHALLENGE,
};

/** Rejects when the file, or one that it names, is invalid. An empty file means plain HTTP, no authentication. */
export async function openWebAccess(path: string, options: WebAccessOptions): Promise<WebAccess> {
  return new FileWebAccess(path, options);
}

interface Loaded {
  readonly settings: WebSettings;
  readonly tls: LoadedTls | undefined;
  readonly rateLimit: RateLimit | undefined;
  /** The files that other users can read. */
  readonly exposed: ReadonlySet<string>;
}

class FileWebAccess implements WebAccess {
  readonly challenge = BASIC_CHALLENGE;
  readonly #path: string;
  readonly #options: WebAccessOptions;
  readonly #passwords: PasswordChecker;
  readonly #files: FollowedFiles<Loaded>;
  #tlsServer: TlsServer | undefined;

  constructor(path: string, options: WebAccessOptions) {
    this.#path = path;
    this.#options = options;
    this.#passwords = new PasswordChecker(compareBcrypt, new RepeatedLines(options.log, options.clock));
    this.#files = new FollowedFiles({
      load: (read, inForce) => this.#load(read, inForce),
      clock: options.clock,
      onTaken: (loaded) => this.#take(loaded),
      onRefused: (error) => this.#refuse(error),
      onRestless: (paths) => {
        options.log.warn(
          'web configuration not reloaded: the previous settings stay in force; write its files only when they change',
          { file: paths.join(', '), error: RESTLESSNESS },
        );
      },
    });
    this.#warnOfExposedFiles(this.#files.current());
  }

  get scheme(): 'http' | 'https' {
    return this.#files.current().tls === undefined ? 'http' : 'https';
  }

  createServer(options: ServerOptions, listener: RequestListener): http.Server | https.Server {
    const { tls } = this.#files.current();
    if (tls === undefined) {
      return this.#lookWhileOpen(http.createServer(options, listener));
    }
    this.#tlsServer = new TlsServer({
      rules: tls,
      refresh: () => this.#files.current(),
      log: this.#options.log,
      http: options,
      listener,
    });
    return this.#lookWhileOpen(this.#tlsServer);
  }

  async authorize(request: IncomingMessage): Promise<AccessVerdict> {
    const { settings, rateLimit } = this.#files.current();
    if (rateLimit?.allows() === false) {
      return 'throttled';
    }
    const credentials = readBasicCredentials(request.headers.authorization);
    let { users } = settings;
    for (;;) {
      if (users.size === 0) {
        return 'allowed';
      }
      const verdict = credentials === undefined ? 'refused' : await this.#passwords.check(users, credentials);
      const latest = this.#files.current().settings.users;
      if (users === latest) {
        return verdict;
      }
      // Others came into force while the hash was computed.
      users = latest;
    }
  }

  knowsItsClients(): boolean {
    const { users, tls } = this.#files.current().settings;
    return users.size > 0 || (tls !== undefined && needsVerifiedClient(tls));
  }

  headers(): Readonly<Record<string, string>> {
    return this.#files.current().settings.headers;
  }

  #lookWhileOpen<Server extends http.Server | https.Server>(server: Server): Server {
    const closed = new AbortController();
    server.once('close', () => closed.abort());
    server.once('listening', async () => {
      while (!closed.signal.aborted) {
        this.#files.current();
        await this.#options.clock.sleep(LOOK_INTERVAL_MS, closed.signal).catch(() => {});
      }
    });
    return server;
  }

  #take(loaded: Loaded): void {
    this.#warnOfExposedFiles(loaded);
    if (loaded.tls !== undefined) {
      this.#tlsServer?.apply(loaded.tls);
    }
    this.#options.log.info('web configuration reloaded', { file: this.#path });
    this.#options.onReload(true);
  }

  #refuse(error: unknown): void {
    const reason = error instanceof Error ? error.message.replaceAll('\n', '; ') : 'unknown';
    this.#options.log.error('web configuration not reloaded: the previous settings stay in force', {
      file: this.#path,
      error: reason,
    });
    this.#options.onReload(false);
  }

  #load(read: ReadFile, inForce: Loaded | undefined): Loaded {
    const exposed = new Set<string>();
    // The reason alone: in place of another file's name somebody may have written a private key.
    const readText = (file: string, textOf = (bytes: Buffer) => bytes.toString('utf8')): string => {
      try {
        const { bytes, stats } = read(file, MAX_BYTES);
        if (isExposed(stats)) {
          exposed.add(file);
        }
        return textOf(bytes);
      } catch (error) {
        throw new Error(`cannot be read: ${error instanceof Error ? error.message : 'unknown error'}`);
      }
    };
    const settings = this.#options.parse(
      this.#readSettings(() => readText(this.#path, utf8Text)),
      this.#path,
    );
    const tls = settings.tls && loadTls(settings.tls, readText, `${this.#path}: tls_server_config`);
    if (inForce !== undefined) {
      refuseSwitch(inForce.settings, settings);
    }
    return {
      settings,
      tls,
      rateLimit: settings.rateLimit && new RateLimit(settings.rateLimit, this.#options.clock),
      exposed,
    };
  }

  #readSettings(readText: () => string): string {
    try {
      return readText();
    } catch (error) {
      throw new Error(`${this.#path}: ${error instanceof Error ? error.message : 'unreadable'}`);
    }
  }

  #warnOfExposedFiles({ settings: { users, tls }, exposed }: Loaded): void {
    const { log } = this.#options;
    const holdsSecret = users.size > 0 || (tls !== undefined && 'text' in tls.key);
    if (holdsSecret && exposed.has(this.#path)) {
      log.warn(
        'web configuration can be read by other users and holds password hashes or a private key: expected mode 0600',
        { file: this.#path },
      );
    }
    if (tls !== undefined && 'file' in tls.key && exposed.has(tls.key.file)) {
      log.warn('private key can be read by other users: expected mode 0600', { file: tls.key.file });
    }
  }
}

function refuseSwitch(now: WebSettings, next: WebSettings): void {
  if ((now.tls === undefined) !== (next.tls === undefined)) {
    throw new Error('tls_server_config: turning TLS on or off needs a restart');
  }
  // An editor truncates a file before it writes it: an empty one must not switch authentication off.
  if (now.users.size > 0 && next.users.size === 0) {
    throw new Error('basic_auth_users: turning passwords off needs a restart');
  }
}
