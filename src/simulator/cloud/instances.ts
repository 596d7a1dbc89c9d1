// The instances and nodes of a project, as the listing and the detail show them.
// API reference: ListGaussMySqlInstances, ShowGaussMySqlInstanceInfo, and under v3.1 the pages of these names with UnifyStatus.
import { type Answer, apiRefusal, jsonAnswer, parameterRefusal } from './answer.js';
import type { Route } from './route.js';
import type { SimulatedInstance, SimulatedNode, SimulatedProject } from './simulated-fleet.js';
import type { SimulatorRequest } from './simulator-request.js';

const MAX_LIMIT = 100;
/** The words of v3.1, where they are others. */
const UNIFIED: Readonly<Record<string, string>> = {
  ACTIVE: 'normal',
  FAILED: 'abnormal',
  FROZEN: 'abnormal',
  BUILD: 'creating',
};

/** One page of the project's instances, by offset and limit; they come without their nodes. */
export function listInstances(
  request: SimulatorRequest,
  project: SimulatedProject,
  version: Route['version'],
): Answer {
  const offset = pagingNumber(request, 'offset', 0, 0, Number.MAX_SAFE_INTEGER);
  const limit = pagingNumber(request, 'limit', MAX_LIMIT, 1, MAX_LIMIT);
  const page = project.instances.slice(offset, offset + limit);
  return jsonAnswer(200, {
    instances: page.map((instance) => instanceBody(instance, project.region, version)),
    total_count: project.instances.length,
  });
}

export function showInstance(
  project: SimulatedProject,
  instanceId: string,
  version: Route['version'],
): Answer {
  const instance = findInstance(project, instanceId);
  return jsonAnswer(200, {
    instance: {
      ...instanceBody(instance, project.region, version),
      node_count: instance.nodes.length,
      nodes: instance.nodes.map((node, index) => nodeBody(node, project.region, index)),
    },
  });
}

/** Throws a Refusal where the project has no such node. */
export function findNode(project: SimulatedProject, instanceId: string, nodeId: string): SimulatedNode {
  const node = findInstance(project, instanceId).nodes.find(({ id }) => id === nodeId);
  if (node === undefined) {
    throw apiRefusal(404, 'DBS.200002', 'The DB instance node does not exist.');
  }
  return node;
}

function findInstance(project: SimulatedProject, instanceId: string): SimulatedInstance {
  const instance = project.instances.find(({ id }) => id === instanceId);
  if (instance === undefined) {
    throw apiRefusal(404, 'DBS.200002', 'The DB instance does not exist.');
  }
  return instance;
}

function pagingNumber(
  request: SimulatorRequest,
  name: string,
  fallback: number,
  min: number,
  max: number,
): number {
  const text = request.query.get(name);
  if (text === null) {
    return fallback;
  }
  const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) {
    throw parameterRefusal();
  }
  return value;
}

function instanceBody(
  instance: SimulatedInstance,
  region: string,
  version: Route['version'],
): Record<string, unknown> {
  return {
    id: instance.id,
    name: instance.name,
    status: version === 'v3.1' ? (UNIFIED[instance.status] ?? instance.status) : instance.status,
    type: 'Cluster',
    region,
    port: '3306',
    datastore: { type: 'gaussdb-mysql', version: '8.0' },
    private_ips: ['192.168.0.10'],
    enterprise_project_id: '0',
    time_zone: 'UTC',
    tags: Object.entries(instance.tags).map(([key, value]) => ({ key, value })),
  };
}

function nodeBody(node: SimulatedNode, region: string, index: number): Record<string, unknown> {
  return {
    id: node.id,
    name: node.name,
    type: node.type,
    status: node.status,
    port: 3306,
    az_code: `${region}${'abc'[index % 3]}`,
    region_code: region,
    max_connections: String(node.maxConnections),
    vcpus: '8',
    ram: '32',
    priority: index === 0 ? -1 : index,
  };
}
