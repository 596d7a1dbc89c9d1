// The circuit breaker that keeps a wrong credential from being locked: the gateway locks an access key for 5 minutes after
// more than 5 refused signatures in a row (API reference, page sis_04_0082), and every node of every project may share
// one key. What one node or project alone is refused shuts out that one.
import { type Clock, elapsedMs, LONG_AGO, later, type MonotonicMs } from '../../clock.js';
import { untilAborted } from '../../model/deadline.js';
import { CollectionError } from '../../model/failure.js';
import { recall } from '../../recently-used.js';
import type { CallScope } from './api-call.js';
import { Circuit, isRefusedAlone, Leaf, type Part, type Turn } from './circuit.js';

export interface BreakerLimits {
  /** Refusals in a row of a credential that was never accepted, whatever was asked for. */
  readonly maxRefusalsInRow: number;
  /** Refusals in a row of what a call is about, a node for instance. */
  readonly maxRefusalsOfScope: number;
  readonly pauseMs: number;
  /** Refusals at one endpoint count at every other one: those are then what can be refused alone. */
  readonly isOfAccount: boolean;
}

/** The gateway's 5 minutes and a margin. A key may be good in one region and not in another. */
export const KEY_LIMITS: BreakerLimits = {
  maxRefusalsInRow: 2,
  maxRefusalsOfScope: 2,
  pauseMs: 330_000,
  isOfAccount: false,
};
/**
 * IAM locks an account for 15 minutes or more after 3 to 10 wrong passwords, as its owner likes (API reference, page
 * iam_17_0005), and the wrong passwords of people count, too. Every region's endpoint asks the same account; one may be
 * that of another cloud, which is no reason to shut out the rest.
 */
export const PASSWORD_LIMITS: BreakerLimits = {
  maxRefusalsInRow: 2,
  maxRefusalsOfScope: 1,
  pauseMs: 900_000,
  isOfAccount: true,
};

/** More than are in use at any time: what is forgotten is only tried again with one request. */
const MAX_KNOWN = 1_000;
/** Whatever they are about, while none is accepted between: one more or two, under way already, do not lock a key yet. */
const MAX_IN_ROW = 4;
/** Of nodes and projects that are refused alone: the next refusals may be the key's own. */
const MAX_ALONE_IN_ROW = 3;
/** For those that are collected at the same moment. */
const YIELD_MS = 1_000;
/** One that does not end, and one that does not wait for it any longer. */
const MOST_TRIALS = 2;

export interface Attempt {
  /** Of the endpoint. */
  readonly host: string;
  /** Of the credential. */
  readonly fingerprint: string;
  readonly scope: CallScope;
  readonly operation: string;
  /** After so long the request that tries the credential is waited for no more: it may be one that never ends. */
  readonly patienceMs: number;
}

/** Permission for one request. Call `leave` in any case; the first call of the three counts. */
export interface Admission {
  /** Its node or project was refused while others were accepted: another token would be refused, too. */
  readonly isRefusedAlone: boolean;
  accepted(): void;
  /** `said`: the refusal's own message, to stand beside the pause. */
  refused(said?: string): void;
  /** The request ended, and says nothing about the credential. */
  leave(): void;
}

type Verdict = 'accepted' | 'refused' | 'unknown';

interface Waiter {
  readonly scope: CallScope;
  readonly wake: () => void;
}

/** What is known of one credential. */
interface CredentialState {
  readonly circuit: Circuit;
  readonly projects: Map<string, Circuit>;
  readonly leaves: Map<string, Leaf>;
  readonly waiters: Set<Waiter>;
  underWay: number;
  aloneUnderWay: number;
  /** As the gateway counts them, whatever they are about. */
  refusalsInRow: number;
  refusedAt: MonotonicMs;
}

/** From the credential down to what the call is about. */
interface Path {
  readonly circuits: readonly Circuit[];
  readonly leaf: Leaf;
}

/**
 * Until a credential was accepted, and after a refusal, one request at a time; after so many refusals in a row none
 * for a while. Share one breaker between all that may use the same credential.
 */
export class CircuitBreaker {
  readonly #clock: Clock;
  readonly #limits: BreakerLimits;
  /** By fingerprint and, unless they are of accounts, host; the one asked for last at the end. */
  readonly #states = new Map<string, CredentialState>();
  #turns: Turn = 0;

