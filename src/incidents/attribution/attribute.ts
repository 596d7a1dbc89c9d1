// From a snapshot and what was before it to who and what is behind the growth.
import type { Measure, Observed } from '../observation.js';
import type { Culprit, Growth, StatementName } from '../record.js';
import type { Before } from './before.js';
import {
  explanationOf,
  type GrowthFigures,
  hasSuspects,
  mainMover,
  type Suspect,
  type Totals,
} from './explanation.js';
import { grownLists, growthOf, rounded } from './grown-values.js';
import { headlineOf, sessionsText, spreadHeadline } from './headline.js';

export interface Attribution {
  readonly growth: Growth;
  readonly culprit: Culprit;
  /** Null where it is not known. */
  readonly before: { readonly sessions: number | null; readonly active: number | null };
}

/** `before`: undefined where nothing is known of the time before. */
export function attribute(now: Observed, before: Before | undefined, measure: Measure): Attribution {
  const figures = figuresOf(now, before, measure);
  return {
    growth: growthOf(figures?.lists ?? new Map()),
    culprit: figures === undefined ? nothingKnown(now, before, measure) : culpritOf(figures),
    before: { sessions: before?.total('sessions') ?? null, active: before?.total('active') ?? null },
  };
}

export function noCulprit(headline: string, share: number | null = null): Culprit {
  return { verdict: 'none', share, user: null, host: null, database: null, statement: null, headline };
}

function figuresOf(now: Observed, before: Before | undefined, measure: Measure): GrowthFigures | undefined {
  const totals = totalsOf(now, before, measure);
  if (before === undefined || totals === undefined) {
    return undefined;
  }
  return {
    measure,
    totals,
    activeTotals: totalsOf(now, before, 'active'),
    lists: grownLists(now, before, measure, totals.growth),
  };
}

function totalsOf({ snapshot }: Observed, before: Before | undefined, measure: Measure): Totals | undefined {
  const then = before?.total(measure);
  const now = snapshot[measure];
  return then === undefined || now === undefined ? undefined : { before: then, growth: now - then };
}

function nothingKnown({ snapshot }: Observed, before: Before | undefined, measure: Measure): Culprit {
  const sessions = sessionsText(measure);
  const now = snapshot[measure];
  if (now === undefined) {
    return noCulprit(`the session list does not say how many ${sessions} there are`);
  }
  const then = before?.total(measure);
  return noCulprit(
    then === undefined
      ? `${now} ${sessions}: how many there were before is not known`
      : `${then} → ${now} ${sessions}`,
  );
}

function culpritOf(figures: GrowthFigures): Culprit {
  const { measure, totals } = figures;
  if (totals.growth <= 0) {
    const now = totals.before + totals.growth;
    return noCulprit(`no growth: ${totals.before} → ${now} ${sessionsText(measure)}`);
  }
  const explanation = explanationOf(figures);
  if (explanation === undefined) {
    return noCulprit(spreadHeadline(figures), hasSuspects(figures) ? 0 : null);
  }
  return {
    verdict: explanation.movers.length === 1 ? 'one' : 'several',
    share: rounded(explanation.share),
    user: mainValue('user', figures),
    host: mainValue('host', figures),
    database: mainValue('database', figures),
    statement: mainStatement(figures),
    headline: headlineOf(explanation, figures),
  };
}

/** Beside what surprises, whatever has most of the growth is named: the only database too. */
function mainValue(list: Suspect, figures: GrowthFigures): string | null {
  return mainMover(list, figures)?.movers[0]?.value ?? null;
}

function mainStatement(figures: GrowthFigures): StatementName | null {
  const [mover] = mainMover('statement', figures)?.movers ?? [];
  return mover === undefined ? null : { digest: mover.value, text: mover.statement?.text || null };
}
