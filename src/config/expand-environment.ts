// `${NAME}` and `${NAME:-default}` in values → the environment's text; `$${` is a literal `${`. Works on parsed
// values, so that no variable can bring in YAML, and never names a variable's value.
import type { ConfigPath } from './config-errors.js';

const REFERENCE = /\$\$\{|\$\{([^}]*)\}|\$\{/gu;
const NAME_AND_DEFAULT = /^([A-Za-z_][A-Za-z0-9_]*)(?::-(.*))?$/su;

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
  return [...text.matchAll(REFERENCE)].flatMap(([, body]) => {
    const name = NAME_AND_DEFAULT.exec(body ?? '')?.[1];
    return name === undefined ? [] : [`\${${name}}`];
  });
}

function expandText(text: string, env: NodeJS.ProcessEnv, report: (message: string) => void): string {
  let failed = false;
  const expanded = text.replace(REFERENCE, (reference: string, body: string | undefined) => {
    if (reference === '$${') {
      return '${';
    }
    const [, name, fallback] = NAME_AND_DEFAULT.exec(body ?? '') ?? [];
    if (name === undefined) {
      failed = true;
      report(
        `got a "\${" that starts no variable, expected \${NAME} or \${NAME:-default} (a literal is written $\${)`,
      );
      return '';
    }
    const value = env[name];
    // As in the shell, `:-` also stands in for an empty variable.
    if (fallback !== undefined) {
      return value === undefined || value === '' ? fallback : value;
    }
    if (value === undefined) {
      failed = true;
      report(`environment variable ${name} is not set`);
    }
    return value ?? '';
  });
  return failed ? '' : expanded;
}
