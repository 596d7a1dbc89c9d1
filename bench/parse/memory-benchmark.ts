// The most memory that reading a file takes: of a file far larger than memory should be, and of one in which no
// two sessions have the same user or host.
import { CandidateProcess } from '../candidate-process.js';
import type { Table } from '../table.js';
import { type FileKind, writeSessionFile } from './session-files.js';

interface Load {
  readonly title: string;
  readonly kind: FileKind;
  readonly rows: number;
  /** What reading may add to the idle process. */
  readonly goalMb: number;
}

const LOADS: readonly Load[] = [
  { title: '1 GB', kind: 'sql', rows: 1_700_000, goalMb: 40 },
  // Speed is not to be bought with memory: what it was when this was first measured.
  { title: '1M distinct users and hosts', kind: 'distinct', rows: 1_000_000, goalMb: 131 },
];

export async function memoryBenchmark(folder: string): Promise<readonly Table[]> {
  const rows = [];
  for (const load of LOADS) {
    rows.push(await measure(folder, load));
  }
  return [
    {
      title: 'Memory',
      columns: ['file', 'ms', 'idle MB', 'peak MB', 'added MB', 'goal', 'reached', 'sessions', 'sums'],
      rows,
    },
  ];
}

async function measure(folder: string, { title, kind, rows, goalMb }: Load) {
  const file = await writeSessionFile(folder, kind, rows);
  const process = new CandidateProcess('parse/candidates/program-sums.js', ['--expose-gc']);
  try {
    const { ms, idleMb, peakMb, result } = await process.run(file);
    const isWhole = Array.isArray(result) && result.length === 5 && result.every((sum) => sum === rows);
    const addedMb = peakMb - idleMb;
    return [
      ...[title, ms, idleMb, peakMb, addedMb, goalMb, addedMb <= goalMb ? 'yes' : 'NO'],
      ...[rows, isWhole ? 'whole' : `WRONG: ${result}`],
    ];
  } finally {
    process.stop();
  }
}
