// A configuration that others may read is warned of where a secret itself stands in it.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration's own syntax
import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { loadConfig } from '../../src/config/load-config.js';
import { ConfigFolder } from './config-folder.js';
import { INSTANCE, NODE, projectWith } from './sample-config.js';

const ENV = { AK: 'key-id', SK: 'key', PASSWORD: 'p4ssword', PROXY: 'http://u:pw@proxy' };

/** The keys of a project, or of the whole file, that hold a secret, and those that do not. */
const CONFIGS: Readonly<Record<string, readonly [holdsSecret: boolean, auth: string, rest?: string]>> = {
  'an access key': [true, 'access_key: { ak: A, sk: S3cretKey }'],
  'an access key, one part of it a variable': [true, 'access_key: { ak: "${AK}", sk: S3cretKey }'],
  'a token': [true, 'token: { value: t0ken }'],
  'a password': [true, 'password: { domain: d, user: u, password: p4ssword }'],
  'a default of a variable': [true, 'token: { value: "${UNSET:-t0ken}" }'],
  'a text around a variable': [true, 'token: { value: "t0ken-${AK}" }'],
  'a security token': [true, 'access_key: { ak: "${AK}", sk: "${SK}", security_token: t0ken }'],
  'a proxy with a password': [true, 'ecs_agency: {}', 'api: { proxy_url: "http://u:pw@proxy:3128" }\n'],
  'variables alone': [false, 'access_key: { ak: "${AK}", sk: "${SK}" }'],
  'names of files': [false, 'access_key: { ak_file: ak, sk_file: sk }'],
  'the name of a user': [false, 'password: { domain: d, user: u, password_file: sk }'],
  'an agency': [false, 'ecs_agency: {}'],
  'a proxy with a colon in its password': [
    true,
    'ecs_agency: {}',
    'api: { proxy_url: "http://u:pw:@proxy" }\n',
  ],
  'a proxy without a password': [false, 'ecs_agency: {}', 'api: { proxy_url: "http://u@proxy:3128" }\n'],
  'a proxy of variables': [false, 'ecs_agency: {}', 'api: { proxy_url: "${PROXY}" }\n'],
  'a password of a variable': [false, 'ecs_agency: {}', 'api: { proxy_url: "http://u:${PASSWORD}@proxy" }\n'],
  'a literal that is no secret': [false, 'ecs_agency: {}', 'metrics: { labels: { team: a } }\n'],
};

describe('a configuration that other users may read', () => {
  const folder = new ConfigFolder();
  before(() => {
    folder.write('ak', 'key-id');
    folder.write('sk', 'key');
  });
  after(() => folder.remove());

  for (const [what, [holdsSecret, auth, rest = '']] of Object.entries(CONFIGS)) {
    it(`is ${holdsSecret ? '' : 'not '}warned of where it has ${what}`, () => {
      const nodes = `    nodes: [{ instance_id: ${INSTANCE}, node_id: ${NODE} }]`;
      const yaml = projectWith(`    auth: { ${auth} }\n${nodes}\n${rest}`);
      const file = folder.write('config.yaml', yaml);
      const warningsOf = (mode: number) => {
        chmodSync(file, mode);
        return loadConfig(file, ENV).warnings;
      };
      const warning = `configuration file "${file}" can be read by other users and holds a secret: take their permission away (chmod 600)`;
      assert.deepEqual(warningsOf(0o644), holdsSecret ? [warning] : []);
      assert.deepEqual(warningsOf(0o640), holdsSecret ? [warning] : []);
      assert.deepEqual(warningsOf(0o600), []);
    });
  }
});
