// Whom each waiting session may wait for, and how surely: a share of 1 for each wait, parted among those who fit.
import type { NotableSession } from '../../sessions/session-details.js';
import { Ahead } from './ahead.js';
import { remembered } from './remembered.js';
import { areOnOneTable, type Party, type Wait } from './waits.js';
import { ageWeight, canHold, rowWeight, tableWeight } from './weights.js';

/** That somebody is in the way of waits, all of one class. */
export interface Suspicion {
  readonly waits: readonly Wait[];
  readonly share: number;
}
/** By the one who is suspected. */
export type Suspicions = ReadonlyMap<NotableSession, readonly Suspicion[]>;

/** Somebody whom the list does not show. */
const UNSEEN = 0.1;
/** Of what a running statement says by itself. */
const PLAIN = 0.95;
/** From here on a session blocks a queue, whoever else fits. */
export const SURE = 0.85;
/** What holds up this queue, sure of some of its sessions, is likelier to hold up the others, too. */
const SAME_QUEUE = 3;
/** Whoever holds up another queue is less needed to explain this one. */
const OTHER_QUEUE = 0.25;
/** A smaller share does not count. */
const LEAST_SHARE = 0.05;
const MAX_WAITING_SUSPECTS = 64;
/** A list that says nothing of statements does not say who wants a table for itself. */
const UNKNOWN_STATEMENT = 0.5;

/** How much likelier somebody holds up a queue for what else it holds up. */
type Boost = (party: Party, queue: number) => number;

interface Fitting {
  readonly party: Party;
  readonly weight: number;
}

export function suspicionsOf(parties: readonly Party[], waits: readonly Wait[]): Suspicions {
  const scene = new Scene(parties, waits);
  const first = scene.suspicions(() => 1, new Map());
  const sure = sureQueues(first);
  if (sure.size === 0) {
    return first;
  }
  return scene.suspicions(({ session }, queue) => {
    const queues = sure.get(session);
    return queues === undefined ? 1 : queues.has(queue) ? SAME_QUEUE : OTHER_QUEUE;
  }, first);
}

class Scene {
  readonly #waits: readonly Wait[];
  readonly #suspects: readonly Party[];
  readonly #isSuspect: ReadonlySet<NotableSession>;
  readonly #ahead: Ahead;
  /** Of each queue, how long its first session has waited. */
  readonly #oldest = new Map<number, number>();
  /** By class of waits: who fits, were it only old enough. */
  readonly #ageless = new Map<number, readonly Fitting[]>();
  readonly #plain = new Map<readonly Party[], readonly Fitting[]>();

