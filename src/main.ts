#!/usr/bin/env node
// The program: parses the command line, runs the command, sets the exit code (0 done, 1 failed, 2 wrong usage).
import { setFlagsFromString } from 'node:v8';
import type { CommandLine } from './cli/command-line.js';
import { Hangups } from './cli/hangups.js';
import { keepInspectorShut } from './cli/inspector.js';
import { print, printError } from './cli/terminal.js';

// Before any other code is loaded: from here on a SIGUSR1 does nothing, and a SIGHUP is a reload.
keepInspectorShut();
const hangups = new Hangups();

// The part of V8's heap where objects begin stays as small as it starts: it would grow to 32 MB and more while the program is
// loaded. Chunks of session lists, which lie outside the heap, are freed when this part is collected: before a large one is
// full, V8 marks the whole heap for them, several times a second.
setFlagsFromString('--semi-space-growth-factor=1');

const LINGER_MS = 100;
const WRONG_USAGE = 2;

async function main(argv: readonly string[]): Promise<number> {
  const { parseCommandLine } = await import('./cli/command-line.js');
  const line = parseCommandLine(argv);
  if (line.flags.help === true) {
    const { helpText } = await import('./cli/help.js');
    print(helpText(line.command));
    return 0;
  }
  if (line.flags.version === true) {
    const { buildInfo } = await import('./agent/build-info.js');
    const { version, revision, nodeVersion } = buildInfo();
    print(`taurusdb-session-exporter ${version} (revision ${revision}, node ${nodeVersion})\n`);
    return 0;
  }
  refuseNodeSettings();
  return runCommand(line).catch(async (error: unknown) => {
    if (line.flags['log.format'] !== 'json') {
      throw error;
    }
    const { openLog } = await import('./agent/open-log.js');
    const { logFailure } = await import('./cli/process-end.js');
    logFailure(openLog({ level: 'error', format: 'json' }).log, error);
    return exitCodeOf(error);
  });
}

/** Of Node itself: what it must not be told, and what it must have. */
function refuseNodeSettings(): void {
  if (process.env.NODE_TLS_REJECT_UNAUTHORIZED === '0') {
    throw new Error(
      'NODE_TLS_REJECT_UNAUTHORIZED: got 0, which lets anyone read the credentials; unset it, and set api.ca_file for a private authority',
    );
  }
  if (!('WebAssembly' in globalThis)) {
    throw new Error(
      'node: got no WebAssembly, which session lists are read with and --jitless takes away; start node without that flag (it may stand in NODE_OPTIONS)',
    );
  }
}

/** Loads only the code of the command: the agent starts without the libraries of the others. */
async function runCommand({ command, flags, files }: CommandLine): Promise<number> {
  if (command !== 'run' && command !== 'demo') {
    hangups.release();
  }
  switch (command) {
    case 'run':
      return (await import('./cli/run.js')).run(flags, hangups);
    case 'check-config':
      return (await import('./cli/check-config.js')).checkConfig(flags);
    case 'collect':
      return (await import('./cli/collect.js')).collect(flags);
    case 'discover':
      return (await import('./cli/discover.js')).discover(flags);
    case 'replay':
      return (await import('./cli/replay.js')).replay(flags, files);
    case 'digest':
      return (await import('./cli/digest/digest.js')).digest(flags, files);
    case 'explain':
      return (await import('./cli/explain/explain.js')).explain(flags, files);
    case 'backtest':
      return (await import('./cli/backtest/backtest.js')).backtestFile(flags, files);
    case 'simulate':
      return (await import('./cli/simulate.js')).simulate(flags);
    case 'demo':
      return (await import('./cli/demo.js')).demo(flags, hangups);
    case 'help':
      // Parsed as the flag of that name.
      return 0;
    default:
      return command satisfies never;
  }
}

/** Prints the message without a stack trace: it is written for users. Returns the exit code. */
function reportError(error: unknown): number {
  printError(`${error instanceof Error ? error.message : String(error)}\n`);
  const code = exitCodeOf(error);
  if (code === WRONG_USAGE) {
    printError('see --help\n');
  }
  return code;
}

function exitCodeOf(error: unknown): number {
  return error instanceof Error && error.name === 'UsageError' ? WRONG_USAGE : 1;
}

// EPIPE: stdout was closed, as by `| head`. A closed stderr must not stop the agent.
process.stdout.on('error', () => process.exit(1));
process.stderr.on('error', () => {});

process.exitCode = await main(process.argv.slice(2)).catch(reportError);
// An abandoned connection attempt would keep the process alive until its timeout.
setTimeout(() => process.exit(), LINGER_MS).unref();
