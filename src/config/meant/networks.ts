// What a network that is not written with its prefix was meant to be: with a mask, with stars in place of numbers.

const OCTET_BITS = 8;

/** IPv4 alone; nothing checks its numbers. */
export function networkMeant(text: string): string | undefined {
  const plain = text.replace(/\s/gu, '');
  const [, address, mask = ''] = /^([\d.]{7,15})\/([\d.]{7,15})$/u.exec(plain) ?? [];
  if (address !== undefined) {
    const bits = prefixOf(mask);
    return bits === undefined ? undefined : `${address}/${bits}`;
  }
  const [, given = ''] = /^((?:\d{1,3}\.){1,3})\*(?:\.\*){0,2}$/u.exec(plain) ?? [];
  const numbers = given.split('.').slice(0, -1);
  if (numbers.length > 0) {
    const zeros = Array<string>(4 - numbers.length).fill('0');
    return `${[...numbers, ...zeros].join('.')}/${OCTET_BITS * numbers.length}`;
  }
  return plain === text ? undefined : plain;
}

/** Of `255.255.240.0`; undefined where ones follow a zero. */
function prefixOf(mask: string): number | undefined {
  const bits = mask
    .split('.')
    .map((part) => Number(part).toString(2).padStart(OCTET_BITS, '0'))
    .join('');
  return /^1*0*$/u.test(bits) && bits.length === 4 * OCTET_BITS ? bits.lastIndexOf('1') + 1 : undefined;
}
