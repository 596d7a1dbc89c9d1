// The cloud of the fleet benchmark, in a process of its own: its work must not count as the agent's.
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { startSimulator } from '../../src/simulator/start-simulator.js';

const NODES_PER_INSTANCE = 4;

/** Resolves to the address and the fleet, each node of which answers with `csvFile`. */
export async function run(nodes: number, csvFile: string) {
  const fleet = sampleFleet({ instances: nodes / NODES_PER_INSTANCE, nodesPerInstance: NODES_PER_INSTANCE });
  const projects = fleet.map((project) => ({
    ...project,
    instances: project.instances.map((instance) => ({
      ...instance,
      nodes: instance.nodes.map((node) => ({ ...node, csvFile })),
    })),
  }));
  const { url } = await startSimulator({ projects, taskSeconds: { min: 0.2, max: 1 } });
  return { url, projects };
}
