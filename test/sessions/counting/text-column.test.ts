import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { ColumnRules } from '../../../src/sessions/counting/text-column.js';
import { topValues } from '../../../src/sessions/counting/top-values.js';
import type { Kernel } from '../../../src/sessions/kernel/kernel.js';
import { BYTES, MAX_TEXTS, SECRET, SECRET_BYTES } from '../../../src/sessions/kernel/layout.js';
import { labelText } from '../../../src/sessions/label-text.js';
import { KERNEL_BUILDS } from '../kernel-builds.js';
import { drained, LoneColumn, newKernel } from '../kernel-fixture.js';

/** Of ASCII and not, so that some are plain and of others the kernel asks; around the lengths where the look-up changes. */
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀', '\u0000'), maxLength: 5 }),
  fc
    .tuple(
      fc.constantFrom(7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 126, 127, 128),
      fc.nat(127),
      fc.boolean(),
    )
    .map(([length, place, isOther]) => {
      const letters = Array.from('x'.repeat(length));
      letters[place % length] = isOther ? 'y' : 'z';
      return letters.join('');
    }),
);

for (const { build, code } of KERNEL_BUILDS) {
  describe(`TextColumn ${build}`, () => {
    /** One for all, as most tests leave little behind; it forgets it. */
    const shared = newKernel(code);

    function newColumn(rules: Partial<ColumnRules> = {}, kernel: Kernel = shared): LoneColumn {
      kernel.run.reset();
      return new LoneColumn(kernel, rules);
    }

    function counted(
      texts: readonly (string | Uint8Array)[],
      column = newColumn(),
    ): Readonly<Record<string, number>> {
      for (const one of texts) {
        column.count(one);
      }
      return column.counts();
    }

    it('keeps each distinct text once, in the order in which they come, wherever they stand', () => {
      fc.assert(
        fc.property(fc.array(text, { maxLength: 200 }), (all) => {
          const lone = newColumn({ labelOf: (meant) => meant ?? 'none' });
          const { column } = lone;
          assert.ok(!column.hasTexts);
          const known = new Map<string, number>();
          for (const [index, value] of all.entries()) {
            const at = lone.count(value, index % 5);
            assert.equal(at, known.get(value) ?? at);
            known.set(value, at);
          }
          assert.equal(new Set(known.values()).size, known.size);
          assert.equal(column.hasTexts, known.size > 0);
          const [other, ...texts] = [...column.texts()].map((at) => column.nameOf(at));
          assert.equal(other, 'other');
          assert.deepEqual(
            texts.filter((name) => known.has(name)),
            [...known.keys()],
          );
          assert.deepEqual(
            column.sortedByName([...known.values()]).map((at) => column.nameOf(at)),
            [...known.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
          );
        }),
        { numRuns: 100 },
      );
    });

    it('keeps very many apart, short and long', () => {
      const column = newColumn({}, newKernel(code));
      const texts = Array.from({ length: 20_000 }, (_, n) => `${n}`.padEnd((n % 7) * 20, 'x'));
      const places = texts.map((one) => column.count(one));
      assert.equal(new Set(places).size, texts.length);
      for (const [index, one] of texts.entries()) {
        assert.equal(column.count(one), places[index]);
      }
      assert.deepEqual(new Set(Object.values(column.counts())), new Set([2]));
    });

    it('tells texts with the same hash apart', () => {
      // By no secret: texts of up to 16 bytes have no hash but 0, and halves of words may change places.
      const long = (start: string) => `${'x'.repeat(40)}${start}`;
      for (const texts of [
        ['', 'a', 'b', 'a\u0000', 'a\u0000\u0000', 'ab', 'abcdefgh', 'efghabcd', '0123456789abcdef'],
        [long('abcdefgh'), long('efghabcd'), long('abcdefg'), long('abcdefg\u0000')],
        ['y'.repeat(32), `${'y'.repeat(31)}\u0000`, 'y'.repeat(31)],
        ['ab', 'ac', 'bc'].map((end) => `${'\u0000'.repeat(24)}${end}`),
      ]) {
        for (const inOrder of [texts, [...texts].reverse()]) {
          const kernel = newKernel(code);
          kernel.bytes.fill(0, SECRET, SECRET + SECRET_BYTES);
          const column = new LoneColumn(kernel);
          const places = inOrder.map((one) => column.count(one));
          assert.equal(new Set(places).size, texts.length);
          assert.deepEqual(
            inOrder.map((one) => column.count(one)),
            places,
          );
        }
      }
    });

    it('counts texts with the same label together, in whichever order they come', () => {
      const texts = ['root ', 'root', 'Root', '', 'NULL', '\\N', 'none', 'none', '用户', ' 用户', ' NULL'];
      const expected = { root: 2, Root: 1, none: 6, 用户: 2 };
      assert.deepEqual(counted(texts), expected);
      assert.deepEqual(counted([...texts].reverse()), expected);
    });

    it('trims blanks of every kind, and nothing else', () => {
      const blanks = ['\t', '\r', '\n', '\v', '\f', ' ', '\u00a0', '\u1680', '\u2028', '\u3000', '\ufeff'];
      for (const blank of blanks) {
        assert.deepEqual(counted([`${blank}root`, `root${blank}`, blank]), { root: 2, none: 1 });
        assert.deepEqual(counted([`a${blank}b`]), { [`a${blank}b`]: 1 });
      }
      for (const kept of ['\u0000', '\u001f', '\u007f', '\u0085', '\u200b']) {
        assert.deepEqual(counted([`${kept}a`, `a${kept}`]), { [`${kept}a`]: 1, [`a${kept}`]: 1 });
      }
    });

    it('counts invalid bytes under what they are decoded to', () => {
      assert.deepEqual(counted([Buffer.from([0x61, 0xff]), Buffer.from([0x61, 0xfe]), 'a\ufffd']), {
        'a\ufffd': 3,
      });
      assert.deepEqual(counted([Buffer.from([0x61, 0xff, 0x61]), 'a\ufffda']), { 'a\ufffda': 2 });
      // Four bytes cut to three, decoded to a replacement of three.
      assert.deepEqual(counted([Buffer.from([0xf0, 0x9f, 0x98]), '\ufffd']), { '\ufffd': 2 });
    });

    it('cuts long labels, and keeps a cut one that is written out', () => {
      const long = 'x'.repeat(129);
      const [label = ''] = Object.keys(counted([long]));
      assert.equal(Array.from(label).length, 128);
      assert.deepEqual(counted([label, long]), { [label]: 2 });
      assert.deepEqual(counted([long, label]), { [label]: 2 });
    });

    it('counts long texts as it would count their labels, in whichever order they come', () => {
      const unit = fc.constantFrom('a', ' ', '用', '😀', '\u0001', Buffer.from([0xff]));
      const part = fc.tuple(unit, fc.constantFrom(0, 1, 2, 31, 32, 33, 40, 64, 127, 128, 129, 300));
      const long = fc
        .array(part, { maxLength: 3 })
        .map((parts) => Buffer.concat(parts.flatMap(([one, times]) => Array(times).fill(Buffer.from(one)))));
      fc.assert(
        fc.property(fc.array(long, { maxLength: 20 }), (texts) => {
          const expected = new Map<string, number>();
          for (const one of texts) {
            const label = labelText(one.toString().trim() || undefined);
            expected.set(label, (expected.get(label) ?? 0) + 1);
          }
          assert.deepEqual(counted(texts), Object.fromEntries(expected));
        }),
        { numRuns: 200 },
      );
    });

    it('counts under "other" what it has no room for, short and long, and keeps the sum', () => {
      const isOther = (name: string | undefined) => (name === 'other' ? 1 : 0);
      const lone = newColumn({ marksOf: isOther, asked: 5 }, newKernel(code));
      const { column } = lone;
      for (let number = 0; number < MAX_TEXTS; number++) {
        const end = BYTES + lone.kernel.bytes.write(String(number), BYTES);
        column.count(BYTES, end);
      }
      // One of them had no room: `other` has its own.
      for (const [known, name] of [
        ['7', '7'],
        [String(MAX_TEXTS - 2), String(MAX_TEXTS - 2)],
        [String(MAX_TEXTS - 1), 'other'],
      ] as const) {
        assert.equal(column.nameOf(column.labelOf(lone.count(known))), name);
      }
      for (const unknown of ['new', 'x'.repeat(200), 'x'.repeat(100), ' new ', '[::1]']) {
        const at = lone.count(unknown);
        assert.deepEqual([column.nameOf(column.labelOf(at)), column.marksOf(at)], ['other', 1]);
      }
      column.addText('new', 3);
      const { counts } = drained(topValues(column, 1, new Set()));
      assert.equal(counts.distinct, MAX_TEXTS);
      assert.deepEqual(counts.values, [
        { value: String(MAX_TEXTS - 2), sessions: 2 },
        { value: 'other', sessions: MAX_TEXTS + 3 + 5 + 3 - 2 },
      ]);
    });

    it('marks what texts say before they are cut to labels', () => {
      const lone = newColumn({
        marksOf: (meant) => (meant === undefined ? 7 : meant.length),
        asked: 'all',
      });
      const { column } = lone;
      const texts = ['x'.repeat(200), ' abc', 'abc', '', 'none'].map((one) => lone.count(one));
      assert.deepEqual(
        texts.map((one) => column.marksOf(one)),
        [200, 3, 3, 7, 4],
      );
      assert.equal(column.marksOf(lone.count(' '.repeat(200))), 7);
      assert.equal(column.labelOf(texts[1] ?? 0), column.labelOf(texts[2] ?? 0));
      assert.equal(column.labelOf(texts[3] ?? 0), column.labelOf(texts[4] ?? 0));
    });

    it('asks of new texts that are not plain, of those of the length that may have marks, or of all', () => {
      for (const [asked, expected] of [
        ['none', ['é', ' a', 'NULL']],
        [4, ['é', ' a', 'four', 'NULL']],
        ['all', ['a', 'é', ' a', 'four', 'NULL']],
      ] as const) {
        const seen: string[] = [];
        const lone = newColumn({ asked });
        const { learn } = lone.kernel.cells ?? assert.fail();
        lone.kernel.cells = {
          ...(lone.kernel.cells ?? assert.fail()),
          learn: (column, at, length) => {
            seen.push(lone.kernel.text(at, at + length));
            return learn(column, at, length);
          },
        };
        for (const one of ['a', 'é', ' a', 'four', 'NULL', 'a', 'é', ' a', 'four', 'NULL']) {
          lone.count(one);
        }
        assert.deepEqual(seen, expected);
      }
    });

    it('adds sessions of a text to those counted, and takes them away', () => {
      const lone = newColumn();
      const label = lone.column.labelOf(lone.count('root'));
      lone.column.addText(' root', 5);
      assert.deepEqual(lone.counts(), { root: 6 });
      assert.equal(lone.column.takeSessions(label), 6);
      assert.deepEqual(lone.counts(), {});
    });
  });
}
