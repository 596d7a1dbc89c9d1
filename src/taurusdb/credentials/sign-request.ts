// The gateway's request signature, SDK-HMAC-SHA256 (Huawei Cloud, API Request Signing Guide), as a pure function.
import { createHash, createHmac } from 'node:crypto';
import type { CredentialRequest } from '../call/credentials.js';
import { encodePath, encodeQuery } from '../call/encode-target.js';

const ALGORITHM = 'SDK-HMAC-SHA256';

export type RequestToSign = Pick<CredentialRequest, 'method' | 'path' | 'query' | 'body'>;

export interface AccessKey {
  readonly accessKey: string;
  readonly secretKey: string;
}

/**
 * The `Authorization` header. Every header given is signed, so give only those that reach the gateway unchanged;
 * `host` and `x-sdk-date` must be among them.
 */
export function signRequest(
  request: RequestToSign,
  headers: Readonly<Record<string, string>>,
  { accessKey, secretKey }: AccessKey,
): string {
  const signed = Object.entries(headers)
    .map(([name, value]) => [name.toLowerCase(), value.trim()] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const names = signed.map(([name]) => name).join(';');
  const date = signed.find(([name]) => name === 'x-sdk-date')?.[1] ?? '';

  const canonicalPath = encodePath(request.path);
  const canonicalRequest = [
    request.method,
    canonicalPath.endsWith('/') ? canonicalPath : `${canonicalPath}/`,
    encodeQuery(request.query),
    signed.map(([name, value]) => `${name}:${value}\n`).join(''),
    names,
    sha256(request.body),
  ].join('\n');

  const signature = createHmac('sha256', secretKey)
    .update(`${ALGORITHM}\n${date}\n${sha256(canonicalRequest)}`)
    .digest('hex');
  return `${ALGORITHM} Access=${accessKey}, SignedHeaders=${names}, Signature=${signature}`;
}

/** `YYYYMMDDTHHMMSSZ`, in UTC. */
export function sdkDate(epochMs: number): string {
  return new Date(epochMs).toISOString().replace(/[-:]|\.\d{3}/gu, '');
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
