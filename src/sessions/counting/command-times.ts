// How long sessions have been in their state, by command: sums and longest times. The server's own threads are kept apart,
// as they last for as long as the server runs.
import type { Kernel } from '../kernel/kernel.js';
import { ALL_TIMES, FIGURE_BYTES, MORE, OTHER_TIMES, SHOWN } from '../kernel/layout.js';
import { OTHER } from '../label-text.js';
import type { LongestTime, SessionTime } from '../snapshot.js';
import { figureAt, merged, NO_NUMBERS, type NumberFigure } from './number-figure.js';
import type { TextColumn } from './text-column.js';
import type { TopValues } from './top-values.js';

export interface SessionTimes {
  readonly times: readonly SessionTime[];
  readonly longest: readonly LongestTime[];
}

interface CommandFigures {
  readonly command: string | undefined;
  readonly ofClients: NumberFigure;
  readonly ofAll: NumberFigure;
}

/**
 * One entry for each of the commands shown whose times are known, to which `other` takes the times of the rest. Yields where
 * the event loop may go on.
 */
export function* timesByCommand(
  kernel: Kernel,
  commands: TextColumn,
  { counts, labels }: TopValues,
): Generator<void, SessionTimes, undefined> {
  const rest = yield* timesOfRest(kernel, commands, [...labels.values()]);
  return sessionTimes(
    counts.values.map(({ value }) => {
      const times = kernel.word((labels.get(value) ?? 0) + MORE);
      return value === OTHER ? rest : figuresAt(kernel, value, times);
    }),
  );
}

/** Where sessions are not told apart by command. */
export function timesOfAll(kernel: Kernel): SessionTimes {
  return sessionTimes([figuresAt(kernel, undefined, ALL_TIMES)]);
}

function* timesOfRest(
  kernel: Kernel,
  commands: TextColumn,
  shown: readonly number[],
): Generator<void, CommandFigures, undefined> {
  for (const label of shown) {
    commands.setMarks(label, commands.marksOf(label) | SHOWN);
  }
  kernel.bytes.fill(0, OTHER_TIMES, OTHER_TIMES + FIGURE_BYTES);
  yield* commands.inSlices((text, some) => kernel.run.addOtherTimes(text, some, false));
  const ofClients = figureAt(kernel, OTHER_TIMES);
  yield* commands.inSlices((text, some) => kernel.run.addOtherTimes(text, some, true));
  for (const label of shown) {
    commands.setMarks(label, commands.marksOf(label) & ~SHOWN);
  }
  return { command: OTHER, ofClients, ofAll: figureAt(kernel, OTHER_TIMES) };
}

/** `times`: of clients and of the server's threads, one behind the other; 0 where there are none. */
function figuresAt(kernel: Kernel, command: string | undefined, times: number): CommandFigures {
  if (times === 0) {
    return { command, ofClients: NO_NUMBERS, ofAll: NO_NUMBERS };
  }
  const ofClients = figureAt(kernel, times);
  return { command, ofClients, ofAll: merged(ofClients, figureAt(kernel, times + FIGURE_BYTES)) };
}

function sessionTimes(figures: readonly CommandFigures[]): SessionTimes {
  return {
    times: figures.flatMap(({ command, ofAll: { isKnown, total, longest } }) =>
      isKnown ? [{ command, totalSeconds: total, longestSeconds: longest }] : [],
    ),
    longest: figures.flatMap(({ command, ofClients: { hasNumbers, longest } }) =>
      hasNumbers ? [{ command, seconds: longest }] : [],
    ),
  };
}
