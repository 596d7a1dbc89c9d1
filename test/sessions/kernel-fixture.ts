// What the tests of the kernel's parts share: a kernel that reads no file, columns of texts in it, and generators run to
// their end.
import { type ColumnRules, PLAIN, TextColumn } from '../../src/sessions/counting/text-column.js';
import { Kernel, type KernelCode } from '../../src/sessions/kernel/kernel.js';
import { BYTES, COLUMNS, NO_FIELD } from '../../src/sessions/kernel/layout.js';

export function newKernel(code: KernelCode): Kernel {
  const kernel = new Kernel(code);
  kernel.run.reset();
  return kernel;
}

/** A column alone in its kernel, which asks it what texts say. */
export class LoneColumn {
  readonly kernel: Kernel;
  readonly column: TextColumn;

  constructor(kernel: Kernel, rules: Partial<ColumnRules> = {}) {
    this.kernel = kernel;
    const column = new TextColumn(kernel, COLUMNS, NO_FIELD, { ...PLAIN, ...rules });
    this.column = column;
    const otherwise = (): never => {
      throw new Error('got a question about something else than texts');
    };
    kernel.cells = {
      learn: (_, at, length) => column.learn(at, length),
      longText: (_, at, length) => column.longText(at, length),
      oddHost: otherwise,
      oddNumber: otherwise,
      oddTransaction: otherwise,
    };
  }

  /** Counts a session of the text, which stands among other bytes; returns what it is kept as. */
  count(text: string | Uint8Array, before = 0): number {
    const bytes = Buffer.from(text);
    const around = Buffer.concat([Buffer.alloc(before, 1), bytes, Buffer.alloc(40, before + 2)]);
    this.kernel.bytes.set(around, BYTES);
    return this.column.count(BYTES + before, BYTES + before + bytes.length);
  }

  /** Sessions by label. */
  counts(): Record<string, number> {
    const labels = [...this.column.texts()].filter((text) => this.column.sessionsOf(text) > 0);
    return Object.fromEntries(
      labels.map((label) => [this.column.nameOf(label), this.column.sessionsOf(label)]),
    );
  }
}

/** What a generator comes to, and how often the event loop could have gone on. */
export function stepped<Result>(steps: Generator<void, Result, undefined>): {
  readonly result: Result;
  readonly pauses: number;
} {
  for (let pauses = 0; ; pauses++) {
    const step = steps.next();
    if (step.done === true) {
      return { result: step.value, pauses };
    }
  }
}

export function drained<Result>(steps: Generator<void, Result, undefined>): Result {
  return stepped(steps).result;
}
