// Secrets that would be recognized anywhere, one of each kind, and where to look for them. Every fault of the table
// happens to a fleet that holds them all.
import { inspect } from 'node:util';

export const CANARIES = {
  accessKey: 'CANARYAK00000000000A',
  secretKey: 'CanarySecretKey000000000000000000000000B',
  securityToken: 'CanarySecurityToken0C',
  token: 'CanaryToken000D',
  metadataToken: 'CanaryMetadataToken0G',
  proxyPassword: 'CanaryProxyPassword0E',
  password: 'CanaryPassword0F',
  basicAuthHash: '$2y$04$CanaryHash0000000000Ge3GQnXwVV1cQ4Gb1pO9Yj5QpT1uDkY2a',
} as const;

/** Stands in cells of session files that cannot be read, of which nothing is to be shown. */
export const CANARY_SQL = 'SELECT canary_sql';
/** A value in the SQL of a session file that can be read. */
export const CANARY_VALUE = 'canary_value';

/** The encoded form that a proxy's credentials travel in. */
export const PROXY_USER = 'canary-user';
const PROXY_CREDENTIALS = Buffer.from(`${PROXY_USER}:${CANARIES.proxyPassword}`).toString('base64');

const FORBIDDEN: readonly string[] = [...Object.values(CANARIES), PROXY_CREDENTIALS];

/** The secrets, statements and values, that are found in `text`, in whatever case. */
export function canariesIn(text: string): string[] {
  const lowerCase = text.toLowerCase();
  return [...FORBIDDEN, CANARY_SQL, CANARY_VALUE].filter((canary) =>
    lowerCase.includes(canary.toLowerCase()),
  );
}

/** As deep as anything can print it. */
export function printed(value: unknown): string {
  return [
    inspect(value, { depth: null, showHidden: true, maxStringLength: null, maxArrayLength: null }),
    String(value),
    value instanceof Error ? value.stack : '',
  ].join('\n');
}
