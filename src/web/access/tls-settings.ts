// From the TLS settings of the web configuration to what Node's TLS server takes: reads the PEM files and tries
// everything, so that what is put in force is known to work.
import { X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls';
import type { WatchedFiles } from '../../watched-files.js';
import type { ClientPolicy } from './client-certificate.js';

/** PEM text that stands in the web configuration itself, or the absolute path of a PEM file. */
export type PemSource = { readonly text: string } | { readonly file: string };

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

/** Throws when a file cannot be read, or certificate and key are no pair; `where` starts the message. */
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
  try {
    return files.read(source.file);
  } catch (error) {
    throw new Error(`${where}: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
}

// OpenSSL passes over what it does not understand: a wrong file would be an empty list of CAs.
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
