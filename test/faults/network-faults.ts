// Below HTTP: names, connections, TLS, proxies, bytes that are no HTTP, bodies that end too early.
import { gzipSync } from 'node:zlib';
import { openBlackHole } from '../support/black-hole.js';
import { type Certificate, makeCertificate } from '../support/certificates.js';
import { resolveAs } from '../support/fake-resolver.js';
import { closedPort, startServer, startTcpServer } from '../support/scripted-server.js';
import { csv, hangUp, raw, reset } from './answers.js';
import { CANARIES, PROXY_USER } from './canaries.js';
import type { Fault } from './fault.js';
import { GOOD_FILE } from './hostile-api.js';
import type { Settings } from './rehearsal.js';

const HALF_FILE = GOOD_FILE.slice(0, GOOD_FILE.length / 2);
const PACKED = gzipSync(GOOD_FILE);
const TLS_1_1 = { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' };

/** An endpoint with what `optionsOf` makes of a new authority, which is trusted or not. */
function tls(
  optionsOf: (authority: Certificate) => object,
  isTrusted: boolean,
): Required<Pick<Fault, 'needs' | 'meanwhile'>> {
  return {
    needs: 'openssl',
    meanwhile: async (fleet): Promise<Settings> => {
      const authority = makeCertificate({ name: 'authority', isAuthority: true });
      return {
        endpoint: (await startServer([{ body: 'never to be seen' }], optionsOf(authority))).url,
        ...(isTrusted ? { api: { ca_file: fleet.writeFile('ca.pem', authority.cert) } } : {}),
      };
    },
  };
}

/** A proxy that answers a wish for a tunnel with these bytes. */
function proxy(answer: string): NonNullable<Fault['meanwhile']> {
  return async () => through(await startTcpServer((socket) => socket.once('data', () => socket.end(answer))));
}

function through(address: string): Settings {
  return { api: { proxy_url: `http://${PROXY_USER}:${CANARIES.proxyPassword}@${address}` } };
}

export const NETWORK_FAULTS: readonly Fault[] = [
  {
    what: 'N1 the name does not resolve',
    meanwhile: () => ({ endpoint: 'https://nowhere.invalid' }),
    says: /(ENOTFOUND|EAI_AGAIN) \(.*\), expected an answer \(nowhere\.invalid\), after 4 attempts/u,
  },
  {
    what: 'N1 the resolver fails',
    meanwhile: () => {
      resolveAs('broken.invalid', 'EAI_AGAIN');
      return { endpoint: 'https://broken.invalid' };
    },
    says: /EAI_AGAIN \(.*\), expected an answer \(broken\.invalid\), after 4 attempts/u,
  },
  {
    what: 'N1 the resolver never answers',
    requestLimitMs: 300,
    meanwhile: () => {
      resolveAs('silent.invalid', 'silence');
      return { endpoint: 'https://silent.invalid', api: { max_retries: 0 } };
    },
    says: /UND_ERR_CONNECT_TIMEOUT \(no connection in time/u,
  },
  {
    what: 'N2 nothing listens',
    meanwhile: async () => ({ endpoint: `http://${await closedPort()}` }),
    says: /ECONNREFUSED \(nothing listens there\).*after 4 attempts/u,
  },
  {
    what: 'N3 nothing answers, as behind a firewall that drops packets',
    requestLimitMs: 300,
    meanwhile: async () => ({
      endpoint: `http://${await openBlackHole()}`,
      api: { max_retries: 0 },
    }),
    says: /UND_ERR_CONNECT_TIMEOUT \(no connection in time/u,
  },
  {
    what: 'N3 the TLS handshake is never answered',
    requestLimitMs: 300,
    meanwhile: async () => ({
      endpoint: `https://${await startTcpServer(() => {})}`,
      api: { max_retries: 0 },
    }),
    says: /UND_ERR_CONNECT_TIMEOUT \(no connection in time/u,
  },
  { what: 'N5 reset at submit', submit: reset, requests: { submit: 1 }, says: /submit: got ECONNRESET/u },
  {
    what: 'N5 reset at wait',
    wait: reset,
    requests: { submit: 1, wait: 4, download: 0 },
    says: /wait: got ECONNRESET.*after 4 attempts/u,
  },
  {
    what: 'N5 reset at download',
    download: reset,
    requests: { submit: 1, wait: 1, download: 4 },
    says: /download: got ECONNRESET.*after 4 attempts/u,
  },
  { what: 'N5 hung up on at submit', submit: hangUp, requests: { submit: 1 }, says: /UND_ERR_SOCKET/u },
  { what: 'N5 hung up on at wait', wait: hangUp, requests: { wait: 4 }, says: /UND_ERR_SOCKET/u },
  {
    what: 'N6 reset in the middle of the file',
    download: raw(`HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n${HALF_FILE}`, 'reset'),
    requests: { download: 1 },
    says: /download: got (ECONNRESET|UND_ERR_SOCKET)/u,
  },
  {
    what: 'N6 reset in the middle of JSON',
    wait: raw('HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"status": "fin', 'reset'),
    requests: { wait: 4 },
    says: /wait: got (ECONNRESET|UND_ERR_SOCKET)/u,
  },
  {
    what: 'N8 the proxy asks for another password',
    meanwhile: proxy('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'),
    says: /got 407 from the proxy, expected a tunnel/u,
  },
  {
    what: 'N8 the proxy refuses the tunnel',
    meanwhile: proxy('HTTP/1.1 403 Forbidden\r\n\r\n'),
    says: /got 403 from the proxy/u,
  },
  { what: 'N8 the proxy hangs up', meanwhile: proxy(''), says: /got no tunnel from the proxy/u },
  {
    what: 'N8 the proxy is down',
    meanwhile: async () => through(await closedPort()),
    says: /ECONNREFUSED.*through the proxy 127/u,
  },
  {
    what: 'T1 an unknown authority',
    ...tls((issuer) => makeCertificate({ issuer }), false),
    says: /UNABLE_TO_VERIFY_LEAF_SIGNATURE \(its authority is not known/u,
  },
  {
    what: 'T1 a self-signed certificate',
    ...tls(() => makeCertificate(), false),
    says: /DEPTH_ZERO_SELF_SIGNED_CERT/u,
  },
  {
    what: 'T1 an expired certificate',
    ...tls((issuer) => makeCertificate({ issuer, days: -1 }), true),
    says: /CERT_HAS_EXPIRED/u,
  },
  {
    what: 'T1 a certificate for another name',
    ...tls((issuer) => makeCertificate({ issuer, altNames: ['DNS:other.example'] }), true),
    says: /ERR_TLS_CERT_ALTNAME_INVALID/u,
  },
  {
    what: 'T2 TLS 1.1',
    ...tls((issuer) => ({ ...makeCertificate({ issuer }), ...TLS_1_1 }), true),
    says: /no agreement on an encrypted connection/u,
  },
  {
    what: 'T2 no TLS behind https',
    meanwhile: ({ sickApi }) => ({ endpoint: sickApi.url.replace('http:', 'https:') }),
    requests: { submit: 0 },
    says: /no agreement on an encrypted connection/u,
  },
  {
    what: 'T2 TLS behind http',
    needs: 'openssl',
    meanwhile: async () => ({
      endpoint: (await startServer([{}], makeCertificate())).url.replace('https:', 'http:'),
    }),
    says: /submit: got (UND_ERR_SOCKET|ECONNRESET|HPE_)/u,
  },
  {
    what: 'H20 Content-Length twice',
    wait: raw('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}'),
    requests: { wait: 4 },
    says: /UND_ERR_RES_CONTENT_LENGTH_MISMATCH/u,
  },
  {
    what: 'H20 Content-Length and chunks',
    download: raw('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'),
    requests: { download: 4 },
    says: /UND_ERR_RES_CONTENT_LENGTH_MISMATCH/u,
  },
  {
    what: 'H20 a header of 20 kB',
    submit: raw(`HTTP/1.1 200 OK\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`),
    requests: { submit: 1 },
    says: /UND_ERR_HEADERS_OVERFLOW/u,
  },
  {
    what: 'H20 a broken chunk',
    download: raw('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nnope\r\n'),
    requests: { download: 1 },
    says: /HPE_INVALID/u,
  },
  {
    what: 'H20 a header without an end',
    submit: raw('HTTP/1.1 200 OK\r\nX\r\n\r\n'),
    says: /HPE_INVALID/u,
  },
  { what: 'H20 no HTTP at all', submit: raw('SSH-2.0-OpenSSH_9.6\r\n'), says: /HPE_/u },
  {
    what: 'H22 a protocol that nobody asked for',
    submit: (response) =>
      response.socket?.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n'),
    says: /submit: got UND_ERR_/u,
  },
  {
    what: 'H23 gzip that is cut off, in a whole answer',
    download: csv(PACKED.subarray(0, -20), { 'content-encoding': 'gzip' }),
    says: /Z_BUF_ERROR while decompressing/u,
  },
  {
    what: 'H23 gzip that is no gzip',
    download: csv(GOOD_FILE, { 'content-encoding': 'gzip' }),
    says: /Z_DATA_ERROR while decompressing/u,
  },
  {
    what: 'H23 gzip with a wrong checksum',
    download: csv(Buffer.concat([PACKED.subarray(0, -8), Buffer.alloc(8)]), { 'content-encoding': 'gzip' }),
    says: /Z_DATA_ERROR/u,
  },
  {
    what: 'B4 fewer bytes than Content-Length says',
    download: raw(`HTTP/1.1 200 OK\r\nContent-Length: ${GOOD_FILE.length + 9}\r\n\r\n${GOOD_FILE}`),
    says: /download: got UND_ERR_/u,
  },
  {
    what: 'B4 chunks without an end',
    download: raw(
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${GOOD_FILE.length.toString(16)}\r\n${GOOD_FILE}`,
    ),
    says: /download: got UND_ERR_/u,
  },
  {
    what: 'B5 neither length nor chunks, cut in the middle of a row',
    download: raw(`HTTP/1.1 200 OK\r\nContent-Type: text/csv\r\nConnection: close\r\n\r\n${HALF_FILE}`),
    says: /not at the end of a line/u,
  },
];
