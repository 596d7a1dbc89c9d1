// What right configurations come to: defaults, units, variables, overrides, files.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration's own syntax
import assert from 'node:assert/strict';
import type { Config } from '../../src/config/config-schema.js';
import { loadConfig } from '../../src/config/load-config.js';
import { byDimension } from '../../src/sessions/dimensions.js';
import { type Certificate, makeCertificate } from '../support/certificates.js';
import { requireProgram } from '../support/real-programs.js';
import { ConfigFolder } from './config-folder.js';
import { authOf, INSTANCE, NODE, OTHER_NODE, projectAnd, projectWith } from './sample-config.js';

const NODES = `    nodes: [{ instance_id: ${INSTANCE}, node_id: ${NODE} }]\n`;

describe('loadConfig', () => {
  const folder = new ConfigFolder();
  after(() => folder.remove());
  const project = (keys: string, env: NodeJS.ProcessEnv = {}): Config['projects'][number] => {
    const [first] = folder.load(projectWith(keys), env).config.projects;
    assert.ok(first);
    return first;
  };

  it('fills in every default', () => {
    const { config, warnings } = folder.load(projectAnd());
    assert.deepEqual(warnings, []);
    const api = {
      request_timeout: 10_000,
      max_retries: 3,
      max_requests_per_second: 10,
      max_csv_bytes: 268_435_456,
      ca: undefined,
      proxy_url: undefined,
    };
    const token = authOf(config.projects[0], 'token').value;
    assert.equal(token.read(), 't0ken');
    assert.deepEqual(config, {
      projects: [
        {
          name: 'production',
          region: 'ap-southeast-3',
          endpoint: 'https://gaussdb.ap-southeast-3.myhuaweicloud.com',
          iam_endpoint: 'https://iam.ap-southeast-3.myhuaweicloud.com',
          language: 'en-us',
          auth: { kind: 'token', value: token },
          api,
          nodes: [{ instance_id: INSTANCE, node_id: NODE, labels: {} }],
          discovery: {
            enabled: false,
            refresh: 600_000,
            instance_name: '*',
            tags: {},
            role: 'both',
            status: [],
          },
        },
      ],
      collection: {
        schedule: '* * * * *',
        timezone: 'UTC',
        splay: 5000,
        timeout: 50_000,
        poll_interval: 1000,
        max_concurrent: 8,
        filter: 'total',
        slow_session_threshold: 10_000,
        long_transaction_threshold: 60_000,
      },
      api,
      csv: { encoding: 'utf-8', columns: {} },
      statements: { mode: 'auto', shapes: 256, max_text: 400, sql_mode: 'auto' },
      metrics: {
        labels: {},
        dimensions: {
          ...byDimension(({ name, enabledByDefault, defaultMax }) => ({
            enabled: enabledByDefault,
            max_values: defaultMax,
            ...(name === 'host' && { strip_port: true, groups: [] }),
          })),
          statement: { enabled: false, max_values: 20 },
        },
      },
      incidents: {
        enabled: true,
        directory: '',
        max_records: 1000,
        max_bytes: 67_108_864,
        max_age: 2_592_000_000,
        hold: 2,
        cooldown: 600_000,
        max_per_day: 20,
        spike: { min_growth: 20, ratio: 0.35, deviations: 5 },
        lock_waiting: 5,
        long_query: 300_000,
        long_transaction: 600_000,
        saturation: 0.9,
      },
      web: {
        listen_address: { host: undefined, port: 10_104 },
        telemetry_path: '/metrics',
        external_url: '',
      },
      log: { level: 'info', format: 'logfmt' },
    });
  });

  it('takes a section of which all keys are commented out as left out', () => {
    const { config } = folder.load(
      `${projectWith(`${NODES}    discovery:\n    api:\n`)}collection:\napi:\ncsv:\nmetrics:\nweb:\nlog:\n`,
    );
    assert.equal(config.collection.timeout, 50_000);
    assert.equal(config.projects[0]?.discovery.enabled, false);
  });

  it('reads the directory of incidents relative to the file, and the external URL with a slash at its end', () => {
    const directoryOf = (name: string) =>
      folder.load(`${projectAnd()}incidents: { directory: "${name}" }\n`).config.incidents.directory;
    assert.equal(directoryOf('incidents'), `${folder.path}/incidents`);
    assert.equal(directoryOf('/var/lib/taurusdb'), '/var/lib/taurusdb');
    const urlOf = (url: string) =>
      folder.load(`${projectAnd()}web: { external_url: "${url}" }\n`).config.web.external_url;
    assert.equal(urlOf('https://exporter.example.com'), 'https://exporter.example.com/');
    assert.equal(urlOf('http://10.0.0.1:10104/taurusdb//'), 'http://10.0.0.1:10104/taurusdb/');
    for (const wrong of [
      'exporter.example.com',
      'ftp://a/',
      'https://u:p@a/',
      'https://a/?q=1',
      'https://a/#b',
      'https:///a',
    ]) {
      assert.throws(() => urlOf(wrong), /web\.external_url: .*expected an http or https URL/u, wrong);
    }
  });

  it('cannot be changed, at any depth', () => {
    const { config } = folder.load(projectAnd());
    const parts: unknown[] = [config];
    for (const part of parts) {
      assert.ok(Object.isFrozen(part));
      parts.push(...Object.values(part as object).filter((value) => typeof value === 'object'));
    }
    assert.ok(parts.length > 20);
  });

  it('reads variables as the type of their key', () => {
    const { config } = folder.load(
      `${projectWith(`    project_id: \${ID}\n    auth: { access_key: { ak: "\${AK}", sk: "x\${SK}y" } }\n${NODES}`)}
collection: { max_concurrent: "\${N}", timeout: "\${T:-1m30s}", splay: "\${ZERO}" }
api: { max_csv_bytes: "\${N}KiB" }
metrics: { dimensions: { state: { enabled: "\${OFF}" } }, labels: { a: "$\${AK} \${EMPTY:-none} \${EMPTY:-}" } }
`,
      {
        ID: '00000000000000000000000000000012',
        AK: '0123456789',
        SK: '${AK}',
        N: '16',
        ZERO: '0',
        OFF: 'false',
        EMPTY: '',
      },
    );
    const [first] = config.projects;
    assert.equal(first?.project_id, '00000000000000000000000000000012');
    assert.equal(authOf(first, 'access_key').ak.read(), '0123456789');
    assert.equal(authOf(first, 'access_key').sk.read(), 'x${AK}y');
    assert.equal(config.collection.max_concurrent, 16);
    assert.equal(config.collection.timeout, 90_000);
    assert.equal(config.collection.splay, 0);
    assert.equal(config.api.max_csv_bytes, 16_384);
    assert.equal(config.metrics.dimensions.state.enabled, false);
    assert.deepEqual(config.metrics.labels, { a: '${AK} none ' });
  });

  it('does not take variables in keys or comments', () => {
    const { config } = folder.load(projectAnd('# ${NOT_SET}\nmetrics: { labels: { a: b } } # ${NOT_SET}\n'));
    assert.deepEqual(config.metrics.labels, { a: 'b' });
    assert.match(folder.errorsOf(projectAnd('${KEY}: 1\n'), { KEY: 'log' })[0] ?? '', /unknown key/u);
  });

  it('takes an unknown region with endpoints, without a slash at their end', () => {
    const config = project(
      `    project_id: 054e292c9880d4992f02c0196d3ea468\n    endpoint: https://taurusdb.example/\n${NODES}`,
    );
    assert.equal(config.endpoint, 'https://taurusdb.example');
  });

  it('takes http from loopback addresses only', () => {
    for (const endpoint of [
      'http://127.0.0.1:8080',
      'http://[::1]:8080',
      'http://localhost',
      'http://127.9.9.9',
    ]) {
      assert.equal(project(`    endpoint: ${endpoint}\n${NODES}`).endpoint, endpoint);
    }
  });

  it('takes each kind of credentials', () => {
    assert.deepEqual(project(`    auth: { ecs_agency: {} }\n${NODES}`).auth, { kind: 'ecs_agency' });
    assert.deepEqual(project(`    auth:\n      ecs_agency:\n${NODES}`).auth, { kind: 'ecs_agency' });
    const withPassword = project(
      `    auth: { password: { domain: acme, user: exporter, password: p@ss } }\n${NODES}`,
    );
    const { domain, user, password } = authOf(withPassword, 'password');
    assert.deepEqual([domain, user, password.read()], ['acme', 'exporter', 'p@ss']);
    const withKey = project(`    auth: { access_key: { ak: a, sk: s, security_token: t } }\n${NODES}`);
    const { ak, sk, security_token: securityToken } = authOf(withKey, 'access_key');
    assert.deepEqual([ak.read(), sk.read(), securityToken?.read()], ['a', 's', 't']);
  });

  it('needs no nodes where discovery is on', () => {
    const { discovery, nodes } = project(
      '    discovery: { enabled: true, refresh: 1h, instance_name: "orders-*", tags: { env: prod }, role: slave, status: [ACTIVE] }\n',
    );
    assert.deepEqual(nodes, []);
    assert.deepEqual(discovery, {
      enabled: true,
      refresh: 3_600_000,
      instance_name: 'orders-*',
      tags: { env: 'prod' },
      role: 'slave',
      status: ['ACTIVE'],
    });
  });

  it("puts a project's own api settings over the common ones", () => {
    const { config } = folder.load(
      `${projectWith(`    api: { max_retries: 0, proxy_url: "http://own" }\n${NODES}`)}
api: { request_timeout: 3s, max_retries: 5, proxy_url: "http://common" }
`,
    );
    const own = config.projects[0]?.api;
    assert.equal(own?.request_timeout, 3000);
    assert.equal(own?.max_retries, 0);
    assert.equal(own?.proxy_url?.read(), 'http://own');
    assert.equal(config.api.max_retries, 5);
    assert.equal(config.api.proxy_url?.read(), 'http://common');
  });

  it("takes the proxy's URL from a file, common or the project's own", () => {
    folder.write('common', 'http://common\n');
    folder.write('own', 'http://own\n');
    const common = 'api: { proxy_url_file: common }\n';
    const { config } = folder.load(`${projectWith(`    api: { proxy_url_file: own }\n${NODES}`)}${common}`);
    assert.equal(config.api.proxy_url?.read(), 'http://common');
    assert.equal(config.projects[0]?.api.proxy_url?.read(), 'http://own');
    const [inheriting] = folder.load(`${projectWith(NODES)}${common}`).config.projects;
    assert.equal(inheriting?.api.proxy_url?.read(), 'http://common');
  });

  it('looks for files from its own folder', function () {
    requireProgram(this, 'openssl');
    folder.write('token', 't0ken\n');
    const ca = makeCertificate().cert;
    folder.write('ca.pem', `a comment\n${ca}`);
    const { config } = folder.load(
      `${projectWith(`    auth: { token: { value_file: token } }\n${NODES}`)}api: { ca_file: ca.pem }\n`,
    );
    assert.equal(authOf(config.projects[0], 'token').value.read(), 't0ken');
    assert.equal(config.api.ca, ca.trim());
    assert.equal(config.projects[0]?.api.ca, ca.trim());
  });

  for (const [what, content, fault] of [
    ['nothing', () => '\n', 'it is empty'],
    ['another text', () => 'hello', 'it has no -----BEGIN CERTIFICATE-----'],
    [
      'a certificate that is cut off',
      ({ cert }: Certificate) => cert.slice(0, 300),
      'it has no whole certificate',
    ],
    [
      'a certificate and a broken one',
      ({ cert }: Certificate) => cert + cert.replace('MII', 'MIJ'),
      'certificate 2 in it cannot be read',
    ],
  ] as const) {
    it(`refuses a certificate file that holds ${what}`, function () {
      requireProgram(this, 'openssl');
      folder.write('ca.pem', content(makeCertificate()));
      assert.deepEqual(folder.errorsOf(`${projectWith(NODES)}api: { ca_file: ca.pem }\n`), [
        `config.yaml:5: api.ca_file: got a text that is not shown, expected a file of certificates (PEM) (${fault})`,
      ]);
    });
  }

  it('warns of a secret file that other users can read', () => {
    const yaml = projectWith(`    auth: { token: { value_file: token } }\n${NODES}`);
    for (const mode of [0o640, 0o604]) {
      const path = folder.write('token', 't0ken', mode);
      assert.deepEqual(folder.load(yaml).warnings, [
        `secret file "${path}" can be read by other users: take their permission away (chmod 600)`,
      ]);
    }
    folder.write('token', 't0ken', 0o600);
    assert.deepEqual(folder.load(yaml).warnings, []);
  });

  it('warns of a filter with which alerts cannot fire', () => {
    assert.deepEqual(folder.load(projectAnd('collection: { filter: total }\n')).warnings, []);
    for (const filter of ['active', 'slow', 'long']) {
      const { warnings } = folder.load(projectAnd(`collection: { filter: ${filter} }\n`));
      assert.deepEqual(warnings.length, 1);
      assert.match(
        warnings[0] ?? '',
        new RegExp(`^collection\\.filter: got ${filter}: .*; write total for these$`, 'u'),
      );
    }
  });

  it('warns of a text that looks like a variable, without the text', () => {
    const yaml = projectAnd('metrics: { labels: { team: $(TEAM) } }\n').replace('t0ken', '$s3cret');
    assert.deepEqual(folder.load(yaml, { TEAM: 'orders' }).warnings, [
      'projects[0].auth.token.value (line 6): got a text that looks like a variable, and is used as it is: a variable is written ${NAME}',
      'metrics.labels.team (line 10): got a text that looks like a variable, and is used as it is: a variable is written ${TEAM}',
    ]);
  });

  it('warns of a project and of names that stand twice', () => {
    const ids = ['project_id: 054e292c9880d4992f02c0196d3ea468, ', ''];
    for (const id of ids) {
      const line = (name: string, token: string, node: string) =>
        `  - { name: ${name}, region: ap-southeast-3, ${id}auth: { token: { value: ${token} } }, nodes: [{ instance_id: ${INSTANCE}, node_id: ${node}, name: a }] }\n`;
      const third = `  - { name: c, region: ap-southeast-2, auth: { token: { value: one } }, nodes: [${[7, 8]
        .map((digit) => `{ instance_id: ${INSTANCE}, node_id: ${NODE.replace('9', String(digit))}, name: b }`)
        .join(', ')}] }\n`;
      const { warnings } = folder.load(
        `projects:\n${line('a', 'one', NODE)}${line('b', id === '' ? 'one' : 'two', OTHER_NODE)}${third}`,
      );
      const key = id === '' ? 'region' : 'project_id';
      assert.deepEqual(warnings, [
        `projects[1].${key} (line 3): the same project as projects[0]: each sends api.max_requests_per_second of its own, and a node that both discover is collected only for the first; write them as one project, or correct the ${key}`,
        'projects[2].nodes[1].name (line 4): "b" is the name of projects[2].nodes[0], too: alerts, dashboards and the page show names; give each node its own',
      ]);
    }
    const other = `${projectAnd()}${projectAnd().split('\n').slice(1).join('\n')}`;
    const another = other
      .replace('name: production', 'name: staging')
      .replace('t0ken', 'an0ther')
      .replace(NODE, OTHER_NODE);
    assert.deepEqual(folder.load(another).warnings, []);
  });

  it('warns of what is the same but for blanks or case, and of two names of one instance', () => {
    const id = '054e292c9880d4992f02c0196d3ea468';
    const project = (name: string, projectId: string, nodes: string) =>
      `  - { name: ${name}, region: ap-southeast-3, project_id: ${projectId}, auth: { token: { value: ${name} } }, nodes: [${nodes}] }\n`;
    const node = (nodeId: string, keys: string) =>
      `{ instance_id: ${INSTANCE}, node_id: ${nodeId}, ${keys} }`;
    const yaml = `projects:\n${project('a', id, node(NODE, 'name: a'))}${project(
      'b',
      id.toUpperCase(),
      `${node(OTHER_NODE, 'name: "b  c", instance_name: x')}, ${node(NODE.replace('9', '7'), 'name: "b c ", instance_name: y')}`,
    )}`;
    const [same, blanks, instance, ...others] = folder.load(yaml).warnings;
    assert.match(same ?? '', /^projects\[1\]\.project_id \(line 3\): the same project as projects\[0\]/u);
    assert.match(blanks ?? '', /: "b c " is but for blanks the name of projects\[1\]\.nodes\[0\], too/u);
    assert.equal(
      instance,
      'projects[1].nodes[1].instance_name (line 3): "y" is the second name of one instance, which is "x" at projects[1].nodes[0]; write one of them at both',
    );
    assert.deepEqual(others, []);
  });

  it('warns of keys of statements that change nothing', () => {
    const warningsOf = (yaml: string) => folder.load(projectAnd(`${yaml}\n`)).warnings;
    const dimension = (max: number) =>
      `metrics: { dimensions: { statement: { enabled: true, max_values: ${max} } } }`;
    const notRead = 'changes nothing, as statements.mode is off: statements are not read; write auto there';
    assert.deepEqual(
      warningsOf(`statements: { mode: off }\ncsv: { columns: { info: [Text] } }\n${dimension(20)}`),
      [
        `metrics.dimensions.statement.enabled (line 12): ${notRead}`,
        `csv.columns.info (line 11): ${notRead}`,
      ],
    );
    assert.deepEqual(warningsOf(`statements: { shapes: 16 }\n${dimension(17)}`), [
      'metrics.dimensions.statement.max_values (line 11): got 17, but no more than statements.shapes (16) are counted apart: raise that, or write at most as many here',
    ]);
    for (const well of [
      'statements: { mode: off }',
      `csv: { columns: { info: [Text] } }\n${dimension(256)}`,
      `statements: { shapes: 16 }\n${dimension(17).replace('true', 'false')}`,
    ]) {
      assert.deepEqual(warningsOf(well), [], well);
    }
  });

  it('warns of groups of hosts that an earlier one leaves nothing', () => {
    const warningsOf = (...groups: string[]) =>
      folder
        .load(projectAnd(`metrics: { dimensions: { host: { groups: [${groups.join(', ')}] } } }\n`))
        .warnings.map((warning) => warning.replace('metrics.dimensions.host.', ''));
    const inVain = (key: string, by: string) =>
      `${key} (line 10): counts no host, as ${by} has them all: the first group that fits counts a host; put the narrower one first`;
    const ALL = '{ name: all, match: "*" }';
    const TEN = '{ name: ten, cidr: [192.168.0.1, 10.0.0.0/8] }';
    const SOME = '{ name: some, cidr: [172.16.0.0/12, 10.1.0.0/16] }';
    const WEB = '{ name: web, match: "web-*" }';
    assert.deepEqual(warningsOf(SOME, TEN, WEB, ALL), []);
    assert.deepEqual(warningsOf(TEN, SOME), [inVain('groups[1].cidr[1]', 'groups[0] ("ten")')]);
    assert.deepEqual(warningsOf(ALL, WEB), [inVain('groups[1]', 'groups[0] ("all")')]);
    assert.deepEqual(warningsOf(WEB, WEB.replace('web,', 'app,')), [
      inVain('groups[1].match', 'groups[0] ("web")'),
    ]);
    assert.deepEqual(warningsOf(TEN, SOME.replace('some', 'ten')), []);
    assert.deepEqual(warningsOf('{ name: six, cidr: ["::/0"] }', TEN), []);
  });

  it('warns of figures that vanish between two runs, of schedules that nodes have', () => {
    const warningsOf = (nodeSchedule: string, collection: string) =>
      folder.load(
        projectAnd(
          `        schedule: "${nodeSchedule}"\ncollection: { schedule: "0 3 * * *", ${collection} }\n`,
        ),
      ).warnings;
    assert.deepEqual(warningsOf('0 9-17 * * *', 'stale_after: 16h'), [
      'collection.stale_after (line 11): 16h is not more than the 16h that can lie between two runs of schedule "0 9-17 * * *": the figures vanish before the next run; write at least 16h50s, or leave it out',
    ]);
    assert.deepEqual(warningsOf('0 9-17 * * *', 'stale_after: 16h49s'), [
      'collection.stale_after (line 11): 16h49s is by less than collection.timeout more than the 16h that can lie between two runs of schedule "0 9-17 * * *": the figures vanish for a while where a collection takes long; write at least 16h50s, or leave it out',
    ]);
    assert.deepEqual(warningsOf('0 9-17 * * *', 'stale_after: 16h50s'), []);
    // More than the key takes is not advised.
    assert.match(
      warningsOf('0 0 29 2 *', 'stale_after: 1y').join('\n'),
      /before the next run; leave it out$/mu,
    );
    assert.deepEqual(warningsOf('0 9-17 * * *', 'timeout: 10s'), []);
  });

  it('takes a byte-order mark and CRLF', () => {
    const yaml = `\ufeff${projectAnd('log: { level: debug }\n')}`.replaceAll('\n', '\r\n');
    assert.equal(folder.load(yaml).config.log.level, 'debug');
    assert.deepEqual(folder.errorsOf(yaml.replace('debug', 'trace')), [
      'config.yaml:10: log.level: got "trace", expected one of debug, info, warn, error',
    ]);
  });

  it('takes anchors that nothing refers to', () => {
    assert.equal(
      loadConfig(folder.write('a.yaml', projectAnd('log: &x { level: warn }\n')), {}).config.log.level,
      'warn',
    );
  });
});
