// What one node usually has at a time, of all sessions and of the active ones. At most 16 KiB, in memory as when saved.
import type { EpochMs } from '../../clock.js';
import { isObject } from '../../json.js';
import type { Usual } from '../../model/incident.js';
import { type Expected, type SavedLevel, UsualLevel } from './usual-level.js';

/** Plain JSON. */
export interface SavedUsual {
  readonly sessions: SavedLevel;
  readonly active: SavedLevel;
}

/** Absent where it is not known. */
export interface ExpectedFigures {
  readonly sessions: Expected | undefined;
  readonly active: Expected | undefined;
}

/** Of which a collection may lack either. */
interface Counts {
  readonly sessions?: number | undefined;
  readonly active?: number | undefined;
}

export class NodeUsual {
  readonly #sessions = new UsualLevel();
  readonly #active = new UsualLevel();

  /** `saved`: by save(), whenever that was; anything else counts as nothing saved. */
  constructor(saved?: unknown) {
    if (isObject(saved)) {
      this.#sessions.restore(saved.sessions);
      this.#active.restore(saved.active);
    }
  }

  /** For a collection at this instant, which was not added yet. */
  expected(at: EpochMs): ExpectedFigures {
    return { sessions: this.#sessions.expected(at), active: this.#active.expected(at) };
  }

  add(at: EpochMs, { sessions, active }: Counts): void {
    this.#sessions.add(at, sessions);
    this.#active.add(at, active);
  }

  save(): SavedUsual {
    return { sessions: this.#sessions.save(), active: this.#active.save() };
  }
}

/** As it is told: whole sessions. */
export function usualOf({ sessions, active }: ExpectedFigures): Usual {
  return {
    ...(sessions !== undefined && { sessions: Math.round(sessions.usual) }),
    ...(active !== undefined && { active: Math.round(active.usual) }),
  };
}
