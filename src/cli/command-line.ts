// The words of the command line → which command, which flags. Knows no command's work.
import { parseArgs } from 'node:util';
import type { Shard } from '../discover/shard.js';
import { COMMANDS, type CommandName, FLAGS, type Flag, type FlagName, type FlagValues } from './flags.js';

export interface CommandLine {
  readonly command: CommandName;
  readonly flags: FlagValues;
  /** The files of replay. */
  readonly files: readonly string[];
}

/** Wrong usage: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Of a flag that stands twice the last one counts. */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const { values, positionals } = parseStrictly(argv);
  const [first, ...rest] = positionals;
  const command = first ?? 'run';
  if (!isCommand(command)) {
    throw new UsageError(`unknown command "${command}", expected one of ${Object.keys(COMMANDS).join(', ')}`);
  }
  if (command !== 'replay' && rest.length > 0) {
    throw new UsageError(`unexpected argument "${rest[0]}" after ${command}`);
  }
  if (command === 'replay' && rest.length === 0 && values.help !== true && values.version !== true) {
    throw new UsageError('replay needs at least one CSV file');
  }
  for (const [name, value] of Object.entries(values)) {
    checkFlag(command, name, value);
  }
  return { command, flags: values, files: rest };
}

function parseStrictly(argv: readonly string[]) {
  const options = Object.fromEntries(Object.entries(FLAGS).map(([name, { type }]) => [name, { type }]));
  try {
    const parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
    return { values: parsed.values as FlagValues, positionals: parsed.positionals };
  } catch (error) {
    const [message = ''] = String(error instanceof Error ? error.message : error).split('\n');
    throw new UsageError(message.replace(/\. To specify a positional argument.*$/u, ''));
  }
}

function checkFlag(command: CommandName, name: string, value: string | boolean | undefined): void {
  const flag: Flag | undefined = FLAGS[name as FlagName];
  if (flag === undefined || !flag.commands.includes(command)) {
    throw new UsageError(`--${name} is not a flag of ${command}`);
  }
  if (flag.choices !== undefined && typeof value === 'string' && !flag.choices.includes(value)) {
    throw new UsageError(`--${name}: got "${value}", expected one of ${flag.choices.join(', ')}`);
  }
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

/** A flag that holds a number. */
export function numberFlag(
  flags: FlagValues,
  name:
    | 'simulate.nodes'
    | 'simulate.sessions'
    | 'simulate.error-rate'
    | 'simulate.throttle-rate'
    | 'simulate.task-seconds',
  range: { readonly min: number; readonly max: number },
): number {
  const text = flags[name] ?? FLAGS[name].default;
  const value = /^\d+(\.\d+)?$/u.test(text) ? Number(text) : Number.NaN;
  if (!(value >= range.min && value <= range.max)) {
    throw new UsageError(`--${name}: got "${text}", expected a number from ${range.min} to ${range.max}`);
  }
  return value;
}

// --shard and --total-shards → which nodes are ours.

const MAX_SHARDS = 1_000;

/** With `--shard=auto` the ordinal of a StatefulSet's pod, which ends its host name. */
export function shardOf(flags: FlagValues, hostName: string): Shard {
  const { shard = '0', 'total-shards': totalShards = '1' } = flags;
  const total = wholeNumber(totalShards);
  if (total === undefined || total < 1 || total > MAX_SHARDS) {
    throw new UsageError(
      `--total-shards: got "${totalShards}", expected a whole number from 1 to ${MAX_SHARDS}`,
    );
  }
  const range = `from 0 to ${total - 1} (--total-shards is ${total})`;
  if (shard !== 'auto') {
    const index = wholeNumber(shard);
    if (index === undefined || index >= total) {
      throw new UsageError(`--shard: got "${shard}", expected auto or a whole number ${range}`);
    }
    return { index, total };
  }
  // The pod's own name, where the host name is a whole domain name.
  const index = wholeNumber(/\d+$/u.exec(hostName.split('.')[0] ?? '')?.[0] ?? '');
  if (index === undefined || index >= total) {
    throw new UsageError(
      `--shard=auto: got the host name "${hostName}", expected one that ends in a number ${range}`,
    );
  }
  return { index, total };
}

function wholeNumber(text: string): number | undefined {
  return /^\d{1,9}$/u.test(text) ? Number(text) : undefined;
}
