import assert from 'node:assert/strict';
import fc from 'fast-check';
import { loadConfig } from '../../src/config/load-config.js';
import { parseProfile } from '../../src/config/sdk-credentials.js';
import { ConfigErrors } from '../../src/config/yaml/config-errors.js';
import { ConfigFolder } from './config-folder.js';
import { authOf, INSTANCE, NODE, projectWith } from './sample-config.js';

describe('parseProfile', () => {
  it('reads one section, its keys in any case', () => {
    const text = '[global]\nak=G\n[basic]\nAK = A\nSk: S=:S \n[ other ]\nak = O\n';
    assert.deepEqual(
      [...parseProfile(text, 'basic')],
      [
        ['ak', 'A'],
        ['sk', 'S=:S'],
      ],
    );
  });

  it('passes over comments, blank lines and what is no key', () => {
    const text =
      'ak = before\r\n[basic]\r\n# ak = 1\r\n; ak = 2\r\n\r\nak\r\n = 3\r\nsk = S # not a comment\r\n';
    assert.deepEqual([...parseProfile(text, 'basic')], [['sk', 'S # not a comment']]);
  });

  it('takes the last of several, and several parts of a section as one', () => {
    assert.deepEqual(
      [...parseProfile('[basic]\nak=1\nak=2\n[x]\nak=3\n[basic]\nsk=4', 'basic')],
      [
        ['ak', '2'],
        ['sk', '4'],
      ],
    );
  });

  it('reads whatever was written, and any text at all', () => {
    const word = fc.stringMatching(/^[\x21-\x7e]{1,20}$/u);
    fc.assert(
      fc.property(word, word, fc.string(), (ak, sk, noise) => {
        const values = parseProfile(
          `[basic]\nak = ${ak}\nsk = ${sk}\n[other]\n${noise.replaceAll('[', '')}`,
          'basic',
        );
        assert.deepEqual([values.get('ak'), values.get('sk')], [ak, sk]);
        parseProfile(noise, 'basic');
      }),
      { numRuns: 200 },
    );
  });
});

const ID = '054e292c9880d4992f02c0196d3ea468';
const OTHER_ID = 'a54e292c9880d4992f02c0196d3ea468';
const YAML = projectWith(`    nodes: [{ instance_id: ${INSTANCE}, node_id: ${NODE} }]\n`);
const WITH_ID = projectWith(
  `    project_id: ${OTHER_ID}\n    nodes: [{ instance_id: ${INSTANCE}, node_id: ${NODE} }]\n`,
);

