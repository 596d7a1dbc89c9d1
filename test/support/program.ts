// Starts the built program as a user would, and watches what it prints.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

export const MAIN = path.resolve(import.meta.dirname, '../../dist/main.js');
const PATIENCE_MS = 45_000;

export interface Program {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves to the match once standard error has it; rejects when the program ends without. */
  readonly says: (pattern: RegExp) => Promise<RegExpExecArray>;
  /** Resolves to the exit code; null when a signal ended it. */
  readonly ended: Promise<number | null>;
}

/** `node`: what Node itself is given, before the program's own arguments. `input`: what standard input brings. */
export function startProgram(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
  node: readonly string[] = [MAIN],
  input?: string,
): Program {
  const child = spawn(process.execPath, [...node, ...args], {
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  // EPIPE: it ends without reading.
  child.stdin.on('error', () => {}).end(input);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const ended = once(child, 'close').then(([code]: (number | null)[]) => code ?? null);
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    ended,
    says: (pattern) =>
      eventually(() => {
        const match = pattern.exec(stderr);
        if (match === null && child.exitCode !== null) {
          throw new Error(`ended with ${child.exitCode} before it said ${pattern}: ${stderr}`);
        }
        return match ?? undefined;
      }, `${pattern} on standard error`),
  };
}

/** Runs the program to its end. */
export async function runProgram(args: readonly string[], env: NodeJS.ProcessEnv = {}, input?: string) {
  const program = startProgram(args, env, [MAIN], input);
  const code = await program.ended;
  return { code, stdout: program.stdout(), stderr: program.stderr() };
}

/** The address that a started agent says it listens on. */
export async function addressOf(program: Program): Promise<string> {
  const [, address, port] = await program.says(/msg=listening address=(\S+) port=(\d+)/u);
  return `http://${address}:${port}`;
}

/** Asks until there is an answer. What is waited for here are other processes: there is no clock to advance. */
export async function eventually<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  what: string,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const giveUpAt = performance.now() + patienceMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) {
      return answer;
    }
    if (performance.now() > giveUpAt) {
      throw new Error(`not within ${patienceMs / 1000} s: ${what}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