  constructor(parties: readonly Party[], waits: readonly Wait[]) {
    this.#waits = waits;
    const able = parties.filter(canHold);
    this.#suspects = [
      ...able.filter(({ isWaiting }) => !isWaiting),
      ...able.filter(({ isWaiting }) => isWaiting).slice(0, MAX_WAITING_SUSPECTS),
    ];
    this.#isSuspect = new Set(this.#suspects.map(({ session }) => session));
    this.#ahead = new Ahead(this.#suspects, waits);
    for (const { queue, seconds } of waits) {
      this.#oldest.set(queue, Math.max(this.#oldest.get(queue) ?? 0, seconds));
    }
  }

  suspicions(boost: Boost, before: Suspicions): Suspicions {
    const rowHolders = this.#rowHolders(before);
    const groups = new Map<readonly Fitting[], Wait[]>();
    // Of those that cannot be in anybody's way themselves, all that came at once into one queue wait for the same.
    const known = new Map<string, readonly Fitting[]>();
    for (const wait of this.#waits) {
      const key = this.#isSuspect.has(wait.session) ? undefined : `${wait.seconds} ${wait.waitClass}`;
      const shares = known.get(key ?? '') ?? this.#sharesOf(wait, boost, rowHolders);
      if (key !== undefined) {
        known.set(key, shares);
      }
      remembered(groups, shares, () => []).push(wait);
    }
    const found = new Map<NotableSession, Suspicion[]>();
    for (const [shares, waits] of groups) {
      for (const { party, weight } of shares) {
        remembered(found, party.session, () => []).push({ waits, share: weight });
      }
    }
    return found;
  }

  /** By wait, who surely holds rows of its table: whoever does has used it, so that nobody can have it alone. */
  #rowHolders(before: Suspicions): (wait: Wait) => readonly Party[] {
    const holders = this.#suspects
      .filter(({ isWaiting }) => !isWaiting)
      .map((party) => ({ party, rows: rowsHeld(before.get(party.session)) }))
      .filter(({ rows }) => rows.length > 0);
    const known = new Map<number, readonly Party[]>();
    return (wait) =>
      remembered(known, wait.waitClass, () =>
        holders
          .filter(({ rows }) => rows.some((other) => areOnOneTable(other, wait) === true))
          .map(({ party }) => party),
      );
  }

  #sharesOf(wait: Wait, boost: Boost, rowHolders: (wait: Wait) => readonly Party[]): readonly Fitting[] {
    const ahead = this.#ahead.of(wait, rowHolders);
    if (ahead.length > 0) {
      return remembered(this.#plain, ahead, () => ahead.map((party) => ({ party, weight: PLAIN })));
    }
    // Where the first of a queue may be the change that the others wait for, whoever is in its way is in theirs.
    const isChangeUnknown = wait.kind === 'table' && wait.statement === undefined;
    const seconds = isChangeUnknown ? (this.#oldest.get(wait.queue) ?? wait.seconds) : wait.seconds;
    const fitting: Fitting[] = [];
    for (const { party, weight: ageless } of this.#agelessOf(wait)) {
      const weight = ageless * ageWeight(party, wait, seconds) * boost(party, wait.queue);
      if (weight > 0 && party.session !== wait.session) {
        fitting.push({ party, weight });
      }
    }
    return shared(fitting);
  }

  #agelessOf(wait: Wait): readonly Fitting[] {
    return remembered(this.#ageless, wait.waitClass, () =>
      this.#suspects
        .map((party) => ({ party, weight: agelessWeight(party, wait) }))
        .filter(({ weight }) => weight > 0),
    );
  }
}

function agelessWeight(suspect: Party, wait: Wait): number {
  if (wait.kind === 'row') {
    return rowWeight(suspect, wait);
  }
  if (wait.kind === 'server' || wait.statement?.isExclusive === false) {
    return 0;
  }
  return tableWeight(suspect, wait) * (wait.statement === undefined ? UNKNOWN_STATEMENT : 1);
}

/** Waits for rows that it surely holds, one of each class. */
function rowsHeld(suspicions: readonly Suspicion[] = []): readonly Wait[] {
  const held = new Map<number, Wait>();
  for (const { waits, share } of suspicions) {
    const [wait] = waits;
    if (wait?.kind === 'row' && share >= SURE) {
      held.set(wait.waitClass, wait);
    }
  }
  return [...held.values()];
}

function shared(fitting: readonly Fitting[]): readonly Fitting[] {
  const sum = fitting.reduce((total, { weight }) => total + weight, UNSEEN);
  return fitting
    .filter(({ weight }) => weight >= LEAST_SHARE * sum)
    .map(({ party, weight }) => ({ party, weight: weight / sum }));
}

function sureQueues(suspicions: Suspicions): ReadonlyMap<NotableSession, ReadonlySet<number>> {
  const sure = new Map<NotableSession, Set<number>>();
  for (const [session, some] of suspicions) {
    const queues = some
      .filter(({ share }) => share >= SURE)
      .flatMap(({ waits: [wait] }) => wait?.queue ?? []);
    if (queues.length > 0) {
      sure.set(session, new Set(queues));
    }
  }
  return sure;
}
