// file → YAML → variables filled in → checked against a schema. Knows no key; collects every mistake with its line.
import { dirname, resolve } from 'node:path';
import * as v from 'valibot';
import { readBoundedFile } from '../../small-file.js';
import type { ConfigDependencies } from '../file-schemas.js';
import { type ConfigError, ConfigErrors, type ConfigPath, formatPath } from './config-errors.js';
import { describeIssue } from './describe-issue.js';
import { expandEnvironment } from './expand-environment.js';
import { parseYaml } from './parse-yaml.js';

const MAX_BYTES = 1024 * 1024;

export interface Settings<Output> {
  readonly settings: Output;
  /** For the log: odd, but no reason not to start. */
  readonly warnings: readonly string[];
}

/** Throws ConfigErrors with everything that is wrong, in the order of the file. */
export function readSettings<Schema extends v.GenericSchema>(
  file: string,
  schemaFor: (dependencies: ConfigDependencies) => Schema,
  env: NodeJS.ProcessEnv,
): Settings<v.InferOutput<Schema>> {
  const { value, problems, placeOf } = parseYaml(readText(file));
  const errors: ConfigError[] = problems.map(({ path, place, message }) => ({
    file,
    path: formatPath(path),
    line: place.line,
    column: place.column,
    message,
  }));
  if (value === undefined) {
    throw new ConfigErrors(errors);
  }

  const report = (path: ConfigPath, message: string) => {
    const { line, column } = placeOf(path);
    errors.push({ file, path: formatPath(path), line, column, message });
  };
  const expanded = expandEnvironment(value, env, report);

  const warnings: string[] = [];
  const warn = (message: string) => warnings.push(message);
  const result = v.safeParse(schemaFor({ directory: dirname(resolve(file)), env, warn }), expanded);
  // What could not be read is not also said to be of the wrong kind.
  const unreadable = new Set(errors.map(({ path }) => path));
  for (const issue of result.issues ?? []) {
    const path = (issue.path ?? []).map(keyOf);
    if (!unreadable.has(formatPath(path))) {
      report(path, describe(issue, path, placeOf(path).text));
    }
  }
  if (!result.success || errors.length > 0) {
    throw new ConfigErrors(errors.sort(inFileOrder));
  }
  return { settings: result.output, warnings };
}

function readText(file: string): string {
  try {
    const { bytes } = readBoundedFile(file, MAX_BYTES);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const reason = error instanceof TypeError ? 'not UTF-8 text' : messageOf(error);
    throw new ConfigErrors([{ file, path: '', message: `cannot be read: ${reason}` }]);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'unknown error';
}

function describe(issue: v.BaseIssue<unknown>, path: ConfigPath, written: string | undefined): string {
  return describeIssue({
    message: issue.message,
    input: issue.input,
    path,
    isKey: issue.path?.at(-1)?.origin === 'key',
    wantsText: issue.type === 'string',
    written,
  });
}

function keyOf({ key }: v.IssuePathItem): string | number {
  return typeof key === 'number' ? key : String(key);
}

function inFileOrder(a: ConfigError, b: ConfigError): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
