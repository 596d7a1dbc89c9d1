// Requests signed with an access key of the configuration, permanent or temporary.
import type { Credentials } from '../call/credentials.js';
import { secretText } from './secret-text.js';
import { SigningCredentials, type SigningOptions } from './signing-credentials.js';

/** The readers are asked anew for every request, so a changed secret is used at once. */
export interface AccessKeyOptions extends SigningOptions {
  /** See Credentials. */
  readonly settled?: (signal: AbortSignal) => Promise<void>;
  readonly readAccessKey: () => string;
  readonly readSecretKey: () => string;
  /** Comes with temporary keys; undefined while the key is permanent. */
  readonly readSecurityToken?: () => string | undefined;
}

export function accessKeyCredentials(options: AccessKeyOptions): Credentials {
  const { readAccessKey, readSecretKey, readSecurityToken } = options;
  const current = async () => {
    const securityToken = readSecurityToken?.();
    return {
      accessKey: secretText('access key', readAccessKey),
      secretKey: secretText('secret key', readSecretKey),
      securityToken:
        securityToken === undefined ? undefined : secretText('security token', () => securityToken),
    };
  };
  return new SigningCredentials({ current, replace: async () => false, settled: options.settled }, options);
}
