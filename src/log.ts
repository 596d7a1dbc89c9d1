// The log as a port: a message for people and fields for machines. agent/open-log.ts opens it, with format, level and
// redaction.

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Never pass it a secret, a signed URL or a cell of a session file. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
