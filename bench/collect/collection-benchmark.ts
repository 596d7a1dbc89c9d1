// Whole collections over loopback HTTP: submit, ask, download, read, publish.
import { statSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { CandidateProcess, interleaved, median } from '../candidate-process.js';
import { type FileKind, writeSessionFile } from '../parse/session-files.js';
import type { Table } from '../table.js';

const NAMES = ['bytes', 'program', 'csv-parse'] as const;
const FILES: readonly (readonly [kind: FileKind, rows: number, rounds: number])[] = [
  ['short', 5_000, 15],
  ['sql', 5_000, 15],
  ['short', 100_000, 3],
];
/** Some 500 collections: as many as it takes until all that they run through is compiled well. */
const WARM_UP_MS = 2_000;

export async function collectionBenchmark(folder: string): Promise<readonly Table[]> {
  const rows = [];
  for (const [kind, sessions, rounds] of FILES) {
    rows.push(...(await measure(folder, kind, sessions, rounds)));
  }
  return [
    {
      title: 'Whole collections',
      columns: ['file', 'candidate', 'runs', 'ms', 'CPU ms', 'MB/s', '× csv-parse', 'figures'],
      rows,
    },
  ];
}

async function measure(folder: string, kind: FileKind, sessions: number, rounds: number) {
  const file = await writeSessionFile(folder, kind, sessions);
  const server = new CandidateProcess('collect/serve-file.js');
  try {
    const { result: port } = await server.run(file);
    const measured = await interleaved(
      new Map(
        NAMES.map((name) => {
          const process = new CandidateProcess(`collect/candidates/${name}.js`);
          return [name, { process, rounds, warmUpMs: WARM_UP_MS }];
        }),
      ),
      Number(port),
    );
    const msOf = (name: (typeof NAMES)[number]) => median((measured.get(name) ?? []).map(({ ms }) => ms));
    const expected = measured.get('csv-parse')?.at(0)?.result;
    return [...measured].map(([name, runs]) => [
      `${kind}, ${sessions} rows`,
      name,
      runs.length,
      msOf(name),
      median(runs.map(({ cpuMs }) => cpuMs)),
      statSync(file).size / 1000 / msOf(name),
      msOf('csv-parse') / msOf(name),
      name === 'bytes'
        ? '-'
        : runs.every(({ result }) => isDeepStrictEqual(result, expected))
          ? 'equal'
          : 'DIFFERENT',
    ]);
  } finally {
    server.stop();
  }
}
