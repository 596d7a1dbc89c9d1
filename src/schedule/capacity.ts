// Whether the API's budget of requests carries the schedules: said at the start, before collections are late.
import type { DatabaseNode } from '../model/node.js';

/** Submit, two questions for the status, download. */
const REQUESTS_PER_COLLECTION = 4;

export interface CapacityWarning {
  readonly project: string;
  readonly warning: string;
}

/** One warning per project whose nodes need more requests than it may make; `budgets` in requests per second. */
export function capacityWarnings(
  nodes: readonly Pick<DatabaseNode, 'project' | 'schedule'>[],
  shortestGapMs: (schedule: string) => number,
  budgets: ReadonlyMap<string, number>,
): CapacityWarning[] {
  const rates = new Map<string, number>();
  for (const { schedule } of nodes) {
    if (!rates.has(schedule)) {
      rates.set(schedule, REQUESTS_PER_COLLECTION / (shortestGapMs(schedule) / 1000));
    }
  }

  const needs = new Map<string, { nodes: number; requestsPerSecond: number }>();
  for (const { project, schedule } of nodes) {
    const need = needs.get(project) ?? { nodes: 0, requestsPerSecond: 0 };
    need.nodes += 1;
    need.requestsPerSecond += rates.get(schedule) ?? 0;
    needs.set(project, need);
  }

  return [...needs].flatMap(([project, need]) => {
    const budget = budgets.get(project) ?? 0;
    return need.requestsPerSecond <= budget
      ? []
      : [
          {
            project,
            warning:
              `schedules of project "${project}": got ${need.nodes} nodes that need ` +
              `${need.requestsPerSecond.toFixed(2)} requests per second (${REQUESTS_PER_COLLECTION} for each collection), ` +
              `expected at most ${budget} (api.max_requests_per_second): collections will be late or skipped`,
          },
        ];
  });
}
