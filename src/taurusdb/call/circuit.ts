// What is known of the refusals of a credential, and of a part of what it is used for: a project, a node. Knows nothing
// of requests that wait.

/** Requests are told apart by their turn: the order in which they were let through, counted from 1. */
export type Turn = number;

const NEVER = 0;
/** Of different parts, refused while more than one request was under way: beyond it no further one is risked as a trial. */
const MAX_REFUSED_AT_ONCE = 4;

/** A part of a circuit: its refusals alone do not speak against the whole. */
export interface Part {
  readonly key: string;
  /** For messages. */
  readonly name: string;
  /** Of the first refusal in a row; undefined while there is none. */
  readonly refusedSince: Turn | undefined;
}

/** Whether others of the circuit were accepted since the part was first refused: then the refusals are about the part. */
export function isRefusedAlone(part: Part, circuit: Circuit): boolean {
  return part.refusedSince !== undefined && part.refusedSince < circuit.acceptedTurn;
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
  #refusals = 0;
  #shutUntil = Number.NEGATIVE_INFINITY;
  #freshTurnedAway = false;
  /** A request is under way whose outcome the others wait for. */
  isTried = false;

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

  get refusals(): number {
    return this.#refusals;
  }

  /** More than one request may be under way. */
  get isTrusted(): boolean {
    return this.#acceptedTurn !== NEVER && this.#refusedParts.size === 0;
  }

  /**
   * How long no request of the part is sent, which asks now. After the pause a part that was refused lets those go first
   * that were turned away and not refused themselves: it would keep them out for ever.
   */
  turnAwayMs(part: Part, now: number): number {
    const shutForMs = this.#shutUntil - now;
    if (part.refusedSince === undefined) {
      this.#freshTurnedAway ||= shutForMs > 0;
      return Math.max(0, shutForMs);
    }
    return Math.max(0, shutForMs + (this.#freshTurnedAway ? this.#limits.pauseMs : 0));
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
      this.#refusals = 0;
      this.#shutUntil = Number.NEGATIVE_INFINITY;
      this.#freshTurnedAway = false;
    }
  }

  /**
   * A refusal that may be the whole's. It is taken to be once a second part is refused that was let through to try it, or
   * so many at once that the next could be the one that locks the credential; of what was never accepted every refusal counts.
   */
  refuse(part: Part, turn: Turn, isTrial: boolean, now: number): void {
    const { max, pauseMs } = this.#limits;
    const isAnother = [...this.#refusedParts.keys()].some((key) => key !== part.key);
    this.#refusedParts.set(part.key, turn);
    this.#refusedSince ??= turn;
    this.#refusals += 1;
    const isWhole =
      this.#acceptedTurn === NEVER
        ? this.#refusals >= max
        : (isTrial && isAnother) || this.#refusedParts.size >= MAX_REFUSED_AT_ONCE;
    if (isWhole) {
      this.#shutUntil = now + pauseMs;
      this.#freshTurnedAway = false;
    }
  }
}

/** Of what a call is about, as narrow as it gets: a node. There is one only while its last answer was a refusal. */
export class Leaf implements Part {
  readonly key: string;
  readonly name: string;
  readonly #limits: Limits;
  #refusedSince: Turn | undefined;
  #refusals = 0;
  #refusedOperation = '';
  #shutUntil = Number.NEGATIVE_INFINITY;
  /** A request is under way whose outcome the others wait for. */
  isTried = false;

  constructor(key: string, name: string, limits: Limits) {
    this.key = key;
    this.name = name;
    this.#limits = limits;
  }

  get refusedSince(): Turn | undefined {
    return this.#refusedSince;
  }

  get refusals(): number {
    return this.#refusals;
  }

  get isTrusted(): boolean {
    return this.#refusals === 0;
  }

  turnAwayMs(now: number): number {
    return Math.max(0, this.#shutUntil - now);
  }

  /** A node may let a task be submitted and refuse its result: only the same operation says that the refusal is over. */
  isMendedBy(operation: string, turn: Turn): boolean {
    return operation === this.#refusedOperation && turn > (this.#refusedSince ?? NEVER);
  }

  refuse(operation: string, turn: Turn, now: number): void {
    this.#refusedSince ??= turn;
    this.#refusals += 1;
    this.#refusedOperation = operation;
    if (this.#refusals >= this.#limits.max) {
      this.#shutUntil = now + this.#limits.pauseMs;
    }
  }
}
