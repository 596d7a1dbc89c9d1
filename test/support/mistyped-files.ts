// Slips of the pen around a secret: files whose messages must show where the slip is, and nothing of the secret.
import { INSTANCE, NODE } from '../config/sample-config.js';
import { SECRETS } from './secret-pieces.js';

export interface MistypedFile {
  readonly name: string;
  readonly text: string;
  /** One of these lines must be told. */
  readonly lines: readonly number[];
  /** The key that was meant, or several as a regular expression; empty where none is to be told. */
  readonly key: string;
}

/** A section with a secret: what stands above it, the line that the slips are made on, and what follows. */
interface Section {
  readonly name: string;
  readonly above: string;
  readonly key: string;
  readonly secret: string;
  readonly indent: number;
  readonly below: string;
}

const NODES = `    nodes:\n      - instance_id: ${INSTANCE}\n        node_id: ${NODE}\n`;
const PROJECT = 'projects:\n  - name: production\n    region: ap-southeast-3\n';
const LOG = 'log: { level: info }\n';

const CONFIG_SECTIONS: readonly Section[] = [
  {
    name: 'an access key',
    above: `${PROJECT}    auth:\n      access_key:\n        ak: ${SECRETS.ak}\n`,
    key: 'sk',
    secret: SECRETS.sk,
    indent: 8,
    below: NODES + LOG,
  },
  {
    name: 'a token, last in its project',
    above: `${PROJECT}${NODES}    auth:\n      token:\n`,
    key: 'value',
    secret: SECRETS.token,
    indent: 8,
    below: LOG,
  },
  {
    name: 'a password',
    above: `${PROJECT}    auth:\n      password:\n        domain: account\n        user: exporter\n`,
    key: 'password',
    secret: SECRETS.password,
    indent: 8,
    below: NODES + LOG,
  },
  {
    name: "a project's proxy",
    above: `${PROJECT}    auth: { ecs_agency: {} }\n    api:\n      max_retries: 3\n`,
    key: 'proxy_url',
    secret: `http://user:${SECRETS.proxyPassword}@proxy.example:3128`,
    indent: 6,
    below: NODES + LOG,
  },
  {
    name: 'the proxy of all projects',
    above: `${PROJECT}    auth: { ecs_agency: {} }\n${NODES}api:\n  max_retries: 3\n`,
    key: 'proxy_url',
    secret: `http://user:${SECRETS.proxyPassword}@proxy.example:3128`,
    indent: 2,
    below: LOG,
  },
];

const WEB_SECTIONS: readonly Section[] = [
  {
    name: 'an inline key',
    above: 'tls_server_config:\n  cert_file: server.crt\n',
    key: 'key',
    secret: SECRETS.key,
    indent: 2,
    below: 'rate_limit: { interval: 1s, burst: 5 }\n',
  },
];

/** What becomes of the line `key: secret`; `_` is a blank of its own indentation. */
const SLIPS: Readonly<Record<string, (key: string, secret: string) => string>> = {
  'no blank after the colon': (key, secret) => `${key}:${secret}`,
  'no blank after the colon, quoted': (key, secret) => `${key}:"${secret}"`,
  'no colon': (key, secret) => `${key} ${secret}`,
  'no colon, quoted': (key, secret) => `${key} "${secret}"`,
  'an equals sign': (key, secret) => `${key}=${secret}`,
  'an equals sign between blanks': (key, secret) => `${key} = ${secret}`,
  'a wrong letter': (key, secret) => `${key}x: ${secret}`,
  'capital letters': (key, secret) => `${key.toUpperCase()}: ${secret}`,
  'the key twice': (key, secret) => `${key}: ${secret}\n_${key}: ${secret}`,
  'a mapping': (key, secret) => `${key}: { "${secret}" }`,
  'a mapping of lines': (key, secret) => `${key}:\n_  "${secret}": x`,
  'a list item': (key, secret) => `${key}:\n_  - ${secret}`,
  'a key of the secret': (key, secret) => `"${secret}": ${key}`,
  'a key of the whole line': (key, secret) => `"${key}: ${secret}": x`,
  'a quote left open': (key, secret) => `${key}: "${secret}`,
  'a single quote left open': (key, secret) => `${key}: '${secret}`,
  'a quote before the key': (key, secret) => `"${key}: ${secret}`,
  'text behind the quotes': (key, secret) => `${key}: "x" ${secret}`,
  'an alias': (key, secret) => `${key}: *${secret}`,
  'an alias for the key': (key, secret) => `*${secret} : ${key}`,
  'an anchor alone': (key, secret) => `${key}: &${secret}`,
  'a tag': (key, secret) => `${key}: !${secret} x`,
  'a tag of the core': (key, secret) => `${key}: !!${secret} x`,
  'a merge key': (key, secret) => `${key}x: x\n_<<: *${secret}`,
  'a bracket': (key, secret) => `${key}: [${secret}`,
  'a brace': (key, secret) => `${key}: {${secret}`,
  'a percent sign': (key, secret) => `${key}: %${secret}`,
  'an at sign': (key, secret) => `${key}: @${secret}`,
  'an escape': (key, secret) => `${key}: "\\q${secret}"`,
  'a block header': (key, secret) => `${key}: |${secret}`,
  'a complex key': (key, secret) => `? { ${key}: "${secret}" }\n_: x`,
  'a comment without its blank': (key, secret) => `${key}: "x"#${secret}`,
  'two keys on a line': (key, secret) => `${key}: ${key}: ${secret}`,
  'a flow mapping without blanks': (key, secret) => `{ ${key}:"${secret}" }`,
  'a line that the one above swallows': (key, secret) => `    ${key}=${secret}`,
};

