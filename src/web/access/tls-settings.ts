// The TLS settings of the web configuration: loads them into options of Node's TLS server, and judges a client's
// certificate by them.
import { X509Certificate } from 'node:crypto';
import { isIPv6, SocketAddress } from 'node:net';
import { createSecureContext, type SecureContextOptions, type SecureVersion, type TLSSocket } from 'node:tls';

/** Throws an Error that names the file. */
export type ReadText = (file: string) => string;

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
  readonly settings: TlsSettings;
  /** One PEM text each; undefined: the CAs that Node ships with. */
  readonly clientCas: string[] | undefined;
  readonly context: SecureContextOptions;
}

/**
 * Reads the PEM files and tries the settings, so that those in force are known to work. Throws when a file cannot be
 * read, or certificate and key are no pair; `where` starts the message.
 */
export function loadTls(settings: TlsSettings, readText: ReadText, where: string): LoadedTls {
  const cert = readPem(settings.cert, readText, `${where}.cert_file`);
  const key = readPem(settings.key, readText, `${where}.key_file`);
  const clientCas = settings.clientCa && readCertificates(settings.clientCa, readText, `${where}.client_ca`);
  const context: SecureContextOptions = {
    cert,
    key,
    minVersion: settings.minVersion,
    maxVersion: settings.maxVersion,
    honorCipherOrder: settings.preferServerCiphers,
    ...(clientCas && { ca: clientCas }),
    ...(settings.ciphers && { ciphers: settings.ciphers }),
    ...(settings.curves && { ecdhCurve: settings.curves }),
  };
  try {
    createSecureContext(context);
  } catch (error) {
    throw new Error(`${where}: certificate and key do not load: got "${opensslReason(error)}"`);
  }
  return { settings, clientCas, context };
}

function readPem(source: PemSource, readText: ReadText, where: string): string {
  if ('text' in source) {
    return source.text;
  }
  let text: string;
  try {
    text = readText(source.file);
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
function readCertificates(source: PemSource, readText: ReadText, where: string): string[] {
  const pem = readPem(source, readText, `${where}_file`);
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

/**
 * Why the rules refuse a connection that was made under them, or under those before them, for the log; undefined when
 * they accept it.
 */
export function refusalOf(socket: TLSSocket, rules: LoadedTls, madeUnder: LoadedTls): string | undefined {
  return (
    (rules === madeUnder ? undefined : protocolRefusal(socket, rules, madeUnder)) ??
    clientRefusal(socket, rules, madeUnder)
  );
}

/** What the handshake agreed on would not be agreed on any more. */
function protocolRefusal(
  socket: TLSSocket,
  { settings }: LoadedTls,
  madeUnder: LoadedTls,
): string | undefined {
  const version = socket.getProtocol() ?? '';
  if (version < settings.minVersion || version > settings.maxVersion) {
    return `${version} is out of use`;
  }
  const cipher = socket.getCipher().name;
  if (settings.ciphers !== undefined && !settings.ciphers.split(':').includes(cipher)) {
    return `cipher suite ${cipher} is out of use`;
  }
  // A server's socket does not tell its curve.
  if (settings.curves !== undefined && settings.curves !== madeUnder.settings.curves) {
    return 'curve_preferences changed';
  }
  return undefined;
}

function clientRefusal(socket: TLSSocket, rules: LoadedTls, madeUnder: LoadedTls): string | undefined {
  const { clientAuth, clientAllowedSans } = rules.settings;
  const { asks, requires, verifies } = CLIENT_AUTH[clientAuth];
  if (!asks) {
    return undefined;
  }
  // Not `authorized` alone: it is also true for a resumed TLS 1.3 session without a certificate.
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) {
    return requires || clientAllowedSans !== undefined ? 'no client certificate' : undefined;
  }
  if (verifies && !socket.authorized) {
    return `client certificate not verified: ${String(socket.authorizationError)}`;
  }
  // By which of the authorities it was verified, the socket does not tell.
  if (verifies && !areAmong(madeUnder.clientCas, rules.clientCas)) {
    return 'client certificate was verified by other authorities';
  }
  if (clientAllowedSans === undefined) {
    return undefined;
  }
  const names = alternativeNames(certificate.subjectAltName ?? '');
  return clientAllowedSans.some((allowed) => names.has(canonical(allowed)))
    ? undefined
    : 'no name of the client certificate is in client_allowed_sans';
}

/** Whether no client is let in without a certificate that an authority vouches for: others anybody can make. */
export function needsVerifiedClient({ clientAuth, clientAllowedSans }: ClientPolicy): boolean {
  const { requires, verifies } = CLIENT_AUTH[clientAuth];
  return verifies && (requires || clientAllowedSans !== undefined);
}

function areAmong(some: LoadedTls['clientCas'], all: LoadedTls['clientCas']): boolean {
  return some === all || (some !== undefined && all !== undefined && some.every((one) => all.includes(one)));
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