  constructor(clock: Clock, limits: BreakerLimits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  /**
   * Resolves once a request with the credential may be sent. Rejects with reason `auth` while it, its project or its node
   * is shut out, or when the request of the same node that tries it meanwhile is refused; with the signal's reason when
   * that aborts first.
   */
  async enter(attempt: Attempt, signal: AbortSignal): Promise<Admission> {
    const { host, fingerprint, scope, operation, patienceMs } = attempt;
    const { isOfAccount } = this.#limits;
    const patientUntil = later(this.#clock.monotonic(), patienceMs);
    const state = this.#stateOf(isOfAccount ? fingerprint : `${host} ${fingerprint}`);
    const within: CallScope = isOfAccount ? [`IAM at ${host}`] : scope;
    const { refusals } = this.#pathOf(state, within).leaf;
    let hasYielded = false;
    for (;;) {
      signal.throwIfAborted();
      const path = this.#pathOf(state, within);
      this.#throwIfShut(state, path);
      if (path.leaf.refusals > refusals) {
        throw new CollectionError(
          'auth',
          `credential: got a refusal of the request that tried it, expected its acceptance${lastOf(path.leaf.said)}`,
        );
      }
      const yieldTo = this.#firstToYieldTo(path);
      if (yieldTo !== undefined && hasYielded) {
        throw yieldTo;
      }
      const patienceLeftMs = elapsedMs(this.#clock.monotonic(), patientUntil);
      if (yieldTo === undefined && this.#mayGo(state, path, patienceLeftMs <= 0 ? MOST_TRIALS : 1)) {
        return this.#admit(state, within, operation);
      }
      const limitMs = yieldTo === undefined ? patienceLeftMs : YIELD_MS;
      const hasChanged = await this.#changed(state, within, signal, limitMs > 0 ? limitMs : undefined);
      hasYielded = yieldTo !== undefined && !hasChanged;
    }
  }

  /** Waits until a request that was under way has ended; resolves to false where that takes longer than `limitMs`. */
  async #changed(
    { waiters }: CredentialState,
    scope: CallScope,
    signal: AbortSignal,
    limitMs: number | undefined,
  ): Promise<boolean> {
    let wake = (): void => {};
    const changed = new Promise<boolean>((resolve) => {
      wake = () => resolve(true);
    });
    const waiter = { scope, wake };
    const timer = new AbortController();
    waiters.add(waiter);
    try {
      const limit = limitMs === undefined ? [] : [this.#clock.sleep(limitMs, timer.signal).then(() => false)];
      return await Promise.race([untilAborted(changed, signal), ...limit]);
    } finally {
      waiters.delete(waiter);
      timer.abort();
    }
  }

  #stateOf(key: string): CredentialState {
    return recall(this.#states, key, MAX_KNOWN, () => ({
      circuit: new Circuit('credential', this.#circuitLimits),
      projects: new Map(),
      leaves: new Map(),
      waiters: new Set(),
      underWay: 0,
      aloneUnderWay: 0,
      refusalsInRow: 0,
      refusedAt: LONG_AGO,
    }));
  }

  get #circuitLimits() {
    return { max: this.#limits.maxRefusalsInRow, pauseMs: this.#limits.pauseMs };
  }

  /** A leaf that was not refused is a new one, and kept nowhere. */
  #pathOf({ circuit, projects, leaves }: CredentialState, scope: CallScope): Path {
    const [project = '', ...narrower] = scope;
    const key = scope.join(' ');
    const { maxRefusalsOfScope: max, pauseMs } = this.#limits;
    return {
      circuits:
        narrower.length === 0
          ? [circuit]
          : [circuit, recall(projects, project, MAX_KNOWN, () => new Circuit(project, this.#circuitLimits))],
      leaf: leaves.get(key) ?? new Leaf(key, scope.at(-1) ?? '', { max, pauseMs }),
    };
  }

  #throwIfShut(state: CredentialState, { circuits, leaf }: Path): void {
    const now = this.#clock.monotonic();
    // All are asked before one is told: each notes who was turned away.
    const waits = circuits.map((circuit, index) =>
      circuit.turnAwayMs(rankBelow({ circuits, leaf }, index), now),
    );
    for (const [index, circuit] of circuits.entries()) {
      const forMs = waits[index] ?? 0;
      if (forMs > 0) {
        throw shutOut(circuit, circuits[index - 1], forMs);
      }
    }
    const parent = circuits.at(-1);
    const forMs = leaf.turnAwayMs(now);
    if (forMs > 0) {
      throw shutOut(leaf, parent, forMs);
    }
    const waitMs = this.#limits.pauseMs - elapsedMs(state.refusedAt, now);
    if (isAlone({ circuits, leaf }) && state.underWay === 0 && this.#hasManyAlone(state) && waitMs > 0) {
      throw shutOut(leaf, parent, waitMs);
    }
  }

  /** What the request is told where it leaves the trial to another and none has come. */
  #firstToYieldTo({ circuits, leaf }: Path): CollectionError | undefined {
    const now = this.#clock.monotonic();
    for (const [index, circuit] of circuits.entries()) {
      const forMs = circuit.yieldMs(rankBelow({ circuits, leaf }, index), now);
      if (forMs > 0) {
        return shutOut(circuit, circuits[index - 1], forMs);
      }
    }
    return undefined;
  }

  #hasManyAlone({ refusalsInRow, aloneUnderWay }: CredentialState): boolean {
    return refusalsInRow + aloneUnderWay >= MAX_ALONE_IN_ROW;
  }

