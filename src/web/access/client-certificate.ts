// Whether a TLS client may connect, by the certificate that it shows: Go's five ClientAuthType policies, and the list
// of names that may stand in the certificate.
import { isIPv6, SocketAddress } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** https://pkg.go.dev/crypto/tls#ClientAuthType */
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
  /** One of them must stand in the certificate; undefined: any name will do. */
  readonly clientAllowedSans: readonly string[] | undefined;
}

/** Why the client is refused, for the log; undefined when it is welcome. */
export function refusalOf(socket: TLSSocket, policy: ClientPolicy): string | undefined {
  const { asks, requires, verifies } = CLIENT_AUTH[policy.clientAuth];
  if (!asks) {
    return undefined;
  }
  // Asked of the certificate itself: `authorized` is also true of a resumed TLS 1.3 session that never had one.
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
 * The DNS names, addresses, e-mails and URIs in Node's text form of the extension, `DNS:a, IP Address:b`. There a value
 * that holds a comma or a quote is a JSON string: cutting at commas would let a certificate smuggle in a name.
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

// Node spells IPv6 addresses out, people do not.
function canonical(name: string): string {
  return isIPv6(name) ? new SocketAddress({ address: name, family: 'ipv6' }).address : name;
}
