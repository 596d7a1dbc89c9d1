// What the simulator was asked, for tests and for the person who watches it.
import type { Clock } from '../../clock.js';
import type { Operation } from './route.js';

export interface RequestCount {
  /** Name of the project; empty for IAM, the metadata service and unknown project ids. */
  readonly project: string;
  readonly operation: Operation | 'unknown';
  /** What was answered; `reset` or `hang` where a fault answered nothing. */
  readonly status: number | 'reset' | 'hang';
  readonly count: number;
}

export interface SimulatorStats {
  readonly requests: readonly RequestCount[];
  /** By project: the most requests that arrived within any one second. */
  readonly maxRequestsPerSecond: ReadonlyMap<string, number>;
  /** By project. */
  readonly tokensIssued: ReadonlyMap<string, number>;
}

const SECOND_MS = 1000;

export class RequestStats {
  readonly #clock: Clock;
  readonly #counts = new Map<string, RequestCount>();
  readonly #arrivals = new Map<string, number[]>();
  readonly #most = new Map<string, number>();
  readonly #tokens = new Map<string, number>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Returns how many requests of the project arrived within the second that ends now, this one included. */
  arrived(project: string): number {
    const now = this.#clock.monotonic();
    const times = (this.#arrivals.get(project) ?? []).filter((time) => time > now - SECOND_MS);
    times.push(now);
    this.#arrivals.set(project, times);
    this.#most.set(project, Math.max(times.length, this.#most.get(project) ?? 0));
    return times.length;
  }

  answered(project: string, operation: RequestCount['operation'], status: RequestCount['status']): void {
    const key = `${operation} ${status} ${project}`;
    const count = (this.#counts.get(key)?.count ?? 0) + 1;
    this.#counts.set(key, { project, operation, status, count });
  }

  tokenIssued(project: string): void {
    this.#tokens.set(project, (this.#tokens.get(project) ?? 0) + 1);
  }

  snapshot(): SimulatorStats {
    return {
      requests: [...this.#counts.values()],
      maxRequestsPerSecond: new Map(this.#most),
      tokensIssued: new Map(this.#tokens),
    };
  }
}
