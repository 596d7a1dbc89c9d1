// A node that is watched, collected once a minute by a test that says what there is.
import { type EpochMs, epochMs } from '../../../src/clock.js';
import type { Observation } from '../../../src/incidents/observation.js';
import type { IncidentRecord } from '../../../src/incidents/record.js';
import type { TriggerSettings } from '../../../src/incidents/settings.js';
import { NodeWatch, type Watched } from '../../../src/incidents/watch/node-watch.js';
import { readSnapshot } from '../../../src/sessions/read-snapshot.js';
import { emptyTally } from '../../../src/sessions/snapshot.js';
import { sampleNode } from '../../collect/sample-node.js';
import { inChunks, SETTINGS } from '../../sessions/session-file.js';
import { type Group, type Lacks, observed } from '../attribution/observed.js';
import { DEFAULT_TRIGGERS } from '../default-triggers.js';

export const NODE = sampleNode({ maxConnections: 5_000 });
export const MINUTE_MS = 60_000;
/** Not on a whole second: ids are. */
export const START = epochMs(Date.UTC(2026, 0, 2, 3, 4, 5, 250));
/** So many collections say what is usual. */
export const LEARNT = 10;

const CALM: readonly Group[] = [
  { count: 50, user: 'shop', host: 'web-1', database: 'shop' },
  { count: 4, user: 'shop', host: 'web-2', database: 'shop', command: 'Query', statement: 'aa' },
];

export function calm(): readonly Group[] {
  return CALM;
}

/** So many more of one user, from one host. */
export function flood(count: number): readonly Group[] {
  return [
    ...CALM,
    { count, user: 'billing', host: 'billing-1', database: 'billing', command: 'Query', statement: 'bb' },
  ];
}

/** Figures that the groups do not have. */
export function withFigures(snapshot: Lacks['snapshot']): Lacks {
  return { snapshot: snapshot ?? {} };
}

export function observation(at: number, groups: readonly Group[], lacks: Lacks = {}): Observation {
  return { node: NODE, at: epochMs(at), ...observed(groups, lacks) };
}

/** Of a session list as it comes from the API. */
export async function observationOf(
  at: number,
  file: string,
  settings: Partial<typeof SETTINGS> = {},
): Promise<Observation> {
  const read = await readSnapshot(
    inChunks(file),
    { ...SETTINGS, details: true, ...settings },
    emptyTally(),
    undefined,
  );
  return { node: NODE, at: epochMs(at), snapshot: read.snapshot, details: read.details };
}

export class WatchedNode {
  readonly watch: NodeWatch;
  /** Of the last collection. */
  at: EpochMs = epochMs(START - MINUTE_MS);
  last: Watched = { news: undefined, record: undefined };

  constructor(
    settings: Partial<TriggerSettings> = {},
    known: ConstructorParameters<typeof NodeWatch>[1] = {},
    at?: EpochMs,
  ) {
    this.watch = new NodeWatch({ ...DEFAULT_TRIGGERS, ...settings }, known);
    this.at = at ?? this.at;
  }

  /** One collection for each. */
  collect(...lists: (readonly Group[] | readonly [readonly Group[], Lacks])[]): IncidentRecord | undefined {
    for (const list of lists) {
      const [groups, lacks] = isWithLacks(list) ? list : [list, {}];
      this.at = epochMs(this.at + MINUTE_MS);
      this.last = this.watch.observe(observation(this.at, groups, lacks));
    }
    return this.last.record;
  }

  /** Until it is known what is usual. */
  learn(): this {
    this.collect(...Array.from({ length: LEARNT }, calm));
    return this;
  }

  get begun(): Readonly<Record<string, number>> {
    return Object.fromEntries(Object.entries(this.watch.status.begun).filter(([, count]) => count > 0));
  }
}

function isWithLacks(
  list: readonly Group[] | readonly [readonly Group[], Lacks],
): list is readonly [readonly Group[], Lacks] {
  return Array.isArray(list[0]);
}

/** As a record has an instant. */
export function written(at: number): string {
  return new Date(at).toISOString();
}

/** As an id has it. */
export function wholeSecond(at: number): number {
  return Math.floor(at / 1000) * 1000;
}
