// The log: lines on standard error, as logfmt or JSON with the same names in both. Every text is stripped of the secrets of
// the configuration: the last guard, should one slip into a message.
import type { Writable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { type Clock, systemClock } from '../clock.js';
import type { Config } from '../config/config-schema.js';
import type { LoadedConfig } from '../config/load-config.js';
import { type Secret, secretsIn } from '../config/secret.js';
import { LOG_FIELDS, type Log, type LogField, type LogFields } from '../log.js';
import { wholeRedactor } from '../redact.js';
import { escapeControls, firstCharacters, hasControls } from '../visible-text.js';
import { BoundedOutput } from './bounded-output.js';

/** The least first. */
const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof LEVELS)[number];

export interface LogSettings {
  readonly level: Level;
  readonly format: 'logfmt' | 'json';
  /**
   * The secrets in force now; asked for each line that is written, since they change with their files. The same array while
   * they are the same.
   */
  readonly secrets: () => readonly string[];
  readonly clock: Pick<Clock, 'now'>;
  readonly write: (line: string) => void;
}

// Longer texts are answers of servers, cut to what shows which.
const MAX_FIELD = 1_000;
// A secret shorter than this would blank out ordinary words of our own.
const MIN_SECRET = 4;

export interface OpenedLog {
  readonly log: Log;
  /** From now on the secrets of this configuration are stripped too; those of earlier ones still are. */
  readonly protect: (config: Config) => void;
}

/** Secrets that were in force once may stand in an error that is logged later; no more than these are remembered. */
const MAX_FORMER_SECRETS = 1_000;
/** Of all of them, in characters. */
const MAX_FORMER_SIZE = 256 * 1024;

export function openLog(
  { level, format }: Pick<LogSettings, 'level' | 'format'>,
  stream: Writable = process.stderr,
): OpenedLog {
  let current: readonly Secret[] = [];
  let inForce: readonly string[] = [];
  let known: readonly string[] = [];
  const secrets = () => {
    const texts = current.map((secret) => secret.read());
    if (!isDeepStrictEqual(texts, inForce)) {
      inForce = texts;
      const distinct = new Set(texts);
      known = [...latest(known.filter((text) => !distinct.has(text))), ...distinct];
    }
    return known;
  };
  const output = new BoundedOutput(stream, (lines) =>
    log.warn('lines of the log were left out, as they were not read in time', { lines }),
  );
  const write = (line: string) => output.write(line);
  const log = createLog({ level, format, secrets, clock: systemClock, write });
  return {
    log,
    protect: (config) => {
      secrets();
      current = secretsIn(config);
    },
  };
}

/** Those at the end, as many as are remembered. */
function latest(former: readonly string[]): string[] {
  let size = 0;
  return former
    .slice(-MAX_FORMER_SECRETS)
    .reverse()
    .filter(({ length }) => {
      size += length;
      return size <= MAX_FORMER_SIZE;
    })
    .reverse();
}

/** What may be otherwise than it was meant, one line each. */
export function logWarnings(log: Log, { warnings }: Pick<LoadedConfig, 'warnings'>): void {
  for (const warning of warnings) {
    log.warn('configuration: may be otherwise than it was meant', { warning });
  }
}

export function createLog({ level, format, secrets, clock, write }: LogSettings): Log {
  const toText = FORMATS[format];
  let known: readonly string[] = [];
  let redact = wholeRedactor(known, MIN_SECRET);
  const clean = (text: string) => firstCharacters(redact(text), MAX_FIELD);
  const writer = (of: Level) => {
    if (LEVELS.indexOf(of) < LEVELS.indexOf(level)) {
      return () => {};
    }
    return (message: string, fields: LogFields = {}): void => {
      const latest = secrets();
      if (latest !== known) {
        known = latest;
        redact = wholeRedactor(known, MIN_SECRET);
      }
      const line: [string, string | number][] = [
        ['time', new Date(clock.now()).toISOString()],
        ['level', of],
        ['msg', clean(message)],
      ];
      for (const name of FIELD_NAMES) {
        const value = fields[name];
        if (typeof value === 'string') {
          line.push([name, clean(value)]);
        } else if (Number.isFinite(value)) {
          line.push([name, Number(value)]);
        }
      }
      write(`${toText(line)}\n`);
    };
  };
  return { debug: writer('debug'), info: writer('info'), warn: writer('warn'), error: writer('error') };
}

const FIELD_NAMES = Object.keys(LOG_FIELDS) as LogField[];

type Line = readonly (readonly [name: string, value: string | number])[];

/** Both write a text in quotes as JSON does, which readers of logfmt take as well. */
const FORMATS: Readonly<Record<LogSettings['format'], (line: Line) => string>> = {
  logfmt: (line) => line.map(([name, value]) => `${name}=${isBare(value) ? value : quoted(value)}`).join(' '),
  json: (line) => `{${line.map(([name, value]) => `"${name}":${quoted(value)}`).join(',')}}`,
};

function quoted(value: string | number): string {
  return escapeControls(JSON.stringify(value));
}

/** Whether it may stand in logfmt without quotes. U+FFFD is what its readers take for bytes that are no UTF-8. */
function isBare(value: string | number): boolean {
  return typeof value === 'number' || (/^[^\s="\\\ufffd]+$/u.test(value) && !hasControls(value));
}
