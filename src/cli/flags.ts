// The flags: one table for parsing, defaults and help. No flag takes a secret: other users can read the arguments of a
// process.
import { existsSync } from 'node:fs';
import type { LogSettings } from '../agent/open-log.js';
import { systemClock } from '../clock.js';
import { FLAG_KEYS } from '../config/flag-keys.js';
import { choice, decimalNumber, type Kind, LISTEN_ADDRESS, wholeNumber } from '../config/kinds.js';
import { type ConfigSource, openSource } from '../config/yaml/config-source.js';
import { SQL_MODES } from '../statements/shape.js';
import { printError } from './terminal.js';
import { COMMAND_NAMES } from './usage/commands.js';
import { flagTable, type ValueOf } from './usage/flag.js';
import { FLOOD_LIST, NODE_LIST } from './usage/node-lists.js';

const SERVING = ['run', 'demo'] as const;
const CONFIGURED = ['run', 'check-config', 'collect', 'discover', 'replay', 'explain', 'backtest'] as const;
const SHARDED = ['run', 'collect', 'check-config', 'demo'] as const;
const SIMULATING = ['simulate', 'demo'] as const;
const LOGGING = ['run', 'check-config', 'collect', 'discover', 'replay', 'simulate', 'demo'] as const;

const NAMED_FILE: Kind<string> = {
  expected: 'a file: standard input is for --config.file alone',
  parse: (text) => (text === '' || text === '-' ? undefined : text),
};

export const FLAGS = flagTable({
  'config.file': {
    type: 'string',
    commands: CONFIGURED,
    value: 'FILE',
    default: 'config.yaml',
    defaultOf: { replay: 'none', backtest: 'none' },
    help: 'configuration file; - is standard input',
  },
  'web.listen-address': {
    type: 'string',
    key: 'web.listen_address',
    commands: [...SERVING, 'simulate'],
    value: 'HOST:PORT',
    defaultOf: { demo: '127.0.0.1:10104', simulate: '127.0.0.1:10105' },
    help: 'address to listen on',
  },
  'web.telemetry-path': {
    type: 'string',
    key: 'web.telemetry_path',
    commands: SERVING,
    value: 'PATH',
    help: 'path of the metrics',
  },
  'web.config.file': {
    type: 'string',
    commands: [...SERVING, 'check-config'],
    value: 'FILE',
    kind: NAMED_FILE,
    help: "TLS and basic auth, in the exporter-toolkit's format",
  },
  'web.enable-lifecycle': {
    type: 'boolean',
    commands: SERVING,
    help: 'allow POST /-/reload',
  },
  'log.level': {
    type: 'string',
    key: 'log.level',
    commands: LOGGING,
    help: 'lowest level that is logged',
  },
  'log.format': {
    type: 'string',
    key: 'log.format',
    commands: LOGGING,
    help: 'format of the log, on standard error',
  },
  output: {
    type: 'string',
    commands: ['collect', 'replay', 'digest', 'explain', 'backtest'],
    kind: choice(['table', 'json', 'prometheus']),
    kindOf: {
      digest: choice(['table', 'json']),
      explain: choice(['table', 'json']),
      backtest: choice(['table', 'json']),
    },
    default: 'table',
    defaultOf: { replay: 'prometheus' },
    help: 'what is printed: a line for each node, the data of its page, or its metrics',
    helpOf: {
      digest: 'what is printed of a statement: digest, flags and text, or an object of JSON in a line',
      explain: 'what is printed: text for a terminal, or the JSON of the record',
      backtest: 'what is printed: lines for people, or an object of JSON',
    },
  },
  null: {
    type: 'boolean',
    commands: ['digest'],
    help: 'statements are parted by NUL, so that they may have several lines',
  },
  cap: {
    type: 'string',
    commands: ['digest'],
    value: 'N',
    kind: wholeNumber(1, 1_000_000),
    help: 'the length in characters at which statements were cut: those that have as many count as cut',
  },
  'sql-mode': {
    type: 'string',
    commands: ['digest'],
    kind: choice(SQL_MODES),
    default: 'auto',
    help: 'how quotes are read that could mean two things, as the sql_mode of the sessions has it',
  },
  top: {
    type: 'boolean',
    commands: ['collect', 'replay'],
    help: 'print the statements that active sessions run, too: those with the most sessions or the most time',
  },
  online: {
    type: 'boolean',
    commands: ['check-config'],
    help: 'also try the credentials and every node',
  },
  'show-header': {
    type: 'boolean',
    commands: ['check-config'],
    help: 'with --online: print the first line of each file, which may be a row with SQL',
  },
  shard: {
    type: 'string',
    commands: SHARDED,
    value: 'N',
    default: '0',
    help: 'which share of the nodes this process collects: 0 to total-shards - 1, or auto (the number at the end of the host name)',
  },
  'total-shards': {
    type: 'string',
    commands: SHARDED,
    value: 'N',
    kind: wholeNumber(1, 1000),
    default: 1,
    help: 'how many processes share the nodes',
  },
  'with-prometheus': {
    type: 'boolean',
    commands: ['demo'],
    help: 'also start Prometheus, if it is installed, with the rules and consoles of deploy/prometheus',
  },
  projects: {
    type: 'string',
    commands: SIMULATING,
    value: 'N',
    kind: wholeNumber(1, 100),
    default: 1,
    help: 'projects to simulate, each with a region, credentials and nodes of its own',
  },
  'down-node': {
    type: 'string',
    commands: SIMULATING,
    value: 'NODE,…',
    kind: NODE_LIST,
    help: 'nodes whose collections all fail: their tasks end with an error; may be repeated',
  },
  spike: {
    type: 'string',
    commands: SIMULATING,
    value: 'NODE[:AFTER],…',
    kind: FLOOD_LIST,
    help: 'nodes that one client floods, from the duration AFTER until the end (default 2m: by then it is known what is usual); may be repeated',
  },
  'simulate.nodes': {
    type: 'string',
    commands: SIMULATING,
    value: 'N',
    kind: decimalNumber(1, 10_000),
    default: 4,
    help: 'nodes to simulate in each project',
  },
  'simulate.sessions': {
    type: 'string',
    commands: SIMULATING,
    value: 'N',
    kind: decimalNumber(0, 1_000_000),
    default: 120,
    help: 'sessions of a node on an ordinary afternoon',
  },
  'simulate.csv': {
    type: 'string',
    commands: SIMULATING,
    value: 'FOLDER',
    help: 'folder of CSV files to serve instead, one node each',
  },
  'simulate.error-rate': {
    type: 'string',
    commands: SIMULATING,
    value: 'SHARE',
    kind: decimalNumber(0, 1),
    default: 0,
    help: 'share of API requests that are answered with 500, 0 to 1',
  },
  'simulate.throttle-rate': {
    type: 'string',
    commands: SIMULATING,
    value: 'SHARE',
    kind: decimalNumber(0, 1),
    default: 0,
    help: 'share of API requests that are answered with 429, 0 to 1',
  },
  'simulate.task-seconds': {
    type: 'string',
    commands: SIMULATING,
    value: 'SECONDS',
    kind: decimalNumber(0, 3600),
    default: 1,
    help: 'how long a task runs',
  },
  version: { type: 'boolean', commands: COMMAND_NAMES, help: 'print the version' },
  help: { type: 'boolean', commands: COMMAND_NAMES, help: 'print the help of the command' },
});

