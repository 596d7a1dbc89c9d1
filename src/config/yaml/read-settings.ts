// file → YAML → variables filled in → checked against a schema. Knows no key; collects every mistake with its line.
import { dirname, resolve } from 'node:path';
import * as v from 'valibot';
import {
  type ConfigError,
  ConfigErrors,
  type ConfigPath,
  formatPath,
  placeText,
  quote,
} from './config-errors.js';
import { type ConfigSource, type ConfigText, fileSource, STANDARD_INPUT } from './config-source.js';
import { describeIssue } from './describe-issue.js';
import { Disclosure, type Shows } from './disclosure.js';
import { expandEnvironment, referencesIn } from './expand-environment.js';
import { holdsLiteralSecret } from './literal-secrets.js';
import { nameAt, nameNear } from './nearest-name.js';
import { type Place, parseYaml } from './parse-yaml.js';
import { allKeysOf, partsOf } from './schema-parts.js';
import { unreadVariables } from './unread-variables.js';

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
  /** What messages may repeat of the part of the file that the path is in. */
  readonly showsAt: (path: ConfigPath) => Shows;
  /** The variables that values may refer to as `${NAME}`; left out, that is plain text. */
  readonly env?: NodeJS.ProcessEnv;
}

export interface Settings<Output> {
  readonly settings: Output;
  /** For the log: odd, but no reason not to start. */
  readonly warnings: readonly string[];
  /** The line of a key or an item; undefined where the file does not have it. */
  readonly lineOf: (path: ConfigPath) => number | undefined;
}

/** `source`: a file's name, or what was opened. Throws ConfigErrors with everything that is wrong, in the order of the file. */
export function readSettings<Schema extends v.GenericSchema>(
  source: string | ConfigSource,
  format: SettingsFormat<Schema>,
): Settings<v.InferOutput<Schema>> {
  const known = typeof source === 'string' ? fileSource(source) : source;
  const { text, isExposed } = readText(known);
  return parseSettings(text, known.name, format, { isExposed, directory: known.directory });
}

/**
 * As readSettings, where the text of the file is at hand; relative file names start from the file's folder, unless told
 * otherwise. `isExposed`: whether users may read it who need not.
 */
export function parseSettings<Schema extends v.GenericSchema>(
  text: string,
  file: string,
  { schemaFor, showsAt, env }: SettingsFormat<Schema>,
  { isExposed = false, directory = dirname(resolve(file)) } = {},
): Settings<v.InferOutput<Schema>> {
  const warnings: string[] = [];
  const warn = (message: string) => warnings.push(message);
  const schema = schemaFor({ directory, env: env ?? {}, warn });
  const parts = partsOf(schema);
  const disclosure = new Disclosure(parts, showsAt);
  const { value, problems, placeOf, lineOf } = parseYaml(text);
  const errors: ConfigError[] = [];
  const names = allKeysOf(parts);
  const lines = text.split('\n');
  const report = (path: ConfigPath, message: string, place = placeOf(path)) => {
    const shownPath = disclosure.path(path);
    const { line, column } = place;
    // Of a text that is no YAML there are no paths.
    const nameFor = value === undefined ? nameNear : nameAt;
    const isWhole = value !== undefined && shownPath.length === path.length;
    const near = isWhole ? undefined : nameFor(lines[line - 1] ?? '', column, names);
    const isTold = near === undefined || message.includes(quote(near));
    const hint = isTold ? '' : ` (near ${quote(near)})`;
    errors.push({ file, path: formatPath(shownPath), line, column, message: `${message}${hint}` });
  };
  // What could not be read is not also said to be of the wrong kind.
  const unreadable = new Set<string>();
  const reportUnreadable = (path: ConfigPath, message: string, place?: Place) => {
    unreadable.add(JSON.stringify(path));
    report(path, message, place);
  };
  for (const { path, place, message } of problems) {
    reportUnreadable(path, message, place);
  }
  if (value === undefined) {
    throw new ConfigErrors(errors);
  }
  const expanded = env === undefined ? value : expandEnvironment(value, env, reportUnreadable);
  const result = v.safeParse(schema, expanded);
  for (const { path: items = [], message, input, type } of result.issues ?? []) {
    const path = items.map(keyOf);
    if (!unreadable.has(JSON.stringify(path))) {
      const { text: written } = placeOf(path);
      const isKey = items.at(-1)?.origin === 'key';
      const described = describeIssue({
        message,
        input,
        wantsText: type === 'string',
        mayShow: isKey
          ? disclosure.path(path).length === path.length
          : disclosure.mayShow(path, typeof input === 'string' ? input : (written ?? String(input))),
        written,
        references: env === undefined || isKey ? [] : referencesIn(written ?? ''),
        env,
      });
      report(path, described);
    }
  }
  if (!result.success || errors.length > 0) {
    throw new ConfigErrors(errors.sort(inFileOrder));
  }
  if (isExposed && holdsLiteralSecret(value, parts)) {
    warnings.unshift(
      `${file === STANDARD_INPUT ? 'the file that standard input comes from' : `configuration file ${quote(file)}`} can be read by other users and holds a secret: take their permission away (chmod 600)`,
    );
  }
  for (const { path, reference } of env === undefined ? [] : unreadVariables(value, env)) {
    const where = placeText(disclosure.path(path), placeOf(path).line);
    warn(
      `${where}: got a text that looks like a variable, and is used as it is: a variable is written ${reference}`,
    );
  }
  return { settings: result.output, warnings, lineOf };
}

function readText(source: ConfigSource): ConfigText {
  try {
    return source.read();
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown error';
    throw new ConfigErrors([{ file: source.name, path: '', message: `cannot be read: ${reason}` }]);
  }
}

function keyOf({ key }: v.IssuePathItem): string | number {
  return typeof key === 'number' ? key : String(key);
}

function inFileOrder(a: ConfigError, b: ConfigError): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
