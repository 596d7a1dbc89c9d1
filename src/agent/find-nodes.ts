// Discovery as the configuration describes it: what to look for in each project.
import type { Clock } from '../clock.js';
import type { ProjectConfig } from '../config/config-schema.js';
import type { Findings, FindNodes } from '../discover/node-finder.js';
import type { Log } from '../log.js';
import { startDeadline } from '../model/deadline.js';
import { explainFailure } from '../model/failure.js';
import type { ProjectClients } from './project-clients.js';

/** Enough for thousands of instances within a project's budget of requests. */
const SEARCH_TIMEOUT_MS = 600_000;

export function finderOf({ name, discovery }: ProjectConfig, clients: ProjectClients): FindNodes {
  const { instance_name: instanceName, tags, status: statuses, role } = discovery;
  return (deadline) => clients.discoverNodes(name, { instanceName, tags, statuses, role }, deadline);
}

/** One search of each of these projects, outside any schedule; by name. A project that cannot be read is a failure. */
export async function findNodesOnce(
  projects: readonly ProjectConfig[],
  clients: ProjectClients,
  clock: Clock,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, Findings>> {
  const searches = projects.map(async (project): Promise<[string, Findings]> => {
    const deadline = startDeadline(clock, SEARCH_TIMEOUT_MS, signal);
    try {
      return [project.name, await finderOf(project, clients)(deadline)];
    } catch (error) {
      return [project.name, { nodes: [], failures: [explainFailure(error)] }];
    } finally {
      deadline.clear();
    }
  });
  return new Map(await Promise.all(searches));
}

/** Whether every project was read in full; the log tells which was not. */
export function areComplete(found: ReadonlyMap<string, Findings>, log: Log): boolean {
  for (const [project, { failures }] of found) {
    for (const { reason, message, details } of failures) {
      log.error('discovery failed', { ...details, project, reason, error: message });
    }
  }
  return [...found.values()].every(({ failures }) => failures.length === 0);
}
