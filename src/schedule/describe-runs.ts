// The next runs of the schedules that are in use, as lines for people.
import { type EpochMs, elapsedMs } from '../clock.js';
import type { DatabaseNode } from '../model/node.js';
import { nextRuns } from './next-runs.js';
import { TimeZone } from './time-zone.js';

export interface RunsSettings {
  readonly timezone: string;
  readonly splayMs: number;
  /** Of the nodes that discovery finds; undefined where there is none. */
  readonly discoverySchedule: string | undefined;
}

const RUNS_SHOWN = 3;
/** Those of most nodes; every node may have its own. */
const SCHEDULES_SHOWN = 20;

/** A line for each schedule, that of most nodes first. */
export function describeRuns(
  nodes: readonly Pick<DatabaseNode, 'schedule'>[],
  { timezone, splayMs, discoverySchedule }: RunsSettings,
  now: EpochMs,
): string[] {
  const countOf = new Map<string, number>(discoverySchedule === undefined ? [] : [[discoverySchedule, 0]]);
  for (const { schedule } of nodes) {
    countOf.set(schedule, (countOf.get(schedule) ?? 0) + 1);
  }
  const zone = new TimeZone(timezone);
  const bySize = [...countOf].sort(([, a], [, b]) => b - a);
  const lines = bySize.slice(0, SCHEDULES_SHOWN).map(([schedule, count]) => {
    const ofList = count === 0 ? [] : [count === 1 ? '1 node' : `${count} nodes`];
    const discovered = schedule === discoverySchedule ? ['what discovery finds'] : [];
    const users = [...ofList, ...discovered].join(' and ');
    const runs = nextRuns(schedule, timezone, RUNS_SHOWN, now);
    const times = runs.map((run) => wallTime(run, zone)).join(', ');
    return `schedule "${schedule}" (${timezone}, ${users}): next runs ${times}${splayOf(runs, splayMs)}`;
  });
  const left = bySize.length - lines.length;
  return left === 0 ? lines : [...lines, `${left} more schedules`];
}

/** As the wall clocks of the zone show it, with their distance from UTC: they may show it twice. */
function wallTime(run: EpochMs, zone: TimeZone): string {
  const offset = zone.offsetAt(run / 1_000);
  const [date = '', time = ''] = new Date(run + offset * 1_000).toISOString().split(/[T.]/u);
  const minutes = Math.abs(Math.trunc(offset / 60));
  const pad = (number: number) => String(Math.floor(number)).padStart(2, '0');
  return `${date} ${time}${offset < 0 ? '-' : '+'}${pad(minutes / 60)}:${pad(minutes % 60)}`;
}

/** No share of the splay is longer than the time to the next run. */
function splayOf([first, second]: readonly EpochMs[], splayMs: number): string {
  const gapMs = first === undefined || second === undefined ? splayMs : elapsedMs(first, second);
  const mostMs = Math.min(splayMs, gapMs);
  return mostMs === 0 ? '' : `; each node up to ${mostMs / 1_000} s later (collection.splay)`;
}
