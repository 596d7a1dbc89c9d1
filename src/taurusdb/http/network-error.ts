// What undici, the TLS library and the resolver report when a request fails below HTTP, in the words of this
// project. Their own messages and objects go no further: they can hold certificates and whole requests.
import { type ApiError, apiError, type CallSite, type Repeatable } from '../errors.js';

const CONNECT_HINTS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name does not resolve',
  EAI_AGAIN: 'the name server does not answer',
  ECONNREFUSED: 'nothing listens there',
  EHOSTUNREACH: 'no route to it',
  ENETUNREACH: 'no route to its network',
  ETIMEDOUT: 'no connection in time: a firewall?',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time: a firewall?',
};

const RESET_HINTS: Readonly<Record<string, string>> = {
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  UND_ERR_SOCKET: 'the connection was closed early',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the body is not as long as its Content-Length',
};

const TLS_HINTS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed: set api.ca_file to trust it',
  SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not known: set api.ca_file to trust it',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not known: set api.ca_file to trust it',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its authority is not known: set api.ca_file to trust it',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  UND_ERR_PRX_TLS: "the proxy's certificate is for another name",
};
const TLS_CODE = /^(ERR_SSL_|ERR_TLS_|CERT_|UNABLE_TO_|EPROTO$)/u;

/** How undici reports a proxy that refuses a tunnel, and one that does not answer. */
const NO_TUNNEL_CODES: readonly string[] = ['UND_ERR_ABORTED', 'UND_ERR_HEADERS_TIMEOUT'];

/** An error without a code is a mistake of ours, not of the network: it comes back as it is. */
export function networkError(error: unknown, site: CallSite): unknown {
  const code = codeOf(error);
  if (code === undefined) {
    return error;
  }
  if (code === 'UND_ERR_BODY_TIMEOUT') {
    return apiError(site, 'timeout', { got: 'no more data for too long', expected: 'the rest of the body' });
  }
  if (isBeforeSending(error, code)) {
    return failure(site, code, CONNECT_HINTS[code], 'any');
  }
  const tlsHint = TLS_HINTS[code];
  if (tlsHint !== undefined || TLS_CODE.test(code)) {
    return failure(site, code, tlsHint ?? 'no agreement on an encrypted connection', 'none');
  }
  if (NO_TUNNEL_CODES.includes(code)) {
    return proxyError(error, site);
  }
  const resetHint = RESET_HINTS[code];
  return failure(site, code, resetHint, resetHint === undefined ? 'none' : 'reads');
}

function failure(site: CallSite, code: string, hint: string | undefined, repeatable: Repeatable): ApiError {
  const got = hint === undefined ? code : `${code} (${hint})`;
  return apiError(site, 'network', { got, expected: 'an answer' }, { code }, { repeatable });
}

/** The status of the proxy's answer is only in undici's message. */
function proxyError(error: unknown, site: CallSite): ApiError {
  const [, status = 'no tunnel'] = /^Proxy response \((\d{3})\)/u.exec(String(Object(error).message)) ?? [];
  return apiError(
    site,
    'network',
    { got: `${status} from the proxy`, expected: 'a tunnel through it: check api.proxy_url' },
    { code: 'proxy', proxy_status: status },
    { repeatable: status.startsWith('4') ? 'none' : 'any' },
  );
}

function isBeforeSending(error: unknown, code: string): boolean {
  if (code === 'UND_ERR_CONNECT_TIMEOUT') {
    return true;
  }
  // Several addresses tried, none reached.
  if (error instanceof AggregateError) {
    return true;
  }
  const { syscall } = Object(error);
  return syscall === 'connect' || syscall === 'getaddrinfo';
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) {
    return undefined;
  }
  if (typeof error.code === 'string') {
    return error.code;
  }
  // undici knows no code for most answers that break HTTP's rules.
  return error.name === 'HTTPParserError' ? 'HPE_INVALID' : undefined;
}
