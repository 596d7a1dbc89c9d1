// A figure made of the numbers of one column: not 0, but unknown where there are cells for it of which none can be read.
import type { Kernel } from '../kernel/kernel.js';
import { HAS_READ, HAS_UNREADABLE, KNOWN, LONGEST, TOTAL } from '../kernel/layout.js';

export interface NumberFigure {
  readonly total: number;
  readonly longest: number;
  readonly hasNumbers: boolean;
  readonly isKnown: boolean;
}

export const NO_NUMBERS: NumberFigure = { total: 0, longest: 0, hasNumbers: false, isKnown: true };

/** The one at an address of the kernel's memory. */
export function figureAt(kernel: Kernel, at: number): NumberFigure {
  const known = kernel.word(at + KNOWN);
  const hasNumbers = (known & HAS_READ) !== 0;
  return {
    total: kernel.double(at + TOTAL),
    longest: kernel.double(at + LONGEST),
    hasNumbers,
    isKnown: hasNumbers || (known & HAS_UNREADABLE) === 0,
  };
}

/** Of the sessions of both. */
export function merged(a: NumberFigure, b: NumberFigure): NumberFigure {
  const hasNumbers = a.hasNumbers || b.hasNumbers;
  return {
    total: a.total + b.total,
    longest: Math.max(a.longest, b.longest),
    hasNumbers,
    isKnown: hasNumbers || (a.isKnown && b.isKnown),
  };
}
