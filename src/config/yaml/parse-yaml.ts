// The file's text → plain values, each with its place in the file. Knows YAML, not what the keys mean. Refuses
// what makes a parser expand, recurse or guess: aliases, deep nesting, duplicate keys, unknown tags.
import {
  Composer,
  type CST,
  type Document,
  type ErrorCode,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  Parser,
  type YAMLMap,
} from 'yaml';
import { type ConfigPath, quote } from './config-errors.js';
import { Openings } from './openings.js';

const MAX_DEPTH = 20;
/** One slip of the pen can make every line after it an error. */
const MAX_SYNTAX_ERRORS = 10;

const OPTIONS = {
  stringKeys: true,
  // Checked below: the library compares each key with each other.
  uniqueKeys: false,
  resolveKnownTags: false,
};

const ALIASES = 'aliases are not supported: a value that starts with * or & needs quotes';
const TAGS = 'tags are not supported: a value that starts with ! needs quotes';
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
  BLOCK_IN_FLOW: 'unexpected key or item of several lines between brackets',
  DUPLICATE_KEY: 'a key stands twice',
  IMPOSSIBLE: 'unexpected text',
  KEY_OVER_1024_CHARS: `a key of more than 1024 characters: ${MISSING_COLON}`,
  MISSING_CHAR: 'expected a colon and a blank behind a key, a comma between items, or a closing bracket',
  MULTILINE_IMPLICIT_KEY: `a key of several lines: ${MISSING_COLON}`,
  MULTIPLE_ANCHORS: ALIASES,
  MULTIPLE_DOCS: 'got a second document, expected one',
  MULTIPLE_TAGS: TAGS,
  NON_STRING_KEY: 'got a key that is no text, expected a name',
  RESOURCE_EXHAUSTION: 'nested too deeply',
  TAB_AS_INDENT: 'tabs are not allowed as indentation',
  TAG_RESOLVE_FAILED: TAGS,
  UNEXPECTED_TOKEN: 'unexpected text: a value with special characters needs quotes',
};

/** How the library tells of what is not closed, and of more. */
const TELLS_OF_END: readonly ErrorCode[] = ['MISSING_CHAR', 'BAD_INDENT'];

export interface Place {
  readonly line: number;
  readonly column: number;
  /** A scalar as it is written, without its quotes and before variables are filled in. */
  readonly text?: string;
}

const START: Place = { line: 1, column: 1 };

export interface Problem {
  readonly path: ConfigPath;
  readonly place: Place;
  readonly message: string;
}

export interface ParsedYaml {
  /** Objects, arrays, strings, numbers, booleans and null; undefined where the text is not YAML at all. */
  readonly value: unknown;
  readonly problems: readonly Problem[];
  /** Where the path stands in the file, or else its nearest ancestor. */
  placeOf(path: ConfigPath): Place;
}

export function parseYaml(text: string): ParsedYaml {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (const { index } of text.matchAll(/\n/gu)) {
    lines.addNewLine(index + 1);
  }
  const placeAt = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const composed = compose(text);
  if (Array.isArray(composed)) {
    return {
      value: undefined,
      problems: composed.map(({ offset, message }) => ({ path: [], place: placeAt(offset), message })),
      placeOf: () => START,
    };
  }

  const problems: Problem[] = [];
  const places = new Map<string, Place>();

  function plainValue(node: unknown, path: ConfigPath, place: Place): unknown {
    places.set(keyOf(path), place);
    if (isMap(node)) {
      return plainObject(node, path);
    }
    if (isSeq(node)) {
      return node.items.map((item, index) =>
        plainValue(item, [...path, index], hasRange(item) ? placeAt(item.range[0]) : place),
      );
    }
    if (isScalar(node)) {
      places.set(keyOf(path), { ...place, text: node.source ?? String(node.value) });
      return node.value;
    }
    if (isAlias(node)) {
      problems.push({ path, place, message: ALIASES });
    }
    return null;
  }

  function plainObject(map: YAMLMap, path: ConfigPath): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    for (const { key, value } of map.items) {
      const name = isScalar(key) ? String(key.value) : '';
      const keyPath = [...path, name];
      const place = hasRange(key) ? placeAt(key.range[0]) : START;
      // `__proto__` and its like mean something to JavaScript objects.
      if (name in Object.prototype || name === 'prototype') {
        problems.push({ path: keyPath, place, message: `${quote(name)} is not allowed as a key` });
      } else if (Object.hasOwn(object, name)) {
        const { line } = places.get(keyOf(keyPath)) ?? START;
        problems.push({ path: keyPath, place, message: `the key is already set on line ${line}` });
      } else {
        object[name] = plainValue(value, keyPath, place);
      }
    }
    return object;
  }

  return {
    value: plainValue(composed.contents, [], START),
    problems,
    placeOf: (path) => {
      for (let length = path.length; length > 0; length -= 1) {
        const place = places.get(keyOf(path.slice(0, length)));
        if (place !== undefined) {
          return place;
        }
      }
      return START;
    },
  };
}

interface SyntaxProblem {
  readonly offset: number;
  readonly message: string;
}

/** The document, or all that keeps the text from being one. */
function compose(text: string): Document.Parsed | SyntaxProblem[] {
  let tooDeepAt: number | undefined;
  const openings = new Openings();
  // The library's composer recurses: a megabyte of brackets does not make it fail but kills the process. So the depth
  // is watched in the parser, which does not recurse.
  function* boundedTokens(): Generator<CST.Token> {
    const parser = new Parser();
    for (const lexeme of new Lexer().lex(text)) {
      const from = parser.offset;
      yield* parser.next(lexeme);
      openings.add(lexeme, from, parser.offset);
      // Beside the collections the stack holds the document and the scalar being read.
      if (parser.stack.length > MAX_DEPTH + 2) {
        tooDeepAt = parser.offset;
        return;
      }
    }
    yield* parser.end();
  }
  const [document, second] = new Composer(OPTIONS).compose(boundedTokens(), true, text.length);
  if (tooDeepAt !== undefined) {
    return [{ offset: tooDeepAt, message: `nested too deeply, expected at most ${MAX_DEPTH} levels` }];
  }
  if (document === undefined || second !== undefined) {
    return [{ offset: second?.range[0] ?? 0, message: 'got a second document, expected one' }];
  }
  const errors = [...document.errors, ...document.warnings].sort((a, b) => a.pos[0] - b.pos[0]);
  return errors.length === 0
    ? document
    : errors.slice(0, MAX_SYNTAX_ERRORS).map(({ code, pos: [offset] }) => {
        const opened = TELLS_OF_END.includes(code) ? openings.at(offset) : undefined;
        return opened === undefined
          ? { offset, message: MESSAGES[code] }
          : { offset: opened, message: 'the quote or bracket that opens here is not closed' };
      });
}

function keyOf(path: ConfigPath): string {
  return JSON.stringify(path);
}

function hasRange(node: unknown): node is { readonly range: readonly [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);
}
