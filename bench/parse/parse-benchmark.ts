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
import { FILE_KINDS, type FileKind, writeSessionFile } from './session-files.js';

const NAMES = ['newlines', 'program', 'duckdb', 'udsv', 'papaparse', 'csv-parse'] as const;
type Name = (typeof NAMES)[number];

/** csv-parse needs most of the time: it runs less often where it takes seconds. */
interface Size {
  readonly rows: number;
  readonly kinds: readonly FileKind[];
  readonly warmUpMs: number;
  readonly rounds: Readonly<Partial<Record<Name, number>>>;
}

const SIZES: readonly Size[] = [
  {
    rows: 5_000,
    kinds: ['short', 'sql', 'quoted'],
    warmUpMs: 600,
    rounds: { newlines: 9, program: 21, duckdb: 21, udsv: 9, papaparse: 9, 'csv-parse': 21 },
  },
  {
    rows: 100_000,
    kinds: FILE_KINDS,
    warmUpMs: 100,
    rounds: { newlines: 3, program: 3, duckdb: 3, udsv: 1, papaparse: 1, 'csv-parse': 1 },
  },
  {
    rows: 1_000_000,
    kinds: ['short', 'sql'],
    warmUpMs: 0,
    rounds: { newlines: 3, program: 5, duckdb: 5, 'csv-parse': 1 },
  },
];

export async function parseBenchmark(folder: string): Promise<readonly Table[]> {
  const tables: Table[] = [];
  for (const size of SIZES) {
    for (const kind of size.kinds) {
      tables.push(await measure(folder, kind, size));
    }
  }
  return tables;
}

async function measure(folder: string, kind: FileKind, { rows, rounds, warmUpMs }: Size): Promise<Table> {
  const file = await writeSessionFile(folder, kind, rows);
  const candidates = new Map<Name, Candidate>();
  for (const name of NAMES) {
    const { [name]: count = 0 } = rounds;
    if (count === 0) {
      continue;
    }
    candidates.set(name, {
      process: new CandidateProcess(`parse/candidates/${name}.js`),
      rounds: count,
      warmUpMs,
    });
  }
  return tableOf(kind, rows, file, await interleaved(candidates, file));
}

function tableOf(
  kind: FileKind,
  rows: number,
  file: string,
  measured: ReadonlyMap<Name, readonly Measurement[]>,
): Table {
  const megabytes = statSync(file).size / 1e6;
  const speedsOf = (figure: 'ms' | 'cpuMs'): ReadonlyMap<Name, number> =>
    new Map(
      [...measured].map(([name, runs]) => [
        name,
        megabytes / (median(runs.map((run) => run[figure])) / 1000),
      ]),
    );
  const speeds = speedsOf('ms');
  const cpuSpeeds = speedsOf('cpuMs');
  const expected = measured.get('csv-parse')?.at(0)?.result;
  return {
    title: `${rows} rows, ${kind}, ${megabytes.toFixed(1)} MB`,
    columns: [
      ...['candidate', 'runs', 'MB/s', '× csv-parse', '× duckdb'],
      ...['MB/CPU s', '× csv-parse', '× duckdb', 'peak MB', 'figures'],
    ],
    rows: [...measured].map(([name, runs]) => {
      const isEqual = runs.every(({ result }) => isDeepStrictEqual(result, expected));
      const ratios = [speeds, cpuSpeeds].flatMap((all) => {
        const of = (candidate: Name): number => all.get(candidate) ?? Number.NaN;
        return [of(name), of(name) / of('csv-parse'), of(name) / of('duckdb')];
      });
      return [
        name,
        runs.length,
        ...ratios,
        runs.at(-1)?.peakMb ?? Number.NaN,
        name === 'newlines' ? '-' : isEqual ? 'equal' : 'DIFFERENT',
      ];
    }),
  };
}
