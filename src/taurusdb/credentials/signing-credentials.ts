// Requests signed with a key, wherever the key comes from.
import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.js';
import type { Deadline } from '../../model/deadline.js';
import { createClockSkew } from './clock-skew.js';
import type { Credentials } from './credentials.js';
import { sdkDate, signRequest } from './sign-request.js';

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
}

export interface SigningOptions {
  readonly clock: Clock;
  /** Told when the API's clock was found far from ours: their distance, in milliseconds. */
  readonly onClockCorrection: (offsetMs: number) => void;
}

export function signingCredentials(
  keys: KeySource,
  { clock, onClockCorrection }: SigningOptions,
): Credentials {
  const skew = createClockSkew(clock, onClockCorrection);
  return {
    fingerprint: async (deadline) => {
      const { accessKey, secretKey, securityToken } = await keys.current(deadline);
      const text = JSON.stringify([accessKey, secretKey, securityToken]);
      return createHash('sha256').update(text).digest('hex');
    },
    authorize: async (request, deadline) => {
      const key = await keys.current(deadline);
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
        secrets: [accessKey, secretKey, securityToken ?? '', authorization, authorization.slice(-64)],
        recover: async (answerDate) => skew.explains(signedAt, answerDate) || keys.replace(key, deadline),
      };
    },
  };
}
