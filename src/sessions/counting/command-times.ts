// How long sessions have been in their state, by command: sums and longest times.

import { OTHER } from '../label-text.js';
import type { SessionTime } from '../snapshot.js';
import { NumberFigure } from './number-figure.js';

/** In place of a label, where sessions are not told apart by command. */
export const ALL_COMMANDS = -1;

export class CommandTimes {
  /** By the number of the command's label and 1, so that ALL_COMMANDS has a place. */
  readonly #figures: NumberFigure[] = [];

  /** MISSING is nothing, and takes no memory: a file may have no times and a million commands. */
  add(label: number, seconds: number): void {
    if (Number.isNaN(seconds)) {
      return;
    }
    let figure = this.#figures[label + 1];
    if (figure === undefined) {
      figure = new NumberFigure();
      this.#figures[label + 1] = figure;
    }
    figure.add(seconds);
  }

  /** One entry for each of the commands shown whose times are known, to which `other` takes the times of the rest. */
  byCommand(shown: readonly string[], nameOf: (label: number) => string): readonly SessionTime[] {
    const named = new Map(shown.map((command) => [command, new NumberFigure()]));
    const other = named.get(OTHER);
    this.#figures.forEach((figure, place) => {
      (named.get(nameOf(place - 1)) ?? other)?.merge(figure);
    });
    return [...named].flatMap(([command, figure]) => timeOf(command, figure));
  }

  /** What was added under ALL_COMMANDS. */
  ofAll(): readonly SessionTime[] {
    return timeOf(undefined, this.#figures[0] ?? new NumberFigure());
  }
}

function timeOf(command: string | undefined, { isKnown, total, longest }: NumberFigure): SessionTime[] {
  return isKnown ? [{ command, totalSeconds: total, longestSeconds: longest }] : [];
}
