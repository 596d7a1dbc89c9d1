// Answers in place of the system's resolver, for the names that a test gives: what `net.connect` asks is `dns.lookup`.
import dns from 'node:dns';
import { closeWithServers } from './scripted-server.js';

/** Addresses, an error code as getaddrinfo(3) gives, or no answer at all. */
export type Resolution = readonly string[] | 'EAI_AGAIN' | 'silence';

type Answer = (error: NodeJS.ErrnoException | null, addresses?: unknown, family?: number) => void;

const names = new Map<string, Resolution>();
const { lookup } = dns;

/** Until `closeServers`. */
export function resolveAs(name: string, resolution: Resolution): void {
  names.set(name, resolution);
  Object.assign(dns, { lookup: lookupHere });
  closeWithServers(() => {
    names.clear();
    Object.assign(dns, { lookup });
  });
}

function lookupHere(name: string, options: dns.LookupOptions, answer: Answer): void {
  const resolution = names.get(name);
  if (resolution === undefined) {
    lookup(name, options, answer as never);
  } else if (resolution === 'EAI_AGAIN') {
    const error = new Error(`getaddrinfo EAI_AGAIN ${name}`);
    process.nextTick(answer, Object.assign(error, { code: 'EAI_AGAIN', syscall: 'getaddrinfo' }));
  } else if (resolution !== 'silence') {
    const addresses = resolution.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    const [first] = addresses;
    if (options.all) {
      process.nextTick(answer, null, addresses);
    } else {
      process.nextTick(answer, null, first?.address, first?.family);
    }
  }
}
