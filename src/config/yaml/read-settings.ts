// file → YAML → variables filled in → checked against a schema. Knows no key; collects every mistake with its line.
import { dirname, resolve } from 'node:path';
import * as v from 'valibot';
import { readBoundedFile } from '../../small-file.js';
import { type ConfigError, ConfigErrors, type ConfigPath, formatPath } from './config-errors.js';
import { describeIssue } from './describe-issue.js';
import { expandEnvironment, referencesIn } from './expand-environment.js';
import { parseYaml } from './parse-yaml.js';

const MAX_BYTES = 1024 * 1024;

/** Where the files are that a configuration names, and who hears what is odd about them. */
export interface ConfigDependencies {
  /** Absolute. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  warn(message: string): void;
}

/** What makes one configuration file another than the next. */
export interface SettingsFormat<Schema extends v.GenericSchema> {
  readonly schemaFor: (dependencies: ConfigDependencies) => Schema;
  /** Whether a value there may be a secret, also where the file's shape is wrong. */
  readonly isSecret: (path: ConfigPath) => boolean;
  /** The variables that values may refer to as `${NAME}`; left out, that is plain text. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface Settings<Output> {
  readonly settings: Output;
  /** For the log: odd, but no reason not to start. */
  readonly warnings: readonly string[];
}

/** Throws ConfigErrors with everything that is wrong, in the order of the file. */
export function readSettings<Schema extends v.GenericSchema>(
  file: string,
  format: SettingsFormat<Schema>,
): Settings<v.InferOutput<Schema>> {
  return parseSettings(readText(file), file, format);
}

/** As readSettings, where the text of the file is at hand; relative file names start from the file's folder. */
export function parseSettings<Schema extends v.GenericSchema>(
  text: string,
  file: string,
  { schemaFor, isSecret, env }: SettingsFormat<Schema>,
): Settings<v.InferOutput<Schema>> {
  const { value, problems, placeOf } = parseYaml(text);
  const errors: ConfigError[] = [];
  const report = (path: ConfigPath, message: string, { line, column } = placeOf(path)) => {
    errors.push({ file, path: formatPath(path), line, column, message });
  };
  for (const { path, place, message } of problems) {
    report(path, message, place);
  }
  if (value === undefined) {
    throw new ConfigErrors(errors);
  }

  const expanded = env === undefined ? value : expandEnvironment(value, env, report);
  const warnings: string[] = [];
  const warn = (message: string) => warnings.push(message);
  const result = v.safeParse(
    schemaFor({ directory: dirname(resolve(file)), env: env ?? {}, warn }),
    expanded,
  );
  // What could not be read is not also said to be of the wrong kind.
  const unreadable = new Set(errors.map(({ path }) => path));
  for (const issue of result.issues ?? []) {
    const path = (issue.path ?? []).map(keyOf);
    if (!unreadable.has(formatPath(path))) {
      const { text: written } = placeOf(path);
      const isKey = issue.path?.at(-1)?.origin === 'key';
      const message = describeIssue({
        message: issue.message,
        input: issue.input,
        wantsText: issue.type === 'string',
        isSecret: isSecret(path),
        written,
        references: env === undefined || isKey ? [] : referencesIn(written ?? ''),
      });
      report(path, message);
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

function keyOf({ key }: v.IssuePathItem): string | number {
  return typeof key === 'number' ? key : String(key);
}

function inFileOrder(a: ConfigError, b: ConfigError): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