/** The key itself is not to be told from a part of the value above it, or of an alias. */
const WITHOUT_KEY: readonly string[] = ['a line that the one above swallows', 'an alias for the key'];

function mistyped(section: Section, fileName: string): MistypedFile[] {
  const { above, key, secret, indent, below } = section;
  const first = above.split('\n').length;
  const keysAbove = above.match(/\w+(?=:)/gu)?.slice(-1) ?? [];
  const written = (name: string, lines: string, columns: number): MistypedFile => {
    const margin = ' '.repeat(columns);
    const text = `${margin}${lines.replaceAll('\n_', `\n${margin}`)}\n`;
    // A line that is swallowed, or that is no key, is told at the key that it became a part of.
    const told = Array.from({ length: text.split('\n').length + 3 }, (_, index) => first - 3 + index);
    return {
      name: `${section.name}: ${name}`,
      text: above + text + below,
      lines: told,
      // Of a wrong indentation the key above is told.
      key: WITHOUT_KEY.includes(name) ? '' : `(?:${[key, ...(columns < indent ? keysAbove : [])].join('|')})`,
    };
  };
  const slips = Object.entries(SLIPS).map(([name, slip]) => written(name, slip(key, secret), indent));
  // The key's own column is right.
  const columns = [0, 2, 4, 6, 8, 10].filter((column) => column < indent);
  const moved = columns.flatMap((column) => [
    written(`${column} columns in`, `${key}: ${secret}`, column),
    written(`${column} columns in, an equals sign`, `${key}=${secret}`, column),
  ]);
  return [...slips, ...moved].map((one) => ({ ...one, name: `${fileName}, ${one.name}` }));
}

/** On one line, as short sections are often written. */
const FLOWS: Readonly<Record<string, string>> = {
  'without blanks after the colons': `{ ak:"${SECRETS.ak}", sk:"${SECRETS.sk}" }`,
  'without quotes and blanks': `{ ak:${SECRETS.ak}, sk:${SECRETS.sk} }`,
  'with equals signs': `{ ak=${SECRETS.ak}, sk=${SECRETS.sk} }`,
  'without colons': `{ ak ${SECRETS.ak}, sk ${SECRETS.sk} }`,
  'without a comma': `{ ak: "${SECRETS.ak}" sk: "${SECRETS.sk}" }`,
  'without its end': `{ ak: "${SECRETS.ak}", sk: "${SECRETS.sk}"`,
  'with a bracket for a brace': `[ ak: "${SECRETS.ak}", sk: "${SECRETS.sk}" ]`,
  'as a text': `"ak: ${SECRETS.ak}, sk: ${SECRETS.sk}"`,
  'with a comma in a key': `{ "sk": { "${SECRETS.sk}", ak: x } }`,
};

