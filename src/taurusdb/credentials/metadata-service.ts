// The metadata service of an ECS, which hands the machine the temporary keys of its agency (ECS user guide, page
// ecs_03_0166). Reached directly, never through a proxy: the address is the machine's own.
import type { Clock } from '../../clock.js';
import { isObject, parseJsonObject } from '../../json.js';
import type { Log } from '../../log.js';
import type { ApiObserver } from '../../model/api-observer.js';
import { type Deadline, startDeadline } from '../../model/deadline.js';
import { errorIn, readWholeBody } from '../call/answer.js';
import { type LifeReader, remainingLife } from '../call/remaining-life.js';
import { type ApiError, apiError, type CallSite } from '../errors.js';
import { type HttpAnswer, HttpClient } from '../http/http-client.js';
import { describeErrorBody } from '../refusal/error-body.js';
import type { SigningKey } from './signing-credentials.js';

/** The same on every machine, and reachable from there alone. */
export const METADATA_ENDPOINT = 'http://169.254.169.254';

const TIMEOUT_MS = 3_000;
const MAX_BODY_BYTES = 64 * 1024;
const TOKEN_SECONDS = 21_600;
/** What an older service, which knows no session tokens, answers when asked for one. */
const NO_TOKENS_STATUSES = [404, 405, 503];
const NO_AGENCY = 'Please configure Cloud Service Agency first';

export interface MetadataServiceOptions {
  readonly project: string;
  readonly endpoint: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly observer: ApiObserver;
  readonly warn: () => void;
}

export interface TemporaryKey {
  readonly key: SigningKey;
  /** From now. */
  readonly lifeMs: number;
}

interface Reply {
  readonly answer: HttpAnswer;
  readonly body: Uint8Array;
  readonly text: string;
}

export class MetadataService {
  readonly #options: MetadataServiceOptions;
  readonly #http: HttpClient;
  readonly #site: CallSite;
  #sessionToken: string | undefined;

  constructor(options: MetadataServiceOptions) {
    const { endpoint, project, clock, log } = options;
    this.#options = options;
    this.#http = new HttpClient({ endpoint, timeoutMs: TIMEOUT_MS, project, clock, log });
    this.#site = { operation: 'token', where: `metadata service ${new URL(endpoint).host}` };
  }

  async fetchKey(deadline: Deadline): Promise<TemporaryKey> {
    if (this.#sessionToken === undefined) {
      await this.#openSession(deadline);
    }
    let reply = await this.#askForKey(deadline);
    if (reply.answer.status === 401 && !reply.text.includes(NO_AGENCY)) {
      await this.#openSession(deadline);
      reply = await this.#askForKey(deadline);
    }
    if (reply.answer.status === 401 && reply.text.includes(NO_AGENCY)) {
      throw apiError(this.#site, 'auth', {
        got: '401, no agency',
        expected: 'the ECS to have an agency: set one',
      });
    }
    if (reply.answer.status !== 200) {
      throw this.#refused(reply, 'a temporary key');
    }
    const { clock, warn } = this.#options;
    return readKey(reply, { now: clock.now(), warn });
  }

  close(): Promise<void> {
    return this.#http.close();
  }

  async #openSession(deadline: Deadline): Promise<void> {
    const headers = { 'x-metadata-token-ttl-seconds': String(TOKEN_SECONDS) };
    const reply = await this.#ask('PUT', '/meta-data/latest/api/token', headers, deadline);
    const { answer, text } = reply;
    if (answer.status === 200 && /^[\x21-\x7e]{1,4096}$/u.test(text)) {
      this.#sessionToken = text;
    } else if (NO_TOKENS_STATUSES.includes(answer.status)) {
      this.#sessionToken = undefined;
    } else {
      throw this.#refused(reply, 'a session token');
    }
  }

  #refused({ answer, body }: Reply, expected: string): ApiError {
    const { site, status } = answer;
    const said = describeErrorBody(errorIn(answer, body, [this.#sessionToken ?? '']), status);
    const reason = status === 401 || status === 403 ? 'auth' : 'api';
    return apiError(site, reason, { got: `${status}${said}`, expected }, { status });
  }

  #askForKey(deadline: Deadline): Promise<Reply> {
    const headers: Record<string, string> =
      this.#sessionToken === undefined ? {} : { 'x-metadata-token': this.#sessionToken };
    return this.#ask('GET', '/openstack/latest/securitykey', headers, deadline);
  }

  async #ask(
    method: 'GET' | 'PUT',
    target: string,
    headers: Record<string, string>,
    deadline: Deadline,
  ): Promise<Reply> {
    const { project, clock, observer } = this.#options;
    const timer = startDeadline(clock, TIMEOUT_MS, deadline.signal);
    const startedAt = clock.monotonic();
    let code = 'error';
    try {
      const answer = await this.#http.send(
        { method, target, headers, body: undefined, secrets: [this.#sessionToken ?? ''], attempt: 1 },
        this.#site,
        timer.signal,
      );
      code = String(answer.status);
      const body = await readWholeBody(answer, MAX_BODY_BYTES);
      return { answer, body, text: new TextDecoder().decode(body) };
    } catch (error) {
      if (!timer.signal.aborted || deadline.signal.aborted) {
        throw error;
      }
      throw apiError(this.#site, 'timeout', {
        got: `no answer within ${TIMEOUT_MS / 1_000} s`,
        expected: 'one: is this an ECS?',
      });
    } finally {
      observer.request(project, this.#site.operation, code, (clock.monotonic() - startedAt) / 1_000);
      timer.clear();
    }
  }
}

function readKey({ answer, body }: Reply, life: LifeReader): TemporaryKey {
  const { credential } = parseJsonObject(body) ?? {};
  const { access, secret, securitytoken, expires_at } = isObject(credential) ? credential : {};
  if (!isHeaderText(access) || !isHeaderText(secret) || !isHeaderText(securitytoken)) {
    throw apiError(answer.site, 'api', {
      got: `${body.length} bytes that hold no whole key`,
      expected: 'access, secret and securitytoken under credential',
    });
  }
  return {
    key: { accessKey: access, secretKey: secret, securityToken: securitytoken },
    lifeMs: remainingLife('temporary key', expires_at, answer, life),
  };
}

function isHeaderText(value: unknown): value is string {
  return typeof value === 'string' && /^[\x21-\x7e]+$/u.test(value);
}
