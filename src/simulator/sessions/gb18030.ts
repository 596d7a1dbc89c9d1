// GB18030 encoding: Node decodes it but does not encode it, so the tables are read off the decoder
// (https://encoding.spec.whatwg.org/#gb18030-decoder).

const codes = new Map<string, number>();
const REPLACEMENT = '\ufffd';

/** Two bytes for the common characters, four for the rest of the basic plane. */
function fillCodes(): void {
  const decoder = new TextDecoder('gb18030');
  const add = (...bytes: number[]) => {
    const character = decoder.decode(Uint8Array.from(bytes));
    const isOne = [...character].length === 1 && character !== REPLACEMENT;
    if (isOne && !codes.has(character)) {
      codes.set(character, Buffer.from(bytes).readUIntBE(0, bytes.length));
    }
  };
  for (let lead = 0x81; lead <= 0xfe; lead += 1) {
    for (let trail = 0x40; trail <= 0xfe; trail += 1) {
      if (trail !== 0x7f) {
        add(lead, trail);
      }
    }
  }
  for (let lead = 0x81; lead <= 0x84; lead += 1) {
    for (let second = 0x30; second <= 0x39; second += 1) {
      for (let third = 0x81; third <= 0xfe; third += 1) {
        for (let fourth = 0x30; fourth <= 0x39; fourth += 1) {
          add(lead, second, third, fourth);
        }
      }
    }
  }
  // The decoder gives this one for what it cannot read, too, so that its own bytes cannot be told from the rest.
  codes.set(REPLACEMENT, 0x8431a437);
}

/**
 * What no bytes stand for becomes a question mark: a lone surrogate, and 19 characters for private use, whose bytes
 * GB18030-2022 gave to others.
 */
export function encodeGb18030(text: string): Buffer {
  if (codes.size === 0) {
    fillCodes();
  }
  const bytes: number[] = [];
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    const code = codes.get(character);
    if (point < 0x80) {
      bytes.push(point);
    } else if (point > 0xffff) {
      bytes.push(...beyondBasicPlane(point - 0x10000));
    } else if (code === undefined) {
      bytes.push(0x3f);
    } else if (code > 0xffff) {
      bytes.push(code >>> 24, (code >>> 16) & 0xff, (code >>> 8) & 0xff, code & 0xff);
    } else {
      bytes.push(code >>> 8, code & 0xff);
    }
  }
  return Buffer.from(bytes);
}

/** Beyond the basic plane the standard counts on from 90 30 81 30. */
function beyondBasicPlane(index: number): number[] {
  return [
    0x90 + Math.floor(index / 12_600),
    0x30 + (Math.floor(index / 1_260) % 10),
    0x81 + (Math.floor(index / 10) % 126),
    0x30 + (index % 10),
  ];
}
