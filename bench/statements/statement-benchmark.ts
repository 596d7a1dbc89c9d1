// What it costs to count statements: a session list read with and without them, whole collections of it, and the memory that a
// list takes in which no two statements are alike.
import { isDeepStrictEqual } from 'node:util';
import { CandidateProcess, interleaved, type Measurement, median } from '../candidate-process.js';
import type { Table } from '../table.js';
import { type StatementFileKind, writeStatementFile } from './statement-files.js';

const ROWS = 2_000;
/** A list is read in less than a millisecond. */
const READINGS = 50;
const READING_ROUNDS = 15;
const COLLECTION_ROUNDS = 300;
const WARM_UP_MS = 2_000;
/** What statements may add to the processor time of a collection. */
const GOAL_PERCENT = 10;
const DISTINCT_ROWS = 10_000_000;
/** What statements may add to the memory of the process: of a list that is read, and of texts that came before. */
const GOAL_MB = 7;

const NAMES = ['off', 'on'] as const;
type Name = (typeof NAMES)[number];

export async function statementBenchmark(folder: string): Promise<readonly Table[]> {
  return [
    {
      title: `Statements: reading ${ROWS} sessions, every second one active`,
      columns: ['statements', 'counted', 'runs', 'ms', 'CPU ms', 'added CPU ms', 'sessions'],
      rows: [...(await reading(folder, 'usual')), ...(await reading(folder, 'distinct'))],
    },
    {
      title: 'Statements: whole collections of the same lists',
      columns: ['statements', 'counted', 'runs', 'ms', 'CPU ms', 'added CPU %', 'goal', 'reached', 'users'],
      rows: [...(await collecting(folder, 'usual')), ...(await collecting(folder, 'distinct'))],
    },
    await memoryTable(),
  ];
}

async function reading(folder: string, kind: StatementFileKind) {
  const file = writeStatementFile(folder, kind, ROWS);
  const measured = await interleaved(candidates('', READING_ROUNDS), file, READINGS);
  const cpuMs = (name: Name) => cpuMsOf(measured, name) / READINGS;
  return [...measured].map(([name, runs]) => [
    kind,
    name,
    runs.length,
    median(runs.map(({ ms }) => ms)) / READINGS,
    cpuMs(name),
    cpuMs(name) - cpuMs('off'),
    runs.every(({ result }) => result === ROWS / 2) ? 'all' : 'WRONG',
  ]);
}

async function collecting(folder: string, kind: StatementFileKind) {
  const file = writeStatementFile(folder, kind, ROWS);
  const server = new CandidateProcess('collect/serve-file.js');
  try {
    const { result: port } = await server.run(file);
    const measured = await interleaved(candidates('collect-', COLLECTION_ROUNDS), Number(port));
    const expected = measured.get('off')?.at(0)?.result;
    const added = (name: Name) => 100 * (cpuMsOf(measured, name) / cpuMsOf(measured, 'off') - 1);
    return [...measured].map(([name, runs]) => [
      kind,
      name,
      runs.length,
      median(runs.map(({ ms }) => ms)),
      cpuMsOf(measured, name),
      added(name),
      ...(name === 'off' ? ['-', '-'] : [GOAL_PERCENT, added(name) <= GOAL_PERCENT ? 'yes' : 'NO']),
      runs.every(({ result }) => isDeepStrictEqual(result, expected)) ? 'equal' : 'DIFFERENT',
    ]);
  } finally {
    server.stop();
  }
}

function candidates(prefix: string, rounds: number) {
  return new Map(
    NAMES.map((name) => {
      const process = new CandidateProcess(`statements/candidates/${prefix}${name}.js`);
      return [name, { process, rounds, warmUpMs: WARM_UP_MS }];
    }),
  );
}

function cpuMsOf(measured: ReadonlyMap<Name, readonly Measurement[]>, name: Name): number {
  return median((measured.get(name) ?? []).map(({ cpuMs }) => cpuMs));
}

async function memoryTable(): Promise<Table> {
  const peaks = new Map<Name, number>();
  const rows = [];
  for (const name of NAMES) {
    const process = new CandidateProcess('statements/candidates/distinct.js');
    try {
      const { ms, peakMb, result } = await process.run(DISTINCT_ROWS, name);
      peaks.set(name, peakMb);
      const addedMb = peakMb - (peaks.get('off') ?? peakMb);
      rows.push([
        ...[name, ms / 1000, peakMb, addedMb],
        ...(name === 'off' ? ['-', '-'] : [GOAL_MB, addedMb <= GOAL_MB ? 'yes' : 'NO']),
        result === DISTINCT_ROWS ? 'all' : `WRONG: ${result}`,
      ]);
    } finally {
      process.stop();
    }
  }
  return {
    title: `Statements: memory of a list of ${DISTINCT_ROWS} sessions that all run different ones`,
    columns: ['counted', 's', 'peak MB', 'added MB', 'goal', 'reached', 'sessions'],
    rows,
  };
}
