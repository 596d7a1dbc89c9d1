// From the start of the process to its first answer, and what it holds when it has come to rest.
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../src/cli/demo.js';
import { median } from '../candidate-process.js';
import type { Table } from '../table.js';
import { PROGRAM } from './program-file.js';
import { ServerProcess } from './server-process.js';

const ROUNDS = 7;
const REST_MS = 400;

/** One node, which is not collected yet: its turn comes within the hour. */
const CONFIG = `projects:
  - name: production
    project_id: 054e292c9880d4992f02c0196d3ea468
    region: ap-southeast-3
    endpoint: http://127.0.0.1:9
    auth: { token: { value: not-a-token } }
    nodes:
      - { instance_id: 6754902da1f447269c6979b0590102a5in07, node_id: 941d21130b3c4899ad1a752a0945befdno07 }
collection: { schedule: "0 * * * *", splay: 55m }
`;

interface Start {
  readonly ms: number;
  readonly cpuMs: number;
  readonly idleMb: number;
}

export async function startupBenchmark(folder: string): Promise<readonly Table[]> {
  const config = path.join(folder, 'config.yaml');
  await writeFile(config, CONFIG);
  const candidates: ReadonlyMap<string, (port: number) => readonly string[]> = new Map([
    ['bare node:http server', (port) => [path.join(import.meta.dirname, 'bare-server.js'), String(port)]],
    ['program', (port) => [PROGRAM, `--config.file=${config}`, `--web.listen-address=127.0.0.1:${port}`]],
  ]);
  const starts = new Map<string, Start[]>([...candidates.keys()].map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, args] of candidates) {
      starts.get(name)?.push(await start(args));
    }
  }
  const figures = [...starts].map(([name, all]) => ({
    name,
    ms: median(all.map(({ ms }) => ms)),
    cpuMs: median(all.map(({ cpuMs }) => cpuMs)),
    idleMb: median(all.map(({ idleMb }) => idleMb)),
  }));
  const [bare] = figures;
  return [
    {
      title: 'Start of the process to the first answer on /-/healthy',
      columns: ['candidate', 'runs', 'ms', '× bare', 'CPU ms', '× bare', 'idle MB', '× bare'],
      rows: figures.map(({ name, ms, cpuMs, idleMb }) => [
        ...[name, ROUNDS, ms, ms / (bare?.ms ?? Number.NaN)],
        ...[cpuMs, cpuMs / (bare?.cpuMs ?? Number.NaN), idleMb, idleMb / (bare?.idleMb ?? Number.NaN)],
      ]),
    },
  ];
}

async function start(args: (port: number) => readonly string[]): Promise<Start> {
  const port = await freePort();
  const begin = performance.now();
  const server = new ServerProcess(args(port), port);
  try {
    await server.healthy();
    const ms = performance.now() - begin;
    const { cpuMs } = server.usage();
    await sleep(REST_MS);
    return { ms, cpuMs, idleMb: server.usage().residentMb };
  } finally {
    await server.stop();
  }
}
