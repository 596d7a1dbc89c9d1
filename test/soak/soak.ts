// `npm run soak -- --minutes=20`: the built program against 50 simulated nodes, collected every second through random
// faults, scraped by good and bad clients and reloaded now and then. Prints what it measured; exits with 1 where heap,
// handles or series grow, where a scrape lies, or where the program does not come to rest and end as it should.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { startSimulator } from '../../src/simulator/start-simulator.js';
import { eventually } from '../support/program.js';
import { simulatedConfig } from '../support/simulated-config.js';
import { rawConnection } from '../web/raw-request.js';
import { checkedScrape, type ScrapeFigures } from './checked-scrape.js';
import { type Figure, type Growth, growthOf, isLeak } from './growth.js';
import { randomFaults } from './random-faults.js';

const NODES = 50;
const SAMPLE_MS = 5_000;
const RELOAD_MS = 15_000;
const SCRAPE_MS = 250;
/** At first everything grows: caches fill, code is compiled. */
const WARM_UP_SHARE = 0.2;
const MIB = 1024 * 1024;
/** When nothing is collected: a timer for each node's next run, the listener, the channel to this script. */
const RESTING_HANDLES = NODES + 5;
/** The 20 or so that Node itself opens. */
const RESTING_FILES = 30;

interface Held {
  readonly heapBytes: number;
  readonly externalBytes: number;
  readonly rssBytes: number;
  readonly files: number;
  readonly resources: readonly string[];
}

interface Sample extends Held {
  readonly scrape: ScrapeFigures;
}

const minutes = Number(parseArgs({ options: { minutes: { type: 'string', default: '2' } } }).values.minutes);
const simulator = await startSimulator({
  projects: sampleFleet({ instances: NODES / 2, nodesPerInstance: 2 }),
  taskSeconds: { min: 0, max: 0.4 },
  latencyMs: { min: 0, max: 20 },
  errorRate: 0.01,
  fault: randomFaults(Math.random),
});
const configFile = path.join(mkdtempSync(path.join(tmpdir(), 'soak-')), 'config.yaml');
writeConfig(NODES);

const program = spawn(
  process.execPath,
  [
    '--expose-gc',
    `--import=${path.join(import.meta.dirname, 'probe.mjs')}`,
    path.resolve(import.meta.dirname, '../../dist/main.js'),
    `--config.file=${configFile}`,
    '--web.listen-address=127.0.0.1:0',
    '--web.enable-lifecycle',
  ],
  { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] },
);
const ended = once(program, 'exit');
let log = '';
let logLines = 0;
program.stderr?.setEncoding('utf8').on('data', (text: string) => {
  logLines += text.split('\n').length - 1;
  log = (log + text).slice(-8_000);
});

const [, port] = await eventually(() => /msg=listening .*port=(\d+)/u.exec(log) ?? undefined, 'listening');
const address = `http://127.0.0.1:${port}`;
const endsAt = performance.now() + minutes * 60_000;
const failures: string[] = [];
const samples: Sample[] = [];
const counts = { scrapes: 0, reloads: 0, wrongReloads: 0, badClients: 0 };

await Promise.all([
  every(SAMPLE_MS, async () => {
    samples.push({ ...(await heldByProgram()), scrape: await checkedScrape(address) });
  }),
  every(SCRAPE_MS, async () => {
    const headers = { 'accept-encoding': Math.random() < 0.5 ? 'gzip' : 'identity' };
    await checkedScrape(address, headers);
    counts.scrapes++;
  }),
  every(2_000, badClient),
  every(RELOAD_MS, reload),
]);

writeConfig(NODES, { schedule: '0 0 1 1 *' });
await fetch(`${address}/-/reload`, { method: 'POST' });
const rested = await eventually(
  async () => {
    const held = await heldByProgram();
    return held.resources.length <= RESTING_HANDLES && held.files <= RESTING_FILES ? held : undefined;
  },
  'rest',
  90_000,
).catch(() => {
  failures.push('handles are left when nothing is collected');
  return heldByProgram();
});

const stoppedAt = performance.now();
program.kill('SIGTERM');
const [code] = await ended;
const stopSeconds = (performance.now() - stoppedAt) / 1_000;
if (code !== 0 || stopSeconds > 10) {
  failures.push(`ended with ${code} after ${stopSeconds.toFixed(1)} s`);
}
await simulator.close();

report();
process.exitCode = failures.length === 0 ? 0 : 1;

async function every(ms: number, work: () => Promise<void>): Promise<void> {
  while (performance.now() < endsAt && program.exitCode === null) {
    await work().catch((error: unknown) => {
      failures.push(String(error));
    });
    await sleep(ms);
  }
}

