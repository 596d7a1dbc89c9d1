// What a single cell says, read from its text.

/** Undefined for NULL. */
export function cellText(cell: string): string | undefined {
  const trimmed = cell.trim();
  return ['', 'NULL', '\\N'].includes(trimmed) ? undefined : trimmed;
}

/** Of up to 15 digits before the point; undefined for all else. */
export function cellNumber(cell: string): number | undefined {
  const trimmed = cell.trim();
  const [whole = '', ...fraction] = trimmed.split('.');
  const isNumber =
    isDigits(whole) &&
    whole.length <= 15 &&
    fraction.length <= 1 &&
    fraction.every((digits) => isDigits(digits));
  return isNumber ? Number(trimmed) : undefined;
}

export function hostWithoutPort(host: string): string {
  if (host.startsWith('[')) {
    const [address = '', port, ...rest] = host.slice(1).split(']');
    const isPort = port === '' || (port?.[0] === ':' && isDigits(port.slice(1)));
    return address !== '' && isPort && rest.length === 0 ? address : host;
  }
  const parts = host.split(':');
  const port = parts.pop() ?? '';
  if (parts.length === 0 || !isDigits(port) || port.length > 5) {
    return host;
  }
  // Of an IPv6 address the last group has four digits at most.
  return parts.length === 1 || port.length === 5 ? parts.join(':') : host;
}

function isDigits(text: string): boolean {
  return text !== '' && [...text].every((character) => '0123456789'.includes(character));
}
