// What is known of the refusals of a credential, and of a part of what it is used for: a project, a node. Knows nothing
// of requests that wait.
import { elapsedMs, LONG_AGO, later, type MonotonicMs } from '../../clock.js';

/** Requests are told apart by their turn: the order in which they were let through, counted from 1. */
export type Turn = number;

const NEVER = 0;

/** A part of a circuit: its refusals alone do not speak against the whole. */
export interface Part {
  readonly key: string;
  /** For messages. */
  readonly name: string;
  /** Of the first refusal in a row; undefined while there is none. */
  readonly refusedSince: Turn | undefined;
  /** Of the latest of them; 0 while there is none. */
  readonly refusedTurn: Turn;
}

/** When its project and its node were refused last: who comes first may try a circuit first after its pause. */
export type Rank = readonly Turn[];

function comesBefore(one: Rank, other: Rank): boolean {
  const parting = one.findIndex((turn, index) => turn !== other[index]);
  return parting >= 0 && (one[parting] ?? NEVER) < (other[parting] ?? NEVER);
}

/** Whether others of the circuit were accepted since the part was first refused: then the refusals are about the part. */
export function isRefusedAlone(part: Part, circuit: Circuit): boolean {
  return part.refusedSince !== undefined && part.refusedSince < circuit.acceptedTurn;
}

interface Refusal {
  /** The request was let through to try the circuit. */
  readonly isTrial: boolean;
  /** The next refusals may lock the credential. */
  readonly isTooRisky: boolean;
  readonly now: MonotonicMs;
  /** The refusal's message. */
  readonly said: string;
}

interface Limits {
  /** Refusals in a row. */
  readonly max: number;
  readonly pauseMs: number;
}

/** Of a credential, or of one project that it is used for: what is under them can be refused alone. */
export class Circuit implements Part {
  readonly name: string;
  readonly #limits: Limits;
  /** Refused since the latest acceptance: each part's latest turn. */
  readonly #refusedParts = new Map<string, Turn>();
  #acceptedTurn: Turn = NEVER;
  #refusedSince: Turn | undefined;
  #refusedTurn: Turn = NEVER;
  #refusals = 0;
  #shutUntil = LONG_AGO;
  /** Of those turned away since it was shut, the one that comes first. */
  #firstTurnedAway: Rank | undefined;
  /** Message of the last refusal; empty where it had none. */
  said = '';
  /** Requests under way whose outcome the others wait for. */
  trials = 0;

  /** `limits.max`: until it was accepted for the first time. */
  constructor(name: string, limits: Limits) {
    this.name = name;
    this.#limits = limits;
  }

  get key(): string {
    return this.name;
  }

  get acceptedTurn(): Turn {
    return this.#acceptedTurn;
  }

  get refusedSince(): Turn | undefined {
    return this.#refusedSince;
  }

  get refusedTurn(): Turn {
    return this.#refusedTurn;
  }

  get refusals(): number {
    return this.#refusals;
  }

  /** More than one request may be under way. */
  get isTrusted(): boolean {
    return this.#acceptedTurn !== NEVER && this.#refusedParts.size === 0;
  }

  /** How long nothing is sent, to be told to one that is then turned away. */
  turnAwayMs(rank: Rank, now: MonotonicMs): number {
    const shutForMs = Math.max(0, elapsedMs(now, this.#shutUntil));
    if (shutForMs > 0 && (this.#firstTurnedAway === undefined || comesBefore(rank, this.#firstTurnedAway))) {
      this.#firstTurnedAway = rank;
    }
    return shutForMs;
  }

  /**
   * How much longer one has to leave the trial after the pause to another that was turned away: where the same were tried
   * again and again, those that would be accepted would be kept out for ever.
   */
  yieldMs(rank: Rank, now: MonotonicMs): number {
    const isFirst = this.#firstTurnedAway === undefined || !comesBefore(this.#firstTurnedAway, rank);
    return isFirst ? 0 : Math.max(0, elapsedMs(now, this.#shutUntil) + this.#limits.pauseMs);
  }

  accept(turn: Turn): void {
    this.#acceptedTurn = Math.max(this.#acceptedTurn, turn);
    for (const [key, refusedTurn] of this.#refusedParts) {
      if (refusedTurn < turn) {
        this.#refusedParts.delete(key);
      }
    }
    if (this.#refusedParts.size === 0) {
      this.#refusedSince = undefined;
      this.#refusedTurn = NEVER;
      this.#refusals = 0;
      this.#shutUntil = LONG_AGO;
      this.#firstTurnedAway = undefined;
    }
  }

  /**
   * A refusal that may be the whole's. It is taken to be once a second part is refused that was let through to try it, or
   * where another trial `isTooRisky`; of what was never accepted every refusal counts.
   */
  refuse(part: Part, turn: Turn, { isTrial, isTooRisky, now, said }: Refusal): void {
    this.said = said;
    const isAnother = [...this.#refusedParts.keys()].some((key) => key !== part.key);
    this.#refusedParts.set(part.key, turn);
    this.#refusedSince ??= turn;
    this.#refusedTurn = turn;
    this.#refusals += 1;
    const isWhole = (isTrial || isTooRisky) && isAnother;
    if (isWhole || (this.#acceptedTurn === NEVER && this.#refusals >= this.#limits.max)) {
      this.#shutUntil = later(now, this.#limits.pauseMs);
      this.#firstTurnedAway = undefined;
    }
  }
}

/** Of what a call is about, as narrow as it gets: a node. There is one only while its last answer was a refusal. */
export class Leaf implements Part {
  readonly key: string;
  readonly name: string;
  readonly #limits: Limits;
  #refusedSince: Turn | undefined;
  #refusedTurn: Turn = NEVER;
  #refusals = 0;
  #refusedOperation = '';
  /** Message of the last refusal; empty where it had none. */
  said = '';
  #shutUntil = LONG_AGO;
  /** Requests under way whose outcome the others wait for. */
  trials = 0;

  constructor(key: string, name: string, limits: Limits) {
    this.key = key;
    this.name = name;
    this.#limits = limits;
  }

  get refusedSince(): Turn | undefined {
    return this.#refusedSince;
  }

  get refusedTurn(): Turn {
    return this.#refusedTurn;
  }

  get refusals(): number {
    return this.#refusals;
  }

  get isTrusted(): boolean {
    return this.#refusals === 0;
  }

  turnAwayMs(now: MonotonicMs): number {
    return Math.max(0, elapsedMs(now, this.#shutUntil));
  }

  /** A node may let a task be submitted and refuse its result: only the same operation says that the refusal is over. */
  isMendedBy(operation: string, turn: Turn): boolean {
    return operation === this.#refusedOperation && turn > this.#refusedTurn;
  }

  refuse(operation: string, turn: Turn, now: MonotonicMs, said: string): void {
    this.said = said;
    this.#refusedSince ??= turn;
    this.#refusedTurn = turn;
    this.#refusals += 1;
    this.#refusedOperation = operation;
    if (this.#refusals >= this.#limits.max) {
      this.#shutUntil = later(now, this.#limits.pauseMs);
    }
  }
}
