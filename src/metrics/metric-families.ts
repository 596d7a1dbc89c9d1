// Every metric family of this program, in the order of publication: what is rendered, linted and documented.
import { AGENT_FAMILIES } from './agent-families.js';
import type { AgentFamily, FleetFamily, NodeFamily } from './metric-family.js';
import { SNAPSHOT_FAMILIES } from './snapshot-families.js';
import { STATEMENT_INFO } from './statement-info.js';
import { STATUS_FAMILIES } from './status-families.js';

/** The families whose series belong to a node. */
export const NODE_FAMILIES: readonly NodeFamily[] = [...SNAPSHOT_FAMILIES, ...STATUS_FAMILIES];

export const METRIC_FAMILIES: readonly (NodeFamily | FleetFamily | AgentFamily)[] = [
  ...NODE_FAMILIES,
  STATEMENT_INFO,
  ...AGENT_FAMILIES,
];
