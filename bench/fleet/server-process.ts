// A server in a process of its own, watched from outside.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

const PATIENCE_MS = 20_000;
const ASK_AGAIN_MS = 2;
/** Of Linux, on all machines that matter. */
const CLOCK_TICKS_PER_SECOND = 100;

export class ServerProcess {
  readonly #child: ChildProcess;
  readonly #port: number;

  /** Runs with the flags of Node that the benchmark itself was given: `--cpu-prof`, for instance. */
  constructor(args: readonly string[], port: number) {
    this.#child = spawn(process.execPath, [...process.execArgv, ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    this.#port = port;
  }

  /** Resolves at the first answer on /-/healthy. */
  async healthy(): Promise<void> {
    for (const start = Date.now(); !(await this.#answers()); ) {
      if (this.#child.exitCode !== null || Date.now() - start > PATIENCE_MS) {
        throw new Error(`server: got exit code ${this.#child.exitCode}, expected an answer`);
      }
      await sleep(ASK_AGAIN_MS);
    }
  }

  async text(path: string, headers: Readonly<Record<string, string>> = {}): Promise<string> {
    // A connection of its own: a kept one may be closed by the server just as it is used.
    const request = get({ host: '127.0.0.1', port: this.#port, path, headers, agent: false });
    // What fails once may fail again, when nobody listens any more.
    request.on('error', () => {});
    const [answer] = await once(request, 'response');
    const chunks: Buffer[] = [];
    for await (const chunk of answer) {
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString();
  }

  /** proc(5): resident memory, and user and system time since the start. */
  usage(): { readonly residentMb: number; readonly cpuMs: number } {
    const [, kilobytes = ''] = /VmRSS:\s+(\d+)/u.exec(this.#proc('status')) ?? [];
    const [, after = ''] = this.#proc('stat').split(') ');
    const [user = 0, system = 0] = after.split(' ').slice(11, 13).map(Number);
    return {
      residentMb: Number(kilobytes) / 1024,
      cpuMs: ((user + system) / CLOCK_TICKS_PER_SECOND) * 1000,
    };
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) {
      return;
    }
    this.#child.kill();
    await once(this.#child, 'exit');
  }

  async #answers(): Promise<boolean> {
    return this.text('/-/healthy').then(
      () => true,
      () => false,
    );
  }

  #proc(file: string): string {
    return readFileSync(`/proc/${this.#child.pid}/${file}`, 'utf8');
  }
}
