// The certificates of the TLS tests: a server's, and those that clients show, good and bad.
import { makeCertificate } from '../../support/certificates.js';

export const CLIENTS = [
  'good',
  'nameless',
  'smuggler',
  'ofAnotherAuthority',
  'selfSigned',
  'expired',
  'forServers',
] as const;

export function makeTestCertificates() {
  const ca = makeCertificate({ name: 'an authority', isAuthority: true });
  const otherCa = makeCertificate({ name: 'another authority', isAuthority: true });
  const altNames = [
    'DNS:test1',
    'DNS:test3',
    'IP:2001:db8::1',
    'email:ops@example.net',
    'URI:spiffe://example.net/prometheus',
  ];
  return {
    ca,
    otherCa,
    otherServer: makeCertificate({ issuer: ca }),
    server: makeCertificate({ issuer: ca }),
    good: makeCertificate({ name: 'prometheus', issuer: ca, altNames }),
    nameless: makeCertificate({ name: 'test3', issuer: ca, altNames: [] }),
    smuggler: makeCertificate({ name: 'x', issuer: ca, altNames: ['DNS:a, DNS:test3, b'] }),
    ofAnotherAuthority: makeCertificate({ name: 'prometheus', issuer: otherCa, altNames }),
    selfSigned: makeCertificate({ name: 'prometheus' }),
    expired: makeCertificate({ name: 'prometheus', issuer: ca, days: -1 }),
    forServers: makeCertificate({ name: 'prometheus', issuer: ca, usage: 'serverAuth' }),
  };
}
export type TestCertificates = ReturnType<typeof makeTestCertificates>;
