// Who blocks whom, inferred from one session list alone (docs/incidents.md): an empty list where nothing points to anybody.
import type { NotableSession, SessionDetails } from '../../sessions/session-details.js';
import { type Blocker, MAX_BLOCKERS } from '../record.js';
import { reasonsOf } from './reasons.js';
import { SURE, type Suspicion, type Suspicions, suspicionsOf } from './suspicions.js';
import { type Party, partiesOf, type Wait, waitsOf } from './waits.js';

/** Below it nobody is named: of two that fit alike neither is. */
const NAMED = 0.6;
/** As many queues as there are suspects: it is likelier that each has its own than that one holds up all. */
const NAMED_IN_SUM = 0.65;
/** A session that is named may well be what such a wait is for. */
const MAY_WAIT_FOR = 0.3;
/** Of more that could be named, those in whose way most are directly; of which those are told that most wait for in the end. */
const MAX_NAMED = 2 * MAX_BLOCKERS;

interface Likely {
  readonly party: Party;
  readonly isLikely: boolean;
}

interface Named extends Likely {
  /** That wait for it, as far as the list shows them. */
  readonly waits: readonly Wait[];
}

export function findBlockers(details: SessionDetails | undefined): readonly Blocker[] {
  const parties = partiesOf(details?.notable ?? []);
  const waits = waitsOf(parties);
  if (waits.length === 0) {
    return [];
  }
  const named = namedOf(parties, suspicionsOf(parties, waits));
  const waitsFor = new Map(named.map(({ party, waits: direct }) => [party.session, direct]));
  return named
    .map((one) => ({ one, blocker: blockerOf(one, waitingFor(one.party.session, waitsFor)) }))
    .sort(
      (a, b) =>
        byLikelihood(a.one, b.one) ||
        b.blocker.waiting - a.blocker.waiting ||
        ageOf(b.one.party) - ageOf(a.one.party),
    )
    .slice(0, MAX_BLOCKERS)
    .map(({ blocker }) => blocker);
}

function byLikelihood(one: Likely, other: Likely): number {
  return (
    Number(other.isLikely) - Number(one.isLikely) ||
    // What waits itself is not the end of the chain.
    Number(one.party.isWaiting) - Number(other.party.isWaiting)
  );
}

function namedOf(parties: readonly Party[], suspicions: Suspicions): readonly Named[] {
  return parties
    .flatMap((party) => {
      const some = suspicions.get(party.session) ?? [];
      const best = bestOfQueues(some);
      const sum = 1 - best.reduce((doubt, share) => doubt * (1 - share), 1);
      const most = Math.max(...best);
      const direct = some.filter(({ share }) => share >= MAY_WAIT_FOR);
      const count = direct.reduce((total, { waits }) => total + waits.length, 0);
      return most < NAMED && sum < NAMED_IN_SUM ? [] : [{ party, isLikely: most >= SURE, direct, count }];
    })
    .sort((a, b) => byLikelihood(a, b) || b.count - a.count || ageOf(b.party) - ageOf(a.party))
    .slice(0, MAX_NAMED)
    .map(({ party, isLikely, direct }) => ({ party, isLikely, waits: direct.flatMap(({ waits }) => waits) }));
}

/** Of each queue the largest share. */
function bestOfQueues(suspicions: readonly Suspicion[]): readonly number[] {
  const byQueue = new Map<number, number>();
  for (const {
    waits: [wait],
    share,
  } of suspicions) {
    if (wait !== undefined) {
      byQueue.set(wait.queue, Math.max(byQueue.get(wait.queue) ?? 0, share));
    }
  }
  return [...byQueue.values()];
}

function ageOf({ session: { transaction } }: Party): number {
  return transaction?.seconds ?? 0;
}

/** Also those that wait for one which waits for it. */
function waitingFor(
  blocker: NotableSession,
  waitsFor: ReadonlyMap<NotableSession, readonly Wait[]>,
): ReadonlySet<NotableSession> {
  const found = new Set<NotableSession>();
  const left = [blocker];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    for (const { session } of waitsFor.get(next) ?? []) {
      if (session !== blocker && !found.has(session)) {
        found.add(session);
        left.push(session);
      }
    }
  }
  return found;
}

function blockerOf({ party, isLikely, waits }: Named, waiting: ReadonlySet<NotableSession>): Blocker {
  const { id, user, host, transaction } = party.session;
  return {
    id: id ?? null,
    user: user ?? null,
    host: host ?? null,
    transaction_seconds: transaction?.seconds ?? null,
    rows_locked: transaction?.rowsLocked ?? null,
    waiting: waiting.size,
    confidence: isLikely ? 'likely' : 'possible',
    reasons: reasonsOf(party, waits, waiting.size),
  };
}
