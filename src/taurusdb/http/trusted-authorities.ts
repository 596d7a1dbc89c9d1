// Trust in certificates of the configuration beside that which Node has anyway, by whatever it was told: its own list, the
// system's or OpenSSL's, and NODE_EXTRA_CA_CERTS.
import { createSecureContext, type SecureContext } from 'node:tls';
import { readBoundedFile } from '../../small-file.js';

/** Of what Node reads without a bound. */
const MAX_EXTRA_BYTES = 4 * 1024 * 1024;

/**
 * `tls`'s option `ca` would replace all that Node trusts, and not all of that can be listed: not before Node 22.15, and not
 * what OpenSSL looks up in SSL_CERT_DIR. So the certificates are added to a context that has it, by the method that `ca`
 * itself is made of; the store is copied at the first one, and no other context trusts it.
 */
export function secureContextTrusting(ca: string): SecureContext {
  const secureContext = createSecureContext();
  const { context } = secureContext as { readonly context: { addCACert(pem: string): void } };
  context.addCACert(ca);
  // The copy of Node 20 leaves these out.
  context.addCACert(extraCertificates());
  return secureContext;
}

/** Node has warned of a file that it could not read, and went on without it. */
function extraCertificates(): string {
  const { NODE_EXTRA_CA_CERTS: path } = process.env;
  try {
    return path ? readBoundedFile(path, MAX_EXTRA_BYTES).bytes.toString('latin1') : '';
  } catch {
    return '';
  }
}
