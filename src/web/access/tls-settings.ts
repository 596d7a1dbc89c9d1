// The TLS settings of the web configuration: loads them into options of Node's TLS server, and judges a client's
// certificate by them.
import { X509Certificate } from 'node:crypto';
import { isIPv6, SocketAddress } from 'node:net';
import { createSecureContext, type SecureContextOptions, type SecureVersion, type TLSSocket } from 'node:tls';
import type { WatchedFiles } from './watched-files.js';

/** PEM text of the web configuration itself, or the absolute path of a PEM file. */
export type PemSource = { readonly text: string } | { readonly file: string };

/** Go's policies for client certificates: https://pkg.go.dev/crypto/tls#ClientAuthType */
export const CLIENT_AUTH = {
  NoClientCert: { asks: false, requires: false, verifies: false },
  RequestClientCert: { asks: true, requires: false, verifies: false },
  RequireAnyClientCert: { asks: true, requires: true, verifies: false },
  VerifyClientCertIfGiven: { asks: true, requires: false, verifies: true },
  RequireAndVerifyClientCert: { asks: true, requires: true, verifies: true },
} as const;
export type ClientAuthType = keyof typeof CLIENT_AUTH;

export interface ClientPolicy {
  readonly clientAuth: ClientAuthType;
  /** The certificate must have one of these names; undefined: any name. */
  readonly clientAllowedSans: readonly string[] | undefined;
}

export interface TlsSettings extends ClientPolicy {
  readonly cert: PemSource;
  readonly key: PemSource;
  /** Undefined: the CAs that Node ships with. */
  readonly clientCa: PemSource | undefined;
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion;
  /** Node's `ciphers` and `ecdhCurve`; undefined: Node's defaults. */
  readonly ciphers: string | undefined;
  readonly curves: string | undefined;
  readonly preferServerCiphers: boolean;
}

export interface LoadedTls {
  readonly context: SecureContextOptions;
  readonly clients: ClientPolicy;
}

/**
 * Reads the PEM files and tries the settings, so that those in force are known to work. Throws when a file cannot be
 * read, or certificate and key are no pair; `where` starts the message.
 */
export function loadTls(settings: TlsSettings, files: WatchedFiles, where: string): LoadedTls {
  const context: SecureContextOptions = {
    cert: readPem(settings.cert, files, `${where}.cert_file`),
    key: readPem(settings.key, files, `${where}.key_file`),
    minVersion: settings.minVersion,
    maxVersion: settings.maxVersion,
    honorCipherOrder: settings.preferServerCiphers,
    ...(settings.clientCa && { ca: readCertificates(settings.clientCa, files, `${where}.client_ca`) }),
    ...(settings.ciphers && { ciphers: settings.ciphers }),
    ...(settings.curves && { ecdhCurve: settings.curves }),
  };
  try {
    createSecureContext(context);
  } catch (error) {
    throw new Error(`${where}: certificate and key do not load: got "${opensslReason(error)}"`);
  }
  return { context, clients: settings };
}

function readPem(source: PemSource, files: WatchedFiles, where: string): string {
  if ('text' in source) {
    return source.text;
  }
  let text: string;
  try {
    text = files.read(source.file);
  } catch (error) {
    throw new Error(`${where}: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
  // Node's TLS passes over an empty text, and then refuses every client.
  if (text.trim() === '') {
    throw new Error(`${where}: got an empty file, expected PEM`);
  }
  return text;
}

// OpenSSL skips text that is no certificate: a wrong file would be an empty list of CAs.
function readCertificates(source: PemSource, files: WatchedFiles, where: string): string[] {
  const pem = readPem(source, files, `${where}_file`);
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gsu) ?? [];
  if (blocks.length === 0) {
    throw new Error(`${where}: got no certificate, expected at least one in PEM`);
  }
  try {
    for (const block of blocks) {
      new X509Certificate(block);
    }
  } catch (error) {
    throw new Error(`${where}: a certificate does not load: got "${opensslReason(error)}"`);
  }
  return blocks;
}

function opensslReason(error: unknown): string {
  return error instanceof Error && 'reason' in error ? String(error.reason) : 'an unknown error';
}

/** Why the client is refused, for the log; undefined when it is accepted. */
export function refusalOf(socket: TLSSocket, policy: ClientPolicy): string | undefined {
  const { asks, requires, verifies } = CLIENT_AUTH[policy.clientAuth];
  if (!asks) {
    return undefined;
  }
  // Not `authorized` alone: it is also true for a resumed TLS 1.3 session without a certificate.
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) {
    return requires || policy.clientAllowedSans !== undefined ? 'no client certificate' : undefined;
  }
  if (verifies && !socket.authorized) {
    return `client certificate not verified: ${String(socket.authorizationError)}`;
  }
  if (policy.clientAllowedSans === undefined) {
    return undefined;
  }
  const names = alternativeNames(certificate.subjectAltName ?? '');
  return policy.clientAllowedSans.some((allowed) => names.has(canonical(allowed)))
    ? undefined
    : 'no name of the client certificate is in client_allowed_sans';
}

/**
 * The DNS names, addresses, e-mails and URIs of Node's `subjectAltName`, as in `DNS:a, IP Address:b`. A value with a
 * comma or a quote is a JSON string there: splitting at commas would let a certificate smuggle in a name.
 */
export function alternativeNames(text: string): ReadonlySet<string> {
  const entry = /([^:",]+):((?:[^",]|"(?:[^"\\]|\\.)*")*)(?:, |$)/uy;
  const names = new Set<string>();
  while (entry.lastIndex < text.length) {
    const [, type = '', value = ''] = entry.exec(text) ?? [];
    if (type === '') {
      return new Set();
    }
    if (['DNS', 'IP Address', 'email', 'URI'].includes(type)) {
      names.add(canonical(value.startsWith('"') ? String(JSON.parse(value)) : value));
    }
  }
  return names;
}

// Node writes IPv6 addresses in full, people do not.
function canonical(name: string): string {
  return isIPv6(name) ? new SocketAddress({ address: name, family: 'ipv6' }).address : name;
}
