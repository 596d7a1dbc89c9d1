// Requests signed with a key, wherever the key comes from.
import { createHash } from 'node:crypto';
import { type Clock, type EpochMs, later } from '../../clock.js';
import type { Deadline } from '../../model/deadline.js';
import type { Authorization, CredentialRequest, Credentials } from '../call/credentials.js';
import { sdkDate, signRequest } from './sign-request.js';

/** Well under the gateway's 15 minutes, well over what a slow answer and a cached header can explain. */
const TOLERANCE_MS = 5 * 60_000;

export interface SigningKey {
  readonly accessKey: string;
  readonly secretKey: string;
  /** Comes with temporary keys. */
  readonly securityToken: string | undefined;
}

/** Both reject with reason `auth` where there is no key that can be used. */
export interface KeySource {
  /** Asked anew for every request, so a changed key is used at once. */
  current(deadline: Deadline): Promise<SigningKey>;
  /** After a refusal of `refused`: true once another key is in force. */
  replace(refused: SigningKey, deadline: Deadline): Promise<boolean>;
  /** See Credentials. */
  readonly settled?: ((signal: AbortSignal) => Promise<void>) | undefined;
}

export interface SigningOptions {
  /** Of the API's clock. */
  readonly skew: ClockSkew;
  /** Called when the API's clock was found far from ours, with their distance in milliseconds. */
  readonly onClockCorrection: (offsetMs: number) => void;
}

export class SigningCredentials implements Credentials {
  readonly #keys: KeySource;
  readonly #options: SigningOptions;

  constructor(keys: KeySource, options: SigningOptions) {
    this.#keys = keys;
    this.#options = options;
  }

  async fingerprint(deadline: Deadline): Promise<string> {
    const { accessKey, secretKey, securityToken } = await this.#keys.current(deadline);
    const text = JSON.stringify([accessKey, secretKey, securityToken]);
    return createHash('sha256').update(text).digest('hex');
  }

  async settled(signal: AbortSignal): Promise<void> {
    await this.#keys.settled?.(signal);
  }

  async authorize(request: CredentialRequest, deadline: Deadline): Promise<Authorization> {
    const { skew, onClockCorrection } = this.#options;
    const key = await this.#keys.current(deadline);
    const { accessKey, secretKey, securityToken } = key;
    const signedAt = skew.now();
    const headers = {
      host: request.host,
      'x-sdk-date': sdkDate(signedAt),
      ...(request.projectId === undefined ? {} : { 'x-project-id': request.projectId }),
      ...(request.contentType === undefined ? {} : { 'content-type': request.contentType }),
      ...(securityToken === undefined ? {} : { 'x-security-token': securityToken }),
    };
    const authorization = signRequest(request, headers, { accessKey, secretKey });
    return {
      headers: { ...headers, authorization },
      // The signature, too; the rest of the header is the same in every request, and explains a refusal.
      secrets: [accessKey, secretKey, securityToken ?? '', authorization.slice(-64)],
      recover: async (answerDate) =>
        skew.explains(signedAt, answerDate, onClockCorrection) || this.#keys.replace(key, deadline),
    };
  }
}

/** How far the API's clock is from ours, in milliseconds; share it between all that sign for the same endpoint. */
export interface ClockOffset {
  ms: number;
}

/**
 * The gateway refuses signatures whose date is more than 15 minutes from its own clock. Where ours is off, the `Date`
 * header of its answers shows by how much.
 */
export class ClockSkew {
  readonly #clock: Clock;
  readonly #offset: ClockOffset;
  /** By this credential alone: what others sign by the offset may well be accepted. */
  #isDistrusted = false;

  constructor(clock: Clock, offset: ClockOffset = { ms: 0 }) {
    this.#clock = clock;
    this.#offset = offset;
  }

  /** The time to sign with. */
  now(): EpochMs {
    return later(this.#clock.now(), this.#isDistrusted ? 0 : this.#offset.ms);
  }

  /**
   * After the refusal of a signature made at `signedAt`: true when the clocks explain it, so that signing again
   * may succeed. `answerDate` is the answer's Date header; `onCorrection` is called with the new distance from our
   * clock to the gateway's, in milliseconds.
   */
  explains(
    signedAt: EpochMs,
    answerDate: string | undefined,
    onCorrection: (offsetMs: number) => void,
  ): boolean {
    const gatewayTime = Date.parse(answerDate ?? '');
    if (Number.isNaN(gatewayTime)) {
      return false;
    }
    if (Math.abs(gatewayTime - signedAt) <= TOLERANCE_MS) {
      // Refused although the clocks agree: the correction did not help, its Date may have been another server's.
      this.#isDistrusted = true;
      return false;
    }
    // Of several requests refused at once, the first corrects for all.
    if (Math.abs(gatewayTime - this.now()) > TOLERANCE_MS) {
      this.#offset.ms = gatewayTime - this.#clock.now();
      this.#isDistrusted = false;
      onCorrection(this.#offset.ms);
    }
    return true;
  }
}
