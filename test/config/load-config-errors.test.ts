// Every way for a configuration to be wrong, with the exact lines that say so.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the configuration's own syntax
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { loadConfig } from '../../src/config/load-config.js';
import { ConfigErrors } from '../../src/config/yaml/config-errors.js';
import { METRIC_FAMILIES } from '../../src/metrics/metric-families.js';
import { PROXY_URL } from '../../src/model/proxy-url.js';
import { validateCron } from '../../src/schedule/cron-expression.js';
import { KNOWN_REGIONS } from '../../src/taurusdb/regions.js';
import { ConfigFolder } from './config-folder.js';
import { INSTANCE, NODE, projectAnd, projectWith } from './sample-config.js';

const NODES = `    nodes: [{ instance_id: ${INSTANCE}, node_id: ${NODE} }]`;
const ENDPOINT =
  'an https URL of a host alone, no user, path or link-local address (or http of a loopback address)';
const COLUMNS =
  'id, user, host, state, db, command, time, info, trx_id, trx_state, trx_executed_time, trx_lock_duration, trx_lock_rows, trx_lock_tables, trx_update_rows';

const GROUP_NAME =
  '1 to 128 characters, no blank at either end, and neither none nor other, which stand for other values';
const NETWORK = 'a network such as 10.0.0.0/8 or 2001:db8::/32, or an address';

interface Wrong {
  readonly yaml: string | Uint8Array;
  readonly env?: NodeJS.ProcessEnv;
  /** Without the `config.yaml:` that each begins with. */
  readonly errors: readonly string[];
}

const NOT_YAML: Readonly<Record<string, Wrong>> = {
  'an empty file': { yaml: '', errors: ['1: got nothing, expected a mapping'] },
  'a text': {
    yaml: 'projects',
    errors: ['1: got a text that is not shown, expected a mapping (did you mean "projects"?)'],
  },
  'a list': { yaml: '- projects', errors: ['1: got a list, expected a mapping'] },
  'bytes that are not text': {
    yaml: new Uint8Array([0x61, 0xff]),
    errors: [' cannot be read: not UTF-8 text (line 1): save it as UTF-8, not as GBK, GB18030 or ANSI'],
  },
  'a file larger than a mebibyte': {
    yaml: '#'.repeat(1024 * 1024 + 1),
    errors: [' cannot be read: larger than 1048576 bytes'],
  },
  'a second document': {
    yaml: 'projects: []\n---\nprojects: []\n',
    errors: ['2: got a second document, expected one'],
  },
  'a tab as indentation': {
    yaml: 'log:\n\tlevel: info\n',
    errors: ['2: tabs are not allowed as indentation (near "level")'],
  },
  'an unknown tag': {
    yaml: 'log:\n  level: !!js/function "x"\n',
    errors: ['2: tags are not supported: a value that starts with ! needs quotes (near "level")'],
  },
  'an alias': {
    yaml: projectAnd('log: &log { level: info }\nweb: *log\n'),
    errors: ['11: web: aliases are not supported: a value that starts with * or & needs quotes'],
  },
  'a schedule without quotes, in one line': {
    yaml: projectAnd('collection: { schedule: * * * * * }\n'),
    errors: ['10: a schedule needs quotes: write "* * * * *" (near "schedule")'],
  },
  'a schedule without quotes in a block, and its comment': {
    yaml: projectAnd('collection:\n  schedule: */10 9-17 * * MON-FRI # office\n'),
    errors: ['11: a schedule needs quotes: write "*/10 9-17 * * MON-FRI" (near "schedule")'],
  },
  'values that start with special characters': {
    yaml: projectAnd(
      'metrics:\n  labels:\n    a: @x\n    b: %x\n    c: `x\n    d: >x\n    e: - x\n    f: * x\n',
    ),
    errors: ['@', '%', '`', '>', '-', '*'].map(
      (sign, index) => `${12 + index}: a value that starts with ${sign} needs quotes`,
    ),
  },
  'a value that starts as an anchor': {
    yaml: projectAnd('metrics: { labels: { team: &orders } }\n'),
    errors: [
      '10: metrics.labels.team: aliases are not supported: a value that starts with * or & needs quotes',
    ],
  },
  'a value that opens a bracket': {
    yaml: projectAnd('metrics:\n  labels:\n    team: [orders\n'),
    errors: ['12: the bracket that opens here is not closed: a text that starts with [ needs quotes'],
  },
  'a template that was not filled in': {
    yaml: projectAnd('metrics:\n  labels:\n    team: {{ team }}\n'),
    errors: ['12: {{ }} is not filled in here: write "${NAME}" for a variable of the environment'],
  },
  'text behind quotes': {
    yaml: projectAnd('log:\n  level: "in" fo\n'),
    errors: [
      '11: unexpected text behind the quote that ends the value: quotes go around all of it (near "level")',
    ],
  },
  'a variable without quotes between brackets, in one line however much follows': {
    yaml: projectAnd('log: { level: ${LEVEL }\nweb: {}\ncsv: {}\n'),
    errors: ['10: a variable needs quotes, and a brace at its end: write "${NAME}" (near "level")'],
  },
  'a bracket that a comment hides': {
    yaml: projectAnd('log: { level: #info }\n'),
    errors: ['10: what follows a blank and # is a comment: a value with a # needs quotes (near "log")'],
  },
  'mappings nested 21 deep': {
    yaml: `${Array.from({ length: 21 }, (_, depth) => `${' '.repeat(depth)}a:`).join('\n')} 1`,
    errors: ['21: nested too deeply, expected at most 20 levels'],
  },
  'a megabyte of brackets': {
    yaml: '['.repeat(1024 * 1024),
    errors: ['1: nested too deeply, expected at most 20 levels'],
  },
  'a key that stands twice': {
    yaml: projectAnd('log:\n  level: info\n  level: debug\n'),
    errors: ['12: log.level: the key is already set on line 11'],
  },
  'keys that mean something to JavaScript': {
    yaml: projectAnd('__proto__: { a: 1 }\nlog: { constructor: 1, prototype: 2 }\n'),
    errors: [
      '10: "__proto__" is not allowed as a key',
      '11: log: "constructor" is not allowed as a key',
      '11: log: "prototype" is not allowed as a key',
    ],
  },
  'a key that is a list': {
    yaml: '? [a]\n: 1\n',
    errors: ['1: got a key that is not a text, expected a name'],
  },
  'a merge key': {
    yaml: projectAnd('log: { "<<": 1 }\n'),
    errors: ['10: log: unknown key (known here: level, format)'],
  },
};

