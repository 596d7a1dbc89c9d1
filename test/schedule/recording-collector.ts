// A collector that only takes its time, and keeps a record of who was collected when.
import type { Clock } from '../../src/clock.js';
import type { DatabaseNode } from '../../src/model/node.js';
import type { ScheduledCollector } from '../../src/schedule/scheduler.js';

export class RecordingCollector implements ScheduledCollector {
  readonly starts: { nodeId: string; at: number }[] = [];
  readonly ended: string[] = [];
  readonly aborted: string[] = [];
  readonly skipped: string[] = [];
  readonly nextRunAt = new Map<string, number>();
  readonly running: string[] = [];
  mostRunning = 0;
  /** Nodes whose collection lasts until it is aborted. */
  readonly hanging = new Set<string>();
  readonly #clock: Clock;
  readonly #durationMs: number;

  constructor(clock: Clock, durationMs: number) {
    this.#clock = clock;
    this.#durationMs = durationMs;
  }

  async collect({ nodeId }: DatabaseNode, signal: AbortSignal): Promise<void> {
    this.starts.push({ nodeId, at: this.#clock.now() });
    this.running.push(nodeId);
    this.mostRunning = Math.max(this.mostRunning, this.running.length);
    try {
      await this.#clock.sleep(this.hanging.has(nodeId) ? 1e9 : this.#durationMs, signal);
      this.ended.push(nodeId);
    } catch {
      this.aborted.push(nodeId);
    }
    this.running.splice(this.running.indexOf(nodeId), 1);
  }

  countSkipped({ nodeId }: DatabaseNode): void {
    this.skipped.push(nodeId);
  }

  noteNextRun({ nodeId }: DatabaseNode, nextRunAt: number): void {
    this.nextRunAt.set(nodeId, nextRunAt);
  }

  startsOf(nodeId: string): number[] {
    return this.starts.filter((start) => start.nodeId === nodeId).map(({ at }) => at);
  }
}
