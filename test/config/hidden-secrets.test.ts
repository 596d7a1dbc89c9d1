// Whatever is wrong with a configuration, no secret in it is shown.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration's own syntax
import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { ConfigErrors } from '../../src/config/yaml/config-errors.js';
import { ConfigFolder } from './config-folder.js';
import { INSTANCE, NODE } from './sample-config.js';

const CANARY = 'c4n4ry';

/** Ways to write a secret, wrong in themselves or where they stand. */
const WRITTEN = [
  CANARY,
  `"${CANARY}"`,
  `[${CANARY}]`,
  `{ a: ${CANARY} }`,
  `two ${CANARY}`,
  `!${CANARY} x`,
  `!!${CANARY} x`,
  `*${CANARY}`,
  `&${CANARY} x`,
  `@${CANARY}`,
  `%${CANARY}`,
  `\`${CANARY}`,
  `"\\q${CANARY}"`,
  `"${CANARY}`,
  `"a" ${CANARY}`,
  `}${CANARY}`,
  `|${CANARY}`,
  `a: ${CANARY}`,
  `https://${CANARY}@host`,
  `https://host/?token=${CANARY}`,
  `https://host#${CANARY}`,
  `\${UNSET_VARIABLE:-two ${CANARY}}`,
  '${HELD}',
  '${HELD} ',
  '"${HELD} and more"',
  `\${${CANARY}`,
  `\${1${CANARY}}`,
];

/** Where a secret may stand, by right or by mistake. */
const PLACES: Readonly<Record<string, (secret: string) => string>> = {
  'the ak': (secret) => `    auth:\n      access_key:\n        ak: ${secret}\n        sk: x y\n`,
  'the sk twice': (secret) =>
    `    auth:\n      access_key:\n        ak: a\n        sk: ${secret}\n        sk: ${secret}\n`,
  'the token': (secret) => `    auth:\n      token: ${secret}\n`,
  'the password': (secret) => `    auth:\n      password:\n        password: ${secret}\n`,
  auth: (secret) => `    auth: ${secret}\n`,
  'the proxy': (secret) => `    api:\n      proxy_url: ${secret}\n`,
  'an unknown key': (secret) => `    secret: ${secret}\n`,
};

describe('a configuration with a secret', () => {
  const folder = new ConfigFolder();
  after(() => folder.remove());

  for (const [place, write] of Object.entries(PLACES)) {
    it(`does not show it in ${place}, however it is written`, () => {
      for (const secret of WRITTEN) {
        const yaml = `projects:
  - name: production
    region: mars
    nodes: [{ instance_id: ${INSTANCE}, node_id: ${NODE} }]
${write(secret)}`;
        let shown = '';
        try {
          folder.load(yaml, { HELD: CANARY });
          assert.fail('the region is wrong');
        } catch (error) {
          assert.ok(error instanceof ConfigErrors, inspect(error));
          shown = [
            error.message,
            error.stack,
            JSON.stringify(error),
            inspect(error, { depth: null, showHidden: true }),
          ].join('\n');
        }
        assert.ok(!shown.includes(CANARY), `${secret}: ${shown}`);
      }
    });
  }

  it('does not show the variables of keys that are no secrets', () => {
    const env = { HELD: CANARY };
    const yaml = `projects:
  - name: "\${HELD} "
    region: \${HELD}
    project_id: \${HELD}
    endpoint: \${HELD}
    language: \${HELD}
    nodes: [{ instance_id: "\${HELD}", node_id: "\${HELD}", schedule: "\${HELD}", labels: { user: "\${HELD}" } }]
collection: { schedule: "\${HELD} * * * *", timeout: "\${HELD}", max_concurrent: "\${HELD}", timezone: "\${HELD}" }
api: { max_csv_bytes: "\${HELD}", ca_file: "\${HELD}" }
csv: { encoding: "\${HELD}", columns: "\${HELD}" }
web: { listen_address: "\${HELD}", telemetry_path: "\${HELD}" }
log: { level: "\${HELD}" }
`;
    const errors = folder.errorsOf(yaml, env);
    assert.equal(errors.length, 19);
    assert.ok(!errors.join('\n').includes(CANARY), errors.join('\n'));
  });

  it('does not show it when the whole configuration is printed', () => {
    const { config, warnings } = folder.load(
      `projects:
  - name: production
    region: ap-southeast-3
    nodes: [{ instance_id: ${INSTANCE}, node_id: ${NODE} }]
    auth: { access_key: { ak: a${CANARY}, sk_file: sk, security_token: "\${HELD}" } }
api: { proxy_url: "http://user:${CANARY}@proxy.example" }
`.replace('sk_file: sk', `sk_file: ${folder.write('sk', CANARY, 0o644)}`),
      { HELD: CANARY },
    );
    const shown = [
      inspect({ config, warnings }, { depth: null, showHidden: true }),
      inspect({ config, warnings }, { depth: null, showHidden: true, customInspect: false }),
      JSON.stringify({ config, warnings }),
    ].join('\n');
    assert.ok(shown.includes('<secret>'));
    assert.ok(!shown.includes(CANARY));
  });
});
