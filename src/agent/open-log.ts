// The log: LogTape lines on standard error, as logfmt or JSON. Every text is stripped of the secrets of the configuration:
// the last guard, should one slip into a message.
import { isDeepStrictEqual } from 'node:util';
import { configureSync, getJsonLinesFormatter, getLogfmtFormatter, getLogger } from '@logtape/logtape';
import type { Config } from '../config/config-schema.js';
import { type Secret, secretsIn } from '../config/secret.js';
import type { Log, LogFields } from '../log.js';
import { wholeRedactor } from '../redact.js';
import { escapeControls, firstCharacters } from '../visible-text.js';

const LEVELS = { debug: 'debug', info: 'info', warn: 'warning', error: 'error' } as const;

export interface LogSettings {
  readonly level: keyof typeof LEVELS;
  readonly format: 'logfmt' | 'json';
  /**
   * The secrets in force now; asked for each line that is written, since they change with their files. The same array while
   * they are the same.
   */
  readonly secrets: () => readonly string[];
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

export function openLog({ level, format }: Pick<LogSettings, 'level' | 'format'>): OpenedLog {
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
  return {
    log: createLog({ level, format, secrets, write: (line) => process.stderr.write(line) }),
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

export function createLog(settings: LogSettings): Log {
  const formatter =
    settings.format === 'json'
      ? getJsonLinesFormatter({ properties: 'flatten' })
      : getLogfmtFormatter({ message: 'rendered' });
  configureSync({
    reset: true,
    sinks: { out: (record) => settings.write(escapeControls(formatter(record))) },
    loggers: [
      { category: ['exporter'], sinks: ['out'], lowestLevel: LEVELS[settings.level] },
      { category: ['logtape', 'meta'], sinks: ['out'], lowestLevel: 'error' },
    ],
  });
  const logger = getLogger(['exporter']);
  let secrets: readonly string[] = [];
  let redact = wholeRedactor(secrets, MIN_SECRET);
  const write = (level: keyof typeof LEVELS, message: string, fields: LogFields | undefined) => {
    if (!logger.isEnabledFor(LEVELS[level])) {
      return;
    }
    const latest = settings.secrets();
    if (latest !== secrets) {
      secrets = latest;
      redact = wholeRedactor(secrets, MIN_SECRET);
    }
    const clean = (text: string) => firstCharacters(redact(text), MAX_FIELD);
    const shown = Object.entries(fields ?? {})
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => [key, typeof value === 'string' ? clean(value) : value]);
    // LogTape reads braces in a message as placeholders.
    const literal = clean(message).replaceAll('{', '{{').replaceAll('}', '}}');
    logger[level](literal, Object.fromEntries(shown));
  };
  return {
    debug: (message, fields) => write('debug', message, fields),
    info: (message, fields) => write('info', message, fields),
    warn: (message, fields) => write('warn', message, fields),
    error: (message, fields) => write('error', message, fields),
  };
}