async function heldByProgram(): Promise<Held> {
  const answer = once(program, 'message');
  program.send('what do you hold?');
  const [held] = await answer;
  return held as Held;
}

/** Fewer nodes, other clients of the API, or a file that is wrong. */
async function reload(): Promise<void> {
  const wrong = Math.random() < 0.25;
  writeConfig(
    Math.random() < 0.5 ? NODES : NODES - 10,
    wrong ? { schedule: 'often' } : {},
    Math.random() < 0.5 ? '2s' : '3s',
  );
  const { status } = await fetch(`${address}/-/reload`, { method: 'POST' });
  if (status !== (wrong ? 500 : 200)) {
    throw new Error(`reload: got ${status} for a ${wrong ? 'wrong' : 'right'} file`);
  }
  for (let signal = 0; signal < 10; signal++) {
    program.kill('SIGHUP');
  }
  counts[wrong ? 'wrongReloads' : 'reloads']++;
}

/** Never reads, breaks the connection, or never ends its request. */
async function badClient(): Promise<void> {
  const socket = rawConnection(Number(port)).pause();
  await once(socket, 'connect');
  const kind = counts.badClients++ % 3;
  socket.write(`GET /metrics HTTP/1.1\r\nHost: localhost\r\n${kind === 2 ? 'X-Slow: ' : '\r\n'}`);
  if (kind === 1) {
    socket.resetAndDestroy();
  }
}

function writeConfig(nodes: number, collection: object = {}, requestTimeout = '2s'): void {
  const settings = simulatedConfig(
    simulator,
    {
      collection: {
        schedule: '* * * * * *',
        splay: '1s',
        poll_interval: '200ms',
        timeout: '4s',
        max_concurrent: 30,
        ...collection,
      },
      api: { request_timeout: requestTimeout, max_requests_per_second: 1_000 },
    },
    ({ instances }) => ({
      nodes: instances
        .flatMap((instance) => instance.nodes.map((node) => ({ instance_id: instance.id, node_id: node.id })))
        .slice(0, nodes),
    }),
  );
  writeFileSync(configFile, stringify(settings), { mode: 0o600 });
}

function growths(): Growth[] {
  const kept = samples.slice(Math.floor(samples.length * WARM_UP_SHARE));
  const of = (figure: Figure, read: (sample: Sample) => number) => growthOf(figure, kept.map(read));
  return [
    of({ name: 'heap after collection', unit: 'MiB', noise: 2 }, ({ heapBytes }) => heapBytes / MIB),
    of(
      { name: 'memory outside the heap', unit: 'MiB', noise: 2 },
      ({ externalBytes }) => externalBytes / MIB,
    ),
    of({ name: 'resident memory', unit: 'MiB', noise: 20 }, ({ rssBytes }) => rssBytes / MIB),
    of({ name: 'series per node', unit: '', noise: 10 }, ({ scrape }) => scrape.seriesPerNode),
    of({ name: 'series of the agent', unit: '', noise: 5 }, ({ scrape }) => scrape.agentSeries),
  ];
}

function most(read: (sample: Sample) => number): number {
  return Math.max(...samples.map(read));
}

function report(): void {
  const lines = growths().map((growth) => {
    const { name, unit, mean, max } = growth;
    if (isLeak(growth)) {
      failures.push(`${name} grows`);
    }
    const [average, highest, grown, allowed] = [mean, max, growth.growth, growth.allowed].map((n) =>
      n.toFixed(1),
    );
    return `${name}: mean ${average} ${unit}, most ${highest}, growth ${grown} (allowed ${allowed})`;
  });
  const { collections } = samples.at(-1)?.scrape ?? { collections: {} };
  const restingHandles = [...new Set(rested.resources)].map(
    (type) => `${rested.resources.filter((other) => other === type).length} ${type}`,
  );
  process.stdout.write(
    [
      `${minutes} minutes, ${NODES} nodes, ${samples.length} samples`,
      ...lines,
      `handles while it works: most ${most(({ resources }) => resources.length)}; files ${most(({ files }) => files)}`,
      `collections of the last nodes on show: ${JSON.stringify(collections)}`,
      `did: ${JSON.stringify(counts)}, log lines ${logLines}`,
      `at rest: ${restingHandles.join(', ')}; ${rested.files} files`,
      `stopped in ${stopSeconds.toFixed(1)} s with ${code}`,
      ...failures.slice(0, 20).map((failure) => `FAILED: ${failure}`),
      failures.length === 0 ? 'passed' : `failed: ${failures.length}`,
      '',
    ].join('\n'),
  );
  if (failures.length > 0) {
    process.stdout.write(`the log's end:\n${log}\n`);
  }
}