const WRONG_KEYS: Readonly<Record<string, Wrong>> = {
  'unknown keys, at any depth': {
    yaml: projectAnd('colection: {}\nlog: { levle: info, "a b": 1 }\nx: 1\n'),
    errors: [
      '10: colection: unknown key (did you mean "collection"?)',
      '11: log.levle: unknown key (did you mean "level"?)',
      '11: log: unknown key (known here: level, format)',
      '12: unknown key (known here: projects, collection, api, csv, statements, metrics, incidents, web, log)',
    ],
  },
  'no projects': { yaml: 'log: {}', errors: ['1: projects: missing'] },
  'projects that are not a list': {
    yaml: 'projects: { name: a }',
    errors: ['1: projects: got a mapping, expected a list'],
  },
  'an empty list of projects': {
    yaml: 'projects: []',
    errors: ['1: projects: got an empty list, expected at least one project'],
  },
  'a project without anything': {
    yaml: 'projects:\n  - {}\n',
    errors: [
      '2: projects[0].name: missing',
      '2: projects[0].region: missing',
      '2: projects[0]: got neither nodes nor an enabled discovery, expected at least one of them',
    ],
  },
  'a list where a mapping belongs': {
    yaml: projectAnd('log: [level]\nmetrics: { labels: [a] }\n'),
    errors: ['10: log: got a list, expected a mapping', '11: metrics.labels: got a list, expected a mapping'],
  },
};

