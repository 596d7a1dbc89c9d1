import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ByteStrings } from '../../src/sessions/byte-strings.js';

describe('ByteStrings', () => {
  it('numbers distinct strings in the order in which they come, wherever they stand', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3, max: 3 }), { maxLength: 200 }), (all) => {
        const strings = new ByteStrings();
        const known: string[] = [];
        for (const [index, bytes] of all.entries()) {
          const start = index % 5;
          const around = Buffer.concat([Buffer.alloc(start, 1), bytes, Buffer.alloc(2, 2)]);
          const text = Buffer.from(bytes).toString('latin1');
          if (!known.includes(text)) known.push(text);
          assert.equal(strings.numberOf(around, start, start + bytes.length), known.indexOf(text));
        }
        assert.equal(strings.size, known.length);
        assert.deepEqual(
          known,
          known.map((_, number) => strings.bytesOf(number).toString('latin1')),
        );
        for (const a of known.keys()) {
          for (const b of known.keys()) {
            const expected = Buffer.compare(strings.bytesOf(a), strings.bytesOf(b));
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
        const bytes = Buffer.from(text);
        assert.equal(strings.numberOf(bytes, 0, bytes.length), number);
      }
    }
    assert.equal(strings.size, texts.length);
  });
});
