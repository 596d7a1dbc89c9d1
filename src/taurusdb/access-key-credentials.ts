// Requests signed with an access key, permanent or temporary.
import { createHash } from 'node:crypto';
import type { Clock } from '../clock.js';
import { createClockSkew } from './clock-skew.js';
import type { Credentials } from './credentials.js';
import { secretText } from './secret-text.js';
import { sdkDate, signRequest } from './sign-request.js';

/** The readers are asked anew for every request, so a changed secret is used at once. */
export interface AccessKeyOptions {
  readonly readAccessKey: () => string;
  readonly readSecretKey: () => string;
  /** Comes with temporary keys. */
  readonly readSecurityToken?: () => string;
  readonly projectId: string;
  readonly clock: Clock;
  /** Told when the API's clock was found far from ours: their distance, in milliseconds. */
  readonly onClockCorrection: (offsetMs: number) => void;
}

export function accessKeyCredentials(options: AccessKeyOptions): Credentials {
  const skew = createClockSkew(options.clock, options.onClockCorrection);
  const readKey = () => ({
    accessKey: secretText('access key', options.readAccessKey),
    secretKey: secretText('secret key', options.readSecretKey),
    securityToken:
      options.readSecurityToken === undefined
        ? undefined
        : secretText('security token', options.readSecurityToken),
  });

  return {
    fingerprint: () => createHash('sha256').update(JSON.stringify(readKey())).digest('hex'),
    authorize: async (request) => {
      const { accessKey, secretKey, securityToken } = readKey();
      const signedAt = skew.now();
      const headers = {
        host: request.host,
        'x-project-id': options.projectId,
        'x-sdk-date': sdkDate(signedAt),
        ...(request.contentType === undefined ? {} : { 'content-type': request.contentType }),
        ...(securityToken === undefined ? {} : { 'x-security-token': securityToken }),
      };
      const authorization = signRequest(request, headers, { accessKey, secretKey });
      return {
        headers: { ...headers, authorization },
        secrets: [accessKey, secretKey, securityToken ?? '', authorization, authorization.slice(-64)],
        recover: async (answerDate) => skew.explains(signedAt, answerDate),
      };
    },
  };
}
