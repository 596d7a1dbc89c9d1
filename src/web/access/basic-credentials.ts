// The `Authorization` header of basic authentication, RFC 7617.

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** The answer to a request without a password or with a wrong one: the value of `WWW-Authenticate`. */
export const BASIC_CHALLENGE = 'Basic realm="taurusdb-session-exporter", charset="UTF-8"';

/**
 * Undefined for everything that is not well-formed. Strict, since two spellings must not become one password: base64
 * in its only form, valid UTF-8, no control characters.
 */
export function readBasicCredentials(header: string | undefined): Credentials | undefined {
  const [, base64 = ''] = /^basic +(\S+)$/iu.exec(header ?? '') ?? [];
  const bytes = Buffer.from(base64, 'base64');
  const text = decodeUtf8(bytes);
  if (text === undefined || bytes.toString('base64') !== base64 || /\p{Cc}/u.test(text)) {
    return undefined;
  }
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
