// What a file says of the past: series of values, each in the order of time however the file has them.

export interface Series {
  readonly labels: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch, ascending; each stands once. */
  readonly instants: Float64Array;
  readonly values: Float64Array;
}

/** The message says what is wrong with the file, and is shown with its name. */
export class HistoryError extends Error {
  override readonly name = 'HistoryError';
}

const MAX_SERIES = 10_000;
const FIRST_CAPACITY = 256;
/** Later than that, in seconds, are only milliseconds that were taken for seconds. */
const MAX_SECONDS = 1e11;
export const MILLISECONDS_HINT = 'a time that far ahead is one in milliseconds: expected seconds';

/** Growing lists of numbers, side by side. */
export class Points {
  #instants = new Float64Array(FIRST_CAPACITY);
  #values = new Float64Array(FIRST_CAPACITY);
  #length = 0;
  /** Of values that are no number of sessions, such as NaN. */
  leftOut = 0;

  add(instant: number, value: number): void {
    if (!(value >= 0 && Number.isFinite(value))) {
      this.leftOut++;
      return;
    }
    if (this.#length === this.#instants.length) {
      this.#instants = doubled(this.#instants);
      this.#values = doubled(this.#values);
    }
    this.#instants[this.#length] = instant;
    this.#values[this.#length] = value;
    this.#length++;
  }

  addAll(other: Points): void {
    for (let index = 0; index < other.#length; index++) {
      this.add(other.#instants[index] ?? Number.NaN, other.#values[index] ?? Number.NaN);
    }
    this.leftOut += other.leftOut;
  }

  /** Of several values of one instant the last one counts. */
  inOrder(): Pick<Series, 'instants' | 'values'> {
    const instants = this.#instants.subarray(0, this.#length);
    const values = this.#values.subarray(0, this.#length);
    if (instants.every((instant, index) => index === 0 || instant > (instants[index - 1] ?? 0))) {
      return { instants, values };
    }
    const order = Array.from(instants.keys()).sort((a, b) => (instants[a] ?? 0) - (instants[b] ?? 0));
    const last = order.filter((place, index) => instants[place] !== instants[order[index + 1] ?? -1]);
    return {
      instants: Float64Array.from(last, (place) => instants[place] ?? 0),
      values: Float64Array.from(last, (place) => values[place] ?? 0),
    };
  }
}

/** The series of a file, in the order in which it names them. */
export class History {
  readonly #series = new Map<string, { readonly labels: Series['labels']; readonly points: Points }>();

  /** Of the series with these labels, whichever part of the file they come from. */
  pointsOf(labels: Series['labels']): Points {
    const key = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
    const known = this.#series.get(key);
    if (known !== undefined) {
      return known.points;
    }
    if (this.#series.size === MAX_SERIES) {
      throw new HistoryError(`got more than ${MAX_SERIES} series, expected those of some nodes`);
    }
    const points = new Points();
    this.#series.set(key, { labels, points });
    return points;
  }

  get series(): readonly Series[] {
    return Array.from(this.#series.values(), ({ labels, points }) => ({ labels, ...points.inOrder() }));
  }

  get leftOut(): number {
    return Array.from(this.#series.values()).reduce((sum, { points }) => sum + points.leftOut, 0);
  }
}

/** Undefined where it is no time since the epoch. */
export function instantOf(seconds: number): number | undefined {
  return seconds >= 0 && seconds < MAX_SECONDS ? Math.round(1000 * seconds) : undefined;
}

export function isTooFarAhead(seconds: number): boolean {
  return seconds >= MAX_SECONDS;
}

function doubled(numbers: Float64Array): Float64Array<ArrayBuffer> {
  const more = new Float64Array(2 * numbers.length);
  more.set(numbers);
  return more;
}
