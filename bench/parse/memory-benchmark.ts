// The most memory that reading a file takes: of a file far larger than memory should be, and of one in which no
// two sessions have the same user or host.
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CandidateProcess } from '../candidate-process.js';
import type { Table } from '../table.js';
import { writeSessionFile } from './session-files.js';

const LARGE_ROWS = 1_700_000;
const DISTINCT_ROWS = 1_000_000;

export async function memoryBenchmark(folder: string): Promise<readonly Table[]> {
  return [
    {
      title: 'Memory',
      columns: ['file', 'ms', 'idle MB', 'peak MB', 'added MB', 'sessions', 'sums'],
      rows: [
        await measure('1 GB', await writeSessionFile(folder, 'sql', LARGE_ROWS), LARGE_ROWS),
        await measure('1M distinct users and hosts', await writeDistinct(folder), DISTINCT_ROWS),
      ],
    },
  ];
}

async function measure(title: string, file: string, rows: number): Promise<readonly (string | number)[]> {
  const process = new CandidateProcess('parse/candidates/program-sums.js', ['--expose-gc']);
  try {
    const { ms, idleMb, peakMb, result } = await process.run(file);
    const isWhole = Array.isArray(result) && result.length === 5 && result.every((sum) => sum === rows);
    return [title, ms, idleMb, peakMb, peakMb - idleMb, rows, isWhole ? 'whole' : `WRONG: ${result}`];
  } finally {
    process.stop();
  }
}

async function writeDistinct(folder: string): Promise<string> {
  const file = path.join(folder, 'distinct.csv');
  const text = function* () {
    yield 'user,host,state,db,command,time\n';
    for (let start = 0; start < DISTINCT_ROWS; start += 1000) {
      yield Array.from({ length: 1000 }, (_, row) => distinctLine(start + row)).join('');
    }
  };
  await pipeline(text, createWriteStream(file));
  return file;
}

function distinctLine(row: number): string {
  const host = `10.${row >> 16}.${(row >> 8) & 255}.${row & 255}`;
  return `tenant_user_${row},${host}:${1024 + (row % 60_000)},,orders,Sleep,${row % 100}\n`;
}
