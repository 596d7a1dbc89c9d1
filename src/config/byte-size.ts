// Sizes in bytes: `64KiB`, `256MiB`, `1GiB`, or a plain number of bytes.

const UNITS: Readonly<Record<string, number>> = { '': 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** Bytes, or undefined for what is not a size. */
export function parseByteSize(text: string): number | undefined {
  const [, digits, unit] = /^(\d+)(|KiB|MiB|GiB)$/u.exec(text) ?? [];
  const bytes = Number(digits) * (UNITS[unit ?? ''] ?? Number.NaN);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
