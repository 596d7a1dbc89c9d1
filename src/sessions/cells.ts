// What a single field says: a text or a number, or nothing.

/** Trimmed; undefined for NULL, which is written as nothing, `NULL` or `\N`. */
export function cellText(cell: string): string | undefined {
  const text = cell.trim();
  return text === '' || text === 'NULL' || text === '\\N' ? undefined : text;
}

/** Strict decimals only: a sign, an exponent or a unit means that the column is not what it seems. */
export function cellNumber(cell: string): number | undefined {
  if (cell === '') return undefined;
  const text = cell.trim();
  return /^\d{1,15}(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

/**
 * `10.0.0.1:5000` → `10.0.0.1`, `[2001:db8::1]:5000` → `2001:db8::1`. A bare IPv6 address keeps its last group,
 * unless that has five digits: then it can only be the port that MySQL appends without brackets.
 */
export function hostWithoutPort(host: string): string {
  if (host.startsWith('[')) return /^\[([^\]]+)\](?::\d+)?$/.exec(host)?.[1] ?? host;
  const colon = host.lastIndexOf(':');
  if (colon === -1 || !/^\d{1,5}$/.test(host.slice(colon + 1))) return host;
  const hasFiveDigits = colon === host.length - 6;
  return host.indexOf(':') === colon || hasFiveDigits ? host.slice(0, colon) : host;
}
