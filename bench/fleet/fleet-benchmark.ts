// A minute of a fleet on one core: 400 nodes of 2,000 sessions each, collected once a minute and scraped meanwhile.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { monitorEventLoopDelay, performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/cli/demo.js';
import type { SimulatedProject } from '../../src/simulator/cloud/simulated-fleet.js';
import { CandidateProcess } from '../candidate-process.js';
import { writeSessionFile } from '../parse/session-files.js';
import type { Table } from '../table.js';
import { PROGRAM } from './program-file.js';
import { ServerProcess } from './server-process.js';

const NODES = 400;
const SESSIONS = 2_000;
/** After what is made at the start, and before the slowest of the first nodes could be missing. */
const WARM_UP_MS = 5_000;
const SCRAPE_EVERY_MS = 5_000;
const SCRAPES = 8;
/** prom-client's gauge of the delay includes the interval of the timer that it measures with. */
const TIMER_MS = 10;

export async function fleetBenchmark(folder: string): Promise<readonly Table[]> {
  const cloud = new CandidateProcess('fleet/simulated-fleet.js');
  let agent: ServerProcess | undefined;
  try {
    const { result } = await cloud.run(NODES, await nodeFile(folder));
    // What simulated-fleet.ts resolves to, after its way through JSON.
    const { url, projects } = result as {
      readonly url: string;
      readonly projects: readonly SimulatedProject[];
    };
    const config = path.join(folder, 'config.yaml');
    await writeFile(config, configText(url, projects));
    const port = await freePort();
    agent = new ServerProcess(
      [PROGRAM, `--config.file=${config}`, `--web.listen-address=127.0.0.1:${port}`],
      port,
    );
    await agent.healthy();
    await sleep(WARM_UP_MS);
    return [tableOf(await watch(agent))];
  } finally {
    await agent?.stop();
    cloud.stop();
  }
}

interface Watched {
  readonly cpuShare: number;
  readonly delaysMs: readonly number[];
  /** Of this process, which does next to nothing: what the machine itself adds. */
  readonly idleDelayMs: number;
  readonly residentMb: number;
  readonly collected: number;
  readonly failed: number;
  readonly perMinute: number;
}

/** Scrapes as Prometheus would; what the agent says of itself between two scrapes is the sample. */
async function watch(agent: ServerProcess): Promise<Watched> {
  const before = await agent.text('/metrics');
  const { cpuMs } = agent.usage();
  const start = performance.now();
  const delaysMs: number[] = [];
  const idleDelay = monitorEventLoopDelay({ resolution: TIMER_MS });
  idleDelay.enable();
  let residentMb = 0;
  let text = before;
  for (let scrape = 0; scrape < SCRAPES; scrape++) {
    await sleep(SCRAPE_EVERY_MS);
    text = await agent.text('/metrics');
    delaysMs.push(Math.max(0, sum(text, 'nodejs_eventloop_lag_p99_seconds') * 1000 - TIMER_MS));
    residentMb = Math.max(residentMb, agent.usage().residentMb);
  }
  const ms = performance.now() - start;
  const ended = (when: string, result: string) =>
    sum(when, 'taurusdb_collections_total', `result="${result}"`);
  const collected = ended(text, 'success') - ended(before, 'success');
  return {
    cpuShare: (agent.usage().cpuMs - cpuMs) / ms,
    delaysMs,
    idleDelayMs: Math.max(0, idleDelay.percentile(99) / 1e6 - TIMER_MS),
    residentMb,
    collected,
    failed: ended(text, 'error'),
    perMinute: (collected / ms) * 60_000,
  };
}

function tableOf({
  cpuShare,
  delaysMs,
  idleDelayMs,
  residentMb,
  collected,
  failed,
  perMinute,
}: Watched): Table {
  return {
    title: `${NODES} nodes × ${SESSIONS} sessions a minute, a scrape every ${SCRAPE_EVERY_MS / 1000} s`,
    columns: ['figure', 'measured', 'goal'],
    rows: [
      ['collections a minute', perMinute, `${NODES}`],
      ['collected / failed', `${collected} / ${failed}`, 'none failed'],
      ['CPU, % of one core', cpuShare * 100, '25'],
      ['event-loop delay p99, worst interval, ms', Math.max(...delaysMs), '20'],
      ['the same of an idle process beside it, ms', idleDelayMs, '-'],
      ['resident MB, most', residentMb, '200'],
    ],
  };
}

/** Of the family's series; of those with this label, where one is given. */
function sum(text: string, family: string, label = ''): number {
  return text
    .split('\n')
    .filter(
      (line) => (line.startsWith(`${family} `) || line.startsWith(`${family}{`)) && line.includes(label),
    )
    .reduce((total, line) => total + Number(line.slice(line.lastIndexOf(' '))), 0);
}

async function nodeFile(folder: string): Promise<string> {
  const lines = (await readFile(await writeSessionFile(folder, 'sql', 5_000), 'utf8')).split('\n');
  const file = path.join(folder, 'node.csv');
  await writeFile(file, `${lines.slice(0, SESSIONS + 1).join('\n')}\n`);
  return file;
}

/** Scheduled for the night: what is measured is the first collection of each node, spread over a minute. */
function configText(endpoint: string, projects: readonly SimulatedProject[]): string {
  return JSON.stringify({
    projects: projects.map(({ name, region, projectId, tokens: [value], instances }) => ({
      name,
      region,
      project_id: projectId,
      endpoint,
      auth: { token: { value } },
      nodes: instances.flatMap((instance) =>
        instance.nodes.map((node) => ({ instance_id: instance.id, node_id: node.id, name: node.name })),
      ),
      api: { max_requests_per_second: 100 },
    })),
    collection: { schedule: '0 4 * * *', splay: '60s', max_concurrent: 32 },
    log: { level: 'warn' },
  });
}
