// Networks of client hosts in CIDR notation, IPv4 and IPv6. All addresses are of IPv6 here: one of IPv4 is as it is mapped
// into IPv6 (::ffff:10.0.0.1, RFC 4291, 2.5.5.2), which is also how servers that listen on both write it.

/** An address, as four words of 32 bits. */
export type Address = readonly number[];

export interface Network {
  readonly address: Address;
  /** Bits that an address of the network has in common with it. */
  readonly bits: number;
}

const WORDS = 4;
const WORD_BITS = 32;
const GROUPS = 8;
/** Before the words of an IPv4 address. */
const MAPPED = [0, 0, 0xffff];
const MAPPED_BITS = MAPPED.length * WORD_BITS;

/** Undefined for a text that is no address. A zone (`%eth0`) says nothing of the network. */
export function addressIn(text: string): Address | undefined {
  if (!text.includes(':')) {
    const word = ipv4Word(text);
    return word === undefined ? undefined : [...MAPPED, word];
  }
  const [address = '', zone] = text.split('%', 2);
  return zone === '' ? undefined : ipv6Words(address);
}

/** `10.0.0.0/8`, `2001:db8::/32`, or one address. Bits beyond the prefix count for nothing. */
export function networkIn(text: string): Network | undefined {
  const [, written = '', prefix] = /^([\d.]+|[\da-f:.]+)(?:\/(0|[1-9]\d{0,2}))?$/iu.exec(text) ?? [];
  const address = addressIn(written);
  if (address === undefined) {
    return undefined;
  }
  const least = written.includes(':') ? 0 : MAPPED_BITS;
  const bits = prefix === undefined ? WORDS * WORD_BITS : least + Number(prefix);
  return bits <= WORDS * WORD_BITS ? { address, bits } : undefined;
}

/** Networks with a number each: which numbers an address has takes as many look-ups as there are lengths of prefixes. */
export class NetworkTable {
  /** By the length of the prefix, the networks by their own part of the address. */
  readonly #byBits = new Map<number, Map<string, number>>();

  /** Of two numbers of one network the lower one counts. */
  add({ address, bits }: Network, number: number): void {
    const networks = this.#byBits.get(bits) ?? new Map<string, number>();
    this.#byBits.set(bits, networks);
    const key = networkPart(address, bits);
    networks.set(key, Math.min(number, networks.get(key) ?? number));
  }

  /** The lowest number of a network that holds the address, or all of the network of so many bits; undefined where none does. */
  lowest(address: Address, mostBits = WORDS * WORD_BITS): number | undefined {
    let lowest: number | undefined;
    // No network of IPv6 holds an address of IPv4, though ::/0 has room for all that are mapped.
    const isMapped = MAPPED.every((word, at) => address[at] === word);
    for (const [bits, networks] of this.#byBits) {
      const isOther = bits > mostBits || (isMapped && bits < MAPPED_BITS);
      const found = isOther ? undefined : networks.get(networkPart(address, bits));
      lowest = found === undefined ? lowest : Math.min(found, lowest ?? found);
    }
    return lowest;
  }
}

function networkPart(address: Address, bits: number): string {
  return address
    .map((word, at) => {
      const left = Math.min(Math.max(bits - at * WORD_BITS, 0), WORD_BITS);
      // A shift by 32 would be one by 0.
      return left === 0 ? 0 : word >>> (WORD_BITS - left);
    })
    .join();
}

function ipv4Word(text: string): number | undefined {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/u.exec(text)?.slice(1) ?? [];
  // Of a leading zero some programs make octal.
  const isAddress =
    parts.length > 0 && parts.every((part) => String(Number(part)) === part && Number(part) < 256);
  return isAddress ? parts.reduce((word, part) => ((word << 8) | Number(part)) >>> 0, 0) : undefined;
}

function ipv6Words(text: string): Address | undefined {
  const [front, back, ...more] = text.split('::').map(groupsOf);
  if (front === undefined || more.length > 0 || (back === undefined && text.includes('::'))) {
    return undefined;
  }
  const missing = GROUPS - front.length - (back?.length ?? 0);
  if (back === undefined ? missing !== 0 : missing < 1) {
    return undefined;
  }
  const groups = [...front, ...Array<number>(missing).fill(0), ...(back ?? [])];
  return Array.from(
    { length: WORDS },
    (_, at) => (((groups[2 * at] ?? 0) << 16) | (groups[2 * at + 1] ?? 0)) >>> 0,
  );
}

/** Of the text on one side of `::`; the last group may be an IPv4 address. */
function groupsOf(text: string): number[] | undefined {
  if (text === '') {
    return [];
  }
  const groups = text.split(':').flatMap((part, at, { length }) => {
    const word = at === length - 1 ? ipv4Word(part) : undefined;
    if (word !== undefined) {
      return [word >>> 16, word & 0xffff];
    }
    return /^[\da-f]{1,4}$/iu.test(part) ? Number.parseInt(part, 16) : Number.NaN;
  });
  return groups.some(Number.isNaN) ? undefined : groups;
}
