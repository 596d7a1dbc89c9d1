// The nodes to collect: those that the configuration lists and those that discovery found; of both, our shard's.

import type { Config } from '../config/config-schema.js';
import type { FoundNode } from '../discover/node-finder.js';
import { isInShard, type Shard } from '../discover/shard.js';
import type { DatabaseNode } from '../model/node.js';

/** A node both listed and found is as listed, and what the list does not say is as found. */
export function fleetNodes(
  config: Config,
  shard: Shard,
  foundIn: (project: string) => readonly FoundNode[] = () => [],
): DatabaseNode[] {
  const found = new Map<string, DatabaseNode>();
  for (const { name: project, region: cloudRegion } of config.projects) {
    for (const node of foundIn(project)) {
      const { labels } = config.metrics;
      const { schedule } = config.collection;
      // Two projects of the configuration can be one of the cloud: the first has the node.
      if (!found.has(node.nodeId)) {
        found.set(node.nodeId, { ...node, project, cloudRegion, labels, schedule });
      }
    }
  }

  const nodes = new Map(found);
  for (const project of config.projects) {
    for (const listed of project.nodes) {
      const known = found.get(listed.node_id);
      nodes.set(listed.node_id, {
        project: project.name,
        instanceId: listed.instance_id,
        nodeId: listed.node_id,
        name: listed.name ?? known?.name ?? '',
        instanceName: known?.instanceName ?? '',
        cloudRegion: project.region,
        role: known?.role ?? '',
        ...(known?.maxConnections === undefined ? {} : { maxConnections: known.maxConnections }),
        labels: { ...config.metrics.labels, ...listed.labels },
        schedule: listed.schedule ?? config.collection.schedule,
      });
    }
  }
  return [...nodes.values()].filter(({ nodeId }) => isInShard(nodeId, shard));
}
