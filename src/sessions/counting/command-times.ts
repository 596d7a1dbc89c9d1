// How long sessions have been in their state, by command: sums and longest times. The server's own threads are kept apart,
// as they last for as long as the server runs.
import { OTHER } from '../label-text.js';
import type { LongestTime, SessionTime } from '../snapshot.js';
import { NumberFigure } from './number-figure.js';

/** In place of a label, where sessions are not told apart by command. */
export const ALL_COMMANDS = -1;

/** By the number of the command's label and 1, so that ALL_COMMANDS has a place. */
type Figures = NumberFigure[];
type NameOf = (label: number) => string;

export class CommandTimes {
  readonly #clients: Figures = [];
  readonly #serverThreads: Figures = [];

  /** MISSING is nothing, and takes no memory: a file may have no times and a million commands. */
  add(label: number, seconds: number, isServerThread: boolean): void {
    if (Number.isNaN(seconds)) {
      return;
    }
    const figures = isServerThread ? this.#serverThreads : this.#clients;
    let figure = figures[label + 1];
    if (figure === undefined) {
      figure = new NumberFigure();
      figures[label + 1] = figure;
    }
    figure.add(seconds);
  }

  /** One entry for each of the commands shown whose times are known, to which `other` takes the times of the rest. */
  byCommand(shown: readonly string[], nameOf: NameOf): readonly SessionTime[] {
    return [...named(shown, nameOf, [this.#clients, this.#serverThreads])].flatMap(([command, figure]) =>
      timeOf(command, figure),
    );
  }

  /** What was added under ALL_COMMANDS. */
  ofAll(): readonly SessionTime[] {
    return timeOf(undefined, merged([this.#clients, this.#serverThreads]));
  }

  /** One entry for each of the commands shown that clients' times were read of, `other` as above. */
  longestByCommand(shown: readonly string[], nameOf: NameOf): readonly LongestTime[] {
    return [...named(shown, nameOf, [this.#clients])].flatMap(([command, figure]) =>
      longestOf(command, figure),
    );
  }

  longestOfAll(): readonly LongestTime[] {
    return longestOf(undefined, merged([this.#clients]));
  }
}

function named(
  shown: readonly string[],
  nameOf: NameOf,
  parts: readonly Figures[],
): ReadonlyMap<string, NumberFigure> {
  const byName = new Map(shown.map((command) => [command, new NumberFigure()]));
  const other = byName.get(OTHER);
  for (const figures of parts) {
    // Leaves out the places that nothing was added at.
    figures.forEach((figure, place) => {
      (byName.get(nameOf(place - 1)) ?? other)?.merge(figure);
    });
  }
  return byName;
}

function merged(parts: readonly Figures[]): NumberFigure {
  const all = new NumberFigure();
  for (const [figure] of parts) {
    if (figure !== undefined) {
      all.merge(figure);
    }
  }
  return all;
}

function timeOf(command: string | undefined, { isKnown, total, longest }: NumberFigure): SessionTime[] {
  return isKnown ? [{ command, totalSeconds: total, longestSeconds: longest }] : [];
}

function longestOf(command: string | undefined, { hasNumbers, longest }: NumberFigure): LongestTime[] {
  return hasNumbers ? [{ command, seconds: longest }] : [];
}
