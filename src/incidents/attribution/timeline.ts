// The figures of a node's last collections: what a record's timeline begins with.
import { type EpochMs, epochMs } from '../../clock.js';
import type { TimelinePoint } from '../record.js';
import { RECENT_COLLECTIONS } from './recent-values.js';

export interface TimelineFigures {
  readonly sessions: number | undefined;
  readonly active: number | undefined;
  readonly lockWaiting: number | undefined;
  /** Sessions. */
  readonly usual: number | undefined;
}

const FIGURES = 5;

/** Of one node: as many collections as RecentValues keeps, in 600 bytes. */
export class Timeline {
  readonly #figures = new Float64Array(FIGURES * RECENT_COLLECTIONS);
  #added = 0;

  add(at: EpochMs, { sessions, active, lockWaiting, usual }: TimelineFigures): void {
    const values = [
      at,
      sessions ?? Number.NaN,
      active ?? Number.NaN,
      lockWaiting ?? Number.NaN,
      usual ?? Number.NaN,
    ];
    this.#figures.set(values, (this.#added % RECENT_COLLECTIONS) * FIGURES);
    this.#added += 1;
  }

  /** The oldest first. */
  points(): TimelinePoint[] {
    const kept = Math.min(this.#added, RECENT_COLLECTIONS);
    return Array.from({ length: kept }, (_, index) => {
      const start = ((this.#added - kept + index) % RECENT_COLLECTIONS) * FIGURES;
      const [at = Number.NaN, sessions, active, lockWaiting, usual] = this.#figures.subarray(
        start,
        start + FIGURES,
      );
      return timelinePoint(epochMs(at), { sessions, active, lockWaiting, usual });
    });
  }
}

/** As a record has it. */
export function timelinePoint(
  at: EpochMs,
  { sessions, active, lockWaiting, usual }: TimelineFigures,
): TimelinePoint {
  return {
    at: new Date(at).toISOString(),
    sessions: known(sessions),
    active: known(active),
    lock_waiting: known(lockWaiting),
    usual: known(usual),
  };
}

function known(figure: number | undefined): number | null {
  return figure === undefined || Number.isNaN(figure) ? null : figure;
}
