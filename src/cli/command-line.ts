// Parses the command line: the command, its flags and files.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { wholeNumber } from '../config/kinds.js';
import { quote } from '../config/yaml/config-errors.js';
import { withHint } from '../config/yaml/describe-issue.js';
import type { Shard } from '../discover/shard.js';
import { FLAGS, type FlagName, type FlagValues } from './flags.js';
import { COMMAND_NAMES, COMMANDS, type CommandName, isCommand } from './usage/commands.js';
import { type Flag, flagUsage, kindOf, optionsOf } from './usage/flag.js';
import { nearestOf, singleDash, unknownFlag } from './usage/mistyped.js';

export interface CommandLine {
  /** `help`: of the program as a whole. */
  readonly command: CommandName;
  readonly flags: FlagValues;
  /** The files of replay and digest, and that of backtest; of explain the one id or file. */
  readonly files: readonly string[];
}

/** Wrong usage: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What was written, without its meaning; a flag's value is undefined where there is none. */
interface Written {
  readonly flags: readonly {
    readonly argument: string;
    readonly name: string;
    readonly value: string | undefined;
  }[];
  readonly operands: readonly string[];
}

/** Of a repeated flag the last value counts; lists add up. */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const { flags: written, operands } = readArguments(argv);
  const [first, ...rest] = operands;
  const called = first === undefined || isCommand(first) ? first : undefined;
  if (written.some(({ name, value }) => name === 'help' && value === undefined)) {
    return helpOf(called === 'help' ? rest : operands.slice(0, 1));
  }
  // Before the command: the value of an unknown flag would be taken for it, and be shown.
  for (const { argument, name } of written) {
    if (!argument.startsWith('--')) {
      throw new UsageError(singleDash(argument, Object.keys(FLAGS)));
    }
    if (!isFlag(name)) {
      throw new UsageError(
        unknownFlag<CommandName>(name, FLAGS, called ?? (first === undefined ? 'run' : undefined)),
      );
    }
  }
  const command = commandOf(first ?? 'run');
  const flags: Record<string, unknown> = {};
  for (const { name, value: text } of written) {
    const [before, value] = [flags[name], readFlag(command, name, text)];
    flags[name] = Array.isArray(before) && Array.isArray(value) ? [...before, ...value] : value;
  }
  if (command === 'help') {
    return helpOf(rest);
  }
  const files = readOperands(command, rest, flags);
  if (flags['show-header'] === true && flags.online !== true) {
    throw new UsageError('--show-header needs --online, which fetches the files whose header it prints');
  }
  if (flags.top === true && flags.output === 'prometheus') {
    throw new UsageError(
      '--top is of --output=table and json: the metrics have statements where metrics.dimensions.statement is enabled',
    );
  }
  return { command, flags, files };
}

function readArguments(argv: readonly string[]): Written {
  const options = Object.fromEntries(Object.entries(FLAGS).map(([name, { type }]) => [name, { type }]));
  const { tokens } = parseArgs({
    args: [...argv],
    options: { ...options, help: { type: 'boolean', short: 'h' } },
    allowPositionals: true,
    // Its messages know no other flag that was meant, and name arguments that may be secrets.
    strict: false,
    tokens: true,
  });
  return {
    flags: tokens.flatMap((token) => {
      if (token.kind !== 'option') {
        return [];
      }
      const argument = argv[token.index] ?? '';
      const name = argument.startsWith('--') || argument === '-h' ? token.name : '';
      // The next flag is not the value of this one.
      const isNextFlag = token.inlineValue === false && /^-./u.test(token.value);
      return [
        {
          argument: name === 'help' ? '--help' : argument,
          name,
          value: isNextFlag ? undefined : token.value,
        },
      ];
    }),
    operands: tokens.flatMap((token) => (token.kind === 'positional' ? [token.value] : [])),
  };
}

function helpOf([topic, ...rest]: readonly string[]): CommandLine {
  if (rest.length > 0) {
    throw new UsageError(`unexpected argument ${quote(rest[0] ?? '')}: help takes one command`);
  }
  return { command: topic === undefined ? 'help' : commandOf(topic), flags: { help: true }, files: [] };
}

