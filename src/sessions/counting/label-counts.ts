// Sessions by label, for one column: a text that was seen before costs a look-up of its bytes; only a new one is
// decoded and cleaned. Texts with the same label (`root` and `"root "`) are counted together. Of long texts, which would
// fill the memory, only the labels are kept.
import { cellText } from '../cells.js';
import { labelText, MAX_CHARACTERS, OTHER } from '../label-text.js';
import { ByteStrings, FULL } from './byte-strings.js';

/** A longer text is decoded, and its label made, each time that it comes: names of users, hosts and databases are shorter. */
const MAX_KEPT_BYTES = MAX_CHARACTERS;

const FIRST_NUMBERS = 64;
const REPLACEMENT = '\ufffd';

/** What else a text says, in bits. Undefined: NULL. */
export type Marks = (text: string | undefined) => number;
/** What a text is counted as. Undefined: NULL. */
export type Label = (text: string | undefined) => string;

export class LabelCounts {
  /** Short texts as the file has them, and labels: mostly they are the same. */
  readonly #strings = new ByteStrings();
  readonly #other = this.#strings.numberOfText(OTHER);
  readonly #marksOf: Marks;
  readonly #labelOf: Label;
  /** By text: the number of its label and 1; 0 for a string that was met as a label only. */
  #labels = new Uint32Array(FIRST_NUMBERS);
  #marks = new Uint8Array(FIRST_NUMBERS);
  /** By label; 0 for a string that is none. */
  #sessions = new Uint32Array(FIRST_NUMBERS);

  constructor(marksOf: Marks = () => 0, labelOf: Label = labelText) {
    this.#marksOf = marksOf;
    this.#labelOf = labelOf;
  }

  /** Counts a session of the text from `start` up to `end`; returns the number by which its label and marks are asked for. */
  add(bytes: DataView, start: number, end: number): number {
    return end - start <= MAX_KEPT_BYTES
      ? this.#count(this.#strings.numberOf(bytes, start, end))
      : this.addText(Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString());
  }

  addText(text: string): number {
    const meant = cellText(text) ?? '';
    if (meant.length <= MAX_CHARACTERS) {
      return this.#count(this.#strings.numberOfText(meant));
    }
    // No other text is cut to the same one, which is kept instead.
    const kept = this.#numberOfLabel(labelText(meant));
    // What there is no room for says nothing of the others that `other` stands for.
    if (this.#labels[kept] === 0 && kept !== this.#other) {
      const label = this.#numberOfLabel(this.#labelOf(meant));
      this.#labels[kept] = label + 1;
      this.#marks[kept] = this.#marksOf(meant);
    }
    return this.#count(kept);
  }

  addSessions(text: string, sessions: number): void {
    const label = this.labelOf(this.addText(text));
    this.#sessions[label] = this.sessionsOf(label) + sessions - 1;
  }

  labelOf(text: number): number {
    return (this.#labels[text] ?? 0) - 1;
  }

  marksOf(text: number): number {
    return this.#marks[text] ?? 0;
  }

  /** The numbers of the labels. */
  *labels(): Generator<number, void, undefined> {
    for (let number = 0; number < this.#strings.size; number++) {
      if (this.#sessions[number] !== 0) {
        yield number;
      }
    }
  }

  sessionsOf(label: number): number {
    return this.#sessions[label] ?? 0;
  }

  nameOf(label: number): string {
    return this.#strings.textOf(label);
  }

  /** Below 0 where label `a` comes before `b` by code points. */
  compare(a: number, b: number): number {
    return this.#strings.compare(a, b);
  }

  #count(known: number): number {
    const text = known === FULL ? this.#other : known;
    if (text >= this.#labels.length || this.#labels[text] === 0) {
      this.#learn(text);
    }
    const label = (this.#labels[text] ?? 0) - 1;
    this.#sessions[label] = (this.#sessions[label] ?? 0) + 1;
    return text;
  }

  #learn(text: number): void {
    const written = this.#strings.textOf(text);
    const meant = cellText(written);
    const label = this.#labelOf(meant);
    // What is no valid UTF-8 is decoded to a replacement, whose bytes are others.
    const isItself = label === written && !written.includes(REPLACEMENT);
    const number = isItself ? text : this.#numberOfLabel(label);
    this.#makeRoom();
    this.#labels[text] = number + 1;
    this.#marks[text] = this.#marksOf(meant);
  }

  #numberOfLabel(label: string): number {
    const number = this.#strings.numberOfText(label);
    this.#makeRoom();
    return number === FULL ? this.#other : number;
  }

  #makeRoom(): void {
    if (this.#strings.size <= this.#labels.length) {
      return;
    }
    const room = 2 * this.#strings.size;
    const [labels, marks, sessions] = [this.#labels, this.#marks, this.#sessions];
    this.#labels = new Uint32Array(room);
    this.#marks = new Uint8Array(room);
    this.#sessions = new Uint32Array(room);
    this.#labels.set(labels);
    this.#marks.set(marks);
    this.#sessions.set(sessions);
  }
}
