// Medians of a few numbers.

/** Sorts the numbers. NaN where there are none. */
export function medianOf(numbers: Float64Array): number {
  if (numbers.length === 0) {
    return Number.NaN;
  }
  numbers.sort();
  const middle = numbers.length >> 1;
  const upper = numbers[middle] ?? Number.NaN;
  return numbers.length % 2 === 1 ? upper : ((numbers[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The median of how far they lie from their median; overwrites the numbers. */
export function deviationOf(numbers: Float64Array, median: number): number {
  for (let index = 0; index < numbers.length; index++) {
    numbers[index] = Math.abs((numbers[index] ?? 0) - median);
  }
  return medianOf(numbers);
}
