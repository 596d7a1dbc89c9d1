// A ready-made fleet for demos and tests: as many projects, instances and nodes as wanted, the same for the same seed.
import type { SimulatedInstance, SimulatedNode, SimulatedProject } from './cloud/simulated-fleet.js';
import { seededHex } from './seeded-random.js';

export interface SampleFleetOptions {
  /** Default 1. */
  readonly projects?: number;
  /** Of each project; default 1. */
  readonly instances?: number;
  /** One master, the others replicas; default 3. */
  readonly nodesPerInstance?: number;
  /** Default 1. */
  readonly seed?: number;
  /** Of each project; no limit when absent. */
  readonly maxRequestsPerSecond?: number;
}

const REGIONS = [
  'ap-southeast-3',
  'cn-north-4',
  'ap-southeast-1',
  'cn-east-3',
  'sa-brazil-1',
  'af-south-1',
  'cn-south-1',
  'tr-west-1',
];
const PROJECT_NAMES = ['production', 'staging', 'analytics', 'partners', 'archive', 'sandbox'];
const INSTANCE_NAMES = ['orders', 'payments', 'catalog', 'billing', 'search', 'sessions'];
const MAX_CONNECTIONS = 2500;

/** Every project has a key, a token, a password user of its own, and the agency: the caller picks. */
export function sampleFleet(options: SampleFleetOptions = {}): SimulatedProject[] {
  const seed = options.seed ?? 1;
  return Array.from({ length: options.projects ?? 1 }, (_, index) => sampleProject(seed, index, options));
}

function sampleProject(seed: number, index: number, options: SampleFleetOptions): SimulatedProject {
  const name = nameAt(PROJECT_NAMES, index);
  const hex = (what: string, length: number) => seededHex(seed, `project ${index} ${what}`, length);
  return {
    name,
    projectId: hex('id', 32),
    region: REGIONS[index % REGIONS.length] ?? '',
    accessKeys: [{ ak: hex('ak', 20).toUpperCase(), sk: hex('sk', 40) }],
    tokens: [hex('token', 64)],
    passwords: [{ domain: `${name}-account`, user: 'exporter', password: hex('password', 24) }],
    agency: true,
    ...(options.maxRequestsPerSecond === undefined
      ? {}
      : { maxRequestsPerSecond: options.maxRequestsPerSecond }),
    instances: Array.from({ length: options.instances ?? 1 }, (_, instance) =>
      sampleInstance(seed, `project ${index} instance ${instance}`, instance, options.nodesPerInstance ?? 3),
    ),
  };
}

function sampleInstance(seed: number, key: string, index: number, nodes: number): SimulatedInstance {
  const name = nameAt(INSTANCE_NAMES, index);
  return {
    id: `${seededHex(seed, key, 32)}in07`,
    name,
    status: 'ACTIVE',
    tags: { env: index % 3 === 2 ? 'test' : 'prod', team: name },
    nodes: Array.from({ length: nodes }, (_, node) => sampleNode(seed, key, name, node)),
  };
}

function sampleNode(seed: number, key: string, instanceName: string, index: number): SimulatedNode {
  return {
    id: `${seededHex(seed, `${key} node ${index}`, 32)}no07`,
    name: index === 0 ? `${instanceName}-primary` : `${instanceName}-replica-${index}`,
    type: index === 0 ? 'master' : 'slave',
    status: 'ACTIVE',
    maxConnections: MAX_CONNECTIONS,
  };
}

/** `orders`, `payments`, … and from the second round on `orders-2`, `payments-2`, … */
function nameAt(names: readonly string[], index: number): string {
  const round = Math.floor(index / names.length);
  const name = names[index % names.length] ?? '';
  return round === 0 ? name : `${name}-${round + 1}`;
}
