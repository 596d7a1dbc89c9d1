import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LabelCounts } from '../../../src/sessions/counting/label-counts.js';
import { topValues } from '../../../src/sessions/counting/top-values.js';
import { labelText } from '../../../src/sessions/label-text.js';

function add(counts: LabelCounts, text: string | Uint8Array): number {
  const { buffer, byteOffset, byteLength } = Buffer.from(text);
  return counts.add(new DataView(buffer, byteOffset, byteLength), 0, byteLength);
}

function counted(
  texts: readonly (string | Uint8Array)[],
  counts = new LabelCounts(),
): Record<string, number> {
  for (const text of texts) {
    add(counts, text);
  }
  return Object.fromEntries(
    [...counts.labels()].map((label) => [counts.nameOf(label), counts.sessionsOf(label)]),
  );
}

describe('LabelCounts', () => {
  it('counts texts with the same label together, in whichever order they come', () => {
    const texts = ['root ', 'root', 'Root', '', 'NULL', 'none', 'none', '用户', ' 用户'];
    const expected = { root: 2, Root: 1, none: 4, 用户: 2 };
    assert.deepEqual(counted(texts), expected);
    assert.deepEqual(counted([...texts].reverse()), expected);
  });

  it('counts invalid bytes under what they are decoded to', () => {
    assert.deepEqual(counted([Buffer.from([0x61, 0xff]), Buffer.from([0x61, 0xfe]), 'a\ufffd']), {
      'a\ufffd': 3,
    });
    // Four bytes cut to three, decoded to a replacement of three.
    assert.deepEqual(counted([Buffer.from([0xf0, 0x9f, 0x98]), '\ufffd']), { '\ufffd': 2 });
  });

  it('cuts long labels, and keeps a cut one that is written out', () => {
    const long = 'x'.repeat(129);
    const [label = ''] = Object.keys(counted([long]));
    assert.equal(Array.from(label).length, 128);
    assert.deepEqual(counted([label, long]), { [label]: 2 });
  });

  it('counts long texts as it would count their labels, in whichever order they come', () => {
    const unit = fc.constantFrom('a', ' ', '用', '😀', '\u0001', Buffer.from([0xff]));
    const part = fc.tuple(unit, fc.constantFrom(0, 1, 2, 40, 64, 127, 128, 129, 300));
    const text = fc
      .array(part, { maxLength: 3 })
      .map((parts) => Buffer.concat(parts.flatMap(([one, times]) => Array(times).fill(Buffer.from(one)))));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 20 }), (texts) => {
        const expected = new Map<string, number>();
        for (const text of texts) {
          const label = labelText(text.toString().trim() || undefined);
          expected.set(label, (expected.get(label) ?? 0) + 1);
        }
        assert.deepEqual(counted(texts), Object.fromEntries(expected));
      }),
      { numRuns: 200 },
    );
  });

  it('counts under "other" what it has no room for, short and long, and keeps the sum', () => {
    const isOther = (text: string | undefined) => (text === 'other' ? 1 : 0);
    const counts = new LabelCounts(isOther);
    for (let number = 0; number < 2 ** 20; number++) {
      add(counts, String(number));
    }
    // One of them had no room: `other` has its own.
    assert.equal(counts.nameOf(counts.labelOf(add(counts, '7'))), '7');
    for (const text of ['new', 'x'.repeat(200), ' new ', '[::1]']) {
      const number = add(counts, text);
      assert.deepEqual([counts.nameOf(counts.labelOf(number)), counts.marksOf(number)], ['other', 1]);
    }
    const { values, distinct } = topValues(counts, 1, new Set());
    assert.equal(distinct, 2 ** 20);
    assert.deepEqual(values, [
      { value: '7', sessions: 2 },
      { value: 'other', sessions: 2 ** 20 - 1 + 4 },
    ]);
  });

  it('marks what texts say before they are cut to labels', () => {
    const counts = new LabelCounts((text) => (text === undefined ? 7 : text.length));
    const numbers = ['x'.repeat(200), ' abc', 'abc', '', 'none'].map((text) => {
      return add(counts, text);
    });
    assert.deepEqual(
      numbers.map((number) => counts.marksOf(number)),
      [200, 3, 3, 7, 4],
    );
    assert.equal(counts.marksOf(add(counts, ' '.repeat(200))), 7);
    assert.equal(counts.labelOf(numbers[1] ?? 0), counts.labelOf(numbers[2] ?? 0));
    assert.equal(counts.labelOf(numbers[3] ?? 0), counts.labelOf(numbers[4] ?? 0));
  });
});

describe('labelText', () => {
  it('names what is missing "none"', () => {
    assert.equal(labelText(undefined), 'none');
  });

  it('keeps control characters, quotes and line breaks', () => {
    assert.equal(labelText('a\u0000\u001b"\\\n'), 'a\u0000\u001b"\\\n');
  });

  it('keeps 128 characters, counted as code points', () => {
    const text = '😀'.repeat(128);
    assert.equal(labelText(text), text);
  });

  it('cuts a longer one to 119 characters, an ellipsis and 8 digits of its SHA-256', () => {
    // printf '%s' "$(printf 'a%.0s' $(seq 129))" | sha256sum
    assert.equal(labelText('a'.repeat(129)), `${'a'.repeat(119)}…c12cb024`);
  });

  it('does not split a character that UTF-16 writes as two units', () => {
    const label = labelText('😀'.repeat(129));
    assert.match(label, /^😀{119}…[0-9a-f]{8}$/u);
  });

  it('keeps long texts apart that differ only at their end', () => {
    assert.notEqual(labelText(`${'a'.repeat(200)}1`), labelText(`${'a'.repeat(200)}2`));
  });

  it('makes at most 128 characters of any text, and keeps every short one', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300, size: 'max' }), (text) => {
        const characters = Array.from(text).length;
        const label = labelText(text);
        assert.equal(label === text, characters <= 128);
        assert.equal(Array.from(label).length, Math.min(characters, 128));
        assert.equal(Buffer.from(label).toString(), label);
      }),
      { numRuns: 100 },
    );
  });
});
