// Each candidate runs in a process of its own, so that none heats or litters the heap of another; their runs take
// turns, so that all of them see the same weather.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';

export interface Measurement {
  readonly ms: number;
  /** Of all threads; steadier than `ms` on a machine that does other things, too. */
  readonly cpuMs: number;
  /** Resident memory before the run. */
  readonly idleMb: number;
  /** The most that the process has held so far, in any run. */
  readonly peakMb: number;
  readonly result: unknown;
}

export class CandidateProcess {
  readonly #child: ChildProcess;
  readonly #ready: Promise<unknown>;

  /** `module` exports `run(...args)`; its path is relative to bench/. `nodeFlags` go before it. */
  constructor(module: string, nodeFlags: readonly string[] = []) {
    this.#child = fork(
      path.join(import.meta.dirname, 'worker.js'),
      [path.join(import.meta.dirname, module)],
      { execArgv: [...nodeFlags] },
    );
    this.#ready = this.#answer();
  }

  /** The arguments travel as JSON, and so does the result. */
  async run(...args: readonly (string | number)[]): Promise<Measurement> {
    await this.#ready;
    const answer = this.#answer();
    this.#child.send(args);
    // The worker sends nothing else.
    return (await answer) as Measurement;
  }

  stop(): void {
    this.#child.kill();
  }

  async #answer(): Promise<unknown> {
    const aborted = new AbortController();
    const { signal } = aborted;
    const ended = once(this.#child, 'exit', { signal }).then(([code]) => {
      throw new Error(`candidate: got exit code ${code}, expected a measurement`);
    });
    try {
      const [message] = await Promise.race([once(this.#child, 'message', { signal }), ended]);
      return message;
    } finally {
      ended.catch(() => {});
      aborted.abort();
    }
  }
}

export interface Candidate {
  readonly process: CandidateProcess;
  /** How often it runs; fewer than the others where it takes long. */
  readonly rounds: number;
  /** It runs for so long before it counts: the agent's process is warm as well. */
  readonly warmUpMs?: number;
}

/** Runs one candidate after the other in each round; stops their processes at the end. */
export async function interleaved<Name extends string>(
  candidates: ReadonlyMap<Name, Candidate>,
  ...args: readonly (string | number)[]
): Promise<ReadonlyMap<Name, readonly Measurement[]>> {
  const measured = new Map<Name, Measurement[]>([...candidates.keys()].map((name) => [name, []]));
  try {
    for (const { process, warmUpMs = 0 } of candidates.values()) {
      const until = performance.now() + warmUpMs;
      while (performance.now() < until) {
        await process.run(...args);
      }
    }
    for (let round = 0, hasMore = true; hasMore; round++) {
      hasMore = false;
      for (const [name, { process, rounds }] of candidates) {
        if (round >= rounds) {
          continue;
        }
        measured.get(name)?.push(await process.run(...args));
        hasMore = true;
      }
    }
  } finally {
    for (const { process } of candidates.values()) {
      process.stop();
    }
  }
  return measured;
}

export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
