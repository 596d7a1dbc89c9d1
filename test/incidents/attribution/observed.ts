// Collections for tests: groups of sessions that are alike, counted plainly.
import type { Observed } from '../../../src/incidents/observation.js';
import type { Dimension } from '../../../src/sessions/dimensions.js';
import { NONE, OTHER } from '../../../src/sessions/label-text.js';
import { MAX_ACTIVE_VALUES, MAX_PAIRS, type NotableSession } from '../../../src/sessions/session-details.js';
import type { Snapshot, ValueCount } from '../../../src/sessions/snapshot.js';
import type { Statement } from '../../../src/statements/statement.js';

export interface Group {
  readonly count: number;
  readonly user?: string;
  readonly host?: string;
  readonly database?: string;
  /** Absent: Sleep. */
  readonly command?: string;
  readonly state?: string;
  /** Its digest. */
  readonly statement?: string;
}

export interface Lacks {
  readonly dimensions?: readonly Dimension[];
  readonly statements?: boolean;
  readonly details?: boolean;
  readonly active?: boolean;
  readonly maxValues?: number;
  readonly notable?: readonly NotableSession[];
  readonly snapshot?: Partial<Snapshot>;
}

const DIMENSIONS = ['state', 'user', 'host', 'database', 'command'] as const;

export function observed(groups: readonly Group[], lacks: Lacks = {}): Observed {
  const filled = groups.map((group) => ({ command: 'Sleep', ...group }));
  const active = filled.filter(({ command }) => command !== 'Sleep');
  const dimensions = DIMENSIONS.filter((dimension) => lacks.dimensions?.includes(dimension) !== true);
  const by = (some: readonly Group[], dimension: (typeof DIMENSIONS)[number]) =>
    counted(some.map((group) => [group[dimension] ?? NONE, group.count]));
  const statements = counted(
    active.flatMap(({ statement, count }) => (statement ? [[statement, count]] : [])),
  );
  const snapshot: Snapshot = {
    filter: 'total',
    listed: total(filled),
    sessions: total(filled),
    ...(lacks.active !== true && { active: total(active) }),
    times: [],
    longest: [],
    dimensions: new Map(
      dimensions.map((dimension) => [dimension, shown(by(filled, dimension), lacks.maxValues ?? 100)]),
    ),
    ...(lacks.statements !== true && {
      statements: {
        sessions: statements.reduce((sum, { sessions }) => sum + sessions, 0),
        shown: statements
          .slice(0, 10)
          .map(({ value, sessions }) => ({ statement: statementOf(value), sessions, users: [], hosts: [] })),
        rest: { sessions: statements.slice(10).reduce((sum, { sessions }) => sum + sessions, 0) },
        distinct: statements.length,
        error: 0,
      },
    }),
    ...lacks.snapshot,
  };
  return { snapshot, details: lacks.details === true ? undefined : detailsOf(filled, lacks) };

  function detailsOf(all: readonly Group[], { notable = [] }: Lacks): NonNullable<Observed['details']> {
    const hasPairs = dimensions.includes('user') && dimensions.includes('host');
    const pairOf = ({ user = NONE, host = NONE }: Group) => JSON.stringify([user, host]);
    const activeOf = new Map(counted(active.map((group) => [pairOf(group), group.count])).map(entryOf));
    return {
      pairs: hasPairs
        ? counted(all.map((group) => [pairOf(group), group.count]))
            .slice(0, MAX_PAIRS)
            .map(({ value, sessions }) => {
              const [user, host]: [string, string] = JSON.parse(value);
              return { user, host, sessions, active: activeOf.get(value) ?? 0 };
            })
        : [],
      active: new Map(
        lacks.active === true
          ? []
          : dimensions.map((dimension) => [dimension, by(active, dimension).slice(0, MAX_ACTIVE_VALUES)]),
      ),
      notable,
    };
  }
}

export function statementOf(digest: string, text = 'SELECT * FROM secret_table WHERE id = ?'): Statement {
  return { digest, text, family: digest, isCut: false, isAmbiguous: false, isSensitive: false };
}

/** As many groups, told from each other by number. */
export function many(count: number, group: (number: number) => Group): Group[] {
  return Array.from({ length: count }, (_, number) => group(number));
}

function counted(all: readonly (readonly [value: string, count: number])[]): ValueCount[] {
  const sums = new Map<string, number>();
  for (const [value, count] of all) {
    sums.set(value, (sums.get(value) ?? 0) + count);
  }
  return [...sums]
    .map(([value, sessions]) => ({ value, sessions }))
    .sort((a, b) => b.sessions - a.sessions || (a.value < b.value ? -1 : 1));
}

function shown(values: readonly ValueCount[], maxValues: number) {
  const rest = values.slice(maxValues).reduce((sum, { sessions }) => sum + sessions, 0);
  const all = [...values.slice(0, maxValues), ...(rest > 0 ? [{ value: OTHER, sessions: rest }] : [])];
  return { values: all.sort((a, b) => (a.value < b.value ? -1 : 1)), distinct: values.length };
}

function total(groups: readonly Group[]): number {
  return groups.reduce((sum, { count }) => sum + count, 0);
}

function entryOf({ value, sessions }: ValueCount): [string, number] {
  return [value, sessions];
}
