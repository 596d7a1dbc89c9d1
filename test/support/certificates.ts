// Certificates for tests, made by the openssl program when they are needed: none is kept that could expire.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** In PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

export interface CertificateWishes {
  /** Common name; `localhost` by default. */
  readonly name?: string;
  /** Each as openssl writes it; `DNS:localhost` and `IP:127.0.0.1` by default. */
  readonly altNames?: readonly string[];
  /** Signs the certificate; without it the certificate signs itself. */
  readonly issuer?: Certificate;
  /** May sign others. */
  readonly isAuthority?: boolean;
  readonly usage?: 'serverAuth' | 'clientAuth';
  /** From now; a negative number makes a certificate that has expired. */
  readonly days?: number;
}

export function makeCertificate(wishes: CertificateWishes = {}): Certificate {
  const { name = 'localhost', altNames = ['DNS:localhost', 'IP:127.0.0.1'], issuer, days = 1 } = wishes;
  const folder = mkdtempSync(join(tmpdir(), 'certificate-'));
  const file = (base: string) => join(folder, base);
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  try {
    const extensions = [
      `basicConstraints=critical,CA:${wishes.isAuthority ? 'TRUE' : 'FALSE'}`,
      ...(wishes.usage ? [`extendedKeyUsage=${wishes.usage}`] : []),
      // In a section of their own, so that a name may hold a comma.
      ...(altNames.length > 0 ? ['subjectAltName=@names', '[names]'] : []),
      ...altNames.map((altName, index) => altName.replace(':', `.${index}=`)),
    ];
    writeFileSync(file('extensions'), extensions.join('\n'));
    const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', 'key'];
    openssl('req', '-new', ...newKey, '-subj', `/CN=${name}`, '-out', 'request');
    if (issuer) {
      writeFileSync(file('issuer'), issuer.cert + issuer.key);
    }
    const signer = issuer ? ['-CA', 'issuer', '-CAkey', 'issuer', '-CAcreateserial'] : ['-signkey', 'key'];
    const asked = ['-in', 'request', '-days', String(days), '-extfile', 'extensions', '-out', 'cert'];
    openssl('x509', '-req', ...asked, ...signer);
    return { cert: readFileSync(file('cert'), 'utf8'), key: readFileSync(file('key'), 'utf8') };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
