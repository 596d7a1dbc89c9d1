// What is wrong with one value, in a line: completes the schema's "expected …" with what was got, and sees to it that
// neither a secret nor a variable's value is shown.
import { type ConfigPath, quote } from './config-errors.js';
import { referencesIn } from './expand-environment.js';

export interface Issue {
  readonly message: string;
  /** The value, with its variables filled in. */
  readonly input: unknown;
  readonly path: ConfigPath;
  /** The value is the key's own name. */
  readonly isKey: boolean;
  /** The schema wants text here. */
  readonly wantsText: boolean;
  /** The value as it is written in the file. */
  readonly written: string | undefined;
}

export function describeIssue(issue: Issue): string {
  const { message, path, isKey, written } = issue;
  const references = isKey ? [] : referencesIn(written ?? '');
  if (!message.startsWith('expected ')) {
    // Such a message may say more of the value than its kind.
    return references.length > 0 ? `the value of ${references.join('')} cannot be used here` : message;
  }
  if (references.length > 0) {
    return `got ${issue.input === '' ? 'an empty value' : 'the value'} of ${references.join('')}, ${message}`;
  }
  return `got ${received(issue, isSecret(path))}, ${message}${quoteIt(issue)}`;
}

function received({ input, written }: Issue, secret: boolean): string {
  if (input === null || input === undefined || input === '') {
    return 'nothing';
  }
  if (Array.isArray(input)) {
    return 'a list';
  }
  if (typeof input === 'object') {
    return 'a mapping';
  }
  if (secret || (typeof input === 'string' && mayHoldCredentials(input))) {
    return `a ${typeof input === 'string' ? 'text' : typeof input} that is not shown`;
  }
  return typeof input === 'string' ? quote(input) : (written ?? String(input));
}

/** YAML reads an unquoted `0483e6` as 483000000. */
function quoteIt({ input, wantsText }: Issue): string {
  const isRead = typeof input === 'number' || typeof input === 'boolean';
  return wantsText && isRead ? ` (quote it: YAML reads it as a ${typeof input})` : '';
}

/** Also where the file's shape is wrong, so that a secret stands where a mapping belongs. */
function isSecret(path: ConfigPath): boolean {
  const last = String(path.at(-1) ?? '');
  return (path.includes('auth') || last === 'proxy_url') && !last.endsWith('_file');
}

/** A URL's user or query. */
function mayHoldCredentials(text: string): boolean {
  return text.includes('@') || /:\/\/.*[?#]/su.test(text);
}
