// What the wall clocks of a time zone show: how far they are from UTC, and when that changes. All in seconds.

/** The clocks do not change in it. */
export interface Period {
  /** Since the epoch. */
  readonly start: number;
  readonly end: number;
  /** What the wall clocks show, less UTC. */
  readonly offset: number;
  /** Of the time before its start: another one where it begins with a change of the clocks. */
  readonly offsetBefore: number;
}

export class TimeZone {
  readonly #format: Intl.DateTimeFormat;

  /** `name` of the IANA database. */
  constructor(name: string) {
    this.#format = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** What the wall clocks show, less UTC. */
  offsetAt(instant: number): number {
    const shown: Partial<Record<Intl.DateTimeFormatPartTypes, number>> = {};
    for (const { type, value } of this.#format.formatToParts(instant * 1_000)) {
      shown[type] = Number(value);
    }
    const { year = 0, month = 1, day, hour, minute, second } = shown;
    return Date.UTC(year, month - 1, day, hour, minute, second) / 1_000 - instant;
  }

  /** The time from `start` to `end`, parted where the clocks change; whole seconds, a day or so. */
  periods(start: number, end: number): readonly Period[] {
    const begins = [start, ...this.#changes(start, end - 1)];
    return begins.map((begin, index) => ({
      start: begin,
      end: begins[index + 1] ?? end,
      offset: this.offsetAt(begin),
      offsetBefore: this.offsetAt(begin - 1),
    }));
  }

  /** After `from`, up to `to`. In no zone do the clocks go forth and back again within a day. */
  #changes(from: number, to: number): readonly number[] {
    if (this.offsetAt(from) === this.offsetAt(to)) {
      return [];
    }
    const middle = Math.floor((from + to) / 2);
    return middle === from ? [to] : [...this.#changes(from, middle), ...this.#changes(middle, to)];
  }
}
