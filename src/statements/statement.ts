// What is known of a statement.

/** What it does, without its values. */
export interface Statement {
  /** The first 16 hexadecimal digits of the SHA-256 of the text in ASCII lower case. */
  readonly digest: string;
  /** At most 4,096 characters; empty where nothing was left without values and comments. */
  readonly text: string;
  /** A digest that is the same for texts that differ only in numbers in names of tables and schemas (`orders_2024_01`, …). */
  readonly family: string;
  /** Its end is not known. */
  readonly isCut: boolean;
  /** Its quotes can be read in ways that differ: the text has what no reading takes for a value. */
  readonly isAmbiguous: boolean;
  /** Of a class that holds passwords, such as CREATE USER. */
  readonly isSensitive: boolean;
}

/** In letters: `c` cut, `a` ambiguous, `s` sensitive, `-` none of them. */
export function flagsOf({
  isCut,
  isAmbiguous,
  isSensitive,
}: Pick<Statement, 'isCut' | 'isAmbiguous' | 'isSensitive'>): string {
  return `${isCut ? 'c' : ''}${isAmbiguous ? 'a' : ''}${isSensitive ? 's' : ''}` || '-';
}
