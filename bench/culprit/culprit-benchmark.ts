// Whether the right user, host, database and statement are named of incidents of which it is known, by the program and by rules of one line.
import { attribute } from '../../src/incidents/attribution/attribute.js';
import type { Before } from '../../src/incidents/attribution/before.js';
import { countedList } from '../../src/incidents/attribution/counted-values.js';
import { RecentValues } from '../../src/incidents/attribution/recent-values.js';
import type { Measure, Observed } from '../../src/incidents/observation.js';
import type { Table } from '../table.js';
import { KINDS, type KindName, type SampleIncident, sampleIncident, type Truth } from './incidents.js';
import { observe } from './observe-rows.js';

/** Of each kind. The program's constants were chosen on seeds below 300,000. */
const INCIDENTS = 50;
const FIRST_SEED = 1_000_000;
const GOAL_PERCENT = 95;
const VERDICTS = ['one', 'several', 'none'] as const;
const FIELDS = ['user', 'host', 'database', 'statement'] as const;

type Rule = (now: Observed, before: Before | undefined, measure: Measure) => Truth;

const RULES = {
  program: (now, before, measure) => {
    const { culprit } = attribute(now, before, measure);
    return { ...culprit, statement: culprit.statement?.digest ?? null };
  },
  'largest value': (now, _, measure) => named((list) => topOf(now, list, measure, () => 0)?.value),
  'largest growth': (now, before, measure) =>
    named((list) => topOf(now, list, measure, (key) => before?.of(list, key, measure) ?? 0)?.value),
  'largest growth, if 67 %': (now, before, measure) => {
    const growth = (now.snapshot[measure] ?? 0) - (before?.total(measure) ?? 0);
    return named((list) => {
      const top = topOf(now, list, measure, (key) => before?.of(list, key, measure) ?? 0);
      return top && top.growth >= 0.67 * growth ? top.value : undefined;
    });
  },
} as const satisfies Readonly<Record<string, Rule>>;

interface Judged {
  readonly kind: KindName;
  readonly truth: Truth;
  readonly said: Readonly<Record<keyof typeof RULES, Truth>>;
}

export async function culpritBenchmark(): Promise<readonly Table[]> {
  const judged = await judgedIncidents(FIRST_SEED);
  return [byKind(judged), confusion(judged)];
}

async function judgedIncidents(firstSeed: number): Promise<Judged[]> {
  const all: Judged[] = [];
  for (const [number, kind] of (Object.keys(KINDS) as KindName[]).entries()) {
    let judged = 0;
    for (let seed = firstSeed + 5_000 * number; judged < INCIDENTS; seed++) {
      const incident = sampleIncident(kind, seed);
      if (incident !== undefined) {
        all.push(await judge(kind, incident));
        judged += 1;
      }
    }
  }
  return all;
}

async function judge(
  kind: KindName,
  { collections, since, measure, truth }: SampleIncident,
): Promise<Judged> {
  const recent = new RecentValues();
  let now: Observed | undefined;
  for (const rows of collections) {
    now = await observe(rows, now?.snapshot);
    recent.add(now);
  }
  if (now === undefined) {
    throw new RangeError(`${kind}: got no collection`);
  }
  const before = recent.before(since);
  const said = Object.fromEntries(
    Object.entries(RULES).map(([name, rule]) => [name, rule(now, before, measure)]),
  );
  return { kind, truth, said: said as Judged['said'] };
}

function named(nameOf: (list: (typeof FIELDS)[number]) => string | undefined): Truth {
  const [user = null, host = null, database = null, statement = null] = FIELDS.map(nameOf);
  const isNone = user === null && host === null && database === null && statement === null;
  return { verdict: isNone ? 'none' : 'one', user, host, database, statement };
}

function topOf(
  now: Observed,
  list: (typeof FIELDS)[number],
  measure: Measure,
  beforeOf: (key: string) => number,
): { readonly value: string; readonly growth: number } | undefined {
  return countedList(list, now)
    ?.values.map(({ key, value, sessions = 0, active = 0 }) => ({
      value,
      growth: (list === 'statement' || measure === 'active' ? active : sessions) - beforeOf(key),
    }))
    .toSorted((a, b) => b.growth - a.growth)[0];
}

/** Rules that always name everything are right if what is to be named is what they name. */
function isRight(truth: Truth, said: Truth, rule: keyof typeof RULES): boolean {
  if (rule === 'largest value' || rule === 'largest growth') {
    return truth.verdict === 'one' && FIELDS.every((field) => [null, said[field]].includes(truth[field]));
  }
  return truth.verdict === said.verdict && FIELDS.every((field) => truth[field] === said[field]);
}

function percentRight(judged: readonly Judged[], right: (one: Judged) => boolean): number {
  return (100 * judged.filter(right).length) / judged.length;
}

function byKind(judged: readonly Judged[]): Table {
  const kinds = Object.keys(KINDS) as KindName[];
  const row = (title: string, of: readonly Judged[]) => {
    const all = (Object.keys(RULES) as (keyof typeof RULES)[]).map((rule) =>
      percentRight(of, ({ truth, said }) => isRight(truth, said[rule], rule)),
    );
    const fields = FIELDS.map((field) =>
      percentRight(of, ({ truth, said }) => truth[field] === said.program[field]),
    );
    const [program = 0] = all;
    return [title, of.length, ...all, ...fields, GOAL_PERCENT, program >= GOAL_PERCENT ? 'yes' : 'NO'];
  };
  return {
    title:
      'Culprits: percent of incidents of which user, host, database and statement are right, all of them',
    columns: [
      'incidents',
      'n',
      ...Object.keys(RULES),
      ...FIELDS.map((field) => `program: ${field}`),
      'goal',
      'reached',
    ],
    rows: [
      ...kinds.map((kind) =>
        row(
          kind,
          judged.filter((one) => one.kind === kind),
        ),
      ),
      row(
        'all with a culprit',
        judged.filter(({ truth }) => truth.verdict !== 'none'),
      ),
      row(
        'all that are spread',
        judged.filter(({ truth }) => truth.verdict === 'none'),
      ),
    ],
  };
}

function confusion(judged: readonly Judged[]): Table {
  return {
    title: 'Culprits: verdicts of the program',
    columns: ['it was', 'n', ...VERDICTS.map((verdict) => `said: ${verdict}`)],
    rows: VERDICTS.map((was) => {
      const of = judged.filter(({ truth }) => truth.verdict === was);
      const said = VERDICTS.map((verdict) => of.filter((one) => one.said.program.verdict === verdict).length);
      return [was, of.length, ...said];
    }),
  };
}
