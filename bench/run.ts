// The benchmarks: `npm run bench`, or `npm run bench -- parse` for some of them. Prints each table as it is ready and
// writes all of them to bench/results.json.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { collectionBenchmark } from './collect/collection-benchmark.js';
import { culpritBenchmark } from './culprit/culprit-benchmark.js';
import { digestBenchmark } from './digest/digest-benchmark.js';
import { fleetBenchmark } from './fleet/fleet-benchmark.js';
import { startupBenchmark } from './fleet/startup-benchmark.js';
import { incidentBenchmark } from './incidents/incident-benchmark.js';
import { blockingBenchmark } from './parse/blocking-benchmark.js';
import { memoryBenchmark } from './parse/memory-benchmark.js';
import { parseBenchmark } from './parse/parse-benchmark.js';
import { publishBenchmark } from './publish/publish-benchmark.js';
import { spikeBenchmark } from './spikes/spike-benchmark.js';
import { statementBenchmark } from './statements/statement-benchmark.js';
import { printTable, type Table } from './table.js';

/** Measures and returns its tables, in which figures of one table are of the same run; `folder` is its own. */
export type Benchmark = (folder: string) => Promise<readonly Table[]>;

const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  parse: parseBenchmark,
  memory: memoryBenchmark,
  blocking: blockingBenchmark,
  collect: collectionBenchmark,
  culprit: culpritBenchmark,
  digest: digestBenchmark,
  statements: statementBenchmark,
  incidents: incidentBenchmark,
  spikes: spikeBenchmark,
  publish: publishBenchmark,
  startup: startupBenchmark,
  fleet: fleetBenchmark,
};
const RESULTS = path.resolve(import.meta.dirname, '../../results.json');

async function run(names: readonly string[]): Promise<void> {
  const results: Record<string, readonly Table[]> = {};
  for (const name of names) {
    const benchmark = BENCHMARKS[name];
    if (benchmark === undefined) {
      throw new RangeError(`benchmark: got "${name}", expected ${Object.keys(BENCHMARKS).join(' or ')}`);
    }
    const folder = await mkdtemp(path.join(os.tmpdir(), `bench-${name}-`));
    try {
      results[name] = await benchmark(folder);
    } finally {
      await rm(folder, { recursive: true });
    }
    for (const table of results[name]) {
      process.stdout.write(`${printTable(table)}\n`);
    }
  }
  const machine = { node: process.version, cpu: os.cpus()[0]?.model, cores: os.cpus().length };
  await writeFile(RESULTS, `${JSON.stringify({ machine, results }, undefined, 2)}\n`);
}

const chosen = process.argv.slice(2);
await run(chosen.length > 0 ? chosen : Object.keys(BENCHMARKS));