const WRONG_PROJECTS: Readonly<Record<string, Wrong>> = {
  'a project name with a blank': {
    yaml: projectWith(NODES).replace('production', 'my project'),
    errors: [
      '2: projects[0].name: got a text that is not shown, expected 1 to 64 letters, digits, _, . or -',
    ],
  },
  'a project name of other signs than letters': {
    yaml: projectWith(NODES).replace('production', '生产，一'),
    errors: ['2: projects[0].name: got "生产，一", expected 1 to 64 letters, digits, _, . or -'],
  },
  'a long text whose cut would part a character that UTF-16 writes as two units': {
    yaml: projectWith(NODES).replace('production', `xxx${' 𠮷'.repeat(60)}`),
    errors: [
      `2: projects[0].name: got "xxx${' 𠮷'.repeat(38)} …", expected 1 to 64 letters, digits, _, . or -`,
    ],
  },
  'a project name that stands twice': {
    yaml: projectWith(NODES) + projectWith('\n    discovery: { enabled: true }').replace('projects:', ''),
    errors: ['5: projects[1].name: this project name is already at projects[0].name'],
  },
  'a node that stands twice, in two projects': {
    yaml: `${projectWith(NODES)}\n${projectWith(NODES).replace('production', 'test').replace('projects:\n', '')}`,
    errors: ['7: projects[1].nodes[0]: this node is already at projects[0].nodes[0]'],
  },
  'an unknown region without an endpoint': {
    yaml: projectWith(NODES).replace('ap-southeast-3', 'mars'),
    errors: [
      `3: projects[0].region: got "mars", expected one of ${KNOWN_REGIONS.join(', ')} or an explicit endpoint`,
    ],
  },
  'an unknown region whose project is to be looked up, without an IAM endpoint': {
    yaml: projectWith(`    endpoint: https://taurusdb.example\n${NODES}`).replace('ap-southeast-3', 'mars'),
    errors: [
      '2: projects[0].iam_endpoint: missing: it is not known for this region, and is needed for a password or to look up project_id',
    ],
  },
  'a project id of another length': {
    yaml: projectWith(`    project_id: abc\n${NODES}`),
    errors: ['4: projects[0].project_id: got "abc", expected 32 letters and digits'],
  },
  'an id that YAML reads as a number': {
    yaml: projectWith(NODES.replace(NODE, '0483e6')),
    errors: [
      '4: projects[0].nodes[0].node_id: got 0483e6, expected 36 letters and digits that end in no07 (quote it: YAML reads it as a number)',
    ],
  },
  'ids in the place of each other': {
    yaml: projectWith(`    nodes: [{ instance_id: ${NODE}, node_id: ${INSTANCE} }]`),
    errors: [
      `4: projects[0].nodes[0].instance_id: got "${NODE}", expected 36 letters and digits that end in in07; this is the id of a node: are instance_id and node_id swapped?`,
      `4: projects[0].nodes[0].node_id: got "${INSTANCE}", expected 36 letters and digits that end in no07; this is the id of an instance: are instance_id and node_id swapped?`,
    ],
  },
  'an id that is a path': {
    yaml: projectWith(NODES.replace(NODE, '../../../../../../../../../etc/x/no07')),
    errors: [
      '4: projects[0].nodes[0].node_id: got "../../../../../../../../../etc/x/no07", expected 36 letters and digits that end in no07',
    ],
  },
  'neither nodes nor discovery': {
    yaml: projectWith('    nodes: []\n    discovery: { enabled: false }'),
    errors: ['2: projects[0]: got neither nodes nor an enabled discovery, expected at least one of them'],
  },
  'discovery that cannot be': {
    yaml: projectWith(
      '    discovery: { enabled: maybe, refresh: 0, instance_name: "", tags: { env: 1 }, role: primary, status: ok }',
    ),
    errors: [
      '4: projects[0].discovery.enabled: got "maybe", expected true or false',
      '4: projects[0].discovery.refresh: got 0, expected a duration from 1s to 1d',
      '4: projects[0].discovery.instance_name: got nothing, expected a glob',
      '4: projects[0].discovery.tags.env: got 1, expected a glob (quote it: YAML reads it as a number)',
      '4: projects[0].discovery.role: got "primary", expected one of master, slave, both: write master',
      '4: projects[0].discovery.status: got a text that is not shown, expected a list',
    ],
  },
  'a language that the API does not speak': {
    yaml: projectWith(`    language: fr\n${NODES}`),
    errors: ['4: projects[0].language: got "fr", expected one of en-us, zh-cn'],
  },
  "a wrong setting in a project's own api": {
    yaml: projectWith(`    api: { max_retries: 11, timeout: 5s }\n${NODES}`),
    errors: [
      '4: projects[0].api.max_retries: got 11, expected a whole number from 0 to 10',
      '4: projects[0].api: unknown key (known here: request_timeout, max_retries, max_requests_per_second, max_csv_bytes, ca_file, proxy_url, proxy_url_file) (near "timeout")',
    ],
  },
};

const HOST_GROUPS = (cidr: string) =>
  `metrics: { dimensions: { host: { groups: [{ name: a, cidr: ${cidr} }] } } }`;
const CRON = 'expected a cron expression of 5 fields, or 6 with seconds first';
const ZONE = 'expected UTC or an IANA name (Area/Location) such as Asia/Shanghai';
const HEX = '0123456789abcdef0123456789abcdef';

