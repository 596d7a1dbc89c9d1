// The wiring without a project, for nodes whose statuses a test makes up.
import { type Wiring, wire } from '../../src/agent/wire.js';
import type { Clock } from '../../src/clock.js';
import type { NodeStatus } from '../../src/collect/node-store.js';
import { defaultSettings } from '../../src/config/config-schema.js';
import { WHOLE_FLEET } from '../../src/discover/shard.js';
import { RecordedLog } from './recorded-log.js';

export function wireNodes(statuses: readonly NodeStatus[], clock: Clock): Wiring {
  const dependencies = { shard: WHOLE_FLEET, clock, log: new RecordedLog() };
  const wiring = wire({ ...defaultSettings(), projects: [] }, dependencies);
  wiring.store.setNodes(statuses.map(({ node }) => node));
  for (const { node, ...status } of statuses) {
    wiring.store.update(node.nodeId, () => status);
  }
  return wiring;
}
