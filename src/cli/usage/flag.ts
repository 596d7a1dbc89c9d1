// The type of a flag: its kind of value, and the key of the configuration that it overrides.
import type { Config } from '../../config/config-schema.js';
import { FLAG_KEYS } from '../../config/flag-keys.js';
import type { Choice, Kind } from '../../config/kinds.js';
import type { CommandName } from './commands.js';

interface FlagBase {
  readonly commands: readonly CommandName[];
  readonly help: string;
  /** Where it means something else to a command than to the others. */
  readonly helpOf?: Readonly<Partial<Record<CommandName, string>>>;
  /** Where a command has another default than the others. */
  readonly defaultOf?: Readonly<Partial<Record<CommandName, string>>>;
}

interface SwitchFlag extends FlagBase {
  readonly type: 'boolean';
}

interface ValueFlag extends FlagBase {
  readonly type: 'string';
  /** Stands for the value in the help, unless the values are a closed list. */
  readonly value?: string;
  /** Undefined: any text. */
  readonly kind?: Kind;
  /** Where a command takes fewer values than the others. */
  readonly kindOf?: Readonly<Partial<Record<CommandName, Kind>>>;
  /** For the help text; the command itself applies it. */
  readonly default?: string | number;
}

/** Overrides a key of the configuration, and has its kind and default. */
interface KeyFlag extends FlagBase {
  readonly type: 'string';
  readonly value?: string;
  readonly key: keyof typeof FLAG_KEYS;
}

export type Flag = SwitchFlag | ValueFlag | KeyFlag;

type ConfigKey = {
  [Section in Exclude<keyof Config, 'projects'>]: `${Section}.${keyof Config[Section] & string}`;
}[Exclude<keyof Config, 'projects'>];

type SnakeCase<Name> = Name extends `${infer Head}-${infer Tail}` ? `${Head}_${SnakeCase<Tail>}` : Name;

/** A flag named as a key must override that key. */
type NamedAsKeys<Table> = {
  readonly [Name in keyof Table]: SnakeCase<Name> extends ConfigKey
    ? { readonly key: SnakeCase<Name> }
    : { readonly key?: never };
};

export function flagTable<const Table extends Readonly<Record<string, Flag>>>(
  table: Table & NamedAsKeys<Table>,
): Table {
  return table;
}

/** The type of the flag's value in a command. */
export type ValueOf<F> = F extends SwitchFlag
  ? boolean
  : F extends { readonly key: infer Key extends keyof typeof FLAG_KEYS }
    ? OfKind<(typeof FLAG_KEYS)[Key]['kind']>
    : F extends { readonly kind: infer K }
      ? OfKind<K>
      : string;
type OfKind<K> = K extends Kind<infer Output> ? Output : never;

/** Undefined for a flag without a value, or with any text. */
export function kindOf(flag: Flag, command?: CommandName): Kind | undefined {
  if (flag.type === 'boolean') {
    return undefined;
  }
  if ('key' in flag) {
    return FLAG_KEYS[flag.key].kind;
  }
  return (command === undefined ? undefined : flag.kindOf?.[command]) ?? flag.kind;
}

/** Of the command, or of those that have no other. */
export function defaultOf(flag: Flag, command?: CommandName): string | number | undefined {
  if (flag.type === 'boolean') {
    return undefined;
  }
  const own = command === undefined ? undefined : flag.defaultOf?.[command];
  if (own !== undefined) {
    return own;
  }
  return 'key' in flag ? FLAG_KEYS[flag.key].default : flag.default;
}

/** The permitted values; undefined where they are no closed list. */
export function optionsOf(flag: Flag, command?: CommandName): readonly string[] | undefined {
  const kind = kindOf(flag, command);
  return kind !== undefined && isChoice(kind) ? kind.options : undefined;
}

function isChoice(kind: Kind): kind is Choice<string> {
  return 'options' in kind;
}

/** `--web.config.file=FILE`, `--online`. */
export function flagUsage(name: string, flag: Flag, command?: CommandName): string {
  const value = optionsOf(flag, command)?.join('|') ?? ('value' in flag ? flag.value : undefined) ?? 'VALUE';
  return flag.type === 'boolean' ? `--${name}` : `--${name}=${value}`;
}
