// One column of a session list whose texts are counted: what the kernel is told of it, and asks of it, and what it has
// counted. Texts with the same label (`root` and `"root "`) are counted together. Of long texts, which would fill the
// memory, only the labels are kept.
import { cellText } from '../cells.js';
import type { Kernel } from '../kernel/kernel.js';
import {
  ANSWER,
  BY_NAME,
  COUNTED,
  COUNTED_ACTIVE,
  DISTINCT,
  FIELD,
  FIRST_TEXT,
  IS_ASKED,
  ITSELF,
  KEY,
  LABEL,
  LENGTH,
  MARKS,
  MORE,
  NEXT,
  OTHER_TEXT,
  RANKED,
  RANKED_SESSIONS,
  SEPARATORS,
  TEXTS,
  WORD,
} from '../kernel/layout.js';
import { labelText, MAX_CHARACTERS, OTHER } from '../label-text.js';

const REPLACEMENT = '\ufffd';
/** Texts looked at before the event loop goes on: some 0.2 ms. */
const SLICE = 8_192;

export interface ColumnRules {
  /** As layout.ts has it. */
  readonly kind: number;
  /** What a text is counted as. Undefined: NULL. */
  readonly labelOf: (text: string | undefined) => string;
  /** What else it says, in bits. */
  readonly marksOf: (text: string | undefined) => number;
  /**
   * Of which new texts the kernel asks, besides those that are no plain ASCII: of all, of those of so many bytes, or of none, as they
   * are their own labels and have no marks.
   */
  readonly asked: 'all' | 'none' | number;
}

export const PLAIN: ColumnRules = { kind: 0, labelOf: labelText, marksOf: () => 0, asked: 'none' };

/** Labels with the most sessions. */
export interface RankedLabels {
  /** The first by rank, in that order. */
  readonly labels: readonly number[];
  /** How many labels there are, and the sessions of all. */
  readonly distinct: number;
  readonly sessions: number;
}

export class TextColumn {
  readonly #kernel: Kernel;
  /** Of the column in the kernel's memory. */
  readonly address: number;
  readonly #rules: ColumnRules;
  /** Of labels that are shown: most are in several places. */
  readonly #names = new Map<number, string>();

