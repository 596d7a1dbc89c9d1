// What keeps a text from being YAML, told so that it can be mended: mostly a value that needs quotes. Shows nothing of the
// text but a schedule, as anything else may be a secret.
import type { ErrorCode } from 'yaml';
import { scheduleMeant } from '../meant/schedules.js';
import { quote } from './config-errors.js';
import type { Openings } from './openings.js';

/** One slip of the pen can make every line after it an error. */
const MAX_SYNTAX_ERRORS = 10;

export const ALIASES = 'aliases are not supported: a value that starts with * or & needs quotes';
const TAGS = 'tags are not supported: a value that starts with ! needs quotes';
const VARIABLE = `"\${NAME}"`;
const MISSING_COLON = 'is a colon, or the blank behind it, or a quote missing?';

/** In place of the library's messages, as some of these quote the file, and what they quote may be a secret. */
const MESSAGES: Readonly<Record<ErrorCode, string>> = {
  ALIAS_PROPS: ALIASES,
  BAD_ALIAS: ALIASES,
  BAD_COLLECTION_TYPE: TAGS,
  BAD_DIRECTIVE: 'directives are not supported',
  BAD_DQ_ESCAPE: 'unknown escape in double quotes: write \\\\ for a backslash, or use single quotes',
  BAD_INDENT: 'wrong indentation, or a bracket that is not closed',
  BAD_PROP_ORDER: ALIASES,
  BAD_SCALAR_START: 'a value that starts with a special character needs quotes',
  BLOCK_AS_IMPLICIT_KEY: 'unexpected key: a value with a colon needs quotes, and a key a line of its own',
  BLOCK_IN_FLOW:
    'unexpected key or item of several lines between brackets: a value with a colon needs quotes',
  DUPLICATE_KEY: 'a key stands twice',
  IMPOSSIBLE: 'unexpected text',
  KEY_OVER_1024_CHARS: `a key of more than 1024 characters: ${MISSING_COLON}`,
  MISSING_CHAR: 'expected a colon and a blank behind a key, a comma between items, or a closing bracket',
  MULTILINE_IMPLICIT_KEY: `a key of several lines: ${MISSING_COLON}`,
  MULTIPLE_ANCHORS: ALIASES,
  MULTIPLE_DOCS: 'got a second document, expected one',
  MULTIPLE_TAGS: TAGS,
  NON_STRING_KEY: 'got a key that is not a text, expected a name',
  RESOURCE_EXHAUSTION: 'nested too deeply',
  TAB_AS_INDENT: 'tabs are not allowed as indentation',
  TAG_RESOLVE_FAILED: TAGS,
  UNEXPECTED_TOKEN: 'unexpected text: a value with special characters needs quotes',
};

/** How the library tells of what is not closed, and of more. */
const TELLS_OF_END: readonly ErrorCode[] = ['MISSING_CHAR', 'BAD_INDENT'];

const CRON_WORD = '(?:SUN|MON|TUE|WED|THU|FRI|SAT|JAN|FEB|MAR|APR|MAY|JUN|JUL|AUG|SEP|OCT|NOV|DEC)';
const CRON_FIELD = String.raw`(?:[\d*?]|${CRON_WORD})(?:[\d*/,?L#-]|${CRON_WORD}){0,30}`;
/** As it stands unquoted behind its key. No secret has blanks. */
const CRON = new RegExp(String.raw`^(${CRON_FIELD}(?:[ \t]+${CRON_FIELD}){4,5})[ \t]*(?:[,}#].*)?$`, 'iu');
/** What YAML takes for something else than text where a value begins with it. */
const SPECIAL_START = /^(?:[*&@%`|>]|[?-][ \t])/u;

export interface SyntaxProblem {
  readonly offset: number;
  readonly message: string;
}

interface LibraryError {
  readonly code: ErrorCode;
  readonly pos: readonly [number, number];
}

/** `errors`: the library's own, in the order of the text. One for each line: the others of it follow from the first. */
export function explainSyntax(
  text: string,
  errors: readonly LibraryError[],
  openings: Openings,
): SyntaxProblem[] {
  const problems = new Map<number, SyntaxProblem>();
  for (const { code, pos } of errors) {
    const opened = TELLS_OF_END.includes(code) ? openings.at(pos[0]) : undefined;
    const offset = opened ?? pos[0];
    const start = text.lastIndexOf('\n', offset - 1) + 1;
    const end = text.indexOf('\n', start);
    const line = text.slice(start, end < 0 ? text.length : end).trimEnd();
    if (problems.has(start)) {
      continue;
    }
    const { message, isAll = false } =
      hintFor(line, offset - start, code) ??
      (opened === undefined
        ? { message: MESSAGES[code] }
        : { message: 'the quote or bracket that opens here is not closed' });
    problems.set(start, { offset, message });
    // Whatever comes behind a brace that opens follows from it.
    if (isAll || problems.size === MAX_SYNTAX_ERRORS) {
      break;
    }
  }
  return [...problems.values()];
}

interface Hint {
  readonly message: string;
  /** What follows in the text is not to be told of. */
  readonly isAll?: boolean;
}

/** What to write instead, where the value that the error is in says so; undefined where it does not. */
function hintFor(line: string, column: number, code: ErrorCode): Hint | undefined {
  const starts = valueStarts(line).filter((start) => start <= column);
  for (const start of starts.toReversed()) {
    const value = line.slice(start);
    const [, schedule] = CRON.exec(value) ?? [];
    if (schedule !== undefined) {
      return { message: `a schedule needs quotes: write ${quote(schedule)}` };
    }
    if (value.startsWith('${')) {
      return { message: `a variable needs quotes, and a brace at its end: write ${VARIABLE}`, isAll: true };
    }
    if (value.startsWith('{{')) {
      return { message: `{{ }} is not filled in here: write ${VARIABLE} for a variable of the environment` };
    }
    const meant = value.startsWith('@') ? scheduleMeant(value.split(/[,}#]/u, 1)[0] ?? '') : undefined;
    if (meant !== undefined) {
      return { message: `a schedule has fields: write ${quote(meant)}` };
    }
    const [special] = SPECIAL_START.exec(value) ?? [];
    if (special !== undefined) {
      return { message: `a value that starts with ${special.trim()} needs quotes` };
    }
    if (/^#|\s#/u.test(value) && TELLS_OF_END.includes(code)) {
      return { message: 'what follows a blank and # is a comment: a value with a # needs quotes' };
    }
    if (/^[[{]/u.test(value) && start > 0 && TELLS_OF_END.includes(code)) {
      return {
        message: `the bracket that opens here is not closed: a text that starts with ${value.charAt(0)} needs quotes`,
      };
    }
    if (/^["']/u.test(value) && code === 'UNEXPECTED_TOKEN') {
      return { message: 'unexpected text behind the quote that ends the value: quotes go around all of it' };
    }
  }
  return undefined;
}

/** The columns of the line at which a value may begin. */
function valueStarts(line: string): number[] {
  const keys = line.matchAll(/(?:^|[\s,{["'])(?:[\w"'-]+:|-)[ \t]+(?=\S)/gu);
  return [...keys].map((key) => key.index + key[0].length);
}
