// `tls_server_config` of the web configuration, from Go's words to Node's. The PEM files that it names are read by
// others, when a server needs them.
import { resolve } from 'node:path';
import * as v from 'valibot';
import { flag, oneOf, someText } from '../kinds.js';
import { issuePath, section, unlessEmpty } from '../section.js';
import { quote } from '../yaml/config-errors.js';

/** Go's names of the suites that it finds secure → OpenSSL's: https://pkg.go.dev/crypto/tls#CipherSuites */
const CIPHER_SUITES = {
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: 'ECDHE-ECDSA-AES128-GCM-SHA256',
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: 'ECDHE-ECDSA-AES256-GCM-SHA384',
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-ECDSA-CHACHA20-POLY1305',
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: 'ECDHE-ECDSA-AES128-SHA',
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: 'ECDHE-ECDSA-AES256-SHA',
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: 'ECDHE-RSA-AES128-GCM-SHA256',
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: 'ECDHE-RSA-AES256-GCM-SHA384',
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: 'ECDHE-RSA-CHACHA20-POLY1305',
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: 'ECDHE-RSA-AES128-SHA',
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: 'ECDHE-RSA-AES256-SHA',
  TLS_AES_128_GCM_SHA256: 'TLS_AES_128_GCM_SHA256',
  TLS_AES_256_GCM_SHA384: 'TLS_AES_256_GCM_SHA384',
  TLS_CHACHA20_POLY1305_SHA256: 'TLS_CHACHA20_POLY1305_SHA256',
} as const;
type CipherSuite = keyof typeof CIPHER_SUITES;
// As in Go, the list does not choose among the suites of TLS 1.3: all of them stay on.
const TLS13_SUITES = Object.values(CIPHER_SUITES).filter((name) => name.startsWith('TLS_'));

const CURVES = { CurveP256: 'P-256', CurveP384: 'P-384', CurveP521: 'P-521', X25519: 'X25519' } as const;

// Older versions, which the toolkit would still serve, must not be used: RFC 8996.
const VERSIONS = { TLS12: 'TLSv1.2', TLS13: 'TLSv1.3' } as const;

const CLIENT_AUTH_TYPES = {
  NoClientCert: 'NoClientCert',
  RequestClientCert: 'RequestClientCert',
  RequireAnyClientCert: 'RequireAnyClientCert',
  // An old name, which the toolkit still takes.
  RequireClientCert: 'RequireAnyClientCert',
  VerifyClientCertIfGiven: 'VerifyClientCertIfGiven',
  RequireAndVerifyClientCert: 'RequireAndVerifyClientCert',
} as const;

type PemSource = { readonly text: string } | { readonly file: string };

/** Relative file names start from `folder`. */
export function tlsSection(folder: string) {
  const pem = (text?: string, file?: string): PemSource | undefined => {
    if (text !== undefined) {
      return { text };
    }
    return file === undefined ? undefined : { file: resolve(folder, file) };
  };
  return v.pipe(
    tlsKeys(),
    v.rawCheck(({ dataset, addIssue }) => {
      for (const { message, at } of dataset.typed ? contradictions(dataset.value) : []) {
        addIssue({ message, path: issuePath(at) });
      }
    }),
    v.rawTransform(({ dataset: { value: tls }, addIssue, NEVER }) => {
      const cert = pem(tls.cert, tls.cert_file);
      const key = pem(tls.key, tls.key_file);
      if (cert === undefined || key === undefined) {
        const name = cert === undefined ? 'cert' : 'key';
        addIssue({ message: `missing one of ${name} and ${name}_file` });
        return NEVER;
      }
      return {
        cert,
        key,
        clientCa: pem(tls.client_ca, tls.client_ca_file),
        clientAuth: CLIENT_AUTH_TYPES[tls.client_auth_type ?? 'NoClientCert'],
        clientAllowedSans: tls.client_allowed_sans,
        minVersion: VERSIONS[tls.min_version ?? 'TLS12'],
        maxVersion: VERSIONS[tls.max_version ?? 'TLS13'],
        ciphers: tls.cipher_suites && opensslCiphers(tls.cipher_suites),
        curves: tls.curve_preferences?.map((name) => CURVES[name]).join(':'),
        preferServerCiphers: tls.prefer_server_cipher_suites ?? true,
      };
    }),
  );
}

function tlsKeys() {
  const text = unlessEmpty(v.string('expected text'));
  const version = unlessEmpty(oneOf(namesOf(VERSIONS)));
  return section({
    cert: text,
    // Also where a number stands: it may be a part of the key.
    key: unlessEmpty(v.pipe(v.string('expected text'), v.metadata({ secretPart: /./u }))),
    client_ca: text,
    cert_file: text,
    key_file: text,
    client_ca_file: text,
    client_auth_type: unlessEmpty(oneOf(namesOf(CLIENT_AUTH_TYPES))),
    client_allowed_sans: unlessEmpty(listOf(someText())),
    min_version: version,
    max_version: version,
    cipher_suites: unlessEmpty(listOf(oneOf(namesOf(CIPHER_SUITES)))),
    curve_preferences: unlessEmpty(listOf(oneOf(namesOf(CURVES)))),
    prefer_server_cipher_suites: unlessEmpty(flag()),
  });
}

function* contradictions(tls: v.InferOutput<ReturnType<typeof tlsKeys>>) {
  for (const at of ['cert', 'key', 'client_ca'] as const) {
    if (tls[at] !== undefined && tls[`${at}_file`] !== undefined) {
      yield { at, message: `got ${at} and ${at}_file, expected one of them` };
    }
  }
  for (const at of ['client_ca', 'client_ca_file', 'client_allowed_sans'] as const) {
    if (tls[at] !== undefined && (tls.client_auth_type ?? 'NoClientCert') === 'NoClientCert') {
      yield { at, message: 'needs a client_auth_type, without which no client is asked for a certificate' };
    }
  }
  const { min_version: min = 'TLS12', max_version: max = 'TLS13' } = tls;
  if (min > max) {
    yield { at: 'min_version', message: `got ${quote(min)}, which is above the max_version ${quote(max)}` };
  }
}

function opensslCiphers(suites: readonly CipherSuite[]): string {
  return [...new Set([...suites.map((name) => CIPHER_SUITES[name]), ...TLS13_SUITES])].join(':');
}

function listOf<const Item extends v.GenericSchema>(item: Item) {
  return v.pipe(v.array(item, 'expected a list'), v.minLength(1, 'got an empty list, expected at least one'));
}

/** The keys, with their types. */
function namesOf<const Table extends object>(table: Table) {
  return Object.keys(table) as (keyof Table & string)[];
}