describe('credentials of the SDK', () => {
  let folder: ConfigFolder;

  beforeEach(() => {
    folder = new ConfigFolder();
  });
  afterEach(() => folder.remove());

  /** Unlike `folder.load`, with this environment and nothing else. */
  const load = (env: NodeJS.ProcessEnv, yaml = YAML) => {
    const { config, warnings } = loadConfig(folder.write('config.yaml', yaml), { HOME: folder.path, ...env });
    const [project] = config.projects;
    assert.ok(project);
    return { project, key: authOf(project, 'access_key'), warnings };
  };
  const shown = ({ project, key }: ReturnType<typeof load>) => [
    key.ak.read(),
    key.sk.read(),
    key.security_token?.read(),
    project.project_id,
  ];
  const errorOf = (env: NodeJS.ProcessEnv): string => {
    try {
      load(env);
    } catch (error) {
      if (error instanceof ConfigErrors) {
        return error.message.replaceAll(folder.path, '');
      }
      throw error;
    }
    return '';
  };
  const profile = (content: string, mode = 0o600): { HUAWEICLOUD_SDK_CREDENTIALS_FILE: string } => ({
    HUAWEICLOUD_SDK_CREDENTIALS_FILE: folder.write('profile', content, mode),
  });

  it('come from the environment', () => {
    const env = { HUAWEICLOUD_SDK_AK: 'AK', HUAWEICLOUD_SDK_SK: 'SK' };
    assert.deepEqual(shown(load(env)), ['AK', 'SK', undefined, undefined]);
    const more = { ...env, HUAWEICLOUD_SDK_SECURITY_TOKEN: 'STS', HUAWEICLOUD_SDK_PROJECT_ID: ID };
    assert.deepEqual(shown(load(more)), ['AK', 'SK', 'STS', ID]);
    assert.deepEqual(shown(load(more, WITH_ID)), ['AK', 'SK', 'STS', OTHER_ID]);
  });

  it('come from the profile file where the environment has not both', () => {
    const file = profile(
      `\ufeff# mine\r\n[global]\r\nak = NO\r\n[basic]\r\nAK = PAK\r\nsk: P=SK\r\nsecurity_token=PSTS\r\nproject_id = ${ID}\r\n[other]\r\nak = NO\r\n`,
    );
    for (const env of [
      {},
      { HUAWEICLOUD_SDK_AK: 'AK' },
      { HUAWEICLOUD_SDK_AK: 'AK', HUAWEICLOUD_SDK_SK: '' },
    ]) {
      assert.deepEqual(shown(load({ ...env, ...file })), ['PAK', 'P=SK', 'PSTS', ID]);
    }
    assert.deepEqual(shown(load({ ...file, HUAWEICLOUD_SDK_AK: 'AK', HUAWEICLOUD_SDK_SK: 'SK' })), [
      'AK',
      'SK',
      undefined,
      undefined,
    ]);
  });

  it('of the profile file are one set', () => {
    const {
      ak,
      sk,
      security_token: token,
    } = load(profile('[basic]\nak = A\nsk = S\nsecurity_token = T\n')).key;
    assert.ok(ak.files !== undefined && ak.files === sk.files && ak.files === token?.files);
    assert.equal(new Set([ak.source, sk.source, token?.source]).size, 3);
  });

  it('of the profile file are the same ones, with a security token or without', () => {
    const sourcesOf = (content: string) => {
      const { ak, sk, security_token: token } = load(profile(content)).key;
      return [ak.source, sk.source, token?.source];
    };
    const permanent = '[basic]\nak = A\nsk = S\n';
    assert.deepEqual(sourcesOf(`${permanent}security_token = T\n`), sourcesOf(permanent));
    assert.equal(load(profile(permanent)).key.security_token?.read(), '');
  });

  it('come with a warning where others may read the profile file', () => {
    assert.match(
      String(load(profile('[basic]\nak = A\nsk = S\n', 0o644)).warnings),
      /^secret file ".+" can be read/u,
    );
    assert.deepEqual(load(profile('[basic]\nak = A\nsk = S\n')).warnings, []);
  });

  it('are shown by nothing that prints', () => {
    const { project } = load({ HUAWEICLOUD_SDK_AK: 'CANARYAK', HUAWEICLOUD_SDK_SK: 'CANARYSK' });
    assert.doesNotMatch(JSON.stringify(project), /CANARY/u);
  });

  for (const [what, env, message] of [
    [
      'nothing',
      () => ({}),
      'missing, and there are no credentials elsewhere: HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not both set, ' +
        'and the profile file "/.huaweicloud/credentials" cannot be used (no such file); set HUAWEICLOUD_SDK_CREDENTIALS_FILE to use another one',
    ],
    [
      'a profile without them',
      () => profile('[global]\nak = A\nsk = S\n'),
      /\(it has no ak under \[basic\]\)/u,
    ],
    [
      'a profile with one of them',
      () => profile('[basic]\nak = A\nsk =\n'),
      /\(it has no sk under \[basic\]\)/u,
    ],
    [
      'a profile in UTF-16',
      () => ({
        HUAWEICLOUD_SDK_CREDENTIALS_FILE: folder.write(
          'utf16',
          Buffer.from('\ufeff[basic]\nak = A\nsk = S\n', 'utf16le'),
        ),
      }),
      /\(it starts with the byte-order mark of UTF-16: save it as UTF-8\)/u,
    ],
    ['a key with a blank', () => profile('[basic]\nak = A A\nsk = S\n'), /\(it has a blank,/u],
    [
      'an environment with a blank',
      () => ({ HUAWEICLOUD_SDK_AK: 'A A', HUAWEICLOUD_SDK_SK: 'S' }),
      'HUAWEICLOUD_SDK_AK: it has a blank, a line break or a byte that is not text',
    ],
    [
      'a project id that is none',
      () => ({ HUAWEICLOUD_SDK_AK: 'A', HUAWEICLOUD_SDK_SK: 'S', HUAWEICLOUD_SDK_PROJECT_ID: 'mine' }),
      'HUAWEICLOUD_SDK_PROJECT_ID: got a text that is not shown, expected 32 letters and digits',
    ],
  ] as const) {
    it(`are an error of the configuration, with path and line: ${what}`, () => {
      const error = errorOf(env());
      const [, text = ''] = /^\/config\.yaml:2: projects\[0\]\.auth: (.+)$/su.exec(error) ?? [];
      if (typeof message === 'string') {
        assert.equal(text, message);
      } else {
        assert.match(text, message);
      }
    });
  }

  it('are missed also where the id of the project is known', () => {
    assert.throws(
      () => load({}, WITH_ID),
      (error) => {
        assert.ok(error instanceof ConfigErrors);
        assert.match(error.message, /config\.yaml:2: projects\[0\]\.auth: missing, and/u);
        return true;
      },
    );
  });

  it('spare an unknown region its IAM endpoint when they bring the id', () => {
    const yaml = YAML.replace('ap-southeast-3', 'mars\n    endpoint: https://api.example.com');
    const env = { HUAWEICLOUD_SDK_AK: 'A', HUAWEICLOUD_SDK_SK: 'S', HUAWEICLOUD_SDK_PROJECT_ID: ID };
    assert.equal(load(env, yaml).project.iam_endpoint, undefined);
    assert.throws(
      () => load({ ...env, HUAWEICLOUD_SDK_PROJECT_ID: '' }, yaml),
      /projects\[0\]\.iam_endpoint: missing/u,
    );
  });
});
