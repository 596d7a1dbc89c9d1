// A token from elsewhere, sent as it is.
import { createHash } from 'node:crypto';
import type { Credentials } from '../call/credentials.js';
import { secretText } from './secret-text.js';

/** `readToken` is asked anew for every request, so a changed secret is used at once. */
export function tokenCredentials(
  readToken: () => string,
  settled: (signal: AbortSignal) => Promise<void> = async () => {},
): Credentials {
  const token = (): string => secretText('token', readToken);
  return {
    fingerprint: async () => createHash('sha256').update(token()).digest('hex'),
    settled,
    authorize: async () => {
      const value = token();
      return { headers: { 'x-auth-token': value }, secrets: [value], recover: async () => false };
    },
  };
}