  /** At an address of the kernel's memory that is a column's. */
  constructor(kernel: Kernel, address: number, field: number, rules = PLAIN) {
    this.#kernel = kernel;
    this.address = address;
    this.#rules = rules;
    const { kind, asked } = rules;
    kernel.run.makeColumn(
      address,
      kind | (asked === 'all' ? IS_ASKED : 0),
      typeof asked === 'number' ? asked : 0,
    );
    kernel.setWord(address + FIELD, field);
    kernel.setWord(address + OTHER_TEXT, this.#entryOf(OTHER));
  }

  /** Counts a session of the text; returns the text. */
  count(start: number, end: number): number {
    return this.#kernel.run.count(this.address, start, end - start) >>> 0;
  }

  /** Counts so many sessions of it, and so many active ones among them; returns what it is kept as. */
  addText(text: string, sessions = 1, active = 0): number {
    const kept = this.#textOf(cellText(text));
    const label = this.labelOf(kept);
    this.#kernel.setWord(label + COUNTED, this.sessionsOf(label) + sessions);
    this.#kernel.setWord(label + COUNTED_ACTIVE, this.activeOf(label) + active);
    return kept;
  }

  /** As CellAnswers has it. */
  learn(at: number, length: number): number {
    const written = this.#kernel.text(at, at + length);
    const meant = cellText(written);
    const label = this.#rules.labelOf(meant);
    const labelLength = this.#kernel.answer(label, this.#rules.marksOf(meant));
    // What is no valid UTF-8 is decoded to a replacement, whose bytes are others.
    return label === written && !written.includes(REPLACEMENT) ? ITSELF : labelLength;
  }

  /** As CellAnswers has it. */
  longText(at: number, length: number): number {
    return this.#textOf(cellText(this.#kernel.text(at, at + length)));
  }

  labelOf(text: number): number {
    return this.#kernel.word(text + LABEL);
  }

  marksOf(text: number): number {
    return this.#kernel.half(text + MARKS);
  }

  /** Of a text that is counted as another label from now on. */
  setLabel(text: number, label: number): void {
    this.#kernel.setWord(text + LABEL, label);
  }

  setMarks(text: number, marks: number): void {
    this.#kernel.setHalf(text + MARKS, marks);
  }

  sessionsOf(label: number): number {
    return this.#kernel.word(label + COUNTED);
  }

  /** Of its sessions those that are active, where sessions are told of. */
  activeOf(label: number): number {
    return this.#kernel.word(label + COUNTED_ACTIVE);
  }

  /** Of one of the labels that are shown, which are few. */
  shownName(label: number): string {
    const known = this.#names.get(label);
    if (known !== undefined) {
      return known;
    }
    const name = this.nameOf(label);
    this.#names.set(label, name);
    return name;
  }

  nameOf(text: number): string {
    const start = text + KEY;
    return this.#kernel.text(start, start + this.#kernel.half(text + LENGTH));
  }

  /** Of a label that is counted elsewhere from now on. */
  takeSessions(label: number): number {
    const sessions = this.sessionsOf(label);
    this.#kernel.setWord(label + COUNTED, 0);
    return sessions;
  }

  /** Of a host, the sessions that it had no port in. */
  withoutPort(text: number): number {
    return this.#kernel.word(text + MORE);
  }

  /** By code points. */
  sortedByName(labels: readonly number[]): readonly number[] {
    for (const [place, label] of labels.entries()) {
      this.#kernel.setWord(SEPARATORS + WORD * place, label);
    }
    return this.#sorted(labels.length, BY_NAME);
  }

  /** Besides the one of `other`, which is always there. */
  get hasTexts(): boolean {
    return this.#kernel.word(this.address + TEXTS) > 1;
  }

  /** All texts and labels, in the order in which they came. */
  *texts(): Generator<number, void, undefined> {
    for (
      let text = this.#kernel.word(this.address + FIRST_TEXT);
      text !== 0;
      text = this.#kernel.word(text + NEXT)
    ) {
      yield text;
    }
  }

  /** By all sessions, or by the active ones. Yields where the event loop may go on. */
  *ranked(
    limit: number,
    by: typeof COUNTED | typeof COUNTED_ACTIVE = COUNTED,
  ): Generator<void, RankedLabels, undefined> {
    const kernel = this.#kernel;
    kernel.setWord(RANKED, 0);
    kernel.setWord(DISTINCT, 0);
    kernel.setDouble(RANKED_SESSIONS, 0);
    yield* this.inSlices((text, some) => kernel.run.rankLabels(text, some, limit, by));
    return {
      labels: this.#sorted(kernel.word(RANKED), by),
      distinct: kernel.word(DISTINCT),
      sessions: kernel.double(RANKED_SESSIONS),
    };
  }

  /** Calls `look` with a text from which on it looks at some, and returns the one to go on with, or 0; yields in between. */
  *inSlices(look: (text: number, some: number) => number): Generator<void, void, undefined> {
    let text = this.#kernel.word(this.address + FIRST_TEXT);
    while (text !== 0) {
      text = look(text, SLICE) >>> 0;
      if (text !== 0) {
        yield;
      }
    }
  }

  #sorted(count: number, by: number): readonly number[] {
    this.#kernel.run.sortLabels(count, by);
    return Array.from({ length: count }, (_, place) => this.#kernel.word(SEPARATORS + WORD * place));
  }

  /** What a trimmed text, undefined for NULL, is kept as; it is known then what that is counted as. */
  #textOf(meant = ''): number {
    if (meant.length <= MAX_CHARACTERS) {
      return this.#kept(meant);
    }
    // No other text is cut to the same one, which is kept instead.
    const kept = this.#entryOf(labelText(meant));
    // What there is no room for says nothing of the others that `other` stands for.
    if (kept === this.#other) {
      return this.#kept(OTHER);
    }
    if (this.labelOf(kept) === 0) {
      this.#kernel.setWord(kept + LABEL, this.#entryOf(this.#rules.labelOf(meant)));
      this.setMarks(kept, this.#rules.marksOf(meant));
    }
    return kept;
  }

  #kept(text: string): number {
    return this.#kernel.run.keptText(this.address, ANSWER, this.#kernel.answer(text)) >>> 0;
  }

  #entryOf(text: string): number {
    return this.#kernel.run.entryOf(this.address, ANSWER, this.#kernel.answer(text)) >>> 0;
  }

  get #other(): number {
    return this.#kernel.word(this.address + OTHER_TEXT);
  }
}
