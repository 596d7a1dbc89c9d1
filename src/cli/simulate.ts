// A TaurusDB API on loopback, with the projects and nodes that the flags describe.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { openLog } from '../agent/open-log.js';
import { quote } from '../config/yaml/config-errors.js';
import { agentConfig } from '../simulator/agent-config.js';
import type { SimulatedNode, SimulatedProject } from '../simulator/cloud/simulated-fleet.js';
import { sampleFleet } from '../simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../simulator/start-simulator.js';
import { UsageError } from './command-line.js';
import { FLAGS, type FlagName, type FlagValues, listenAddressOf, logSettings } from './flags.js';
import { untilStopped } from './process-end.js';
import { print } from './terminal.js';
import { nearestOf } from './usage/mistyped.js';

const NODES_PER_INSTANCE = 2;
const NAMES_SHOWN = 10;

/** Prints the configuration; resolves to the exit code once a signal has stopped the API. */
export async function simulate(flags: FlagValues): Promise<number> {
  const { log } = openLog(logSettings(flags));
  const address = listenAddressOf(flags, 'simulate');
  const simulator = await startSimulatedCloud(flags, address).catch((error: unknown) => {
    throw isListening(error)
      ? new Error(
          `listen address: got "${address.host}:${address.port}", expected one that is free and of this machine (${error.code}): set --web.listen-address`,
        )
      : error;
  });
  print(agentConfig(simulator));
  log.info('simulated TaurusDB API listening', { url: simulator.url });
  await untilStopped(log);
  await simulator.close();
  return 0;
}

function isListening(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && error.syscall === 'listen';
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

/** Each project with as many nodes as --simulate.nodes says, or with --simulate.csv a node for each file. */
function simulatedProjects(flags: FlagValues): SimulatedProject[] {
  const directory = flags['simulate.csv'];
  const files = directory === undefined ? [] : csvFiles(directory);
  const nodes =
    directory === undefined ? (flags['simulate.nodes'] ?? FLAGS['simulate.nodes'].default) : files.length;
  const fleet = sampleFleet({
    projects: flags.projects ?? FLAGS.projects.default,
    instances: Math.ceil(nodes / NODES_PER_INSTANCE),
    nodesPerInstance: NODES_PER_INSTANCE,
  }).map((project) => {
    let next = 0;
    return withNodes(project, (node) => {
      const csvFile = files[next++];
      return next <= nodes ? [{ ...node, ...(csvFile === undefined ? {} : { csvFile }) }] : [];
    });
  });
  if (directory !== undefined && flags.spike !== undefined) {
    throw new UsageError(
      '--spike: got --simulate.csv too, whose files say which sessions there are; give one of them',
    );
  }
  return withTroubles(fleet, flags);
}

/** With the nodes of --down-node and --spike as these say. */
function withTroubles(fleet: readonly SimulatedProject[], flags: FlagValues): SimulatedProject[] {
  const down = new Set(flags['down-node']?.flatMap((name) => idsOf(fleet, name, 'down-node')));
  const floods = new Map<string, number>();
  for (const { node, afterMs } of flags.spike ?? []) {
    for (const id of idsOf(fleet, node, 'spike')) {
      if (floods.has(id) && floods.get(id) !== afterMs) {
        throw new UsageError(`--spike: got ${quote(node)} with two durations, expected one for each node`);
      }
      floods.set(id, afterMs);
    }
  }
  return fleet.map((project) =>
    withNodes(project, (node) => {
      const floodAfterMs = floods.get(node.id);
      return [
        { ...node, isDown: down.has(node.id), ...(floodAfterMs === undefined ? {} : { floodAfterMs }) },
      ];
    }),
  );
}

/** Of all nodes of that name, of the one of that id, or of that `project/name`. Throws a UsageError where there is none. */
function idsOf(fleet: readonly SimulatedProject[], wanted: string, flag: FlagName): string[] {
  const nodes = fleet.flatMap(({ name: project, instances }) =>
    instances.flatMap((instance) =>
      instance.nodes.map(({ id, name }) => ({ id, names: [name, `${project}/${name}`, id] })),
    ),
  );
  const found = nodes.filter(({ names }) => names.includes(wanted));
  if (found.length === 0) {
    const form = wanted.includes('/') ? 1 : 0;
    const names = [...new Set(nodes.map((node) => node.names[form] ?? ''))];
    const nearest = nearestOf(wanted, names);
    const hint = nearest === undefined ? `one of ${shownNames(names)}` : `did you mean ${nearest}?`;
    throw new UsageError(
      `--${flag}: got ${quote(wanted)}, expected the name or id of a simulated node: ${hint}`,
    );
  }
  return found.map(({ id }) => id);
}

function shownNames(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_SHOWN).join(', ');
  return names.length > NAMES_SHOWN ? `${shown}, …` : shown;
}

function withNodes(
  project: SimulatedProject,
  change: (node: SimulatedNode) => readonly SimulatedNode[],
): SimulatedProject {
  const instances = project.instances.map((instance) => ({
    ...instance,
    nodes: instance.nodes.flatMap(change),
  }));
  return { ...project, instances };
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    // Missing, no folder, or not for us to read.
    return [];
  }
}

function csvFiles(directory: string): string[] {
  const names = namesIn(directory).filter((name) => name.endsWith('.csv'));
  if (names.length === 0) {
    throw new UsageError(`--simulate.csv: got ${quote(directory)}, expected a folder with *.csv files`);
  }
  return names.sort().map((name) => path.resolve(directory, name));
}
