// Any text loads as a configuration or ends in ConfigErrors; mocha's timeout is the bound on how long that takes.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration's own syntax
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { ConfigErrors } from '../../src/config/yaml/config-errors.js';
import { ConfigFolder } from '../config/config-folder.js';
import { fuzzRuns } from './fuzz-runs.js';

const EXAMPLE = readFileSync(new URL('../../config.example.yaml', import.meta.url), 'utf8');
const CANARY = 'c4n4ry';
const ENV = { HUAWEICLOUD_SDK_AK: CANARY, HUAWEICLOUD_SDK_SK: CANARY };

const PIECES = [
  ...[
    '[',
    '{',
    '- ',
    '? ',
    ': ',
    ', ',
    '}',
    ']',
    '"',
    "'",
    '|\n',
    '>\n',
    '&a ',
    '*a',
    '!t ',
    '%Y',
    '---\n',
    '#',
    '\t',
  ],
  ...[
    '${',
    '$${A}',
    '${A:-',
    '}',
    '\n',
    '\r',
    '  ',
    '\\',
    '\u2028',
    '\ufeff',
    '\u0000',
    '__proto__: ',
    '<<: ',
    '0x',
    '1e999',
    '.inf',
    '~',
  ],
];

describe('loadConfig, for any text', () => {
  const folder = new ConfigFolder();
  after(() => folder.remove());

  function check(text: string): void {
    try {
      folder.load(text, ENV);
    } catch (error) {
      assert.ok(error instanceof ConfigErrors, String(error));
      assert.ok(error.errors.length > 0);
      for (const line of error.message.split('\n')) {
        assert.match(line, /^\S+config\.yaml(:\d+)?: \S/u);
        assert.ok(!line.includes(CANARY), line);
      }
    }
    assert.ok(!('polluted' in {}));
  }

  it('survives pieces of YAML put in the example, or taken out of it', () => {
    const edit = fc.record({
      at: fc.nat(EXAMPLE.length),
      removed: fc.nat(40),
      added: fc.array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 8 })), { maxLength: 6 }),
    });
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        check(
          edits.reduce(
            (text, { at, removed, added }) => text.slice(0, at) + added.join('') + text.slice(at + removed),
            EXAMPLE,
          ),
        );
      }),
      fuzzRuns(100),
    );
  });

  it('survives pieces of YAML alone', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...PIECES, 'projects', 'auth', 'polluted'), { maxLength: 60 }),
        (pieces) => check(pieces.join('')),
      ),
      fuzzRuns(200),
    );
  });

  it('survives a long run of one piece, and very many keys', () => {
    for (const piece of ['[', '{a: ', '- ', 'a: ', '${', '#']) {
      check(piece.repeat((1024 * 1024) / piece.length));
    }
    for (const piece of ['"', '? ', '\n ', '*a ', ']', 'k:\n', 'a: ${\n', '"x" ', '!']) {
      check(piece.repeat((16 * 1024) / piece.length));
    }
    check(Array.from({ length: 5000 }, (_, index) => `k${index}: 1`).join('\n'));
  });
});
