// The example that is shipped documents every key, with its default, and loads.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { rootCertificates } from 'node:tls';
import { parse, stringify } from 'yaml';
import { configKeys, configReference } from '../../docs/config-reference.js';
import { isSchema, type KeySchema } from '../../docs/config-schema.js';
import { Secret } from '../../src/config/secret.js';
import { ConfigFolder } from './config-folder.js';
import { authOf } from './sample-config.js';

const EXAMPLE = readFileSync(new URL('../../config.example.yaml', import.meta.url), 'utf8');
/** With the keys that are commented out. */
const COMPLETE = EXAMPLE.replace(/^( *)#(?=[a-z_]+:)/gmu, '$1');
const ENV = {
  HUAWEICLOUD_SDK_AK: 'ak',
  HUAWEICLOUD_SDK_SK: 'sk',
  HUAWEICLOUD_SDK_SECURITY_TOKEN: 'security-token',
  TAURUSDB_TOKEN: 'token',
  TAURUSDB_PASSWORD: 'password',
  TAURUSDB_PROXY_URL: 'http://proxy.example:3128',
};

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** `projects[].name` of the parsed example. */
function valueAt(path: string): unknown {
  return path
    .replaceAll('[]', '.0')
    .split('.')
    .reduce<unknown>((value, key) => (isRecord(value) ? value[key] : undefined), parse(COMPLETE));
}

/** The example, complete but for the alternatives that are not chosen. */
function variant(auth: string, alternative: 'value' | 'file'): string {
  return stringify(chosen(parse(COMPLETE)));

  function chosen(value: unknown): unknown {
    if (Array.isArray(value)) {
      return value.map(chosen);
    }
    if (!isRecord(value)) {
      return value;
    }
    const keys = Object.keys(value).filter((key) => {
      const twin = key.endsWith('_file') ? key.slice(0, -'_file'.length) : `${key}_file`;
      const isDropped = twin in value && key.endsWith('_file') !== (alternative === 'file');
      return !isDropped && !('ecs_agency' in value && key !== auth);
    });
    return Object.fromEntries(keys.map((key) => [key, chosen(value[key])]));
  }
}

describe('config.example.yaml', () => {
  const folder = new ConfigFolder();
  before(() => {
    for (const name of ['secrets', 'certificates']) {
      mkdirSync(`${folder.path}/${name}`);
    }
    for (const name of ['ak', 'sk', 'security-token', 'token', 'password']) {
      folder.write(`secrets/${name}`, `${name}\n`);
    }
    folder.write('secrets/proxy-url', 'http://proxy.example:3128\n');
    folder.write('certificates/ca.pem', rootCertificates[0] ?? '');
  });
  after(() => folder.remove());

  it('loads, and comes to the defaults', () => {
    const { config, warnings } = folder.load(EXAMPLE, ENV);
    assert.deepEqual(warnings, []);
    const { projects, ...rest } = folder.load(
      'projects: [{ name: a, region: ap-southeast-3, discovery: { enabled: true } }]',
    ).config;
    const { projects: exampleProjects, ...exampleRest } = config;
    assert.deepEqual(exampleRest, rest);
    assert.deepEqual(exampleProjects[0]?.api, projects[0]?.api);
    assert.deepEqual({ ...exampleProjects[0]?.discovery, enabled: true }, projects[0]?.discovery);
  });

  const secretsOf = {
    access_key: ['ak', 'sk', 'security-token'],
    token: ['token'],
    password: ['password'],
    ecs_agency: [],
  } as const;
  for (const auth of ['access_key', 'token', 'password', 'ecs_agency'] as const) {
    for (const alternative of ['value', 'file'] as const) {
      it(`loads with all that it shows, with ${auth} by ${alternative}`, () => {
        const { config } = folder.load(variant(auth, alternative), ENV);
        const { kind, ...values } = authOf(config.projects[0], auth);
        const secrets = Object.values(values).flatMap((value) =>
          value instanceof Secret ? value.read() : [],
        );
        assert.equal(kind, auth);
        assert.deepEqual(secrets, secretsOf[auth]);
        assert.equal(config.collection.stale_after, 180_000);
        assert.equal(config.projects[0]?.api.proxy_url?.read(), 'http://proxy.example:3128');
      });
    }
  }

  for (const { path, defaultValue } of configKeys()) {
    it(`shows ${path}${defaultValue === undefined ? '' : ' with its default'}, and says what it is`, () => {
      const shown = valueAt(path);
      assert.notEqual(shown, undefined);
      if (defaultValue !== undefined) {
        assert.equal(shown, defaultValue);
      }
    });
  }

  it('has a comment of its own above each key', () => {
    const lines = COMPLETE.split('\n');
    for (const [index, line] of lines.entries()) {
      if (/^ *(?:- )?[a-z_]+:/u.test(line)) {
        assert.match(lines[index - 1] ?? '', /^ *# \S/u, `line ${index + 1}: ${line}`);
      }
    }
  });
});

/** Where the value does not fit the part of JSON Schema that config.schema.json is written in. */
function misfits(value: unknown, schema: KeySchema, path = ''): string[] {
  const { type = [], anyOf, enum: options, pattern, properties, required = [], items } = schema;
  const types = [type].flat();
  if (types.length > 0 && !types.includes(typeOf(value))) {
    return [`${path}: ${typeOf(value)}`];
  }
  const wrongText =
    (options !== undefined && !options.some((option) => option === value)) ||
    (pattern !== undefined && !new RegExp(pattern, 'u').test(String(value))) ||
    anyOf?.every((choice) => isSchema(choice) && misfits(value, choice, path).length > 0);
  if (wrongText) {
    return [`${path}: ${value}`];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => (isSchema(items) ? misfits(item, items, `${path}[${index}]`) : []));
  }
  if (!isRecord(value)) {
    return [];
  }
  const missing = required.filter((key) => !(key in value)).map((key) => `${path}.${key}: missing`);
  return [
    ...missing,
    ...Object.entries(value).flatMap(([key, part]) => {
      const below = properties?.[key] ?? schema.additionalProperties;
      return isSchema(below) ? misfits(part, below, `${path}.${key}`) : [`${path}.${key}: unknown`];
    }),
  ];
}

function typeOf(value: unknown) {
  if (value === null) {
    return 'null';
  }
  return Array.isArray(value) ? 'array' : (typeof value as 'string' | 'number' | 'boolean' | 'object');
}

describe('config.schema.json', () => {
  const schema: KeySchema = JSON.parse(
    readFileSync(new URL('../../config.schema.json', import.meta.url), 'utf8'),
  );

  it('fits the example, with all that it shows', () => {
    assert.deepEqual(misfits(parse(EXAMPLE), schema), []);
    assert.deepEqual(misfits(parse(COMPLETE), schema), []);
  });

  it('fits sections left empty and variables', () => {
    const yaml = `projects: [{ name: a, region: b, language: "\${LANGUAGE}", nodes: }]\ncollection:\nlog: { level: "\${L}" }`;
    assert.deepEqual(misfits(parse(yaml), schema), []);
  });

  it('does not fit what the program refuses', () => {
    const yaml =
      'projects: [{ region: 1, nodes: {}, x: 1 }]\nlog: { level: trace }\ncollection: { timeut: 1s }\nweb: []\n';
    assert.deepEqual(misfits(parse(yaml), schema), [
      '.projects[0].name: missing',
      '.projects[0].region: number',
      '.projects[0].nodes: object',
      '.projects[0].x: unknown',
      '.log.level: trace',
      '.collection.timeut: unknown',
      '.web: array',
    ]);
  });

  it('describes every key, with its default', () => {
    const collection = schema.properties?.collection;
    assert.ok(isSchema(collection));
    assert.deepEqual(collection.properties?.splay, {
      description:
        'Each node starts later than the schedule says by a fixed share of this, so that not all start together\n\nExpected: a duration from 0s to 1h',
      default: '5s',
    });
  });

  it('is named by the example', () => {
    assert.match(EXAMPLE, /^# yaml-language-server: \$schema=config\.schema\.json\n/u);
  });
});

describe('configReference', () => {
  it('has a row for every key, with what it takes, its default and what it is', () => {
    const rows = configReference().trimEnd().split('\n').slice(2);
    assert.equal(rows.length, configKeys().length);
    assert.ok(
      rows.includes(
        '| `collection.splay` | a duration from 0s to 1h | `5s` | Each node starts later than the schedule says by a fixed share of this, so that not all start together |',
      ),
    );
    assert.ok(
      rows.includes(
        '| `projects[].nodes[].node_id` | 36 letters and digits that end in no07 | required | Id of the node (`discover` prints it) |',
      ),
    );
    for (const row of rows) {
      assert.equal(row.split('|').length, 6, row);
    }
  });

  it('describes every key', () => {
    for (const { path, kind, description } of configKeys()) {
      assert.notEqual(description, '', path);
      assert.doesNotMatch(kind, /undefined/u, path);
    }
  });
});