  #mayGo(state: CredentialState, path: Path, mostTrials: number): boolean {
    const isBeingTried = [...path.circuits, path.leaf].some(
      ({ isTrusted, trials }) => !isTrusted && trials >= mostTrials,
    );
    return !isBeingTried && !(isAlone(path) && state.underWay > 0 && this.#hasManyAlone(state));
  }

  #admit(state: CredentialState, scope: CallScope, operation: string): Admission {
    const path = this.#pathOf(state, scope);
    const trials = [...path.circuits, path.leaf].filter(({ isTrusted }) => !isTrusted);
    const alone = isAlone(path);
    this.#turns += 1;
    const turn = this.#turns;
    for (const tried of trials) {
      tried.trials += 1;
    }
    state.underWay += 1;
    state.aloneUnderWay += alone ? 1 : 0;

    let settled = false;
    const settle = (verdict: Verdict, said = ''): void => {
      if (settled) {
        return;
      }
      settled = true;
      for (const tried of trials) {
        tried.trials -= 1;
      }
      state.underWay -= 1;
      state.aloneUnderWay -= alone ? 1 : 0;
      if (verdict === 'accepted') {
        this.#accept(state, scope, operation, turn);
      }
      if (verdict === 'refused') {
        this.#refuse(state, scope, { operation, turn, said }, new Set(trials));
      }
      wakeAll(state, verdict === 'refused' ? scope : []);
    };
    return {
      isRefusedAlone: alone,
      accepted: () => settle('accepted'),
      refused: (said) => settle('refused', said),
      leave: () => settle('unknown'),
    };
  }

  #accept(state: CredentialState, scope: CallScope, operation: string, turn: Turn): void {
    const { circuits, leaf } = this.#pathOf(state, scope);
    state.refusalsInRow = 0;
    for (const circuit of circuits) {
      circuit.accept(turn);
    }
    if (leaf.isMendedBy(operation, turn)) {
      state.leaves.delete(leaf.key);
    }
  }

  #refuse(
    state: CredentialState,
    scope: CallScope,
    { operation, turn, said }: { readonly operation: string; readonly turn: Turn; readonly said: string },
    trials: ReadonlySet<Circuit | Leaf>,
  ): void {
    const now = this.#clock.monotonic();
    const { circuits, leaf } = this.#pathOf(state, scope);
    state.refusalsInRow += 1;
    state.refusedAt = now;
    recall(state.leaves, leaf.key, MAX_KNOWN, () => leaf).refuse(operation, turn, now, said);
    let part: Circuit | Leaf = leaf;
    for (const circuit of circuits.toReversed()) {
      if (isRefusedAlone(part, circuit)) {
        return;
      }
      circuit.refuse(part, turn, {
        isTrial: trials.has(circuit),
        isTooRisky: state.refusalsInRow >= MAX_IN_ROW,
        now,
        said,
      });
      part = circuit;
    }
  }
}

/** Of the parts of the index-th circuit that the path leads through. */
function rankBelow(path: Path, index: number): Turn[] {
  return partsOf(path)
    .slice(index)
    .map(({ refusedTurn }) => refusedTurn);
}

/** Each of the circuit before it. */
function partsOf({ circuits, leaf }: Path): readonly Part[] {
  return [...circuits.slice(1), leaf];
}

/** Whether the node is refused alone of its project, or the project of all. */
function isAlone(path: Path): boolean {
  return partsOf(path).some((part, index) => {
    const circuit = path.circuits[index];
    return circuit !== undefined && isRefusedAlone(part, circuit);
  });
}

/** `whole`: what the part is one of; undefined where that is everything. */
function shutOut(part: Circuit | Leaf, whole: Circuit | undefined, forMs: number): CollectionError {
  const { refusals, name } = part;
  const seconds = Math.ceil(forMs / 1_000);
  const count = refusals === 1 ? '1 refusal' : `${refusals} refusals in a row`;
  const got =
    whole !== undefined && isRefusedAlone(part, whole)
      ? `${name}: got ${count} of a credential that is accepted for others, expected none (nothing is sent for it alone ` +
        `for ${seconds} s or until the credential changes: check what the credential may use there)`
      : `credential: got ${count}, expected none (nothing is sent with it for ${seconds} s or until it changes)`;
  return new CollectionError('auth', `${got}${lastOf(part.said || whole?.said)}`);
}

/** The API's own words stay beside the pause that they began. */
function lastOf(said: string | undefined): string {
  return said === undefined || said === '' ? '' : `; the last one: ${said}`;
}

/** After a refusal first those that have the least in common with what was refused: they tell soonest what it was about. */
function wakeAll({ waiters }: CredentialState, refused: CallScope): void {
  const woken = [...waiters].sort((one, other) => common(one.scope, refused) - common(other.scope, refused));
  waiters.clear();
  for (const { wake } of woken) {
    wake();
  }
}

function common(one: CallScope, other: CallScope): number {
  const parting = one.findIndex((part, index) => part !== other[index]);
  return parting < 0 ? one.length : parting;
}