/** A slip and what is said of it; the line begins with the place. */
const SAYS_WHAT_TO_WRITE: readonly (readonly [yaml: string, message: string])[] = [
  ...(
    [
      ['ap-southeast3', '"ap-southeast3"', 'ap-southeast-3'],
      ['AP-Southeast-3', '"AP-Southeast-3"', 'ap-southeast-3'],
      ['"ap-southeast-3 "', '"ap-southeast-3 "', 'ap-southeast-3'],
      ['ap-southest-3', '"ap-southest-3"', 'ap-southeast-3'],
      ['Singapore', '"Singapore"', 'ap-southeast-3'],
      ['Hong Kong', '"Hong Kong"', 'ap-southeast-1'],
    ] as const
  ).map(
    ([region, got, meant]) =>
      [
        projectWith(NODES).replace('ap-southeast-3', region),
        `projects[0].region: got ${got}, expected a region whose address is known, or an explicit endpoint: write ${meant}`,
      ] as const,
  ),
  [
    projectWith(`    nodes: [{ instance_id: ${INSTANCE}, node_id: ${NODE}, role: primary }]`),
    'projects[0].nodes[0].role: got "primary", expected one of master, slave: write master',
  ],
  [
    projectWith(`    nodes: [{ instance_id: ${NODE}, node_id: ${NODE} }]`),
    `projects[0].nodes[0].instance_id: got "${NODE}", expected 36 letters and digits that end in in07; this is the id of a node: are instance_id and node_id swapped?`,
  ],
  [
    projectWith(`    project_id: "01234567-89ab-cdef-0123-456789abcdef"\n${NODES}`),
    'projects[0].project_id: got a text that is not shown, expected 32 letters and digits: write it without dashes and blanks',
  ],
  [
    projectWith(`    project_id: "${HEX} "\n${NODES}`),
    'projects[0].project_id: got a text that is not shown, expected 32 letters and digits: write it without dashes and blanks',
  ],
  [
    projectWith(`    auth: { ak: x, sk: y }\n${NODES}`),
    'projects[0].auth: unknown key (write access_key: { ak: …, sk: … }) (near "ak")',
  ],
  ...(
    [
      ['filter: all', 'filter: got "all", expected one of total, active, slow, long: write total'],
      ['timezone: Asia/Singapor', `timezone: got "Asia/Singapor", ${ZONE}: write Asia/Singapore`],
      ['timezone: Asia/Beijing', `timezone: got "Asia/Beijing", ${ZONE}: write Asia/Shanghai`],
      ['timezone: Beijing', `timezone: got "Beijing", ${ZONE}: write Asia/Shanghai`],
      [
        'timezone: America/New York',
        `timezone: got a text that is not shown, ${ZONE}: write America/New_York`,
      ],
      ['timezone: "Asia/Shanghai "', `timezone: got a text that is not shown, ${ZONE}: write Asia/Shanghai`],
      ['schedule: 1m', `schedule: got "1m", ${CRON}: write "* * * * *"`],
      ['schedule: “* * * * *”', `schedule: got "“* * * * *”", ${CRON}: write "* * * * *"`],
      ['timeout: 0:50', 'timeout: got "0:50", expected a duration from 100ms to 1h: write 50s or 50m'],
      ['timeout: ５０s', 'timeout: got "５０s", expected a duration from 100ms to 1h: write 50s'],
      ['timeout: 5分', 'timeout: got "5分", expected a duration from 100ms to 1h: write 5m'],
      ['max_concurrent: 1k', 'max_concurrent: got "1k", expected a whole number from 1 to 1000: write 1000'],
    ] as const
  ).map(([key, message]) => [projectAnd(`collection: { ${key} }`), `collection.${message}`] as const),
  [
    projectAnd('collection:\n  schedule: @every 1m'),
    'a schedule has fields: write "* * * * *" (near "schedule")',
  ],
  [
    projectAnd('collection: { schedule: @hourly, splay: 1s }'),
    'a schedule has fields: write "0 * * * *" (near "schedule")',
  ],
  [
    projectAnd(HOST_GROUPS('10.0.0.0/8')),
    'metrics.dimensions.host.groups[0].cidr: got a text that is not shown, expected a list of networks such as [10.0.0.0/8]: write [10.0.0.0/8]',
  ],
  [
    projectAnd(HOST_GROUPS('[10.*]')),
    `metrics.dimensions.host.groups[0].cidr[0]: got "10.*", expected ${NETWORK}: write 10.0.0.0/8`,
  ],
  [
    projectAnd(HOST_GROUPS('[10.0.0.0/255.0.0.0]')),
    `metrics.dimensions.host.groups[0].cidr[0]: got "10.0.0.0/255.0.0.0", expected ${NETWORK}: write 10.0.0.0/8`,
  ],
];

const WRONG_ENDPOINTS = [
  'https://user:pass@host',
  'https://host/?token=1',
  'https://host#token',
  'http://taurusdb.example',
  'https://taurusdb.example/v3',
  'https:/taurusdb.example',
  'taurusdb.example',
  'https://169.254.169.254',
  'https://2852039166',
  'https://[fe80::1]',
  'https://[::ffff:169.254.1.1]',
  'http://169.254.169.254',
  'file:///etc/passwd',
  'https://taurusdb.example\\evil',
  'https://',
  'https://taurusdb.example:99999',
];

