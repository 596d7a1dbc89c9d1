// A culprit, or that there is none, in one line.
import { NONE } from '../../sessions/label-text.js';
import { counted, percent } from '../../visible-text.js';
import type { Measure } from '../observation.js';
import type { List } from './counted-values.js';
import { type Explanation, type GrowthFigures, mainMover, type Suspect } from './explanation.js';
import { type GrownLists, type Mover, shareOf } from './grown-values.js';
import { fitted, MAX_HEADLINE, type ShownName, statementName } from './names.js';

/** In which the clients of a leak are; most sessions are at all times, so it is worth a word where nearly all of the growth is. */
const ASLEEP = /^sleep$/iu;
const NEARLY_ALL = 0.9;
const MOST = 0.67;
/** `Waiting for table metadata lock`, `System lock`: what a person would ask for next. */
const WAITS = /^waiting\b|\block\b/iu;
/** Of lists that a spread growth is told by. */
const SPREAD_OVER = ['host', 'user', 'database'] as const;

/** A session list always has users and hosts: where they are not counted, somebody wanted it so. */
export const NOT_COUNTED = 'of which users and hosts is not counted (metrics.dimensions)';

/** `svc@billing from billing-1.internal: 7 → 129 sessions, 91 % of the growth`. */
export function headlineOf({ list, movers, share }: Explanation, figures: GrowthFigures): string {
  const [first] = movers;
  const sessions = sessionsText(list === 'statement' ? 'active' : figures.measure);
  const explained = `${percent(share)} of the growth`;
  const subject = (mover: Mover, shown: ShownName) =>
    movers.length === 1 || list === 'statement' ? subjectOf(list, mover, shown) : bareName(mover, shown);
  const line = fitted((shown) =>
    movers.length === 1 && first !== undefined
      ? `${subject(first, shown)}: ${first.before} → ${first.now} ${sessions}${usersOf(list, figures)}, ${explained}`
      : `${joined(movers.map((mover) => `${subject(mover, shown)} (${fromTo(mover)})`))} ${sessions}, ${explained}`,
  );
  return withAddition(line, whatTheyDo(figures));
}

/** `no single user, host or statement: +143 spread over 40 hosts`. */
export function spreadHeadline(figures: GrowthFigures): string {
  const { measure, totals, lists } = figures;
  const growth = `+${totals.growth}`;
  const spread = SPREAD_OVER.flatMap((list) => {
    const { grown = 0, isPart = false } = lists.get(list) ?? {};
    return grown > 1 ? [`${isPart ? 'more than ' : ''}${counted(grown, list)}`] : [];
  }).slice(0, 2);
  const over = spread.length === 0 ? ` ${sessionsText(measure)}` : ` spread over ${joined(spread)}`;
  const main = (['user', 'host', 'statement', 'database'] as const).flatMap(
    (list) => mainMover(list, figures) ?? [],
  );
  const [first] = main;
  const [mover] = first?.movers ?? [];
  if (first !== undefined && mover !== undefined) {
    return fitted((shown) => {
      const name = subjectOf(first.list, mover, shown);
      return `nobody grew much more than the rest: ${growth}${over}; the most are of ${name}, as before (${fromTo(mover)})`;
    });
  }
  const asked = (['user', 'host', 'statement'] as const).filter((list) => lists.has(list));
  return asked.length === 0
    ? `${growth} ${sessionsText(measure)}; ${NOT_COUNTED}`
    : `no single ${joined(asked, 'or')}: ${growth}${over}`;
}

export function sessionsText(measure: Measure): string {
  return measure === 'active' ? 'active sessions' : 'sessions';
}

function subjectOf(list: Suspect, mover: Mover, shown: ShownName): string {
  switch (list) {
    case 'pairs':
      return bareName(mover, shown);
    case 'statement':
      return statementName({ digest: mover.value, text: mover.statement?.text ?? '' });
    case 'database':
      return mover.value === NONE ? 'without a database' : `database ${shown(mover.value)}`;
    default:
      return `${list} ${shown(mover.value)}`;
  }
}

/** `svc@billing from billing-1.internal`. */
export function clientName(user: string | undefined, host: string | undefined, shown: ShownName): string {
  const from = host === undefined ? '' : `from ${shown(host)}`;
  return user === undefined ? from : `${shown(user)} ${from}`.trimEnd();
}

function bareName({ value, host }: Mover, shown: ShownName): string {
  return clientName(value, host, shown);
}

/** Of a statement that no single user runs. */
function usersOf(list: Suspect, { lists }: GrowthFigures): string {
  const grown = lists.get('user')?.grown ?? 0;
  return list === 'statement' && grown > 1 ? ` over ${grown} users` : '';
}

function whatTheyDo({ measure, lists }: GrowthFigures): string {
  const state = mainlyIn('state', MOST, lists);
  if (state !== undefined && WAITS.test(state)) {
    return fitted((shown) => `, most in state "${shown(state)}"`);
  }
  return measure === 'sessions' && ASLEEP.test(mainlyIn('command', NEARLY_ALL, lists) ?? '')
    ? ', nearly all asleep'
    : '';
}

function mainlyIn(list: List, part: number, lists: GrownLists): string | undefined {
  const grown = lists.get(list);
  const [first] = grown?.movers ?? [];
  return grown !== undefined && first !== undefined && shareOf(grown, first) >= part
    ? first.value
    : undefined;
}

function withAddition(line: string, addition: string): string {
  return line.length + addition.length <= MAX_HEADLINE ? line + addition : line;
}

function fromTo({ before, now }: Mover): string {
  return `${before} → ${now}`;
}

/** `a`, `a and b`, `a, b and c`. */
function joined(parts: readonly string[], last = 'and'): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} ${last} ${parts.at(-1)}`;
}
