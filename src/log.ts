// What the program says about itself: a message for people and fields for machines. The port only; the
// writer behind it (format, level, redaction) is made by commands/create-log.ts.

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Never hand it a secret, a signed URL or a cell of a session CSV. */
export interface Log {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}
