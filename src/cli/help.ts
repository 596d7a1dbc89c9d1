// What `help` prints: of the program, or of one command with its flags alone.
import { FLAGS } from './flags.js';
import { COMMANDS, type CommandName, PROGRAM } from './usage/commands.js';
import { defaultOf, type Flag, flagUsage } from './usage/flag.js';

/** Of a line, in characters: all of them are a column wide. */
const WIDTH = 100;
const COMMAND_COLUMN = 16;
const FLAG_COLUMN = 36;

const OPERANDS = {
  nothing: '',
  configuration: ' [FILE]',
  files: ' FILE…',
  'files or standard input': ' [FILE…]',
  incident: ' [ID|FILE]',
  'one file': ' FILE',
  command: ' [COMMAND]',
} as const;

/** `help`: of the program. */
export function helpText(command: CommandName): string {
  return `${(command === 'help' ? programHelp() : commandHelp(command)).join('\n')}\n`;
}

function programHelp(): string[] {
  const commands = Object.entries(COMMANDS).flatMap(([name, { summary }]) =>
    entry(name, summary, COMMAND_COLUMN),
  );
  const flags = Object.entries<Flag>(FLAGS);
  const ofRun = flags.filter(([, { commands }]) => commands.includes('run'));
  const ofOthers = flags.filter(([, { commands }]) => !commands.includes('run'));
  return [
    `usage: ${PROGRAM} [COMMAND] [FLAGS]`,
    '',
    'commands:',
    ...commands,
    '',
    'flags of run (--flag=value or --flag value; the last of a repeated flag counts):',
    ...ofRun.flatMap(([name, flag]) => flagEntry(name, flag, 'run')),
    '',
    'flags of other commands:',
    ...ofOthers.flatMap(([name, flag]) => flagEntry(name, flag, undefined)),
    '',
    `${PROGRAM} help COMMAND has the flags and examples of one command.`,
    'Exit codes: 0 done, 1 failed, 2 wrong usage.',
  ];
}

function commandHelp(command: CommandName): string[] {
  const { summary, takes, about, examples } = COMMANDS[command];
  const flags = Object.entries<Flag>(FLAGS).filter(([, { commands }]) => commands.includes(command));
  return [
    ...wrapped(`usage: ${PROGRAM} ${command === 'run' ? '[run]' : command}${OPERANDS[takes]} [FLAGS]`, 0),
    '',
    ...wrapped(`${command}: ${summary}`, 0),
    ...about.flatMap((paragraph) => ['', ...wrapped(paragraph, 0)]),
    '',
    'flags:',
    ...flags.flatMap(([name, flag]) => flagEntry(name, flag, command)),
    '',
    'examples:',
    ...examples.map(
      (example) => `  ${example.includes(PROGRAM) ? example : `${PROGRAM} ${example}`.trimEnd()}`,
    ),
  ];
}

/** Without a command: with those that take it. */
function flagEntry(name: string, flag: Flag, command: CommandName | undefined): string[] {
  const fallback = defaultOf(flag, command);
  const shownFallback = fallback === undefined ? '' : ` (default ${fallback})`;
  const takers = command === undefined ? ` [${flag.commands.join(', ')}]` : '';
  const term = name === 'help' ? '-h, --help' : flagUsage(name, flag, command);
  const help = (command === undefined ? undefined : flag.helpOf?.[command]) ?? flag.help;
  return entry(term, `${help}${shownFallback}${takers}`, FLAG_COLUMN);
}

/** The term in a column of its own, or on a line of its own where it is wider. */
function entry(term: string, text: string, column: number): string[] {
  const [first = '', ...rest] = wrapped(text, column);
  const start = `  ${term}`;
  return start.length < column
    ? [start.padEnd(column) + first.trimStart(), ...rest]
    : [start, first, ...rest];
}

/** Each line indented. */
function wrapped(text: string, indent: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && indent + line.length + 1 + word.length > WIDTH) {
      lines.push(line);
      line = '';
    }
    line += line === '' ? word : ` ${word}`;
  }
  return [...lines, line].map((each) => ' '.repeat(indent) + each);
}
