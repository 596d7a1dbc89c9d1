// Any text loads as a configuration or ends in ConfigErrors; mocha's timeout is the bound on how long that takes.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration's own syntax
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { parseWebConfig } from '../../src/config/web/web-config.js';
import { ConfigErrors } from '../../src/config/yaml/config-errors.js';
import { ConfigFolder } from '../config/config-folder.js';
import { piecesIn, SECRETS } from '../support/secret-pieces.js';
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

/** The example with every kind of secret in it, in a project on one line, too. */
const WITH_SECRETS = EXAMPLE.replaceAll('${HUAWEICLOUD_SDK_AK}', SECRETS.ak)
  .replaceAll('${HUAWEICLOUD_SDK_SK}', `"${SECRETS.sk}"`)
  .replaceAll('${HUAWEICLOUD_SDK_SECURITY_TOKEN}', SECRETS.token)
  .replaceAll('${TAURUSDB_TOKEN}', SECRETS.token)
  .replaceAll('${TAURUSDB_PASSWORD}', `'${SECRETS.password}'`)
  .replaceAll('${TAURUSDB_PROXY_URL}', `http://user:${SECRETS.proxyPassword}@proxy.example:3128`)
  .replace(
    '\nprojects:\n',
    `\nprojects:\n  - { name: two, region: mars, auth: { access_key: { ak: ${SECRETS.ak}, sk: "${SECRETS.sk}" } }, api: { proxy_url: "http://u:${SECRETS.proxyPassword}@h" } }\n`,
  )
  .replaceAll(/#(?=(?:security_token|token|value|password|domain|user|api|proxy_url):)/gu, '');

const WEB_WITH_SECRETS = `tls_server_config:
  cert_file: server.crt
  key: ${SECRETS.key}
basic_auth_users:
  scraper: ${SECRETS.hash}
  other: "${SECRETS.hash}"
rate_limit: { interval: 1s, burst: 5 }
`;

/** A slip of the pen at an offset. */
type Slip = (text: string, at: number) => string;

const line = (text: string, at: number) => {
  const from = text.lastIndexOf('\n', at - 1) + 1;
  const end = text.indexOf('\n', at);
  return { from, end: end < 0 ? text.length : end };
};

const SLIPS = fc.oneof(
  fc.constantFrom('=', ':', ' ', '"', "'", '&', '*', '!', '%', '{', '[', '}', ']', ',', '#', '\n', '- ').map(
    (piece): Slip =>
      (text, at) =>
        text.slice(0, at) + piece + text.slice(at),
  ),
  fc.constantFrom(': ', ':', ' ', '"', "'", '#', '\n', '@').map(
    (piece): Slip =>
      (text, at) => {
        const found = text.indexOf(piece, at);
        return found < 0 ? text : text.slice(0, found) + text.slice(found + piece.length);
      },
  ),
  fc.constantFrom('=', ' = ', ' ', '').map(
    (piece): Slip =>
      (text, at) =>
        text.slice(0, line(text, at).from) + text.slice(line(text, at).from).replace(': ', piece),
  ),
  fc.integer({ min: -8, max: 8 }).map(
    (by): Slip =>
      (text, at) => {
        const { from } = line(text, at);
        const rest = text.slice(from);
        const moved = by < 0 ? rest.replace(new RegExp(`^ {0,${-by}}`, 'u'), '') : ' '.repeat(by) + rest;
        return text.slice(0, from) + moved;
      },
  ),
  fc.constantFrom<Slip>(
    // The line twice, and in one with the next.
    (text, at) => {
      const { from, end } = line(text, at);
      return `${text.slice(0, end)}\n${text.slice(from)}`;
    },
    (text, at) => {
      const { end } = line(text, at);
      return text.slice(0, end) + text.slice(end).replace(/^\n */u, ' ');
    },
  ),
);

/** A few slips, each within some lines of a secret. */
function slipsIn(text: string): fc.Arbitrary<string> {
  const near = Object.values(SECRETS).flatMap((secret) =>
    text
      .split(secret)
      .slice(1)
      .map((_, nth) => text.split(secret, nth + 1).join(secret).length),
  );
  const edit = fc.record({
    slip: SLIPS,
    where: fc.constantFrom(...near),
    by: fc.integer({ min: -80, max: 60 }),
  });
  return fc
    .array(edit, { minLength: 1, maxLength: 5 })
    .map((edits) =>
      edits.reduce(
        (edited, { slip, where, by }) => slip(edited, Math.min(Math.max(where + by, 0), edited.length)),
        text,
      ),
    );
}

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

  it('shows no piece of a secret, whatever slip of the pen is made near it', () => {
    fc.assert(
      fc.property(slipsIn(WITH_SECRETS), (text) => {
        try {
          folder.load(text);
        } catch (error) {
          assert.ok(error instanceof ConfigErrors, String(error));
          assert.deepEqual(piecesIn(inspect(error, { depth: null })), [], `${error.message}\n${text}`);
        }
      }),
      fuzzRuns(300),
    );
  });

  it('shows no piece of a secret of a web configuration', () => {
    fc.assert(
      fc.property(slipsIn(WEB_WITH_SECRETS), (text) => {
        try {
          parseWebConfig(text, '/web.yaml');
        } catch (error) {
          assert.ok(error instanceof ConfigErrors, String(error));
          assert.deepEqual(piecesIn(inspect(error, { depth: null })), [], `${error.message}\n${text}`);
        }
      }),
      fuzzRuns(300),
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
    check(`log: { level: "${'\u00a0'.repeat(400_000)}beyond" }`);
    check(Array.from({ length: 5000 }, (_, index) => `k${index}: 1`).join('\n'));
  });
});
