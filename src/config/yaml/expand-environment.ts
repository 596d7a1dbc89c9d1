// `${NAME}` and `${NAME:-default}` in values → the environment's text; `$${` is a literal `${`. Works on parsed
// values, so that no variable can bring in YAML, and never names a variable's value.
import type { ConfigPath } from './config-errors.js';

const NAME_AND_DEFAULT = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/su;
/** Of variables, as all write them. Another one may be a part of a secret that has `${` in it, and is not shown. */
const USUAL_NAME = /^(?:[A-Z0-9]{1,15}(?:_+|$))+$/u;

type Report = (path: ConfigPath, message: string) => void;

/** A copy of the value, filled in; what cannot be becomes empty and is reported. */
export function expandEnvironment(
  value: unknown,
  env: NodeJS.ProcessEnv,
  report: Report,
  path: ConfigPath = [],
): unknown {
  if (typeof value === 'string') {
    return expandText(value, env, (message) => report(path, message));
  }
  if (Array.isArray(value)) {
    return value.map((item, index) => expandEnvironment(item, env, report, [...path, index]));
  }
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, expandEnvironment(item, env, report, [...path, key])]),
    );
  }
  return value;
}

/** The variables that a text as written in the file refers to, as `${NAME}`, without defaults. */
export function referencesIn(text: string): string[] {
  return [...partsOf(text)].flatMap(({ reference }) => {
    const name = NAME_AND_DEFAULT.exec(reference ?? '')?.[1];
    return name === undefined ? [] : [`\${${USUAL_NAME.test(name) ? name : '…'}}`];
  });
}

/** What a text has by itself, in defaults of variables, too. */
export function literalIn(text: string): string {
  return [...partsOf(text)]
    .map(({ literal, reference }) => `${literal}${NAME_AND_DEFAULT.exec(reference ?? '')?.[2] ?? ''}`)
    .join('');
}

function expandText(text: string, env: NodeJS.ProcessEnv, report: (message: string) => void): string {
  let expanded = '';
  for (const { literal, reference } of partsOf(text)) {
    expanded += literal;
    if (reference !== undefined) {
      const value = lookUp(reference, env, report);
      if (value === undefined) {
        return '';
      }
      expanded += value;
    }
  }
  return expanded;
}

function lookUp(
  reference: string,
  env: NodeJS.ProcessEnv,
  report: (message: string) => void,
): string | undefined {
  const [, name, fallback] = NAME_AND_DEFAULT.exec(reference) ?? [];
  if (name === undefined) {
    report(
      `got a "\${" that starts no variable, expected \${NAME} or \${NAME:-default} (a literal is written $\${)`,
    );
    return undefined;
  }
  // `env` inherits names such as `constructor`, which are no variables.
  const value = Object.hasOwn(env, name) ? env[name] : undefined;
  if (value === undefined && fallback === undefined) {
    report(
      USUAL_NAME.test(name)
        ? `environment variable ${name} is not set`
        : 'the environment variable that stands here is not set',
    );
  }
  // As in the shell, `:-` also stands in for an empty variable.
  return value === '' ? (fallback ?? value) : (value ?? fallback);
}

interface Part {
  readonly literal: string;
  /** What stands between the braces that follow the literal; empty where they do not close. */
  readonly reference?: string;
}

function* partsOf(text: string): Generator<Part> {
  let from = 0;
  for (let at = text.indexOf('${'); at >= 0; at = text.indexOf('${', from)) {
    if (text[at - 1] === '$') {
      yield { literal: `${text.slice(from, at - 1)}\${` };
      from = at + 2;
    } else {
      const end = text.indexOf('}', at);
      yield { literal: text.slice(from, at), reference: end < 0 ? '' : text.slice(at + 2, end) };
      if (end < 0) {
        return;
      }
      from = end + 1;
    }
  }
  yield { literal: text.slice(from) };
}
