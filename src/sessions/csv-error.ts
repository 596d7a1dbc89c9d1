// The one error of the core: a file that cannot be turned into a snapshot. Its message names lines, columns
// and counts, never the text of a cell: cells hold SQL.

export class CsvError extends Error {
  override readonly name = 'CsvError';
}
