// Configuration → what of the nodes' schedules the projects' budgets of requests do not carry.

import type { Config } from '../config/config-schema.js';
import type { DatabaseNode } from '../model/node.js';
import { capacityWarnings } from '../schedule/capacity.js';
import { shortestGapMs } from '../schedule/cron-expression.js';

export function capacityOf(config: Config, nodes: readonly DatabaseNode[]): string[] {
  return config.projects.flatMap(({ name, api }) =>
    capacityWarnings(
      nodes.filter(({ project }) => project === name),
      (schedule) => shortestGapMs(schedule, config.collection.timezone),
      api.max_requests_per_second,
    ),
  );
}