/** Files of another shape: what is wrong there is told somewhere. */
const OTHERS: Readonly<Record<string, string>> = {
  'a name of JavaScript': `${PROJECT}    auth: { access_key: { __proto__: ${SECRETS.sk}, constructor: { "${SECRETS.sk}": 1 } } }\n`,
  'a key one column too far right': `${PROJECT}    auth:\n      access_key:\n        ak: ${SECRETS.ak}\n         sk: ${SECRETS.sk}\n`,
  'a directive': `%${SECRETS.sk}\n---\n`,
  'a second document': `${PROJECT}--- sk=${SECRETS.sk}\n`,
  'a text alone': SECRETS.sk,
  'a secret file that is the secret': `${PROJECT}    auth: { access_key: { ak_file: ${SECRETS.ak}, sk_file: ${SECRETS.sk} } }\n${NODES}`,
  'a proxy file that is the URL': `${PROJECT}    auth: { ecs_agency: {} }\n${NODES}api: { proxy_url_file: "http://u:${SECRETS.proxyPassword}@h", ca_file: "${SECRETS.sk}" }\n`,
  'an endpoint with a password': `${PROJECT}    endpoint: https://user:${SECRETS.password}@host\n    iam_endpoint: https://user:${SECRETS.password}\n${NODES}`,
  'a variable named like a secret': `${PROJECT}    auth: { token: { value: "x\${${SECRETS.password}}" } }\n${NODES}`,
  'a variable that does not close': `${PROJECT}    auth: { token: { value: "\${${SECRETS.token}" } }\n${NODES}`,
  'a region that swallows the secret': `${PROJECT.trimEnd()}\n      sk=${SECRETS.sk}\n${NODES}`,
  'a schedule that swallows the secret': `${PROJECT}${NODES}        schedule: "*/10 * * * *\n          sk=${SECRETS.sk}"\n`,
  'a secret as an item of projects': `projects:\n  - ${SECRETS.sk}\n`,
  'a secret as a node': `${PROJECT}    nodes:\n      - ${SECRETS.sk}\n`,
  'a secret as a section': `${PROJECT}${NODES}api: ${SECRETS.sk}\nlog: "${SECRETS.token}"\n`,
  'a secret among the labels': `${PROJECT}${NODES}metrics: { labels: { "sk=${SECRETS.sk}", "sk: ${SECRETS.sk}": 1 } }\n`,
  'a secret as a key of a project': `projects: [{ name: x, region: ap-southeast-3, "sk=${SECRETS.sk}": 1, "${SECRETS.sk}": 2 }]\n`,
  'a secret as a key at the top': `${PROJECT}${NODES}"${SECRETS.sk}": 1\nsk:${SECRETS.sk}: 2\n`,
};

const USER = 'basic_auth_users:\n  scraper';

const WEB_OTHERS: Readonly<Record<string, string>> = {
  'a hash without the colon': `${USER} ${SECRETS.hash}\n`,
  'a hash without the blank': `${USER}:${SECRETS.hash}\n`,
  'hashes without blanks': `basic_auth_users: { scraper:"${SECRETS.hash}", other:${SECRETS.hash} }\n`,
  'a hash with an equals sign': `${USER}=${SECRETS.hash}\n`,
  'a hash as a mapping': `${USER}: { "${SECRETS.hash}" }\n`,
  'a hash as a user': `basic_auth_users:\n  "${SECRETS.hash}": scraper\n`,
  'a user twice': `${USER}: ${SECRETS.hash}\n  "${SECRETS.hash}": x\n  "${SECRETS.hash}": x\n`,
  'a hash in capital letters': `${USER}: ${SECRETS.hash.toUpperCase()}\n`,
  'a hash and a colon in a name': `basic_auth_users:\n  "scraper:${SECRETS.hash}": x\n`,
  'a hash at the top': `scraper: ${SECRETS.hash}\n"${SECRETS.hash}": x\n`,
  'a hash as the section': `basic_auth_users: ${SECRETS.hash}\n`,
  'a hash as an alias': `${USER}: *${SECRETS.hash}\n`,
  'a quote left open': `${USER}: "${SECRETS.hash}\n`,
  'a key for a file': `tls_server_config: { cert_file: "${SECRETS.key}", key_file: "${SECRETS.key}" }\n`,
  'a key for a certificate': `tls_server_config: { cert: "${SECRETS.key}", key: "${SECRETS.key}" }\n`,
  'a key for a version': `tls_server_config: { min_version: "${SECRETS.key}", client_auth_type: "${SECRETS.key}" }\n`,
  'a key for a list': `tls_server_config: { cipher_suites: ["${SECRETS.key}"], client_allowed_sans: "${SECRETS.key}" }\n`,
  'a hash for a header': `http_server_config: { headers: { X-Frame-Options: "${SECRETS.hash}", "${SECRETS.hash}": x } }\n`,
  'a hash for a duration': `rate_limit: { interval: "${SECRETS.hash}", burst: "${SECRETS.hash}" }\n`,
};

function others(texts: Readonly<Record<string, string>>, fileName: string): MistypedFile[] {
  return Object.entries(texts).map(([name, text]) => ({
    name: `${fileName}, ${name}`,
    text,
    lines: [],
    key: '',
  }));
}

export const MISTYPED_CONFIGS: readonly MistypedFile[] = [
  ...CONFIG_SECTIONS.flatMap((section) => mistyped(section, 'config')),
  ...Object.entries(FLOWS).map(([name, flow]) => ({
    name: `config, an access key on one line ${name}`,
    text: `${PROJECT}    auth:\n      access_key: ${flow}\n${NODES}`,
    lines: [5, 6],
    key: '(?:ak|sk|access_key)',
  })),
  ...others(OTHERS, 'config'),
];

export const MISTYPED_WEB_CONFIGS: readonly MistypedFile[] = [
  ...WEB_SECTIONS.flatMap((section) => mistyped(section, 'web configuration')),
  ...others(WEB_OTHERS, 'web configuration'),
];
