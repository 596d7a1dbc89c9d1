// A project for people: how many nodes it has, and how its discovery goes. What the page and /api/v1/nodes show of it.
import type { DiscoveryStatus, ProjectStatus } from '../../model/project-status.js';
import { type FailureView, viewDiscoveryFailure } from './failure-view.js';

export interface ProjectView {
  readonly project: string;
  readonly nodes: number;
  readonly discovery: DiscoveryView | null;
}

export interface DiscoveryView {
  /** Null until the first search has ended. */
  readonly up: boolean | null;
  /** RFC 3339, as all times. */
  readonly last_success: string | null;
  readonly last_error: FailureView | null;
}

export function viewProject({ name, nodes, discovery }: ProjectStatus): ProjectView {
  return { project: name, nodes, discovery: discovery === undefined ? null : viewDiscovery(discovery) };
}

function viewDiscovery({ up, lastSuccessAt, lastError }: DiscoveryStatus): DiscoveryView {
  return {
    up: up ?? null,
    last_success: lastSuccessAt === undefined ? null : new Date(lastSuccessAt.wall).toISOString(),
    last_error: lastError === undefined ? null : viewDiscoveryFailure(lastError),
  };
}

/** Why a project shows fewer nodes than it may have; undefined where nothing says so. */
export type Lack = 'blind' | 'failing' | 'searching' | 'nothing_found';

/** `blind`: discovery fails, and no node is known. */
export function lackOf({ nodes, discovery }: ProjectView): Lack | undefined {
  if (discovery === null) {
    return undefined;
  }
  if (discovery.up === false) {
    return nodes === 0 ? 'blind' : 'failing';
  }
  if (nodes > 0) {
    return undefined;
  }
  return discovery.up === null ? 'searching' : 'nothing_found';
}
