// Space-Saving as its authors write it down: a list of counters, looked through for each session. What has much time stays.
interface Session {
  readonly number: number;
  readonly seconds: number;
}

interface Figures {
  sessions: number;
  seconds: number;
}

interface Counter extends Figures {
  readonly number: number;
  inherited: number;
  readonly taken: number;
}

export function plainStatementCounts(rows: readonly Session[], most: number) {
  let counters: Counter[] = [];
  const rest: Figures = { sessions: 0, seconds: 0 };
  let error = 0;
  let time = 0;
  for (const [taken, { number, seconds }] of rows.entries()) {
    time += seconds;
    let counter = counters.find((one) => one.number === number);
    if (counter === undefined) {
      let inherited = 0;
      if (counters.length === most) {
        const least = leastOf(counters, time / Math.floor(most / 4));
        counters = counters.filter((one) => one !== least);
        rest.sessions += least.sessions;
        rest.seconds += least.seconds;
        inherited = least.inherited + least.sessions;
        error = Math.max(error, inherited);
      }
      counter = { number, inherited, taken, sessions: 0, seconds: 0 };
      counters.push(counter);
    }
    counter.sessions++;
    counter.seconds += seconds;
  }
  return {
    counted: counters.map(({ number, sessions, seconds }) => ({ number, sessions, seconds })),
    rest,
    error,
  };
}

/** Of those that have no more than `much` time; one that has and comes before is put behind the next. */
function leastOf(counters: readonly Counter[], much: number): Counter {
  const [least, next] = [...counters].sort(
    (a, b) => estimate(a) - estimate(b) || a.seconds - b.seconds || a.taken - b.taken,
  );
  assertIsThere(least);
  if (next === undefined || !(least.seconds > much)) {
    return least;
  }
  least.inherited += estimate(next) + 1 - estimate(least);
  return leastOf(counters, much);
}

function estimate({ inherited, sessions }: Counter): number {
  return inherited + sessions;
}

function assertIsThere<Value>(value: Value | undefined): asserts value is Value {
  if (value === undefined) {
    throw new RangeError('expected at least one counter');
  }
}