const WRONG_CREDENTIALS: Readonly<Record<string, Wrong>> = {
  'no kind of credentials': {
    yaml: projectWith(`    auth: {}\n${NODES}`),
    errors: [
      '4: projects[0].auth: got none, expected exactly one of access_key, token, password, ecs_agency',
    ],
  },
  'two kinds of credentials': {
    yaml: projectWith(`    auth: { token: { value: a }, ecs_agency: {} }\n${NODES}`),
    errors: [
      '4: projects[0].auth: got token and ecs_agency, expected exactly one of access_key, token, password, ecs_agency',
    ],
  },
  'parts of credentials that are missing': {
    yaml: projectWith(`    auth: { access_key: {}, password: {} }\n${NODES}`),
    errors: [
      '4: projects[0].auth: got access_key and password, expected exactly one of access_key, token, password, ecs_agency',
      '4: projects[0].auth.access_key: got none, expected exactly one of ak, ak_file',
      '4: projects[0].auth.access_key: got none, expected exactly one of sk, sk_file',
      '4: projects[0].auth.password.domain: missing',
      '4: projects[0].auth.password.user: missing',
      '4: projects[0].auth.password: got none, expected exactly one of password, password_file',
    ],
  },
  'a secret and its file': {
    yaml: projectWith(`    auth: { token: { value: a, value_file: config.yaml } }\n${NODES}`),
    errors: [
      '4: projects[0].auth.token: got value and value_file, expected exactly one of value, value_file',
      '4: projects[0].auth.token.value_file: got a text that is not shown, expected a file with a secret (it has a blank, a line break or a byte that is not text)',
    ],
  },
  'an optional secret and its file': {
    yaml: projectWith(
      `    auth: { access_key: { ak: a, sk: b, security_token: c, security_token_file: d } }\n    api: { proxy_url: "http://a", proxy_url_file: d }\n${NODES}`,
    ),
    errors: [
      '4: projects[0].auth.access_key: got security_token and security_token_file, expected at most one of security_token, security_token_file',
      '4: projects[0].auth.access_key.security_token_file: got a text that is not shown, expected a file with a secret (no such file)',
      '5: projects[0].api: got proxy_url and proxy_url_file, expected at most one of proxy_url, proxy_url_file',
      `5: projects[0].api.proxy_url_file: got a text that is not shown, expected a file with ${PROXY_URL} (no such file)`,
    ],
  },
  'a secret file that is not there': {
    yaml: projectWith(`    auth: { token: { value_file: nowhere/token } }\n${NODES}`),
    errors: [
      '4: projects[0].auth.token.value_file: got a text that is not shown, expected a file with a secret (no such file)',
    ],
  },
  'a secret file that is a folder': {
    yaml: projectWith(`    auth: { token: { value_file: . } }\n${NODES}`),
    errors: [
      '4: projects[0].auth.token.value_file: got ".", expected a file with a secret (not a regular file)',
    ],
  },
  'a secret that YAML reads as a number': {
    yaml: projectWith(`    auth: { token: { value: 12345678 } }\n${NODES}`),
    errors: [
      '4: projects[0].auth.token.value: got a number that is not shown, expected a secret (quote it: YAML reads it as a number)',
    ],
  },
  'a secret with a blank': {
    yaml: projectWith(`    auth: { token: { value: two words } }\n${NODES}`),
    errors: [
      '4: projects[0].auth.token.value: got a text that is not shown, expected a secret (it has a blank, a line break or a byte that is not text)',
    ],
  },
  'empty secrets': {
    yaml: projectWith(`    auth: { access_key: { ak: , sk: "" } }\n${NODES}`),
    errors: [
      '4: projects[0].auth.access_key.ak: got nothing, expected a secret',
      '4: projects[0].auth.access_key.sk: got nothing, expected a secret (it is empty)',
    ],
  },
  'a proxy that is not HTTP': {
    yaml: projectAnd('api: { proxy_url: "socks5://user:pass@proxy" }\n'),
    errors: [`10: api.proxy_url: got a text that is not shown, expected ${PROXY_URL} (it is another text)`],
  },
};

const WRONG_VARIABLES: Readonly<Record<string, Wrong>> = {
  'variables that are not set': {
    yaml: projectWith(
      `    auth: { access_key: { ak: "\${AK}", sk: "\${SK}" } }\n    language: \${LANGUAGE}\n${NODES}`,
    ),
    env: { AK: 'value' },
    errors: [
      '4: projects[0].auth.access_key.sk: environment variable SK is not set',
      '5: projects[0].language: environment variable LANGUAGE is not set',
    ],
  },
  'an empty variable for a secret': {
    yaml: projectWith(`    auth: { token: { value: "\${TOKEN}" } }\n${NODES}`),
    env: { TOKEN: '' },
    errors: [
      '4: projects[0].auth.token.value: got an empty value of ${TOKEN}, expected a secret (it is empty)',
    ],
  },
  "a variable's value that does not fit": {
    yaml: projectAnd('collection: { timeout: "${T}", schedule: "${S:-x}" }\nlog: { level: "${A}${B}" }\n'),
    env: { T: 'soon', A: 'tr', B: 'ace' },
    errors: [
      '10: collection.timeout: got the value of ${T}, expected a duration from 100ms to 1h',
      '10: collection.schedule: the value of ${S} cannot be used here',
      '11: log.level: got the value of ${A}${B}, expected one of debug, info, warn, error',
    ],
  },
  'what starts no variable': {
    yaml: projectAnd('log: { level: "${", format: "${1}" }\n'),
    errors: [
      '10: log.level: got a "${" that starts no variable, expected ${NAME} or ${NAME:-default} (a literal is written $${)',
      '10: log.format: got a "${" that starts no variable, expected ${NAME} or ${NAME:-default} (a literal is written $${)',
    ],
  },
  'two nodes whose variables are not set': {
    yaml: projectWith(
      `    nodes:\n      - { instance_id: ${INSTANCE}, node_id: "\${A}" }\n      - { instance_id: ${INSTANCE}, node_id: "\${B}" }`,
    ),
    errors: [
      '5: projects[0].nodes[0].node_id: environment variable A is not set',
      '6: projects[0].nodes[1].node_id: environment variable B is not set',
    ],
  },
};

