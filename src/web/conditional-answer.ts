// Answers that a client need not be sent twice: compressed where it takes that, and with an ETag, so that it can ask whether what it has is
// still so (RFC 9110, 8.8.3 and 13.1.2).
import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { acceptsGzip } from '../metrics/negotiate-format.js';
import type { Answer } from './router.js';

const gzipInThread = promisify(gzip);

/** Whoever sends more than some tags of ours is answered in full. */
const MAX_HEADER_LENGTH = 1024;
const TAG = /(?:W\/)?("[\x21\x23-\x7e]*")/gu;

/** `status` of the body; the other headers are those of it, too. */
export async function answerInFull(
  request: IncomingMessage,
  status: number,
  headers: NonNullable<Answer['headers']>,
  body: Buffer,
): Promise<Answer> {
  const gzip = acceptsGzip(request.headers['accept-encoding']);
  const encoding = gzip ? { 'Content-Encoding': 'gzip' } : {};
  return {
    status,
    headers: { ...headers, Vary: 'Accept-Encoding', ...encoding },
    body: [gzip ? await gzipInThread(body, { level: 1 }) : body],
  };
}

/** The answer with its ETag, or 304 where the client has it; one of another status than 200 stays as it is. */
export function conditional({ headers: asked }: IncomingMessage, answer: Answer): Answer {
  if (answer.status !== 200) {
    return answer;
  }
  const etag = etagOf(answer.body);
  const headers = { ...answer.headers, ETag: etag };
  if (!isKnown(asked['if-none-match'], etag)) {
    return { ...answer, headers };
  }
  // The policy of a page among them: they replace those that the client has.
  const ofBoth = Object.entries(headers).filter(([name]) => !OF_BODY.includes(name));
  return { status: 304, headers: Object.fromEntries(ofBoth), body: [] };
}

const OF_BODY: readonly string[] = ['Content-Type', 'Content-Encoding'];

/** Strong: of the bytes as they are sent, so another one where they are compressed. */
function etagOf(body: Answer['body']): string {
  const hash = createHash('sha256');
  for (const chunk of typeof body === 'string' ? [body] : body) {
    hash.update(chunk);
  }
  return `"${hash.digest('base64url').slice(0, 22)}"`;
}

/** A proxy that compresses what we sent may have made a weak tag of ours: for GET the two are one. */
function isKnown(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined || ifNoneMatch.length > MAX_HEADER_LENGTH) {
    return false;
  }
  return ifNoneMatch.trim() === '*' || [...ifNoneMatch.matchAll(TAG)].some(([, opaque]) => opaque === etag);
}
