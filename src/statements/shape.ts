// What is left of a statement without its literals: made by the kernel (sessions/kernel), read here. Two statements with
// the same shape have the same digest; the same digest may have several shapes, for blanks, the case of keywords and how
// long a list is are told apart only where that costs nothing.

/**
 * The statement's bytes, in order, but for these:
 * - a text in quotes, be it closed or cut, is `''`; what introduces it (`N`, `X`, `_utf8mb4`, `@`) stays before it;
 * - the digits of a number that is no part of a word are `0`, those behind its point too (`0.0`); of a list of more than two
 *   such literals, with commas and blanks between them, the first two are there;
 * - of the rows of VALUES the first and the last are there;
 * - the name of a savepoint, and of the database that USE names, is `?`;
 * - a comment is a blank; of one whose content is code the marks at its ends are blanks; a hint behind the verb stays;
 * - in an ambiguous statement what any reading takes for a literal is `''`, so is what only some take for a name in backticks,
 *   and what any other takes for a comment is a blank;
 * - a byte-order mark, the sign of a cut (`...`, ` …`) and a quoted name that has no end are dropped.
 *
 * Names in backticks, `?`, `<secret>`, words that begin with a digit (`1e10`) and numbers that begin with a point stay as
 * they are. A shape that was not cut by its own limit ends with a blank where a gap was the statement's end: a word that
 * touches the end of a cut statement may lack some.
 */
export interface Shape {
  /** UTF-8, or bytes that are none. */
  readonly bytes: Uint8Array;
  readonly isCut: boolean;
  readonly isAmbiguous: boolean;
}

/** How quotes are read that could mean two things; of each statement anew where that is `auto`. */
export const SQL_MODES = ['auto', 'default', 'no_backslash_escapes', 'ansi_quotes'] as const;
export type SqlMode = (typeof SQL_MODES)[number];
