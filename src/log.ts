// The log as a port: a message for people and fields for machines. agent/open-log.ts opens it, with format, level and
// redaction.
import { FAILURE_REASONS, type FailureDetails, type FailureReason } from './model/failure.js';

interface FieldDescription {
  readonly type: 'text' | 'number';
  readonly help: string;
}

/** What stands in every line, before its fields. */
export const LINE_KEYS = {
  time: 'when it was written: RFC 3339, UTC, with milliseconds',
  level: '`debug`, `info`, `warn` or `error`',
  msg: 'what happened; the same words for the same kind of event',
} as const;

/** Every field that a line may have, in the order in which they stand: one name for one thing, in all lines. */
export const LOG_FIELDS = {
  project: text('name of the project in the configuration'),
  instance_id: text('id of the instance'),
  node_id: text('id of the node'),
  node_name: text('name of the node'),

  result: text('of a collection: `success` or `error`'),
  phase: text('of a failed collection: the phase it failed in, `submit`, `wait` or `download`'),
  reason: text('why it failed: the label `reason` of the metrics'),
  error: text('what went wrong: what was found, what was expected, where'),
  warning: text('what may be otherwise than it was meant: where, what follows, what to write'),
  repeats: number('how often the same came since it was last told'),
  failures: number('of a discovery: how many of its parts failed'),

  operation: text('of a request: the label `operation` of the metrics'),
  method: text('of a request'),
  server: text('host and port that a request went to, and the proxy on the way'),
  path: text('of a request, without its query'),
  attempt: number('which attempt of the call a request is, from 1'),
  attempts: number('after how many attempts a call failed'),
  status: number('status of an HTTP answer'),
  error_code: text("the API's code for an error"),
  code: text('code of an error below HTTP, such as `ECONNREFUSED`'),
  proxy_status: text('status that the proxy answered with instead of a tunnel'),
  request_id: text("the answer's `X-Request-Id`"),
  task_request_id: text('id of the task that collects the sessions'),
  pause_seconds: number('how long a call waits before it is repeated'),
  valid_seconds: number('how long a token or a temporary key is good'),
  offset_seconds: number("how far the API's clock is from that of this host"),

  interval_seconds: number('what a summary covers: the time since the one before'),
  collections: number('collections that ended'),
  collections_failed: number('those of them that failed'),
  collections_skipped: number('runs of the schedule that were left out, as the one before had not ended'),
  ...ofReasons((reason) =>
    number(`collections that failed with the reason \`${reason}\`; left out where none did`),
  ),
  nodes: number('nodes that are collected, or were found'),
  nodes_up: number('nodes whose last collection succeeded'),
  nodes_down: number('nodes whose last collection failed'),
  sessions: number(
    'sessions in the snapshot, where the list has all; in a summary, in all snapshots on show',
  ),
  rows: number('rows read of the session file'),
  rows_rejected: number('rows that were skipped, as they have too few or too many fields'),
  bytes: number('bytes that were read of a session file or of an answer'),
  duration_seconds: number('how long the collection took, or the request with the reading of its answer'),
  submit_seconds: number('how long the phase took'),
  wait_seconds: number('how long the phase took'),
  download_seconds: number('how long the phase took, with the reading of the file'),
  columns: text('columns of the session file, or those that the line is about'),
  unknown_headers: text('names in the header of the session file that no column is known by'),
  requests: number('requests to the API, IAM included'),
  requests_throttled: number('those of them that were answered with 429'),
  retries: number('requests that were repeated after a failure'),
  slowest_seconds: number('the longest collection'),
  slowest_node_id: text('the node of the longest collection'),
  slowest_node_name: text('its name'),

  incident: text('id of the record of an incident'),
  kinds: text('of an incident, separated by commas'),
  usual: number('sessions that were usual for the node when the incident began'),

  added: number('nodes that a discovery found anew'),
  gone: number('nodes that a discovery took away'),
  records: number('records of a listing that were left out'),
  found: text('what is wrong with these records'),
  seen: text('of a discovery that found no nodes: what it saw, and why none of it is collected'),
  projects: number('projects in the configuration'),
  address: text('address listened on'),
  port: number('port listened on'),
  scheme: text('`http` or `https`'),
  file: text('the file that the line is about'),
  shard: text('which shard of how many this process is'),
  url: text('address of the simulated API'),
  lines: number('lines of the log that were left out'),
  client: text('address of a client of the HTTP server'),
  signal: text('signal that the process got'),
  event: text('how an unforeseen error came up'),
  thrown: text('class of an unforeseen error'),
  thrown_at: text('place in the code that threw it'),
} as const satisfies Record<keyof FailureDetails, FieldDescription> &
  Readonly<Record<string, FieldDescription>> & { readonly [Key in keyof typeof LINE_KEYS]?: never };

export type LogField = keyof typeof LOG_FIELDS;

export type LogFields = {
  readonly [Name in LogField]?:
    | ((typeof LOG_FIELDS)[Name]['type'] extends 'number' ? number : string)
    | undefined;
};

/** Text that stands in the code as it is: what varies goes into a field. */
export type Constant<Text extends string> = Text &
  (Record<never, never> extends Record<Text, unknown> ? never : Text);

type Write = <Message extends string>(message: Constant<Message>, fields?: LogFields) => void;

/** Never pass it a secret, a signed URL or a cell of a session file. */
export interface Log {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}

/** A time span as the log has it: to the millisecond. */
export function logSeconds(milliseconds: number): number {
  return Math.round(milliseconds) / 1_000;
}

function text(help: string): { readonly type: 'text'; readonly help: string } {
  return { type: 'text', help };
}

function number(help: string): { readonly type: 'number'; readonly help: string } {
  return { type: 'number', help };
}

type OfReasons<Value> = { readonly [Reason in FailureReason as `failed_${Reason}`]: Value };

/** A field for each reason why a collection fails. */
export function ofReasons<Value>(of: (reason: FailureReason) => Value): OfReasons<Value> {
  return Object.fromEntries(
    FAILURE_REASONS.map((reason) => [`failed_${reason}`, of(reason)]),
  ) as OfReasons<Value>;
}
