// Configuration → how the scheduler runs, and what it runs.
import type { Config } from '../config/config-schema.js';
import { nextRuns } from '../schedule/cron-expression.js';
import type { SchedulerOptions } from '../schedule/scheduler.js';
import { staleAt } from '../schedule/stale-after.js';
import { type CollectorSurroundings, createCollector } from './create-collector.js';

export function schedulerOptions(
  config: Config,
  surroundings: Omit<CollectorSurroundings, 'staleAt'>,
): SchedulerOptions {
  const { timezone, splay, timeout, stale_after: staleAfterMs, max_concurrent } = config.collection;
  const runs = (schedule: string, count: number) => nextRuns(schedule, timezone, count);
  const collector = createCollector(config, {
    ...surroundings,
    staleAt: (node, successAt) =>
      staleAt(node, successAt, { nextRuns: runs, splayMs: splay, timeoutMs: timeout, staleAfterMs }),
  });
  return { collector, nextRuns: runs, splayMs: splay, maxConcurrent: max_concurrent };
}
