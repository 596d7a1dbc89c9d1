// Secrets that are recognized in what is printed, even where only a piece of one is.

/** As long as real ones, mixed of letters and digits, and like no word of the program's own. */
export const SECRETS = {
  ak: 'HPQ7XKZV2WJ9TBDM4RYC',
  sk: 'qZ8vKx3JwP6tYb1NfRm7GhLc5DsXk9',
  token: 'MIIJ4xWq9KzVb7TnQp2RfYh8GdLc3ZsXm6',
  password: 'Wq7jXz4KvB9pTn2Y',
  proxyPassword: 'Zx5vQj8KwN3rPb6T',
  hash: '$2y$10$2UXri9cIDdgeKjBo4Rlpx.U3ZLDV8X1IxKmsfOvhcM5oXQt/mLmXq',
  key: 'MC4CAQAwBQYDK2VwBCIEIJ7Zx4vKq9WbT2nRp6YfHg8LdXc3',
} as const;

const LENGTH = 6;

/** What of these secrets the text shows, by pieces of so many characters, in any letter case. */
export function piecesIn(
  text: string,
  secrets: readonly string[] = Object.values(SECRETS),
  length = LENGTH,
): string[] {
  const shown = text.toLowerCase();
  return secrets.flatMap((secret) =>
    Array.from({ length: Math.max(1, secret.length - length + 1) }, (_, at) =>
      secret.slice(at, at + length),
    ).filter((piece) => shown.includes(piece.toLowerCase())),
  );
}
