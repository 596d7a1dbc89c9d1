// The commands and their flags: one table for parsing, defaults and --help. No flag takes a secret: those come from the
// configuration or the environment.
import type { LogSettings } from '../agent/open-log.js';

export const COMMANDS = {
  run: 'the agent: collect on schedule, serve /metrics (default)',
  'check-config': 'validate the configuration, print all that is wrong with path and line',
  collect: 'collect every node once and print the result',
  discover: 'print the nodes found, as YAML ready for nodes:',
  replay: 'print the metrics of saved CSV files: replay FILE…',
  simulate: 'a TaurusDB API on loopback, for trying things out',
  demo: 'simulate and run on loopback, no account needed',
} as const;
export type CommandName = keyof typeof COMMANDS;

export interface Flag {
  readonly type: 'string' | 'boolean';
  readonly commands: readonly CommandName[];
  readonly help: string;
  readonly choices?: readonly string[];
  /** For the help text; the command that uses the flag knows what its absence means. */
  readonly default?: string;
}

const SERVING = ['run', 'demo'] as const;
const CONFIGURED = ['run', 'check-config', 'collect', 'discover', 'replay'] as const;
const LOGGING = ['run', 'check-config', 'collect', 'discover', 'replay', 'simulate', 'demo'] as const;

export const FLAGS = {
  'config.file': { type: 'string', commands: CONFIGURED, default: 'config.yaml', help: 'configuration file' },
  'web.listen-address': {
    type: 'string',
    commands: [...SERVING, 'simulate'],
    default: ':10104',
    help: 'address to listen on (demo: 127.0.0.1:10104, simulate: 127.0.0.1:10105)',
  },
  'web.telemetry-path': {
    type: 'string',
    commands: SERVING,
    default: '/metrics',
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
    commands: LOGGING,
    default: 'info',
    choices: ['debug', 'info', 'warn', 'error'],
    help: 'lowest level that is logged',
  },
  'log.format': {
    type: 'string',
    commands: LOGGING,
    default: 'logfmt',
    choices: ['logfmt', 'json'],
    help: 'format of the log, on standard error',
  },
  output: {
    type: 'string',
    commands: ['collect'],
    default: 'table',
    choices: ['table', 'json', 'prometheus'],
    help: 'what collect prints',
  },
  online: {
    type: 'boolean',
    commands: ['check-config'],
    help: 'also try the credentials and every node',
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
    default: '1',
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
    default: '4',
    help: 'nodes to simulate',
  },
  'simulate.sessions': {
    type: 'string',
    commands: ['simulate', 'demo'],
    default: '120',
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
    default: '0',
    help: 'share of API requests answered 500, 0 to 1',
  },
  'simulate.throttle-rate': {
    type: 'string',
    commands: ['simulate', 'demo'],
    default: '0',
    help: 'share of API requests answered 429, 0 to 1',
  },
  'simulate.task-seconds': {
    type: 'string',
    commands: ['simulate', 'demo'],
    default: '1',
    help: 'how long a task runs',
  },
  version: { type: 'boolean', commands: LOGGING, help: 'print the version' },
  help: { type: 'boolean', commands: LOGGING, help: 'print this help' },
} as const satisfies Record<string, Flag>;

export type FlagName = keyof typeof FLAGS;
export type FlagValues = {
  readonly [F in FlagName]?: (typeof FLAGS)[F]['type'] extends 'boolean' ? boolean : string;
};

/** The file of --config.file. */
export function configFile(flags: FlagValues): string {
  return flags['config.file'] ?? FLAGS['config.file'].default;
}

/** How a command logs: a flag comes before the configuration. */
export function logSettings(
  flags: FlagValues,
  configured: Pick<LogSettings, 'level' | 'format'> = { level: 'info', format: 'logfmt' },
): Pick<LogSettings, 'level' | 'format'> {
  // The command line has checked its choices.
  return {
    level: (flags['log.level'] as LogSettings['level'] | undefined) ?? configured.level,
    format: (flags['log.format'] as LogSettings['format'] | undefined) ?? configured.format,
  };
}

export function helpText(): string {
  const lines = ['usage: taurusdb-session-exporter [command] [flags]', '', 'commands:'];
  for (const [name, help] of Object.entries(COMMANDS)) {
    lines.push(`  ${name.padEnd(14)}${help}`);
  }
  lines.push('', 'flags (--flag=value or --flag value):');
  for (const [name, flag] of Object.entries<Flag>(FLAGS)) {
    const fallback = flag.default === undefined ? '' : ` (default ${flag.default})`;
    const choices = flag.choices === undefined ? '' : `: ${flag.choices.join(', ')}`;
    lines.push(`  --${name.padEnd(26)}${flag.help}${choices}${fallback}`);
  }
  return `${lines.join('\n')}\n`;
}
