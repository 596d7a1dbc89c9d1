// The commands: what each is for and how it is called, for the parser, the help and the documentation.

interface Command {
  /** One line, for the list of commands. */
  readonly summary: string;
  /** What may stand behind its name beside flags. */
  readonly takes:
    | 'nothing'
    | 'configuration'
    | 'files'
    | 'files or standard input'
    | 'one file'
    | 'incident'
    | 'command';
  /** Paragraphs. */
  readonly about: readonly string[];
  /** As typed behind the program's name, or a whole line with it. */
  readonly examples: readonly string[];
}

export const PROGRAM = 'taurusdb-session-exporter';

export const COMMANDS = {
  run: {
    summary: 'collect on schedule and serve /metrics (default)',
    takes: 'nothing',
    about: [
      'Collects the sessions of every node on schedule and serves them on /metrics, until SIGTERM or SIGINT. SIGHUP reloads the configuration.',
      'A configuration from a pipe (--config.file=- is standard input) is read once, at the start: a reload says so and changes nothing. Relative paths in it start from the working directory.',
    ],
    examples: [
      '',
      '--config.file=/etc/taurusdb/config.yaml',
      `sops -d config.yaml | ${PROGRAM} --config.file=-`,
    ],
  },
  'check-config': {
    summary: 'check the configuration: print everything that is wrong, with path and line',
    takes: 'configuration',
    about: [
      'Prints everything that is wrong or odd, the next runs of each schedule, and what is shown of statements; ends with 1 if the exporter would not start.',
      'With --online it also tries credentials, permissions, discovery and one collection of every node, and ends with 1 if one of them fails.',
      'FILE is short for --config.file=FILE; - is standard input.',
    ],
    examples: [
      'check-config',
      'check-config config.yaml --online',
      `sops -d config.yaml | ${PROGRAM} check-config -`,
    ],
  },
  collect: {
    summary: 'collect every node once and print the result',
    takes: 'nothing',
    about: [
      'Ends with 1 if a discovery or a collection failed.',
      'With --top it prints below the table what the active sessions of each node run, without values. JSON always has it.',
    ],
    examples: ['collect', 'collect --top', 'collect --output=json'],
  },
  discover: {
    summary: 'print the nodes found, as YAML ready for nodes:',
    takes: 'nothing',
    about: [
      'Looks for the nodes of every project, whether its discovery is enabled or not; ends with 1 if one could not be read in full.',
    ],
    examples: ['discover --config.file=config.yaml'],
  },
  replay: {
    summary: 'print the metrics of saved CSV files: replay FILE…',
    takes: 'files',
    about: [
      'Reads session lists that were saved as CSV files and prints the metrics that the exporter would publish for them, without an account. The name of a file without .csv becomes node_id.',
      'Needs no configuration; csv, metrics and the thresholds are taken from --config.file if it is given. Files that can be read are printed; it ends with 1 if one cannot.',
      'With --top it prints the table instead of the metrics, and below it what the active sessions run, without values.',
    ],
    examples: ['replay sessions.csv', 'replay --top sessions.csv', 'replay --output=table saved/*.csv'],
  },
  digest: {
    summary: 'digest and text without literals of SQL statements: digest [FILE…]',
    takes: 'files or standard input',
    about: [
      'Reads SQL statements, one a line, and prints a line for each: its digest, flags, and its text without literals, as the exporter shows them. Flags: c cut, a ambiguous (its quotes can be read in several ways), s sensitive (of a class that holds passwords), - none.',
      'Without a FILE, and for -, it reads standard input. Needs no configuration. What a statement has beyond 64 KiB is not read, and it counts as cut. Ends with 1 if a file cannot be read.',
    ],
    examples: [
      'digest statements.sql',
      'digest --null --output=json < statements',
      `sed '/^SET timestamp/d;s/^# User@Host.*/\\x00/' slow.log | ${PROGRAM} digest --null`,
    ],
  },
  explain: {
    summary: 'an incident as people read it: explain [ID|FILE]',
    takes: 'incident',
    about: [
      'Prints what the record of an incident says: who grew and against what, what runs, who seems to block others, how it came about, and what to do. A command that ends a session is shown, never run.',
      'ID is looked for in incidents.directory of the configuration; without an argument the last incidents there are listed. FILE is the file of a record, and - is standard input, such as what /api/v1/incidents/<id> answers: neither needs a configuration.',
    ],
    examples: [
      'explain',
      'explain 941d21130b3c4899ad1a752a0945befdno07-1767323040',
      'explain incidents/941d21130b3c4899ad1a752a0945befdno07-1767323040.json',
      `curl -s http://127.0.0.1:10104/api/v1/incidents/$ID | ${PROGRAM} explain -`,
    ],
  },
  backtest: {
    summary: 'incidents that the settings would have begun on a history: backtest FILE',
    takes: 'one file',
    about: [
      'Reads numbers of sessions of the past and prints the incidents of kind spike that the exporter would have begun, with what was usual then, of each series, and how many there were in each week. So settings can be tried before they are in force.',
      'FILE is what Prometheus answers a range query (JSON, a matrix), several answers one after the other, or CSV with lines timestamp,value or timestamp,value,series, where a timestamp is unix seconds or RFC 3339; - is standard input. 256 MiB at most. For every value that Prometheus has of four weeks, ask its /api/v1/query for taurusdb_sessions[4w].',
      'Needs no configuration; incidents is taken from --config.file if it is given. Ends with 1 if the file cannot be read.',
    ],
    examples: [
      'backtest sessions.json',
      'backtest --config.file=config.yaml --output=json sessions.csv',
      'backtest - < sessions.json',
    ],
  },
  simulate: {
    summary: 'a TaurusDB API on loopback, for trying things out',
    takes: 'nothing',
    about: [
      'Serves the API, IAM and the metadata service, and prints a configuration for them with every credential that they accept. Now and then a client floods a node, and a lock makes others wait.',
      'A NODE is the name or the id of a node, or PROJECT/NAME where several projects have a node of that name; commas separate several nodes. `discover` prints names and ids.',
    ],
    examples: [
      'simulate --projects=2 --simulate.nodes=6 > config.yaml',
      'simulate --down-node=orders-replica-1 --spike=orders-primary',
      'simulate --projects=2 --spike=staging/orders-primary:30s',
    ],
  },
  demo: {
    summary: 'simulate and run on loopback, no account needed',
    takes: 'nothing',
    about: [
      'Simulated nodes and the exporter in one process. It takes the flags of run, except --config.file, and those of simulate.',
    ],
    examples: [
      'demo',
      'demo --with-prometheus',
      'demo --down-node=orders-replica-1 --spike=payments-primary:1m',
    ],
  },
  help: {
    summary: 'this help, or that of one command: help COMMAND',
    takes: 'command',
    about: ['Prints the help of the command, as COMMAND --help does.'],
    examples: ['help', 'help check-config'],
  },
} as const satisfies Readonly<Record<string, Command>>;
export type CommandName = keyof typeof COMMANDS;

export const COMMAND_NAMES = Object.keys(COMMANDS) as readonly CommandName[];

export function isCommand(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}
