// The longest that the event loop, and with it every scrape, waits for the reading of a file in which no two sessions have
// the same user or host: the most that there is to look up, to remember and to choose from.
import { CandidateProcess, median } from '../candidate-process.js';
import type { Table } from '../table.js';
import type { Blocks } from './candidates/blocking.js';
import { writeSessionFile } from './session-files.js';

const ROWS = 1_000_000;
const RUNS = 7;
const GOAL_MS = 20;

export async function blockingBenchmark(folder: string): Promise<readonly Table[]> {
  const file = await writeSessionFile(folder, 'distinct', ROWS);
  const process = new CandidateProcess('parse/candidates/blocking.js');
  const runs: Blocks[] = [];
  try {
    for (let run = 0; run < RUNS; run++) {
      const { result } = await process.run(file);
      runs.push(result as Blocks);
    }
  } finally {
    process.stop();
  }
  const row = (title: string, blocks: readonly number[]) => {
    const middle = median(blocks);
    return [
      title,
      runs.length,
      Math.min(...blocks),
      middle,
      Math.max(...blocks),
      GOAL_MS,
      middle <= GOAL_MS ? 'yes' : 'NO',
    ];
  };
  return [
    {
      title: 'Longest block of the event loop, ms: 1,000,000 sessions, each of another user and host',
      columns: ['while', 'runs', 'least', 'median', 'most', 'goal', 'reached (median)'],
      rows: [
        row(
          'reading',
          runs.map(({ reading }) => reading),
        ),
        row(
          'the snapshot is made',
          runs.map(({ ending }) => ending),
        ),
      ],
    },
  ];
}
