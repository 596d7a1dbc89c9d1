// Parse and aggregate, from a stream, against other parsers that work out the same figures.
import { statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import {
  type Candidate,
  CandidateProcess,
  interleaved,
  type Measurement,
  median,
} from '../candidate-process.js';
import type { Table } from '../table.js';
import { comparePlainReading, type SessionFile } from './compare-plain-reading.js';
import { maxValuesOf } from './figures.js';
import { type FileKind, writeSessionFile } from './session-files.js';

/** The candidates and their modules, in the order of their turns. */
const MODULES = {
  newlines: 'newlines.js',
  program: 'program.js',
  duckdb: 'duckdb.js',
  'duckdb, top 100': 'duckdb-top-100.js',
  udsv: 'udsv.js',
  papaparse: 'papaparse.js',
  'csv-parse': 'csv-parse.js',
} as const;
type Name = keyof typeof MODULES;

/** How many times as fast as those the program is to be, in elapsed time and in processor time. */
interface Goal {
  readonly duckdb: number;
  readonly 'csv-parse': number;
}

/** csv-parse needs most of the time: it runs less often where it takes seconds, and so does DuckDB. */
interface Size {
  readonly rows: number;
  /** Files without a goal are measured all the same. */
  readonly files: Readonly<Partial<Record<FileKind, Goal | 'no goal'>>>;
  readonly warmUpMs: number;
  readonly rounds: Readonly<Partial<Record<Name, number>>>;
}

const SIZES: readonly Size[] = [
  {
    rows: 5_000,
    files: {
      short: { duckdb: 3, 'csv-parse': 12 },
      crlf: { duckdb: 3, 'csv-parse': 12 },
      wrapped: { duckdb: 3, 'csv-parse': 12 },
      sql: 'no goal',
      quoted: 'no goal',
    },
    warmUpMs: 600,
    rounds: { newlines: 9, program: 21, duckdb: 21, udsv: 9, papaparse: 9, 'csv-parse': 21 },
  },
  {
    rows: 100_000,
    files: {
      short: { duckdb: 2.4, 'csv-parse': 18 },
      sql: { duckdb: 2, 'csv-parse': 30 },
      quoted: { duckdb: 2.2, 'csv-parse': 16 },
    },
    warmUpMs: 400,
    rounds: { newlines: 3, program: 9, duckdb: 9, udsv: 1, papaparse: 1, 'csv-parse': 3 },
  },
  {
    rows: 1_000_000,
    files: {
      short: { duckdb: 2.4, 'csv-parse': 18 },
      sql: { duckdb: 2, 'csv-parse': 30 },
      narrow: { duckdb: 3.4, 'csv-parse': 17 },
    },
    warmUpMs: 0,
    rounds: { newlines: 3, program: 5, duckdb: 5, 'csv-parse': 1 },
  },
  {
    rows: 1_000_000,
    files: { distinct: { duckdb: 4.5, 'csv-parse': 2.8 } },
    warmUpMs: 0,
    rounds: { newlines: 3, program: 5, duckdb: 1, 'duckdb, top 100': 3, 'csv-parse': 1 },
  },
];

interface GoalFile extends SessionFile {
  readonly goal: Goal | undefined;
}

interface Outcome {
  readonly file: GoalFile;
  readonly table: Table;
  /** × duckdb and × csv-parse of the program, in elapsed time and in processor time. */
  readonly program: Readonly<Record<keyof Goal, readonly [elapsed: number, cpu: number]>>;
  /** The figures of all candidates, and the program's reading with the plain one. */
  readonly isEqual: boolean;
}

export async function parseBenchmark(folder: string): Promise<readonly Table[]> {
  const files = SIZES.flatMap((size) => filesOf(size).map((file) => ({ file, size })));
  const isAsPlain = await comparePlainReading(
    folder,
    files.map(({ file }) => file),
  );
  const outcomes: Outcome[] = [];
  for (const { file, size } of files) {
    outcomes.push(await measure(folder, file, size, isAsPlain(file)));
  }
  return [...outcomes.map(({ table }) => table), goalTable(outcomes)];
}

function filesOf({ rows, files }: Size): readonly GoalFile[] {
  return (Object.keys(files) as FileKind[]).map((kind) => {
    const { [kind]: goal } = files;
    return { kind, rows, goal: goal === 'no goal' ? undefined : goal };
  });
}

async function measure(
  folder: string,
  file: GoalFile,
  { rounds, warmUpMs }: Size,
  isAsPlain: boolean,
): Promise<Outcome> {
  const path = await writeSessionFile(folder, file.kind, file.rows);
  const candidates = new Map<Name, Candidate>();
  for (const [name, module] of Object.entries(MODULES) as [Name, string][]) {
    const { [name]: count = 0 } = rounds;
    if (count === 0) {
      continue;
    }
    candidates.set(name, {
      process: new CandidateProcess(`parse/candidates/${module}`),
      rounds: count,
      warmUpMs,
    });
  }
  const measured = await interleaved(candidates, path, file.kind);
  return outcomeOf(file, statSync(path).size / 1e6, measured, isAsPlain);
}

function outcomeOf(
  file: GoalFile,
  megabytes: number,
  measured: ReadonlyMap<Name, readonly Measurement[]>,
  isAsPlain: boolean,
): Outcome {
  const speedsOf = (figure: 'ms' | 'cpuMs') => {
    const speeds = new Map(
      [...measured].map(([name, runs]) => [
        name,
        megabytes / (median(runs.map((run) => run[figure])) / 1000),
      ]),
    );
    return (name: Name): number => speeds.get(name) ?? Number.NaN;
  };
  const elapsed = speedsOf('ms');
  const cpu = speedsOf('cpuMs');
  const expected = measured.get('csv-parse')?.at(0)?.result;
  const figuresOf = (name: Name, runs: readonly Measurement[]): string => {
    if (name === 'newlines') {
      return '-';
    }
    if (!runs.every(({ result }) => isDeepStrictEqual(result, expected))) {
      return 'DIFFERENT';
    }
    return name === 'program' && !isAsPlain ? 'DIFFERENT from the plain reading' : 'equal';
  };
  const timesAsFast = (other: Name) =>
    [elapsed('program') / elapsed(other), cpu('program') / cpu(other)] as const;
  const figures = [...measured].map(([name, runs]) => figuresOf(name, runs));
  return {
    file,
    table: {
      title: `${titleOf(file)}, ${megabytes.toFixed(1)} MB`,
      columns: [
        ...['candidate', 'runs', 'MB/s', '× csv-parse', '× duckdb'],
        ...['MB/CPU s', '× csv-parse', '× duckdb', 'peak MB', 'figures'],
      ],
      rows: [...measured].map(([name, runs], index) => [
        name,
        runs.length,
        ...[elapsed, cpu].flatMap((of) => [of(name), of(name) / of('csv-parse'), of(name) / of('duckdb')]),
        // Of the first run: later ones see what the comparison of figures has left.
        runs.at(0)?.peakMb ?? Number.NaN,
        figures[index] ?? '',
      ]),
    },
    program: { duckdb: timesAsFast('duckdb'), 'csv-parse': timesAsFast('csv-parse') },
    isEqual: figures.every((said) => said === 'equal' || said === '-'),
  };
}

function goalTable(outcomes: readonly Outcome[]): Table {
  return {
    title:
      'Goals: how many times as fast the program is, in elapsed time and in processor time; reached where both are',
    columns: [
      ...['file', '× duckdb: goal', 'elapsed', 'CPU', '× csv-parse: goal', 'elapsed', 'CPU'],
      ...['reached', 'figures', 'compared'],
    ],
    rows: outcomes.flatMap(({ file, program, isEqual }) => {
      const { goal } = file;
      if (goal === undefined) {
        return [];
      }
      const isReached = (other: keyof Goal): boolean => program[other].every((times) => times >= goal[other]);
      const missed = (['duckdb', 'csv-parse'] as const).filter((other) => !isReached(other));
      return [
        [
          titleOf(file),
          ...[goal.duckdb, ...program.duckdb],
          ...[goal['csv-parse'], ...program['csv-parse']],
          missed.length > 0 ? `NO: ${missed.join(', ')}` : isEqual ? 'yes' : 'NO: figures',
          isEqual ? 'equal' : 'DIFFERENT',
          file.kind === 'distinct'
            ? `of each column the ${maxValuesOf(file.kind)} most frequent values, the rest's sum, their number`
            : 'all values of each column',
        ],
      ];
    }),
  };
}

function titleOf({ kind, rows }: SessionFile): string {
  return `${rows} rows, ${kind}`;
}
