// What a mistyped command, flag or value was meant to be. No answer repeats a flag's value: it may be a secret.
import { quote } from '../../config/yaml/config-errors.js';
import { nearestName } from '../../config/yaml/nearest-name.js';

/** The letters that other programs print their version at. */
const VERSION_LETTERS = ['v', 'V'];
/** Shorter ones are the beginning of too much. */
const SHORTEST_PART = 3;

/** Alike but for a few letters, or a part of the name, such as `level` of `log.level`, `warning` for `warn`. */
export function nearestOf(typed: string, known: readonly string[]): string | undefined {
  const word = typed.toLowerCase();
  const isPart = (name: string) =>
    word.length >= SHORTEST_PART &&
    (word.startsWith(name) ||
      [...name.matchAll(/[.-]/gu)].some(
        ({ index }) => name.slice(index + 1) === word || name.slice(0, index) === word,
      ));
  return known.find((name) => name === word) ?? nearestName(word, known) ?? known.find(isPart);
}

/** Flags by name, each with the commands that take it. */
type FlagsOf<Command extends string> = Readonly<Record<string, { readonly commands: readonly Command[] }>>;

/** `name` without dashes and value. `command`: the one that is called, where it is known. */
export function unknownFlag<Command extends string>(
  name: string,
  flags: FlagsOf<Command>,
  command: Command | undefined,
): string {
  const own = Object.keys(flags).filter(
    (flag) => command === undefined || flags[flag]?.commands.includes(command),
  );
  const nearest = nearestOf(name, own) ?? nearestOf(name, Object.keys(flags));
  const meant = nearest === undefined ? '' : `: did you mean --${nearest}${takers(nearest, own, flags)}?`;
  return `unknown flag ${quote(`--${name}`)}${meant}`;
}

function takers<Command extends string>(
  name: string,
  own: readonly string[],
  flags: FlagsOf<Command>,
): string {
  return own.includes(name) ? '' : ` (of ${flags[name]?.commands.join(', ')})`;
}

/** An argument such as `-config.file=x`: what does not resemble a flag is not repeated, as it may be `-pPassword`. */
export function singleDash(argument: string, flags: readonly string[]): string {
  const [name = ''] = argument.slice(1).split('=');
  if (VERSION_LETTERS.includes(argument.slice(1))) {
    return 'flags start with two dashes: did you mean --version?';
  }
  const nearest = name.length < SHORTEST_PART ? undefined : nearestOf(name, flags);
  return nearest === undefined
    ? `unknown flag "${argument.slice(0, 2)}…": flags start with two dashes`
    : `flags start with two dashes: did you mean --${nearest}?`;
}