const WRONG_VALUES: Readonly<Record<string, Wrong>> = {
  'durations that cannot be': {
    yaml: projectAnd(`collection:
  splay: -1s
  timeout: 0
  poll_interval: 99ms
  stale_after: 1s1h
  slow_session_threshold: .nan
  long_transaction_threshold: 99999999999999999999y
`),
    errors: [
      '11: collection.splay: got "-1s", expected a duration from 0s to 1h',
      '12: collection.timeout: got 0, expected a duration from 100ms to 1h',
      '13: collection.poll_interval: got "99ms", expected a duration from 100ms to 1m',
      '14: collection.stale_after: got "1s1h", expected a duration from 1s to 1y: write 1h1s',
      '15: collection.slow_session_threshold: got .nan, expected a duration from 1s to 1d',
      '16: collection.long_transaction_threshold: got "99999999999999999999y", expected a duration from 1s to 1y',
    ],
  },
  'schedules that cannot be': {
    yaml: projectWith(
      `    nodes: [{ instance_id: ${INSTANCE}, node_id: ${NODE}, schedule: "* * *" }]\ncollection: { schedule: "61 * * * *", timezone: Mars/Crater }`,
    ),
    errors: [
      `4: projects[0].nodes[0].schedule: ${validateCron('* * *')}`,
      `5: collection.schedule: ${validateCron('61 * * * *')}`,
      '5: collection.timezone: got "Mars/Crater", expected UTC or an IANA name (Area/Location) such as Asia/Shanghai',
    ],
  },
  'numbers that cannot be': {
    yaml: projectAnd(
      'collection: { max_concurrent: 0 }\napi: { max_retries: 1.5, max_requests_per_second: ten, max_csv_bytes: 1KB }\n',
    ),
    errors: [
      '10: collection.max_concurrent: got 0, expected a whole number from 1 to 1000',
      '11: api.max_retries: got 1.5, expected a whole number from 0 to 10',
      '11: api.max_requests_per_second: got a text that is not shown, expected a whole number from 1 to 1000',
      '11: api.max_csv_bytes: got a text that is not shown, expected a size from 1KiB to 16GiB: write 1KiB',
    ],
  },
  'lists and mappings where one value belongs': {
    yaml: projectAnd(
      'collection: { timeout: [30s], max_concurrent: [1], filter: [total] }\nmetrics: { dimensions: { state: { enabled: [true] } } }\nlog: { level: { info: } }\n',
    ),
    errors: [
      '10: collection.timeout: got a list, expected a duration from 100ms to 1h',
      '10: collection.max_concurrent: got a list, expected a whole number from 1 to 1000',
      '10: collection.filter: got a list, expected one of total, active, slow, long',
      '11: metrics.dimensions.state.enabled: got a list, expected true or false',
      '12: log.level: got a mapping, expected one of debug, info, warn, error',
    ],
  },
  'a certificate file that is not there': {
    yaml: projectAnd('api: { ca_file: ca.pem }\n'),
    errors: [
      '10: api.ca_file: got a text that is not shown, expected a file of certificates (PEM) (no such file)',
    ],
  },
  'words that are not known': {
    yaml: projectAnd('collection: { filter: all }\nlog: { level: trace, format: text }\n'),
    errors: [
      '10: collection.filter: got "all", expected one of total, active, slow, long: write total',
      '11: log.level: got "trace", expected one of debug, info, warn, error',
      '11: log.format: got "text", expected one of logfmt, json',
    ],
  },
  'a CSV that cannot be': {
    yaml: projectAnd(
      'csv: { encoding: klingon, columns: { account: [a], user: [], host: name, db: [""] } }\n',
    ),
    errors: [
      '10: csv.encoding: got "klingon", expected an encoding such as utf-8 or gb18030',
      `10: csv.columns.account: got "account", expected one of ${COLUMNS}`,
      '10: csv.columns.host: got a text that is not shown, expected a list of header names',
      '10: csv.columns.db[0]: got nothing, expected a header name',
    ],
  },
  'labels that are not names, or taken': {
    yaml: projectAnd('metrics: { labels: { 9a: x, __name__: x, job: x, user: x, tier: 1 } }\n'),
    errors: [
      '10: metrics.labels.9a: got "9a", expected a label name: ASCII letters, digits and _, no digit first',
      '10: metrics.labels.__name__: got "__name__", expected a label name that does not start with __: Prometheus keeps these to itself',
      '10: metrics.labels.job: got "job", expected another label name: Prometheus sets this one for the scraped target',
      '10: metrics.labels.user: got "user", expected another label name: the exporter uses this one itself',
      '10: metrics.labels.tier: got 1, expected a label value (quote it: YAML reads it as a number)',
    ],
  },
  'groups of hosts that cannot be': {
    yaml: projectAnd(`metrics:
  dimensions:
    user: { groups: [] }
    host:
      groups:
        - { name: other, cidr: [10.0.0.0/33, web-1, 10.0.0.0/255.0.0.0] }
        - { name: " pods", cidr: 10.0.0.0/8 }
        - { name: pods }
        - { name: pods, cidr: [], match: "" }
        - { match: "*", cird: [] }
`),
    errors: [
      '12: metrics.dimensions.user: unknown key (known here: enabled, max_values) (near "groups")',
      `15: metrics.dimensions.host.groups[0].name: got "other", expected ${GROUP_NAME}`,
      `15: metrics.dimensions.host.groups[0].cidr[0]: got "10.0.0.0/33", expected ${NETWORK}`,
      `15: metrics.dimensions.host.groups[0].cidr[1]: got "web-1", expected ${NETWORK}`,
      `15: metrics.dimensions.host.groups[0].cidr[2]: got "10.0.0.0/255.0.0.0", expected ${NETWORK}: write 10.0.0.0/8`,
      `16: metrics.dimensions.host.groups[1].name: got " pods", expected ${GROUP_NAME}`,
      '16: metrics.dimensions.host.groups[1].cidr: got a text that is not shown, expected a list of networks such as [10.0.0.0/8]: write [10.0.0.0/8]',
      '17: metrics.dimensions.host.groups[2]: got none, expected at least one of cidr, match',
      '18: metrics.dimensions.host.groups[3].cidr: got an empty list, expected a network such as 10.0.0.0/8',
      '18: metrics.dimensions.host.groups[3].match: got nothing, expected a glob',
      '19: metrics.dimensions.host.groups[4].name: missing',
      '19: metrics.dimensions.host.groups[4].cird: unknown key (did you mean "cidr"?)',
    ],
  },
  'too many groups of hosts': {
    yaml: projectAnd(
      `metrics: { dimensions: { host: { groups: [${'{ name: a, match: b },'.repeat(101)}] } } }\n`,
    ),
    errors: [`10: metrics.dimensions.host.groups: got more, expected at most 100 groups`],
  },
  'what a listed node cannot be': {
    yaml: projectWith(
      `    nodes: [{ instance_id: ${INSTANCE}, node_id: ${NODE}, role: both, max_connections: many, instance_name: "" }]\n`,
    ),
    errors: [
      '4: projects[0].nodes[0].role: got "both", expected one of master, slave',
      '4: projects[0].nodes[0].max_connections: got "many", expected a whole number from 1 to 10000000',
      '4: projects[0].nodes[0].instance_name: got nothing, expected text',
    ],
  },
  'dimensions that cannot be': {
    yaml: projectAnd(
      'metrics: { dimensions: { state: { enabled: 1, max_values: 0, strip_port: true }, users: {} } }\n',
    ),
    errors: [
      '10: metrics.dimensions.state.enabled: got 1, expected true or false: write true',
      '10: metrics.dimensions.state.max_values: got 0, expected a whole number from 1 to 10000',
      '10: metrics.dimensions.state: unknown key (known here: enabled, max_values) (near "strip_port")',
      '10: metrics.dimensions.users: unknown key (did you mean "user"?)',
    ],
  },
  'statements that cannot be': {
    yaml: projectAnd(
      'statements: { mode: normalised, shapes: 15, max_text: 4097, sql_mode: ansi, texts: true }\nmetrics: { dimensions: { statement: { enabled: yes, max_values: 1025, groups: [] } } }\n',
    ),
    errors: [
      '10: statements.mode: got "normalised", expected one of auto, normalized, digest, off: write normalized',
      '10: statements.shapes: got 15, expected a whole number from 16 to 1024',
      '10: statements.max_text: got 4097, expected a whole number from 40 to 4096',
      '10: statements.sql_mode: got "ansi", expected one of auto, default, no_backslash_escapes, ansi_quotes',
      '10: statements: unknown key (known here: mode, shapes, max_text, sql_mode)',
      '11: metrics.dimensions.statement.enabled: got "yes", expected true or false: write true',
      '11: metrics.dimensions.statement.max_values: got 1025, expected a whole number from 1 to 1024',
      '11: metrics.dimensions.statement: unknown key (known here: enabled, max_values) (near "groups")',
    ],
  },
  'addresses and paths that cannot be': {
    yaml: projectAnd('web: { listen_address: 10104, telemetry_path: /-/ready }\n'),
    errors: [
      '10: web.listen_address: got 10104, expected host:port, [address]:port or :port: write ":10104"',
      '10: web.telemetry_path: got "/-/ready", expected a path such as /metrics that the exporter does not use itself',
    ],
  },
};

