// What is wrong with one value, in a line: completes the schema's "expected …" with what was got, where that may be
// shown. A variable's value never is.
import { referenceMeant } from '../meant/variables.js';
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
  /** The variables there are; undefined where the file has none. */
  readonly env: NodeJS.ProcessEnv | undefined;
}

const HINT = ': write ';

/** `expected` with what to write instead, where that is known. */
export function withHint(expected: string, meant: string | undefined): string {
  return meant === undefined ? expected : `${expected}${HINT}${meant}`;
}

export function describeIssue(issue: Issue): string {
  const { message, references } = issue;
  if (!message.startsWith('expected ')) {
    // Such a message may say more of the value than its kind.
    return references.length > 0 ? `the value of ${references.join('')} cannot be used here` : message;
  }
  if (references.length > 0) {
    // What to write instead would tell the value.
    const [expected] = message.split(HINT);
    return `got ${issue.input === '' ? 'an empty value' : 'the value'} of ${references.join('')}, ${expected}`;
  }
  const hint = message.includes(HINT) ? '' : (variable(issue) ?? quoteIt(issue));
  return `got ${received(issue)}, ${message}${hint}`;
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

function variable({ input, env }: Issue): string | undefined {
  const reference = env !== undefined && typeof input === 'string' ? referenceMeant(input, env) : undefined;
  return reference === undefined ? undefined : ` (a variable is written ${reference})`;
}
