// Scrapes over loopback HTTP: the program, at rest and while nodes are collected, against prom-client's registry and
// against a server that sends ready bytes.
import { performance } from 'node:perf_hooks';
import { CandidateProcess, median } from '../candidate-process.js';
import type { Table } from '../table.js';
import { Scraper } from './scraper.js';

const SIZES = [1_000, 10_000, 100_000];
const ENCODINGS = ['plain', 'gzip'] as const;
/** prom-client takes a second and more for one scrape. */
const CANDIDATES = [
  { name: 'static', module: 'static', rounds: 200 },
  { name: 'program', module: 'program', rounds: 200 },
  { name: 'program, nodes change', module: 'program', rounds: 200 },
  { name: 'prom-client', module: 'prom-client', rounds: 8 },
];

interface Scraped {
  readonly times: number[];
  bytes: number;
}

export async function publishBenchmark(): Promise<readonly Table[]> {
  const tables: Table[] = [];
  for (const series of SIZES) {
    tables.push(await measure(series));
  }
  return tables;
}

async function measure(series: number): Promise<Table> {
  const started = [];
  try {
    for (const { name, module, rounds } of CANDIDATES) {
      const process = new CandidateProcess(`publish/candidates/${module}.js`, ['--expose-gc']);
      const { result } = await process.run('serve', series, name.includes('change') ? 'changing' : '');
      const [port, ...counted] = result as readonly [number, number, number];
      await process.run('block');
      const scraped = ENCODINGS.map((): Scraped => ({ times: [], bytes: 0 }));
      started.push({ name, process, rounds, counted, scraped, scraper: new Scraper(port) });
    }
    for (let round = 0; round < Math.max(...CANDIDATES.map(({ rounds }) => rounds)); round++) {
      for (const { scraper, scraped } of started.filter(({ rounds }) => round < rounds)) {
        for (const [index, encoding] of ENCODINGS.entries()) {
          const start = performance.now();
          const bytes = await scraper.scrape(encoding === 'gzip');
          const into = scraped[index];
          if (into === undefined) {
            continue;
          }
          into.times.push(performance.now() - start);
          into.bytes = bytes;
        }
      }
    }
    const rows = [];
    const slowest = started.find(({ name }) => name === 'prom-client');
    const floor = started.find(({ name }) => name === 'static');
    for (const { name, process, counted, scraped } of started) {
      const { result: block, peakMb } = await process.run('block');
      for (const [index, encoding] of ENCODINGS.entries()) {
        const { times = [], bytes = 0 } = scraped[index] ?? {};
        rows.push([
          `${name}, ${encoding}`,
          times.length,
          counted[index] ?? 0,
          bytes / 1e6,
          median(times),
          p99(times),
          median(slowest?.scraped[index]?.times ?? []) / median(times),
          p99(times) / p99(floor?.scraped[index]?.times ?? []),
          Number(block),
          peakMb,
        ]);
      }
    }
    return {
      title: `Scrapes of ${series} series`,
      columns: [
        ...['candidate', 'runs', 'series', 'MB', 'p50 ms', 'p99 ms'],
        ...['× prom-client p50', 'p99 / static p99', 'longest block ms', 'peak MB'],
      ],
      rows,
    };
  } finally {
    for (const { process, scraper } of started) {
      scraper.close();
      process.stop();
    }
  }
}

/** Of fewer than a hundred runs, the longest. */
function p99(times: readonly number[]): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN;
}