describe('loadConfig', () => {
  const folder = new ConfigFolder();
  after(() => folder.remove());

  const kinds = { NOT_YAML, WRONG_KEYS, WRONG_PROJECTS, WRONG_CREDENTIALS, WRONG_VARIABLES, WRONG_VALUES };
  for (const [name, { yaml, env, errors }] of Object.values(kinds).flatMap((kind) => Object.entries(kind))) {
    it(`refuses ${name}`, () => {
      assert.deepEqual(
        folder.errorsOf(yaml, env),
        errors.map((error) => `config.yaml:${error}`),
      );
    });
  }

  for (const endpoint of WRONG_ENDPOINTS) {
    it(`refuses the endpoint ${endpoint}, without showing it: it may hold a password`, () => {
      assert.deepEqual(folder.errorsOf(projectWith(`    endpoint: ${endpoint}\n${NODES}`)), [
        `config.yaml:4: projects[0].endpoint: got a text that is not shown, expected ${ENDPOINT}`,
      ]);
    });
  }

  const takenLabels = new Set(METRIC_FAMILIES.flatMap(({ labels }) => labels));
  for (const name of [...takenLabels, 'instance_id', 'node_id', 'le', 'quantile']) {
    it(`refuses the label ${name}, which the program uses itself`, () => {
      const metrics = folder.errorsOf(projectAnd(`metrics: { labels: { ${name}: x } }\n`));
      const node = folder.errorsOf(
        projectWith(`    nodes: [{ instance_id: ${INSTANCE}, node_id: ${NODE}, labels: { ${name}: x } }]\n`),
      );
      const message = `got "${name}", expected another label name: the exporter uses this one itself`;
      assert.deepEqual(metrics, [`config.yaml:10: metrics.labels.${name}: ${message}`]);
      assert.deepEqual(node, [`config.yaml:4: projects[0].nodes[0].labels.${name}: ${message}`]);
    });
  }

  it('refuses a file that is not there, a folder and a pipe, at once', () => {
    const pipe = `${folder.path}/pipe`;
    execFileSync('mkfifo', [pipe]);
    const missing = `${folder.path}/missing`;
    assert.throws(() => loadConfig(missing, {}), { message: `${missing}: cannot be read: no such file` });
    for (const path of [folder.path, pipe]) {
      assert.throws(
        () => loadConfig(path, {}),
        ({ message }: Error) => message.startsWith(`${path}: cannot be read: not a regular file`),
      );
    }
  });

  it('gives file, path, line and column of every error', () => {
    const path = folder.write('config.yaml', projectAnd('log:\n  level: trace\n'));
    assert.throws(
      () => loadConfig(path, {}),
      (error) => {
        assert.ok(error instanceof ConfigErrors);
        assert.deepEqual(error.errors, [
          {
            file: path,
            path: 'log.level',
            line: 11,
            column: 3,
            message: 'got "trace", expected one of debug, info, warn, error',
          },
        ]);
        return true;
      },
    );
  });

  it('says how a variable is written, where a key does not take what looks like one', () => {
    const yaml = projectAnd('collection: { timeout: "${T}", filter: $FILTER, schedule: "%HOME%" }\n');
    assert.deepEqual(folder.errorsOf(yaml, { T: '50', HOME: '/root' }), [
      // Not what to write instead: that would tell the variable's value.
      'config.yaml:10: collection.timeout: got the value of ${T}, expected a duration from 100ms to 1h',
      'config.yaml:10: collection.filter: got a text that is not shown, expected one of total, active, slow, long (a variable is written ${NAME})',
      'config.yaml:10: collection.schedule: got a text that is not shown, expected a cron expression of 5 fields, or 6 with seconds first (a variable is written ${HOME})',
    ]);
  });

  it('quotes what it got on one line', () => {
    const [error] = folder.errorsOf(projectAnd('log: { level: "a\\n\\e[31m\\u2028" }\n'));
    assert.equal(
      error,
      'config.yaml:10: log.level: got "a\\n\\u001b[31m\\u2028", expected one of debug, info, warn, error',
    );
  });

  describe('says what to write for', () => {
    for (const [yaml, message] of SAYS_WHAT_TO_WRITE) {
      it(message, () => {
        const lines = folder.errorsOf(yaml);
        assert.ok(
          lines.some((line) => line.replace(/^config\.yaml:\d+: /u, '') === message),
          lines.join('\n'),
        );
      });
    }
  });

  it('names no region for a region of another number, nor a secret in the place of one', () => {
    const regionOf = (region: string) =>
      folder.errorsOf(projectWith(NODES).replace('ap-southeast-3', region)).join('\n');
    assert.match(regionOf('cn-north-1'), /expected one of af-south-1, .* or an explicit endpoint$/u);
    assert.match(regionOf('S3cr3tS3cr3tS3cr3t'), /region: got a text that is not shown, expected one of/u);
  });
});
