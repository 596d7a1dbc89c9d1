// Rows of VALUES behind the first one: a digest does not heed them, so a shape has the last of them alone.
import { NAME } from './plain-readings.js';

interface Piece {
  readonly byte: number;
  readonly kind: number;
}

/** Told of each literal that begins a list or stands alone, with what of the shape is before it. */
export class PlainRows {
  /** Where the row begins that is read. */
  #row: number | undefined;
  #isFirst = false;
  #isOver = false;

  /** Leaves out the row before, if there is one that does not matter. */
  beforeLiteral(kept: Piece[]): void {
    const text = kept.map(({ byte, kind }) => (kind === NAME ? '`' : String.fromCharCode(byte))).join('');
    const opening = /\((?:[\0- ]*(?<![\w$\x80-\xff])(?:null|default)[\0- ]*,)?[\0- ]*$/iu.exec(text)?.index;
    if (opening === undefined) {
      return;
    }
    if (this.#row === undefined) {
      const isBehindValues = /(?<![\w$.@`\x80-\xff])values[\0- ]*$/iu.test(text.slice(0, opening));
      this.#row = isBehindValues && !this.#isOver ? opening : undefined;
      this.#isFirst = true;
      this.#isOver ||= isBehindValues;
      return;
    }
    const rows = text.slice(this.#row, opening);
    const depth = depthBehind(rows);
    if (depth === undefined || (depth === 0 && !/,[\0- ]*$/u.test(rows))) {
      this.#row = undefined;
    } else if (depth === 0 && this.#isFirst) {
      this.#isFirst = false;
      this.#row = opening;
    } else if (depth === 0) {
      kept.splice(this.#row, opening - this.#row);
    }
  }
}

/** How many parentheses are open; undefined where there is something between rows, a name in backticks, or a backslash. */
function depthBehind(rows: string): number | undefined {
  let depth = 0;
  for (const character of rows) {
    depth += character === '(' ? 1 : character === ')' ? -1 : 0;
    if (
      character === '`' ||
      character === '\\' ||
      depth < 0 ||
      (depth === 0 && !/[\0- ,)]/u.test(character))
    ) {
      return undefined;
    }
  }
  return depth;
}
