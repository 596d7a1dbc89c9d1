// Figures made of the numbers of one column; ../layout.ts says where they lie.
import { FIGURE_BYTES, HAS_READ, HAS_UNREADABLE, KNOWN, LONGEST, MORE, TOTAL } from '../layout';
import { take } from './heap';

/** In place of a number, below all of them. */
const UNREADABLE: f64 = -1;

/** NaN is nothing. */
export function addNumber(figure: u32, number: f64): void {
  if (number >= 0) {
    store<u32>(figure, load<u32>(figure, KNOWN) | HAS_READ, KNOWN);
    store<f64>(figure, load<f64>(figure, TOTAL) + number, TOTAL);
    if (number > load<f64>(figure, LONGEST)) {
      store<f64>(figure, number, LONGEST);
    }
  } else if (number === UNREADABLE) {
    store<u32>(figure, load<u32>(figure, KNOWN) | HAS_UNREADABLE, KNOWN);
  }
}

/** To the times of a command: a file may have no times and a million commands, which take no memory for them then. */
export function addTime(label: u32, seconds: f64, isServerThread: bool): void {
  const isCell = seconds >= UNREADABLE;
  if (!isCell) {
    return;
  }
  let times = load<u32>(label, MORE);
  if (times === 0) {
    times = take(2 * FIGURE_BYTES);
    memory.fill(times, 0, 2 * FIGURE_BYTES);
    store<u32>(label, times, MORE);
  }
  addNumber(isServerThread ? times + FIGURE_BYTES : times, seconds);
}

export function mergeFigure(figure: u32, other: u32): void {
  store<f64>(figure, load<f64>(figure, TOTAL) + load<f64>(other, TOTAL), TOTAL);
  store<f64>(figure, max(load<f64>(figure, LONGEST), load<f64>(other, LONGEST)), LONGEST);
  store<u32>(figure, load<u32>(figure, KNOWN) | load<u32>(other, KNOWN), KNOWN);
}
