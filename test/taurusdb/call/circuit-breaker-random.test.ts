// Whatever is refused, of any fleet: no credential is locked for what could have been known, and nobody is kept out for ever.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { CircuitBreaker, KEY_LIMITS } from '../../../src/taurusdb/call/circuit-breaker.js';
import { FakeClock } from '../../support/fake-clock.js';

/** As long as the gateway locks a key. */
const LOCK_MS = 300_000;
const ROUND_MS = 60_000;
const ANSWER_MS = 20;

const fleets = fc.record({
  projects: fc.integer({ min: 1, max: 3 }),
  nodes: fc.integer({ min: 2, max: 16 }),
  /** Collections at the same time. */
  slots: fc.integer({ min: 1, max: 10 }),
  oddNodes: fc.uniqueArray(fc.nat({ max: 15 }), { maxLength: 5 }),
  isProjectOdd: fc.boolean(),
});
type Fleet = typeof fleets extends fc.Arbitrary<infer Value> ? Value : never;

/** Collects every node of a fleet each minute, by one key, from a gateway that refuses what the test says. */
class RefusedFleet {
  readonly #clock = new FakeClock();
  readonly #breaker = new CircuitBreaker(this.#clock, KEY_LIMITS);
  readonly #fleet: Fleet;
  readonly collected: number[];
  isRefused: (node: number) => boolean = () => false;
  mostInRow = 0;
  #refusedInRow = 0;
  #refusedAt = Number.NEGATIVE_INFINITY;

  constructor(fleet: Fleet) {
    this.#fleet = fleet;
    this.collected = Array(fleet.nodes).fill(0);
  }

  async rounds(count: number): Promise<void> {
    for (let round = 0; round < count; round += 1) {
      await this.#round();
    }
  }

  async #round(): Promise<void> {
    const waiting = this.collected.keys();
    let running = this.#fleet.slots;
    const slot = async (): Promise<void> => {
      for (const node of waiting) {
        await this.#collect(node).catch(() => {});
      }
      running -= 1;
    };
    const slots = Array.from({ length: this.#fleet.slots }, slot);
    const endsAt = this.#clock.monotonic() + ROUND_MS;
    while (running > 0) {
      assert.ok(this.#clock.monotonic() < endsAt, 'somebody waits for ever');
      await this.#clock.advance(ANSWER_MS);
    }
    await Promise.all(slots);
    await this.#clock.advance(endsAt - this.#clock.monotonic());
  }

  async #collect(node: number): Promise<void> {
    const scope = [
      `project ${node % this.#fleet.projects}`,
      `instance ${Math.floor(node / 3)}`,
      `node ${node}`,
    ];
    for (const operation of ['submit', 'wait', 'download']) {
      const attempt = { host: 'gateway', fingerprint: 'key', scope, operation, patienceMs: 25_000 };
      const admission = await this.#breaker.enter(attempt, new AbortController().signal);
      await this.#clock.sleep(ANSWER_MS);
      if (this.isRefused(node)) {
        this.#countRefusal();
        admission.refused();
        return;
      }
      this.#refusedInRow = 0;
      admission.accepted();
    }
    this.collected[node] = (this.collected[node] ?? 0) + 1;
  }

  #countRefusal(): void {
    const now = this.#clock.monotonic();
    this.#refusedInRow = now - this.#refusedAt > LOCK_MS ? 1 : this.#refusedInRow + 1;
    this.#refusedAt = now;
    this.mostInRow = Math.max(this.mostInRow, this.#refusedInRow);
  }
}

describe('circuit breaker, of any fleet', () => {
  it('sends few refused requests in a row, and keeps out for ever none that would be accepted', async () => {
    await fc.assert(
      fc.asyncProperty(fleets, fc.boolean(), async (fleet, isKeyWrong) => {
        const { projects, nodes, slots, oddNodes, isProjectOdd } = fleet;
        const isOdd = (node: number) => oddNodes.includes(node) || (isProjectOdd && node % projects === 0);
        const good = Array.from({ length: nodes }, (_, node) => node).filter((node) => !isOdd(node));
        const gateway = new RefusedFleet(fleet);

        gateway.isRefused = (node) => isKeyWrong || isOdd(node);
        await gateway.rounds(60);
        assert.ok(gateway.mostInRow <= 4, `${gateway.mostInRow} refusals in a row`);
        assert.ok(isKeyWrong || good.every((node) => (gateway.collected[node] ?? 0) > 10));

        // What was under way as the key was refused, and a trial of the node, of the project and of the key.
        gateway.isRefused = () => true;
        await gateway.rounds(15);
        assert.ok(gateway.mostInRow <= Math.max(4, slots + 3), `${gateway.mostInRow} refusals in a row`);

        gateway.isRefused = () => false;
        await gateway.rounds(20);
        const before = [...gateway.collected];
        await gateway.rounds(1);
        assert.deepEqual(
          gateway.collected,
          before.map((count) => count + 1),
        );
      }),
      { numRuns: 40 },
    );
  });
});
