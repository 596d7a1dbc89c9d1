// The file's text → plain values, each with its place in the file. Knows YAML, not what the keys mean. Refuses
// what makes a parser expand, recurse or guess: aliases, deep nesting, duplicate keys, unknown tags.
import {
  Composer,
  type CST,
  type Document,
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
import { ALIASES, explainSyntax, type SyntaxProblem } from './syntax-problems.js';

const MAX_DEPTH = 20;

const OPTIONS = {
  stringKeys: true,
  // Checked below: the library compares each key with each other.
  uniqueKeys: false,
  resolveKnownTags: false,
};

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
  /** Of this path itself; undefined where the text does not have it. */
  lineOf(path: ConfigPath): number | undefined;
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
      lineOf: () => undefined,
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
      // More often the first letter of the text than the name of an anchor.
      if (node.anchor !== undefined) {
        problems.push({ path, place, message: ALIASES });
      }
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
    lineOf: (path) => places.get(keyOf(path))?.line,
  };
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
  return errors.length === 0 ? document : explainSyntax(text, errors, openings);
}

function keyOf(path: ConfigPath): string {
  return JSON.stringify(path);
}

function hasRange(node: unknown): node is { readonly range: readonly [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range);
}