function commandOf(name: string): CommandName {
  if (isCommand(name)) {
    return name;
  }
  const nearest = isFileName(name) ? undefined : nearestOf(name, [...COMMAND_NAMES, ...Object.keys(FLAGS)]);
  const known = `expected one of ${COMMAND_NAMES.join(', ')}`;
  const meant = nearest === undefined || isCommand(nearest) ? nearest : `--${nearest}`;
  const hint = isFileName(name) ? `for a configuration write ${configFlag(name)}` : `did you mean ${meant}?`;
  throw new UsageError(
    `unknown command ${quote(name)}, ${known}${isFileName(name) || meant !== undefined ? `: ${hint}` : ''}`,
  );
}

function isFlag(name: string): name is FlagName {
  return Object.hasOwn(FLAGS, name);
}

function isFileName(text: string): boolean {
  return text === '-' || /[./]/u.test(text);
}

function configFlag(file: string): string {
  return `--config.file=${quote(file).slice(1, -1)}`;
}

/** What commands with one argument say of another. */
const MOST_ONE: Readonly<Partial<Record<(typeof COMMANDS)[CommandName]['takes'], string>>> = {
  configuration: ', which takes one file',
  'one file': ', which takes one file',
  incident: ', which takes one id or file',
};

/** The files of replay, digest and backtest; that of check-config becomes the flag that it stands for. */
function readOperands(
  command: CommandName,
  operands: readonly string[],
  flags: Record<string, unknown>,
): readonly string[] {
  const { takes } = COMMANDS[command];
  const [operand] = operands;
  if (operands.includes('')) {
    throw new UsageError(`${command}: got an empty name, expected that of a file: is a variable unset?`);
  }
  if (takes === 'files' || takes === 'files or standard input') {
    if (operand === undefined && takes === 'files') {
      throw new UsageError(`${command} needs at least one CSV file`);
    }
    return operands;
  }
  if (takes === 'one file' && operand === undefined) {
    throw new UsageError(`${command} needs a file; - is standard input`);
  }
  const extra = operands[takes in MOST_ONE ? 1 : 0];
  if (extra !== undefined) {
    const isConfigured = FLAGS['config.file'].commands.some((name) => name === command);
    const hint = isConfigured && isFileName(extra) ? `: for a configuration write ${configFlag(extra)}` : '';
    throw new UsageError(`unexpected argument ${quote(extra)} after ${command}${MOST_ONE[takes] ?? hint}`);
  }
  if (takes === 'incident' || takes === 'one file') {
    return operands;
  }
  if (operand !== undefined) {
    const other = flags['config.file'];
    if (typeof other === 'string' && path.resolve(other) !== path.resolve(operand)) {
      throw new UsageError(
        `${command}: got ${quote(operand)} and ${configFlag(other)}, expected one of them`,
      );
    }
    flags['config.file'] = operand;
  }
  return [];
}

/** The value of a flag, parsed by its kind. */
function readFlag(command: CommandName, name: string, written: string | undefined): unknown {
  const flag: Flag | undefined = FLAGS[name as FlagName];
  if (flag === undefined || !flag.commands.includes(command)) {
    throw new UsageError(`--${name} is a flag of ${flag?.commands.join(', ')}, not of ${command}`);
  }
  if (flag.type === 'boolean') {
    if (written !== undefined) {
      throw new UsageError(`--${name} takes no value: write --${name}, or leave it out`);
    }
    return true;
  }
  const kind = kindOf(flag, command);
  if (written === undefined || (written === '' && kind === undefined)) {
    throw new UsageError(`--${name} needs a value: ${flagUsage(name, flag, command)}`);
  }
  const value = kind === undefined ? written : kind.parse(written);
  if (value === undefined) {
    const meant = kind?.meant?.(written) ?? nearestOf(written, optionsOf(flag, command) ?? []);
    throw new UsageError(
      `--${name}: got ${quote(written)}, ${withHint(`expected ${kind?.expected}`, meant)}`,
    );
  }
  return value;
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
