// Parses the command line: the command, its flags and files.
import { parseArgs } from 'node:util';
import { wholeNumber } from '../config/kinds.js';
import { quote } from '../config/yaml/config-errors.js';
import type { Shard } from '../discover/shard.js';
import { COMMANDS, type CommandName, type Flag, kindOf } from './flag.js';
import { FLAGS, type FlagName, type FlagValues } from './flags.js';

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

/** Of a repeated flag the last value counts. */
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
  if (values['show-header'] === true && values.online !== true) {
    throw new UsageError('--show-header needs --online, which fetches the files whose header it prints');
  }
  const flags = Object.entries(values).map(([name, written]) => [name, readFlag(command, name, written)]);
  return { command, flags: Object.fromEntries(flags), files: rest };
}

function parseStrictly(argv: readonly string[]) {
  const options = Object.fromEntries(Object.entries(FLAGS).map(([name, { type }]) => [name, { type }]));
  try {
    const parsed = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
    return {
      values: parsed.values as Readonly<Record<string, string | boolean>>,
      positionals: parsed.positionals,
    };
  } catch (error) {
    const [message = ''] = String(error instanceof Error ? error.message : error).split('\n');
    throw new UsageError(message.replace(/\. To specify a positional argument.*$/u, ''));
  }
}

/** The value of a flag, parsed by its kind. */
function readFlag(command: CommandName, name: string, written: string | boolean): unknown {
  const flag: Flag | undefined = FLAGS[name as FlagName];
  if (flag === undefined || !flag.commands.includes(command)) {
    throw new UsageError(`--${name} is not a flag of ${command}`);
  }
  const kind = kindOf(flag);
  if (kind === undefined || typeof written === 'boolean') {
    return written;
  }
  const value = kind.parse(written);
  if (value === undefined) {
    throw new UsageError(`--${name}: got ${quote(written)}, expected ${kind.expected}`);
  }
  return value;
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

/** The shard of this process; `--shard=auto` is the ordinal of a StatefulSet's pod, at the end of its host name. */
export function shardOf(flags: FlagValues, hostName: string): Shard {
  const { shard = FLAGS.shard.default, 'total-shards': total = FLAGS['total-shards'].default } = flags;
  const ordinal = wholeNumber(0, total - 1);
  if (shard !== 'auto') {
    const index = ordinal.parse(shard);
    if (index === undefined) {
      throw new UsageError(
        `--shard: got "${shard}", expected auto or ${ordinal.expected} (--total-shards is ${total})`,
      );
    }
    return { index, total };
  }
  // The first label is the pod's name where the host name is a domain name.
  const index = ordinal.parse(/\d+$/u.exec(hostName.split('.')[0] ?? '')?.[0] ?? '');
  if (index === undefined) {
    throw new UsageError(
      `--shard=auto: got the host name "${hostName}", expected one that ends in a number from 0 to ${total - 1} (--total-shards is ${total})`,
    );
  }
  return { index, total };
}
