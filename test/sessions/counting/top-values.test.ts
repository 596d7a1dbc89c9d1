import assert from 'node:assert/strict';
import fc from 'fast-check';
import { cellText } from '../../../src/sessions/cells.js';
import type { TextColumn } from '../../../src/sessions/counting/text-column.js';
import { topValues } from '../../../src/sessions/counting/top-values.js';
import { labelText } from '../../../src/sessions/label-text.js';
import type { DimensionCounts } from '../../../src/sessions/snapshot.js';
import { KERNEL_BUILDS } from '../kernel-builds.js';
import { drained, LoneColumn, newKernel, stepped } from '../kernel-fixture.js';

for (const { build, code } of KERNEL_BUILDS) {
  describe(`topValues ${build}`, () => {
    const kernel = newKernel(code);

    /** Holds until the next one is made. */
    function columnOf(entries: Iterable<readonly [name: string, sessions: number]>): TextColumn {
      kernel.run.reset();
      const { column } = new LoneColumn(kernel);
      for (const [name, sessions] of entries) {
        column.addText(name, sessions);
      }
      return column;
    }

    function counts(record: Readonly<Record<string, number>>): TextColumn {
      return columnOf(Object.entries(record));
    }

    function top(column: TextColumn, maxValues: number, before: readonly string[] = []): DimensionCounts {
      const { counts: ofValues, labels } = drained(topValues(column, maxValues, new Set(before)));
      const names = ofValues.values.map(({ value }) => value).filter((value) => value !== 'other');
      assert.deepEqual([...labels.keys()].sort(), names.sort());
      for (const [name, label] of labels) {
        assert.equal(column.nameOf(label), name);
      }
      return ofValues;
    }

    function shown(
      column: TextColumn,
      maxValues: number,
      before: readonly string[] = [],
    ): Readonly<Record<string, number>> {
      return Object.fromEntries(
        top(column, maxValues, before).values.map(({ value, sessions }) => [value, sessions]),
      );
    }

    it('shows all values where they fit, sorted by value', () => {
      assert.deepEqual(top(counts({ b: 1, a: 2, c: 3 }), 3), {
        values: [
          { value: 'a', sessions: 2 },
          { value: 'b', sessions: 1 },
          { value: 'c', sessions: 3 },
        ],
        distinct: 3,
      });
    });

    it('sums the values with the fewest sessions as "other"', () => {
      assert.deepEqual(shown(counts({ a: 1, b: 2, c: 3, d: 4 }), 2), { c: 3, d: 4, other: 3 });
    });

    it('prefers the lower value among equals', () => {
      assert.deepEqual(shown(counts({ d: 1, c: 1, b: 1, a: 1 }), 2), { a: 1, b: 1, other: 2 });
    });

    it('orders by code points, not by UTF-16 units', () => {
      const { values } = top(counts({ '😀': 1, '\uffee': 1, 'a😀': 1, a: 1 }), 3);
      assert.deepEqual(
        values.map(({ value }) => value),
        ['a', 'a😀', 'other', '\uffee'],
      );
    });

    it('counts a real "other" in the same series, without a rank, but among the distinct values', () => {
      const real = counts({ other: 100, a: 3, b: 2, c: 1 });
      assert.deepEqual(shown(real, 2), { a: 3, b: 2, other: 101 });
      assert.deepEqual(shown(real, 3), { a: 3, b: 2, c: 1, other: 100 });
      assert.equal(top(real, 2).distinct, 4);
    });

    it('keeps a value that was shown before while it ranks within twice the maximum', () => {
      const all = counts({ a: 9, b: 8, c: 7, d: 6, e: 5, f: 4, g: 3, h: 2, i: 1 });
      assert.deepEqual(shown(all, 4, ['h', 'i']), { a: 9, b: 8, c: 7, h: 2, other: 19 });
    });

    it('gives the better half of the slots, rounded up, to the most frequent values whatever was shown', () => {
      const all = counts({ a: 9, b: 8, c: 7, d: 6, e: 5, f: 4 });
      assert.deepEqual(shown(all, 3, ['d', 'e', 'f']), { a: 9, b: 8, d: 6, other: 16 });
      assert.deepEqual(shown(all, 1, ['b']), { a: 9, other: 30 });
    });

    it('shows "other" alone where nothing may be shown', () => {
      assert.deepEqual(shown(counts({ a: 1, b: 2 }), 0, ['a']), { other: 3 });
    });

    it('keeps the series still while counts waver around the limit', () => {
      const quiet = counts({ a: 50, b: 40, c: 10, d: 9, e: 8 });
      assert.deepEqual(Object.keys(shown(quiet, 3)), ['a', 'b', 'c', 'other']);
      const wavering = counts({ a: 50, b: 40, c: 9, d: 10, e: 11 });
      assert.deepEqual(Object.keys(shown(wavering, 3, ['a', 'b', 'c', 'other'])), ['a', 'b', 'c', 'other']);
      assert.deepEqual(Object.keys(shown(wavering, 3)), ['a', 'b', 'e', 'other']);
    });

    it('is not misled by the names of object members', () => {
      const { values } = top(
        columnOf([
          ['__proto__', 2],
          ['constructor', 1],
        ]),
        5,
      );
      assert.deepEqual(
        values.map(({ value }) => value),
        ['__proto__', 'constructor'],
      );
    });

    it('picks from very many values', () => {
      const many = columnOf(Array.from({ length: 200_000 }, (_, n) => [`user${n}`, 1 + (n % 1000)]));
      const { values, distinct } = top(many, 100);
      assert.equal(distinct, 200_000);
      assert.equal(values.length, 101);
      assert.ok(values.every(({ value, sessions }) => value === 'other' || sessions === 1000));
      const { pauses } = stepped(topValues(many, 100, new Set()));
      assert.ok(pauses >= 20, `${pauses} pauses`);
    });

    it('keeps its promises for any counts, maximum and history', () => {
      const value = fc.oneof(fc.constant('other'), fc.string({ unit: 'binary', maxLength: 2 }));
      const history = fc.array(value);
      const all = fc.array(fc.tuple(value, fc.integer({ min: 1, max: 4 })), { maxLength: 60 });
      fc.assert(
        fc.property(all, fc.integer({ min: 0, max: 12 }), history, (entries, maxValues, before) => {
          const input = new Map<string, number>();
          for (const [name, sessions] of entries) {
            const label = labelText(cellText(name));
            input.set(label, (input.get(label) ?? 0) + sessions);
          }
          const sum = [...input.values()].reduce((a, b) => a + b, 0);
          const { values, distinct } = top(columnOf(entries), maxValues, before);
          const names = values.map((entry) => entry.value).filter((name) => name !== 'other');

          assert.equal(distinct, input.size);
          assert.equal(
            values.reduce((total, { sessions }) => total + sessions, 0),
            sum,
          );
          const ranked = [...input]
            .filter(([name]) => name !== 'other')
            .sort(([a, x], [b, y]) => y - x || Buffer.compare(Buffer.from(a), Buffer.from(b)))
            .map(([name]) => name);
          assert.equal(names.length, Math.min(maxValues, ranked.length));

          const sure = Math.ceil(maxValues / 2);
          const contenders = ranked.slice(sure, 2 * maxValues);
          const expected = [
            ...ranked.slice(0, sure),
            ...[
              ...contenders.filter((name) => before.includes(name)),
              ...contenders.filter((name) => !before.includes(name)),
            ].slice(0, maxValues - sure),
          ];
          assert.deepEqual(new Set(names), new Set(expected));
          assert.deepEqual(
            values.map((entry) => entry.value),
            values.map((entry) => entry.value).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
          );
        }),
        { numRuns: 300 },
      );
    });
  });
}
