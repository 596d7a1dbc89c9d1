import assert from 'node:assert/strict';
import fc from 'fast-check';
import { labelText } from '../../src/sessions/label-text.js';

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
