// A project for people: how many nodes it has, and how its discovery goes. What the page and /api/v1/nodes show of it.
import type { DiscoveryStatus, ProjectStatus } from '../../model/project-status.js';
import { type FailureView, shownMessage, viewDiscoveryFailure } from './failure-view.js';

export interface ProjectView {
  readonly project: string;
  readonly nodes: number;
  readonly nodes_of_all_shards: number;
  readonly discovery: DiscoveryView | null;
}

export interface DiscoveryView {
  /** Null until the first search has ended. */
  readonly up: boolean | null;
  /** Nodes that the last success found, whichever project and shard they are of. */
  readonly found: number | null;
  /** What the last search saw, and why none of it is collected for this project; null where it failed or some is. */
  readonly why_none: string | null;
  /** What to do about that. */
  readonly hint: string | null;
  /** RFC 3339, as all times. */
  readonly last_success: string | null;
  readonly last_error: FailureView | null;
}

const NOTHING_FITS =
  'Compare discovery.instance_name, tags, status and role with the instances of the console, and the project and region with where they are. check-config --online says the same without a restart.';
const OTHERS_HAVE_IT =
  'Two projects of the configuration are one in the cloud, or one lists what the other finds: give each project_id to one project.';

export function viewProject({ name, nodes, nodesOfAllShards, discovery }: ProjectStatus): ProjectView {
  return {
    project: name,
    nodes,
    nodes_of_all_shards: nodesOfAllShards,
    discovery: discovery === undefined ? null : viewDiscovery(discovery, nodesOfAllShards),
  };
}

function viewDiscovery(status: DiscoveryStatus, nodesOfAllShards: number): DiscoveryView {
  const { up, found, lastSuccessAt, lastError } = status;
  return {
    up: up ?? null,
    found: found ?? null,
    ...viewNone(status, nodesOfAllShards),
    last_success: lastSuccessAt === undefined ? null : new Date(lastSuccessAt.wall).toISOString(),
    last_error: lastError === undefined ? null : viewDiscoveryFailure(lastError),
  };
}

function viewNone(
  { up, found = 0, whyNone }: DiscoveryStatus,
  nodesOfAllShards: number,
): Pick<DiscoveryView, 'why_none' | 'hint'> {
  if (up !== true || (found > 0 && nodesOfAllShards > 0)) {
    return { why_none: null, hint: null };
  }
  return found > 0
    ? { why_none: `found ${found}, all collected for other projects`, hint: OTHERS_HAVE_IT }
    : { why_none: shownMessage(whyNone ?? 'no node seen'), hint: NOTHING_FITS };
}

/**
 * Why a project shows fewer nodes than it may have, worst first. Of a project that is `blind` or `empty` nothing can be seen:
 * no shard has a node of it. One that is `failing` or `finds_nothing` has nodes, and new ones are not found. All nodes of one
 * that is `elsewhere` are of other shards.
 */
export const LACKS = ['blind', 'empty', 'failing', 'finds_nothing', 'searching', 'elsewhere'] as const;
export type Lack = (typeof LACKS)[number];

/** Undefined where nothing is missing. */
export function lackOf({ nodes, nodes_of_all_shards: all, discovery }: ProjectView): Lack | undefined {
  if (discovery === null) {
    return undefined;
  }
  if (discovery.up === false) {
    return all === 0 ? 'blind' : 'failing';
  }
  if (discovery.why_none !== null) {
    return all === 0 ? 'empty' : 'finds_nothing';
  }
  if (nodes > 0) {
    return undefined;
  }
  return discovery.up === null ? 'searching' : 'elsewhere';
}
