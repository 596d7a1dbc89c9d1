// The flags: one table for parsing, defaults and --help. No flag takes a secret: other users can read the arguments of a
// process.
import type { LogSettings } from '../agent/open-log.js';
import { FLAG_KEYS } from '../config/flag-keys.js';
import { choice, decimalNumber, wholeNumber } from '../config/kinds.js';
import { COMMANDS, defaultOf, type Flag, flagTable, optionsOf, type ValueOf } from './flag.js';

const SERVING = ['run', 'demo'] as const;
const CONFIGURED = ['run', 'check-config', 'collect', 'discover', 'replay'] as const;
const LOGGING = ['run', 'check-config', 'collect', 'discover', 'replay', 'simulate', 'demo'] as const;

export const FLAGS = flagTable({
  'config.file': { type: 'string', commands: CONFIGURED, default: 'config.yaml', help: 'configuration file' },
  'web.listen-address': {
    type: 'string',
    key: 'web.listen_address',
    commands: [...SERVING, 'simulate'],
    help: 'address to listen on (demo: 127.0.0.1:10104, simulate: 127.0.0.1:10105)',
  },
  'web.telemetry-path': {
    type: 'string',
    key: 'web.telemetry_path',
    commands: SERVING,
    help: 'path of the metrics',
  },
  'web.config.file': {
    type: 'string',
    commands: [...SERVING, 'check-config'],
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
    commands: ['collect'],
    kind: choice(['table', 'json', 'prometheus']),
    default: 'table',
    help: 'what collect prints',
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
    commands: ['run', 'collect', 'check-config', 'demo'],
    default: '0',
    help: 'which share of the nodes is ours: 0 to total-shards - 1, or auto (the number that ends the host name)',
  },
  'total-shards': {
    type: 'string',
    commands: ['run', 'collect', 'check-config', 'demo'],
    kind: wholeNumber(1, 1000),
    default: 1,
    help: 'how many processes share the nodes',
  },
  'with-prometheus': {
    type: 'boolean',
    commands: ['demo'],
    help: 'also start the prometheus program, where it is installed, with the rules and consoles of deploy/prometheus',
  },
  'simulate.nodes': {
    type: 'string',
    commands: ['simulate', 'demo'],
    kind: decimalNumber(1, 10_000),
    default: 4,
    help: 'nodes to simulate',
  },
  'simulate.sessions': {
    type: 'string',
    commands: ['simulate', 'demo'],
    kind: decimalNumber(0, 1_000_000),
    default: 120,
    help: 'sessions of a node on an ordinary afternoon',
  },
  'simulate.csv': {
    type: 'string',
    commands: ['simulate', 'demo'],
    help: 'directory of CSV files to serve instead, one node each',
  },
  'simulate.error-rate': {
    type: 'string',
    commands: ['simulate', 'demo'],
    kind: decimalNumber(0, 1),
    default: 0,
    help: 'share of API requests answered 500, 0 to 1',
  },
  'simulate.throttle-rate': {
    type: 'string',
    commands: ['simulate', 'demo'],
    kind: decimalNumber(0, 1),
    default: 0,
    help: 'share of API requests answered 429, 0 to 1',
  },
  'simulate.task-seconds': {
    type: 'string',
    commands: ['simulate', 'demo'],
    kind: decimalNumber(0, 3600),
    default: 1,
    help: 'how long a task runs',
  },
  version: { type: 'boolean', commands: LOGGING, help: 'print the version' },
  help: { type: 'boolean', commands: LOGGING, help: 'print this help' },
});

export type FlagName = keyof typeof FLAGS;
export type FlagValues = { readonly [Name in FlagName]?: ValueOf<(typeof FLAGS)[Name]> };

const LOG_DEFAULTS = { level: FLAG_KEYS['log.level'].default, format: FLAG_KEYS['log.format'].default };

/** The file of --config.file. */
export function configFile(flags: FlagValues): string {
  return flags['config.file'] ?? FLAGS['config.file'].default;
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

export function helpText(): string {
  const lines = ['usage: taurusdb-session-exporter [command] [flags]', '', 'commands:'];
  for (const [name, help] of Object.entries(COMMANDS)) {
    lines.push(`  ${name.padEnd(14)}${help}`);
  }
  lines.push('', 'flags (--flag=value or --flag value):');
  for (const [name, flag] of Object.entries<Flag>(FLAGS)) {
    const fallback = defaultOf(flag);
    const options = optionsOf(flag)?.join(', ');
    const shownOptions = options === undefined ? '' : `: ${options}`;
    const shownFallback = fallback === undefined ? '' : ` (default ${fallback})`;
    lines.push(`  --${name.padEnd(26)}${flag.help}${shownOptions}${shownFallback}`);
  }
  return `${lines.join('\n')}\n`;
}
