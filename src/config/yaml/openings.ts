// Where quotes and brackets open that are not closed: the YAML library tells of them where they would have to end, which
// may be many lines below.
import { CST } from 'yaml';

export class Openings {
  /** By where the library tells of it. */
  readonly #opened = new Map<number, number>();
  #brackets: number[] = [];

  /** A lexeme and where it stands. */
  add(lexeme: string, from: number, to: number): void {
    if (/^["']/u.test(lexeme)) {
      this.#opened.set(to, from);
    } else if (lexeme === '{' || lexeme === '[') {
      this.#brackets.push(from);
    } else if (lexeme === '}' || lexeme === ']') {
      this.#note(from, this.#brackets.pop());
    } else if (lexeme === CST.FLOW_END) {
      // The text is less indented now than the brackets around it.
      this.#note(from, this.#brackets.at(-1));
      this.#brackets = [];
    }
  }

  /** Where that opened which is told of at this offset; undefined where nothing did. */
  at(offset: number): number | undefined {
    return this.#opened.get(offset);
  }

  #note(at: number, opened: number | undefined): void {
    if (opened !== undefined) {
      this.#opened.set(at, opened);
    }
  }
}
