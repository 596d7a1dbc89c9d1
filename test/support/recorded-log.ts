// A log that keeps its lines, for tests to read.
import type { Log, LogFields } from '../../src/log.js';

export class RecordedLog implements Log {
  /** Each as `level message key=value …`. */
  readonly lines: string[] = [];

  debug(message: string, fields?: LogFields): void {
    this.#record('debug', message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#record('info', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#record('warn', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#record('error', message, fields);
  }

  #record(level: string, message: string, fields: LogFields = {}): void {
    const pairs = Object.entries(fields).map(([key, value]) => `${key}=${String(value)}`);
    this.lines.push([level, message, ...pairs].join(' '));
  }
}
