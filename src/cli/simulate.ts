// A TaurusDB API on loopback, as the --simulate flags describe it, and the configuration of an agent for it.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { openLog } from '../agent/open-log.js';
import type { SimulatedProject } from '../simulator/cloud/simulated-fleet.js';
import { sampleFleet } from '../simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../simulator/start-simulator.js';
import { UsageError } from './command-line.js';
import { FLAGS, type FlagValues, logSettings } from './flags.js';
import { untilStopped } from './process-end.js';
import { print } from './terminal.js';

/** Prints the configuration; resolves to the exit code once a signal has stopped the API. */
export async function simulate(flags: FlagValues): Promise<number> {
  const { log } = openLog(logSettings(flags));
  const { host = '127.0.0.1', port } = flags['web.listen-address'] ?? { port: 10_105 };
  const simulator = await startSimulatedCloud(flags, { host, port });
  print(simulatedConfig(simulator));
  log.info('simulated TaurusDB API listening', { url: simulator.url });
  await untilStopped(log);
  await simulator.close();
  return 0;
}

export function startSimulatedCloud(
  flags: FlagValues,
  address: { readonly host: string; readonly port: number },
): Promise<Simulator> {
  const seconds = flags['simulate.task-seconds'] ?? FLAGS['simulate.task-seconds'].default;
  return startSimulator({
    ...address,
    projects: simulatedProjects(flags),
    taskSeconds: { min: seconds / 2, max: seconds },
    sessionsPerNode: flags['simulate.sessions'] ?? FLAGS['simulate.sessions'].default,
    errorRate: flags['simulate.error-rate'] ?? FLAGS['simulate.error-rate'].default,
    throttleRate: flags['simulate.throttle-rate'] ?? FLAGS['simulate.throttle-rate'].default,
  });
}

/** With --simulate.csv a node for each file, else as many as --simulate.nodes says. */
function simulatedProjects(flags: FlagValues): SimulatedProject[] {
  const directory = flags['simulate.csv'];
  const files = directory === undefined ? [] : csvFiles(directory);
  const nodes =
    directory === undefined ? (flags['simulate.nodes'] ?? FLAGS['simulate.nodes'].default) : files.length;
  const nodesPerInstance = 2;
  const fleet = sampleFleet({ instances: Math.ceil(nodes / nodesPerInstance), nodesPerInstance });
  let next = 0;
  return fleet.map((project) => ({
    ...project,
    instances: project.instances.map((instance) => ({
      ...instance,
      nodes: instance.nodes.flatMap((node) => {
        const index = next++;
        const csvFile = files[index];
        return index < nodes ? [{ ...node, ...(csvFile === undefined ? {} : { csvFile }) }] : [];
      }),
    })),
  }));
}

function csvFiles(directory: string): string[] {
  const names = readdirSync(directory).filter((name) => name.endsWith('.csv'));
  if (names.length === 0) {
    throw new UsageError(`--simulate.csv: got "${directory}", expected a directory with *.csv files`);
  }
  return names.sort().map((name) => path.resolve(directory, name));
}

/** The configuration of an agent that discovers every node and collects it every ten seconds. */
export function simulatedConfig({ url, projects }: Simulator): string {
  const lines = ['projects:'];
  for (const { name, region, projectId, accessKeys } of projects) {
    const [key] = accessKeys;
    lines.push(
      `  - name: ${name}`,
      `    region: ${region}`,
      `    project_id: "${projectId}"`,
      `    endpoint: ${url}`,
      `    iam_endpoint: ${url}`,
      `    auth: { access_key: { ak: "${key?.ak}", sk: "${key?.sk}" } }`,
      '    discovery: { enabled: true, refresh: 1m }',
    );
  }
  lines.push('collection: { schedule: "*/10 * * * * *", splay: 3s, timeout: 9s, poll_interval: 500ms }');
  return `${lines.join('\n')}\n`;
}
