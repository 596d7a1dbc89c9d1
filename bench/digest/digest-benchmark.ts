// Statements in bulk, as the command `digest` reads them, against a program that takes the SHA-256 of each line.
import { statSync } from 'node:fs';
import { type Candidate, CandidateProcess, interleaved, median } from '../candidate-process.js';
import type { Table } from '../table.js';
import { type StatementKind, writeStatementFile } from './statement-files.js';

interface Load {
  readonly kind: StatementKind;
  readonly mb: number;
  /** MB of statements in a second of processor time. */
  readonly goal?: number;
}

const LOADS: readonly Load[] = [
  { kind: 'ordinary', mb: 1_000, goal: 100 },
  { kind: 'distinct', mb: 50 },
  { kind: 'hostile', mb: 100 },
];
const MODULES = { newlines: 'parse/candidates/newlines.js', sha256: 'digest/candidates/sha256.js' };
const PROGRAM = 'digest/candidates/program.js';
const ROUNDS = 3;

export async function digestBenchmark(folder: string): Promise<readonly Table[]> {
  const rows = [];
  for (const load of LOADS) {
    rows.push(...(await measure(folder, load)));
  }
  return [
    {
      title: 'Digests of statements',
      columns: ['file', 'candidate', 'ms', 'MB/s', 'MB/CPU s', '× sha256', 'peak MB', 'goal reached'],
      rows,
    },
  ];
}

async function measure(folder: string, { kind, mb, goal }: Load) {
  const file = await writeStatementFile(folder, kind, mb);
  const bytes = statSync(file).size;
  const candidates = Object.entries({ ...MODULES, program: PROGRAM }).map(
    ([name, module]): [string, Candidate] => [
      name,
      { process: new CandidateProcess(module), rounds: ROUNDS },
    ],
  );
  const measured = [...(await interleaved(new Map(candidates), file))].map(([name, runs]) => {
    if (runs.some(({ result }) => name === 'program' && result !== 0)) {
      throw new Error(`${name}: got exit codes ${runs.map(({ result }) => result)}, expected 0`);
    }
    return {
      name,
      ms: median(runs.map((run) => run.ms)),
      cpuMs: median(runs.map((run) => run.cpuMs)),
      peakMb: Math.max(...runs.map((run) => run.peakMb)),
    };
  });
  const yardstick = measured.find(({ name }) => name === 'sha256');
  return measured.map(({ name, ms, cpuMs, peakMb }) => [
    ...[`${kind}, ${Math.round(bytes / 1e6)} MB`, name, ms, bytes / 1000 / ms, bytes / 1000 / cpuMs],
    ...[(yardstick?.ms ?? Number.NaN) / ms, peakMb],
    name !== 'program' || goal === undefined ? '-' : bytes / 1000 / cpuMs >= goal ? 'yes' : 'NO',
  ]);
}
