// Where things lie in the record scanner's memory. Compiled as TypeScript and as AssemblyScript: nothing but numbers.

/** Which of the words of four bytes at the start say what of the record. */
export const FIELDS = 0;
export const LINES_IN_QUOTES = 1;
export const FAULT = 2;

/** The places of the first fields; further ones are counted, but not noted. */
export const MAX_FIELDS = 256;
export const STARTS = 1_024;
/** Inverted, which is negative, where the field holds doubled quotes. */
export const ENDS = 2_048;

/** Statements are long; a record longer than this is a quote that nobody closed. */
export const MAX_RECORD_BYTES = 4 * 1024 * 1024;
/** Of a longer chunk as much at a time: it stays in the processor's cache while its fields are read. */
export const PIECE_BYTES = 256 * 1024;

/** The bytes that are scanned; places count from here. */
export const BYTES = 4_096;
/** Read, but not heeded, behind the LF at the end of the bytes. */
export const SLACK = 16;

/** Faults. */
export const SOUND = 0;
export const TEXT_AFTER_QUOTE = 1;
export const OPEN_QUOTE = 2;
