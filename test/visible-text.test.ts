import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { escapeControls, firstCharacters, oneLine } from '../src/visible-text.js';

const SRC = path.resolve(import.meta.dirname, '../src');
const HOSTILE = 'a\u001b[2J\u0007\u009b31m\u007f\r\u0085\u2028\u2029\u200f\u202eb\u2066\ud842c';

describe('escapeControls', () => {
  it('writes out what a terminal acts upon, and nothing else', () => {
    assert.equal(
      escapeControls(`${HOSTILE}\n订单 🐬 e\u0301`),
      'a\\u001b[2J\\u0007\\u009b31m\\u007f\\u000d\\u0085\\u2028\\u2029\\u200f\\u202eb\\u2066\\ud842c\n订单 🐬 e\u0301',
    );
  });

  it('leaves JSON the same value', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        assert.equal(JSON.parse(escapeControls(JSON.stringify(text))), text);
      }),
    );
  });
});

describe('oneLine', () => {
  it('has a blank in place of them', () => {
    assert.equal(oneLine(HOSTILE), 'a [2J 31m b c');
  });
});

describe('firstCharacters', () => {
  it('cuts no character in half, however many units it has', () => {
    for (const character of ['a', '订', '𠮷', '🐬', '\u0301']) {
      const text = character.repeat(10);
      assert.equal(firstCharacters(text, 10), text);
      assert.equal(firstCharacters(text, 9), character.repeat(9));
      assert.equal(firstCharacters(`x${text}`, 4), `x${character.repeat(3)}`);
      assert.equal(firstCharacters(text, 0), '');
    }
    assert.equal(firstCharacters('', 3), '');
  });
});

describe('what the program prints', () => {
  it('passes the file that escapes it', () => {
    const writers = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
      (name) =>
        name.endsWith('.ts') &&
        /\bconsole\.\w|process\.std(?:out|err)\b(?!\.on\()/u.test(readFileSync(path.join(SRC, name), 'utf8')),
    );
    // The log and `digest` escape their lines themselves.
    assert.deepEqual(writers.sort(), ['agent/open-log.ts', 'cli/digest/digest.ts', 'cli/terminal.ts']);
  });
});
