// Removes secrets from text that is shown: an error's message, a line of the log.

const SHOWN_INSTEAD = '<secret>';

/** `text` without the secrets, in any letter case: servers may repeat them in lower case. Shorter ones than `minLength` stay. */
export function redact(text: string, secrets: readonly string[], minLength = 1): string {
  return (
    secrets
      .filter((secret) => secret.length >= minLength)
      // The longest first: one secret may begin with another.
      .sort((a, b) => b.length - a.length)
      .reduce((parts, secret) => parts.flatMap((part) => part.split(inAnyCase(secret))), [text])
      .join(SHOWN_INSTEAD)
  );
}

function inAnyCase(secret: string): RegExp {
  return new RegExp(secret.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i');
}
