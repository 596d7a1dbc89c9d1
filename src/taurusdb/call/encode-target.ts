// A request's path and query in RFC 3986 percent-encoding, as the gateway's signature wants them: all but
// A-Z a-z 0-9 - _ . ~ is encoded.

export function percentEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/gu,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** Encodes each segment of a path. */
export function encodePath(path: string): string {
  return path.split('/').map(percentEncode).join('/');
}

/** Sorted by key, as the signature's canonical request wants it; empty when there are no parameters. */
export function encodeQuery(query: Readonly<Record<string, string>>): string {
  return Object.keys(query)
    .sort()
    .map((key) => `${percentEncode(key)}=${percentEncode(query[key] ?? '')}`)
    .join('&');
}
