// Faults on purpose: scripted by a function, or by chance at a given rate.
import { pick } from '../seeded-random.js';
import { type Answer, apiRefusal, type Refusal } from './answer.js';
import type { Operation } from './route.js';

export interface FaultRequest {
  readonly operation: Operation;
  /** Name of the project, and id of the node; empty where the path names none. */
  readonly project: string;
  readonly nodeId: string;
  /** How many requests of this operation, project and node there were, this one included. */
  readonly count: number;
}

/** `reset` breaks the connection, `hang` never answers; undefined lets the request through. */
export type Fault = (request: FaultRequest) => Answer | 'reset' | 'hang' | undefined;

export class FaultScript {
  readonly #fault: Fault;
  readonly #counts = new Map<string, number>();

  constructor(fault: Fault) {
    this.#fault = fault;
  }

  next(request: Omit<FaultRequest, 'count'>): ReturnType<Fault> {
    const key = `${request.operation} ${request.nodeId} ${request.project}`;
    const count = (this.#counts.get(key) ?? 0) + 1;
    this.#counts.set(key, count);
    return this.#fault({ ...request, count });
  }
}

const SERVER_ERRORS = [
  [500, 'DBS.05000000', 'Internal server error.'],
  [502, 'APIGW.0201', 'Backend unavailable'],
  [503, 'APIGW.0201', 'Backend unavailable'],
  [504, 'APIGW.0201', 'Backend timeout'],
] as const;

/** One of those that a gateway gives when what is behind it fails. */
export function randomServerError(random: () => number): Refusal {
  const [status, errorCode, message] = pick(SERVER_ERRORS, Math.floor(random() * SERVER_ERRORS.length));
  return apiRefusal(status, errorCode, message);
}
