// What is wrong with a configuration: every mistake with its place, one line each.
import { escapeControls, firstCharacters } from '../../visible-text.js';

/** Keys and list positions from the top of the file. */
export type ConfigPath = readonly (string | number)[];

export interface ConfigError {
  /** As given to `loadConfig`. */
  readonly file: string;
  /** `projects[0].nodes[1].node_id`; empty where the mistake is not at a key. */
  readonly path: string;
  /** From 1; undefined where the file could not be read. */
  readonly line?: number;
  readonly column?: number;
  /** *got …, expected …*: without the place, and never with a secret. */
  readonly message: string;
}

/** Its message has a line for each error: `config.yaml:12: projects[0].region: got "mars", expected …`. */
export class ConfigErrors extends Error {
  override readonly name = 'ConfigErrors';
  readonly errors: readonly ConfigError[];

  constructor(errors: readonly ConfigError[]) {
    super(errors.map(formatConfigError).join('\n'));
    this.errors = errors;
  }
}

function formatConfigError({ file, path, line, message }: ConfigError): string {
  return [line === undefined ? file : `${file}:${line}`, path, message]
    .filter((part) => part !== '')
    .join(': ');
}

export function formatPath(path: ConfigPath): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') {
      return `${text}[${key}]`;
    }
    if (!/^[\w-]{1,64}$/u.test(key)) {
      return `${text}[${quote(key)}]`;
    }
    return text === '' ? key : `${text}.${key}`;
  }, '');
}

/** Where a warning is about: `projects[1].name (line 12)`. */
export function placeText(path: ConfigPath, line: number | undefined): string {
  return line === undefined ? formatPath(path) : `${formatPath(path)} (line ${line})`;
}

const LONGEST_QUOTE = 80;

/** In double quotes, on one line, cut where it is long. */
export function quote(text: string): string {
  const start = firstCharacters(text, LONGEST_QUOTE);
  const shown = start === text ? text : `${start}…`;
  return escapeControls(JSON.stringify(shown));
}
