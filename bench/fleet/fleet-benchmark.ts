// A minute of a fleet on one core, 400 nodes of 2,000 sessions each, collected once a minute and scraped meanwhile; and the
// memory that a large one takes, 2,000 nodes of some 100 series each.
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

interface Fleet {
  readonly nodes: number;
  /** Of each node. */
  readonly sessions: number;
  /** All nodes are collected once within this time. */
  readonly splaySeconds: number;
}

const BUSY: Fleet = { nodes: 400, sessions: 2_000, splaySeconds: 60 };
/** Nearly each session is of another user and host: so few give a node about 100 series. */
const LARGE: Fleet = { nodes: 2_000, sessions: 24, splaySeconds: 90 };

/** After what is made at the start, and before the slowest of the first nodes could be missing. */
const WARM_UP_MS = 5_000;
const SCRAPE_EVERY_MS = 5_000;
const SCRAPES = 8;
/** Of the last collections and their rendering, and of the heap. */
const REST_MS = 30_000;
const INCIDENT_SERIES = /^taurusdb_(?:incident\w*|sessions_usual)\{.*node_id=/u;
/** prom-client's gauge of the delay includes the interval of the timer that it measures with. */
const TIMER_MS = 10;

export async function fleetBenchmark(folder: string): Promise<readonly Table[]> {
  return [
    busyTable(await watchBusyFleet(folder, {})),
    await withAgent(folder, LARGE, async (agent) => memoryTable(await collectOnce(agent))),
  ];
}

/** The busy fleet, with further settings. */
export async function watchBusyFleet(folder: string, settings: object): Promise<Watched> {
  return await withAgent(
    folder,
    BUSY,
    async (agent) => {
      await sleep(WARM_UP_MS);
      return await watch(agent);
    },
    settings,
  );
}

async function withAgent<Result>(
  folder: string,
  fleet: Fleet,
  measure: (agent: ServerProcess) => Promise<Result>,
  settings: object = {},
): Promise<Result> {
  const cloud = new CandidateProcess('fleet/simulated-fleet.js');
  let agent: ServerProcess | undefined;
  try {
    const { result } = await cloud.run(fleet.nodes, await nodeFile(folder, fleet.sessions));
    // What simulated-fleet.ts resolves to, after its way through JSON.
    const { url, projects } = result as {
      readonly url: string;
      readonly projects: readonly SimulatedProject[];
    };
    const config = path.join(folder, 'config.yaml');
    await writeFile(config, configText(url, projects, fleet, settings));
    const port = await freePort();
    agent = new ServerProcess(
      [PROGRAM, `--config.file=${config}`, `--web.listen-address=127.0.0.1:${port}`],
      port,
    );
    await agent.healthy();
    return await measure(agent);
  } finally {
    await agent?.stop();
    cloud.stop();
  }
}

export interface Watched {
  /** Of incidents, of one node. */
  readonly incidentSeries: number;
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
  const collected = ended(text, 'success') - ended(before, 'success');
  return {
    incidentSeries: seriesOf(text).filter((line) => INCIDENT_SERIES.test(line)).length / BUSY.nodes,
    cpuShare: (agent.usage().cpuMs - cpuMs) / ms,
    delaysMs,
    idleDelayMs: Math.max(0, idleDelay.percentile(99) / 1e6 - TIMER_MS),
    residentMb,
    collected,
    failed: ended(text, 'error'),
    perMinute: (collected / ms) * 60_000,
  };
}

function busyTable({
  cpuShare,
  delaysMs,
  idleDelayMs,
  residentMb,
  collected,
  failed,
  perMinute,
}: Watched): Table {
  return {
    title: `${titleOf(BUSY)} a minute, a scrape every ${SCRAPE_EVERY_MS / 1000} s`,
    columns: ['figure', 'measured', 'goal'],
    rows: [
      ['collections a minute', perMinute, `${BUSY.nodes}`],
      ['collected / failed', `${collected} / ${failed}`, 'none failed'],
      ['CPU, % of one core', cpuShare * 100, '8'],
      ['CPU of a collection, all threads, ms', (cpuShare * 60_000) / perMinute, '-'],
      ['event-loop delay p99, worst interval, ms', Math.max(...delaysMs), '10'],
      ['the same of an idle process beside it, ms', idleDelayMs, '-'],
      ['resident MB, most', residentMb, '150'],
    ],
  };
}

interface Collected {
  readonly collected: number;
  readonly failed: number;
  readonly series: number;
  readonly cpuMs: number;
  readonly mostMb: number;
  readonly restMb: number;
}

/** Scrapes until each node was collected, and once more after a rest. */
async function collectOnce(agent: ServerProcess): Promise<Collected> {
  const { cpuMs } = agent.usage();
  let mostMb = 0;
  let text = '';
  do {
    await sleep(SCRAPE_EVERY_MS);
    text = await agent.text('/metrics');
    mostMb = Math.max(mostMb, agent.usage().residentMb);
  } while (ended(text, 'success') + ended(text, 'error') < LARGE.nodes);
  const collectedMs = agent.usage().cpuMs - cpuMs;
  await sleep(REST_MS);
  text = await agent.text('/metrics');
  return {
    collected: ended(text, 'success'),
    failed: ended(text, 'error'),
    series: seriesOf(text).length,
    cpuMs: collectedMs / LARGE.nodes,
    mostMb,
    restMb: agent.usage().residentMb,
  };
}

function memoryTable({ collected, failed, series, cpuMs, mostMb, restMb }: Collected): Table {
  return {
    title: `${titleOf(LARGE)}, each collected once within ${LARGE.splaySeconds} s`,
    columns: ['figure', 'measured', 'goal'],
    rows: [
      ['collected / failed', `${collected} / ${failed}`, 'none failed'],
      ['series', series, '207000'],
      ['CPU of a collection, all threads and scrapes, ms', cpuMs, '-'],
      ['resident MB, most', mostMb, '300'],
      [`resident MB, ${REST_MS / 1000} s later`, restMb, '300'],
    ],
  };
}

function titleOf({ nodes, sessions }: Fleet): string {
  return `${nodes} nodes × ${sessions} sessions`;
}

function seriesOf(text: string): readonly string[] {
  return text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

function ended(text: string, result: 'success' | 'error'): number {
  return sum(text, 'taurusdb_collections_total', `result="${result}"`);
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

async function nodeFile(folder: string, sessions: number): Promise<string> {
  const lines = (await readFile(await writeSessionFile(folder, 'sql', 5_000), 'utf8')).split('\n');
  const file = path.join(folder, 'node.csv');
  await writeFile(file, `${lines.slice(0, sessions + 1).join('\n')}\n`);
  return file;
}

/** Scheduled for the night: what is measured is the first collection of each node. */
function configText(
  endpoint: string,
  projects: readonly SimulatedProject[],
  { splaySeconds }: Fleet,
  settings: object,
): string {
  return JSON.stringify({
    ...settings,
    projects: projects.map(({ name, region, projectId, tokens: [value], instances }) => ({
      name,
      region,
      project_id: projectId,
      endpoint,
      auth: { token: { value } },
      nodes: instances.flatMap((instance) =>
        instance.nodes.map((node) => ({ instance_id: instance.id, node_id: node.id, name: node.name })),
      ),
      api: { max_requests_per_second: 200 },
    })),
    collection: { schedule: '0 4 * * *', splay: `${splaySeconds}s`, max_concurrent: 64 },
    log: { level: 'warn' },
  });
}
