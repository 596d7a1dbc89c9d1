// What is wrong with one value, in a line: completes the schema's "expected …" with what was got, where that may be
// shown. A variable's value never is.
import { quote } from './config-errors.js';

export interface Issue {
  readonly message: string;
  /** The value, with its variables filled in. */
  readonly input: unknown;
  /** The schema wants text here. */
  readonly wantsText: boolean;
  /** The value may be shown. */
  readonly mayShow: boolean;
  /** The value as it is written in the file. */
  readonly written: string | undefined;
  /** The variables that its text comes from, as `${NAME}`. */
  readonly references: readonly string[];
}

export function describeIssue(issue: Issue): string {
  const { message, references } = issue;
  if (!message.startsWith('expected ')) {
    // Such a message may say more of the value than its kind.
    return references.length > 0 ? `the value of ${references.join('')} cannot be used here` : message;
  }
  if (references.length > 0) {
    return `got ${issue.input === '' ? 'an empty value' : 'the value'} of ${references.join('')}, ${message}`;
  }
  return `got ${received(issue)}, ${message}${quoteIt(issue)}`;
}

function received({ input, written, mayShow }: Issue): string {
  if (input === null || input === undefined || input === '') {
    return 'nothing';
  }
  if (Array.isArray(input)) {
    return 'a list';
  }
  if (typeof input === 'object') {
    return 'a mapping';
  }
  if (!mayShow && typeof input !== 'boolean') {
    return `a ${typeof input === 'string' ? 'text' : typeof input} that is not shown`;
  }
  return typeof input === 'string' ? quote(input) : (written ?? String(input));
}

/** YAML reads an unquoted `0483e6` as 483000000. */
function quoteIt({ input, wantsText }: Issue): string {
  const isRead = typeof input === 'number' || typeof input === 'boolean';
  return wantsText && isRead ? ` (quote it: YAML reads it as a ${typeof input})` : '';
}