export type FlagName = keyof typeof FLAGS;
export type FlagValues = { readonly [Name in FlagName]?: ValueOf<(typeof FLAGS)[Name]> };

const LOG_DEFAULTS = { level: FLAG_KEYS['log.level'].default, format: FLAG_KEYS['log.format'].default };

/** The configuration of --config.file; what comes through a pipe is read before this resolves. */
export async function configSource(flags: FlagValues): Promise<ConfigSource> {
  const named = flags['config.file'];
  const file = named ?? FLAGS['config.file'].default;
  if (named === undefined && !existsSync(file)) {
    throw new Error(
      `${file}: cannot be read: no such file: name one with --config.file, or begin with a copy of config.example.yaml`,
    );
  }
  return openSource(file, {
    clock: systemClock,
    onTerminal: () => printError('reads the configuration from the terminal; Ctrl-D ends it\n'),
  });
}

/** What a command prints: `top` is the table with statements below it. */
export type Output = 'table' | 'top' | 'json' | 'prometheus';

export function outputOf({ output, top }: FlagValues, command: 'collect' | 'replay'): Output {
  if (top === true) {
    return output === 'json' ? 'json' : 'top';
  }
  return output ?? (command === 'replay' ? FLAGS.output.defaultOf.replay : FLAGS.output.default);
}

/** Of a command that has a default of its own. */
export function listenAddressOf(flags: FlagValues, command: 'demo' | 'simulate') {
  const { defaultOf } = FLAGS['web.listen-address'];
  const address = flags['web.listen-address'] ?? LISTEN_ADDRESS.parse(defaultOf[command]);
  if (address === undefined) {
    throw new TypeError(`${command}: its default is no address`);
  }
  return { ...address, host: address.host ?? '127.0.0.1' };
}

/** Level and format of a command's log: flags override the configuration. */
export function logSettings(
  flags: FlagValues,
  configured: Pick<LogSettings, 'level' | 'format'> = LOG_DEFAULTS,
): Pick<LogSettings, 'level' | 'format'> {
  return {
    level: flags['log.level'] ?? configured.level,
    format: flags['log.format'] ?? configured.format,
  };
}
