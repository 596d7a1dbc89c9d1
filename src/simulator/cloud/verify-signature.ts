// Verifies SDK-HMAC-SHA256 as the gateway does: the canonical request is rebuilt from what came over the wire.
// Written from the description of the algorithm, apart from the exporter's own signer, so that the two check each other.
// https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-algorithm-001.html
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { header, type SimulatorRequest } from './simulator-request.js';

export type SignedRequest = Pick<SimulatorRequest, 'method' | 'path' | 'rawQuery' | 'headers' | 'body'>;

export interface SignatureClaim {
  readonly ak: string;
  readonly signedHeaders: readonly string[];
  /** 64 lower-case hexadecimal digits. */
  readonly signature: string;
}

const CLAIM =
  /^SDK-HMAC-SHA256 Access=(?<ak>[^,\s]+), ?SignedHeaders=(?<names>[^,\s]+), ?Signature=(?<signature>[0-9a-f]{64})$/;

/** Undefined where the request carries no signature, or one that cannot be read. */
export function signatureClaim(request: Pick<SimulatorRequest, 'headers'>): SignatureClaim | undefined {
  const groups = CLAIM.exec(header(request, 'authorization') ?? '')?.groups;
  if (groups === undefined) {
    return undefined;
  }
  const { ak = '', names = '', signature = '' } = groups;
  return { ak, signedHeaders: names.split(';'), signature };
}

/** When the request says that it was signed, milliseconds since the epoch; undefined unless that is itself signed. */
export function signingTime(request: SignedRequest, claim: SignatureClaim): number | undefined {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(header(request, 'x-sdk-date') ?? '');
  if (parts === null || !claim.signedHeaders.includes('x-sdk-date')) {
    return undefined;
  }
  const [, year, month, day, hour, minute, second] = parts;
  const time = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(time) ? undefined : time;
}

export function isSignatureRight(request: SignedRequest, claim: SignatureClaim, sk: string): boolean {
  const text = [
    'SDK-HMAC-SHA256',
    header(request, 'x-sdk-date') ?? '',
    sha256(canonicalRequest(request, claim.signedHeaders)),
  ].join('\n');
  const expected = createHmac('sha256', sk).update(text).digest();
  return timingSafeEqual(expected, Buffer.from(claim.signature, 'hex'));
}

export function canonicalRequest(request: SignedRequest, signedHeaders: readonly string[]): string {
  const names = signedHeaders.toSorted();
  const headerLines = names.map((name) => `${name}:${(header(request, name) ?? '').trim()}\n`);
  return [
    request.method,
    canonicalPath(request.path),
    canonicalQuery(request.rawQuery),
    headerLines.join(''),
    names.join(';'),
    payloadHash(request),
  ].join('\n');
}

function canonicalPath(path: string): string {
  const encoded = path
    .split('/')
    .map((segment) => encode(decode(segment)))
    .join('/');
  return encoded.endsWith('/') ? encoded : `${encoded}/`;
}

function canonicalQuery(rawQuery: string): string {
  const pairs = rawQuery
    .split('&')
    .filter((pair) => pair !== '')
    .map((pair): [key: string, value: string] => {
      const equals = pair.indexOf('=');
      return equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
    })
    .map(([key, value]) => [decode(key.replaceAll('+', ' ')), decode(value.replaceAll('+', ' '))] as const);
  // Sorted as decoded text, by code unit: encoding first would move `~` and every non-ASCII letter.
  pairs.sort((a, b) => compare(a[0], b[0]) || compare(a[1], b[1]));
  return pairs.map(([key, value]) => `${encode(key)}=${encode(value)}`).join('&');
}

function payloadHash(request: SignedRequest): string {
  const declared = header(request, 'x-sdk-content-sha256');
  return declared === 'UNSIGNED-PAYLOAD' ? declared : sha256(request.body);
}

function compare(a: string, b: string): number {
  if (a === b) {
    return 0;
  }
  return a < b ? -1 : 1;
}

/** RFC 3986: everything but `A-Za-z0-9-_.~`, in upper-case hexadecimal. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
