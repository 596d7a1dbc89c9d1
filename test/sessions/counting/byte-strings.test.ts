import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ByteStrings, FULL } from '../../../src/sessions/counting/byte-strings.js';

/** Short, and long enough for words of four bytes and what is left of them. */
const text = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '😀'), maxLength: 5 });

describe('ByteStrings', () => {
  it('numbers distinct strings in the order in which they come, wherever they stand', () => {
    fc.assert(
      fc.property(fc.array(text, { maxLength: 200 }), (all) => {
        const strings = new ByteStrings();
        const known: string[] = [];
        for (const [index, value] of all.entries()) {
          const bytes = Buffer.from(value);
          const start = index % 5;
          const around = Buffer.concat([Buffer.alloc(start, 1), bytes, Buffer.alloc(2, 2)]);
          if (!known.includes(value)) {
            known.push(value);
          }
          const view = new DataView(around.buffer, around.byteOffset, around.length);
          assert.equal(strings.numberOf(view, start, start + bytes.length), known.indexOf(value));
        }
        assert.equal(strings.size, known.length);
        assert.deepEqual(
          known,
          known.map((_, number) => strings.textOf(number)),
        );
        for (const a of known.keys()) {
          for (const b of known.keys()) {
            const expected = Buffer.compare(Buffer.from(known[a] ?? ''), Buffer.from(known[b] ?? ''));
            assert.equal(Math.sign(strings.compare(a, b)), expected);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('keeps very many and very long ones apart', () => {
    const strings = new ByteStrings();
    const texts = Array.from({ length: 20_000 }, (_, n) => `${n}`.padEnd(n % 1000 === 0 ? 5000 : 0, 'x'));
    for (let turn = 0; turn < 2; turn++) {
      for (const [number, text] of texts.entries()) {
        assert.equal(strings.numberOfText(text), number);
      }
    }
    assert.equal(strings.size, texts.length);
  });

  it('takes a million and some, and then knows those that it has', () => {
    const strings = new ByteStrings();
    for (let number = 0; number < 2 ** 20; number++) {
      strings.numberOfText(String(number));
    }
    assert.equal(strings.numberOfText('one more'), FULL);
    assert.equal(strings.size, 2 ** 20);
    assert.equal(strings.numberOfText('0'), 0);
    assert.equal(strings.numberOfText(String(2 ** 20 - 1)), 2 ** 20 - 1);
  });

  it('tells strings with the same hash apart', () => {
    const strings = new ByteStrings();
    const texts = ['userabcd', 'ajxekdlo', 'arukrtba', 'ayokkwjg'];
    assert.deepEqual(
      texts.map((text) => strings.numberOfText(text)),
      [0, 1, 2, 3],
    );
  });
});
