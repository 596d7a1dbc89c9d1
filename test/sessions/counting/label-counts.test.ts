import assert from 'node:assert/strict';
import { LabelCounts } from '../../../src/sessions/counting/label-counts.js';

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

  it('marks what texts say before they are cut to labels', () => {
    const counts = new LabelCounts((text) => (text === undefined ? 7 : text.length));
    const numbers = ['x'.repeat(200), ' abc', 'abc', '', 'none'].map((text) => {
      return add(counts, text);
    });
    assert.deepEqual(
      numbers.map((number) => counts.marksOf(number)),
      [200, 3, 3, 7, 4],
    );
    assert.equal(counts.labelOf(numbers[1] ?? 0), counts.labelOf(numbers[2] ?? 0));
    assert.equal(counts.labelOf(numbers[3] ?? 0), counts.labelOf(numbers[4] ?? 0));
  });
});
