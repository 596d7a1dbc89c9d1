// Configuration → the nodes that it lists.
import type { DatabaseNode } from '../collect/database-node.js';
import type { Config } from '../config/config-schema.js';

export function listedNodes(config: Config): DatabaseNode[] {
  return config.projects.flatMap((project) =>
    project.nodes.map((node) => ({
      project: project.name,
      instanceId: node.instance_id,
      nodeId: node.node_id,
      name: node.name ?? '',
      instanceName: '',
      cloudRegion: project.region,
      role: '',
      labels: { ...config.metrics.labels, ...node.labels },
      schedule: node.schedule ?? config.collection.schedule,
    })),
  );
}
