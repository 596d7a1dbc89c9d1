// One project: the keys of an item of `projects`, its nodes and its discovery among them.
import * as v from 'valibot';
import { isObject } from '../json.js';
import { type IdFormat, INSTANCE_ID, NODE_ID, PROJECT_ID } from '../model/ids.js';
import { apiEndpoint, iamEndpoint, KNOWN_REGIONS } from '../taurusdb/regions.js';
import { projectApiSection } from './api-schema.js';
import { type Auth, authSection, NEEDS_IAM } from './auth-schema.js';
import { cron, described, duration, endpoint, flag, integer, oneOf, someText, text } from './kinds.js';
import { labels } from './label-schema.js';
import { REGION_OF_PLACE, squeezed } from './meant/words.js';
import { findSdkCredentials, type SdkCredentials } from './sdk-credentials.js';
import { issuePath, namedValues, section, theOne } from './section.js';
import { withHint } from './yaml/describe-issue.js';
import { nearestOfNumber } from './yaml/nearest-name.js';
import type { ConfigDependencies } from './yaml/read-settings.js';

const LANGUAGES = ['en-us', 'zh-cn'] as const;
const NODE_ROLES = ['master', 'slave'] as const;
const ROLES = [...NODE_ROLES, 'both'] as const;

export function projectSection(dependencies: ConfigDependencies) {
  const sdkCredentials = elsewhere(dependencies);
  return v.pipe(
    section({
      name: described(
        'Name of the project here: the label `project` and the log show it',
        text('1 to 64 letters, digits, _, . or -', (name) => /^[\p{L}\p{M}\p{N}_.-]{1,64}$/u.test(name)),
      ),
      region: described(
        'Huawei Cloud region, which also decides where the API answers',
        v.pipe(
          someText('a region such as ap-southeast-3'),
          v.metadata({ known: [...KNOWN_REGIONS, ...REGION_OF_PLACE.keys()] }),
        ),
      ),
      project_id: v.exactOptional(
        described(
          'Id of the project (README, "What it needs", says where to find it); left out, it is looked up by the region',
          id(PROJECT_ID),
        ),
      ),
      endpoint: v.exactOptional(described("URL of the TaurusDB API, instead of the region's", endpoint())),
      iam_endpoint: v.exactOptional(described("URL of IAM, instead of the region's", endpoint())),
      language: v.optional(
        described('X-Language of the requests: the language of the CSV header', oneOf(LANGUAGES)),
        'en-us',
      ),
      auth: v.exactOptional(
        described(
          'Credentials, of exactly one kind; left out, they come from the environment or the profile file of the Huawei Cloud SDK. README, "Permissions", says what they must be allowed',
          authSection(dependencies),
        ),
      ),
      api: v.nullish(
        described('Settings of `api` for this project alone', projectApiSection(dependencies)),
        {},
      ),
      nodes: v.nullish(described('Nodes to collect', v.array(nodeSection(), 'expected a list')), []),
      discovery: v.nullish(
        described('Finds instances and their nodes; may be combined with `nodes`', discoverySection()),
        {},
      ),
    }),
    v.rawCheck(({ dataset, addIssue }) => {
      const project = isObject(dataset.value) ? dataset.value : {};
      for (const [key, message] of missingParts(project, sdkCredentials)) {
        addIssue(key === '' ? { message } : { message, input: project[key], path: issuePath(key) });
      }
    }),
    v.transform((project) => ({
      ...project,
      ...(project.auth === undefined ? found(sdkCredentials, project.project_id) : { auth: project.auth }),
      endpoint: theOne(project.endpoint, apiEndpoint(project.region)),
      iam_endpoint: project.iam_endpoint ?? iamEndpoint(project.region),
    })),
  );
}

function nodeSection() {
  return section({
    instance_id: described(
      'Id of the TaurusDB instance (README, "What it needs", says where to find it)',
      id(INSTANCE_ID, [NODE_ID, 'the id of a node: are instance_id and node_id swapped?']),
    ),
    node_id: described(
      'Id of the node (`discover` prints it)',
      id(NODE_ID, [INSTANCE_ID, 'the id of an instance: are instance_id and node_id swapped?']),
    ),
    name: v.exactOptional(described('Name of the node: the label `node_name`', someText())),
    labels: v.nullish(described("Labels that are added to this node's session series", labels()), {}),
    instance_name: v.exactOptional(
      described(
        'Name of the instance; for nodes that are only listed, as discovery overrides it',
        someText(),
      ),
    ),
    role: v.exactOptional(
      described(
        'Role of the node; for nodes that are only listed, as discovery overrides it',
        oneOf(NODE_ROLES),
      ),
    ),
    max_connections: v.exactOptional(
      described(
        'How many connections the node accepts; for nodes that are only listed, as discovery overrides it',
        integer(1, 10_000_000),
      ),
    ),
    schedule: v.exactOptional(
      described('When the node is collected, instead of `collection.schedule`', cron()),
    ),
  });
}

/** `other`: what an id of another format is that is taken for this one. */
function id(format: IdFormat, [other, isOther]: [IdFormat?, string?] = []) {
  return text(format.kind, format.matches, (written) => {
    const expected = `expected ${format.kind}`;
    if (other?.matches(written) === true) {
      return `${expected}; this is ${isOther}`;
    }
    const isParted = format.matches(written.replace(/[\s-]/gu, ''));
    return withHint(expected, isParted ? 'it without dashes and blanks' : undefined);
  });
}

/** So that one or two letters may be wrong. */
const WRONG_SHARE = 0.15;

function regionMeant(text: string): string | undefined {
  const plain = squeezed(text);
  return (
    REGION_OF_PLACE.get(plain) ??
    KNOWN_REGIONS.find((region) => squeezed(region) === plain) ??
    nearestOfNumber(text.trim(), KNOWN_REGIONS, WRONG_SHARE)
  );
}

function discoverySection() {
  return section({
    enabled: v.optional(described('Whether to look for instances', flag()), false),
    refresh: v.optional(described('How often to look', duration('1s', '1d')), '10m'),
    instance_name: v.optional(
      described(
        'Which instances: a glob (`*`, `?`) that matches the whole name, case-sensitive',
        someText('a glob'),
      ),
      '*',
    ),
    tags: v.nullish(
      described(
        'Which instances: those that have all of these tags, each with a value that matches its glob',
        namedValues(someText('a tag name'), someText('a glob')),
      ),
      {},
    ),
    role: v.optional(described('Which nodes, by their role', oneOf(ROLES)), 'both'),
    status: v.nullish(
      described(
        'Which instances: those with one of these statuses, in any case; left out, all that are not known to be down',
        v.array(someText('a status'), 'expected a list'),
      ),
      [],
    ),
  });
}

/** Looked for when a project needs them, and once for all that do. */
function elsewhere({ env, warn }: ConfigDependencies): () => SdkCredentials {
  let credentials: SdkCredentials | undefined;
  return () => {
    credentials ??= findSdkCredentials(env, warn);
    return credentials;
  };
}

/** What a project needs in one of several keys, by the key to complain at. */
function missingParts(
  project: Readonly<Record<string, unknown>>,
  sdkCredentials: () => SdkCredentials,
): [key: string, message: string][] {
  const missing: [string, string][] = [];
  const { region, auth, discovery } = project;
  let hasProjectId = 'project_id' in project;
  if (!('auth' in project)) {
    try {
      const { projectId } = sdkCredentials();
      hasProjectId ||= projectId !== undefined;
    } catch (error) {
      missing.push(['auth', error instanceof Error ? error.message : 'missing']);
    }
  }
  if (typeof region === 'string' && !KNOWN_REGIONS.includes(region)) {
    if (!('endpoint' in project)) {
      const meant = regionMeant(region);
      const known =
        meant === undefined ? `one of ${KNOWN_REGIONS.join(', ')}` : 'a region whose address is known,';
      missing.push(['region', withHint(`expected ${known} or an explicit endpoint`, meant)]);
    } else if (!('iam_endpoint' in project) && (!hasProjectId || needsIam(auth))) {
      missing.push([
        'iam_endpoint',
        'missing: it is not known for this region, and is needed for a password or to look up project_id',
      ]);
    }
  }
  const hasNodes = !Array.isArray(project.nodes) || project.nodes.length > 0;
  if (!hasNodes && isObject(discovery) && discovery.enabled === false) {
    missing.push(['', 'got neither nodes nor an enabled discovery, expected at least one of them']);
  }
  return missing;
}

/** Also of an `auth` that could not be read in full, and so has no `kind`. */
function needsIam(auth: unknown): boolean {
  return (
    isObject(auth) &&
    Object.entries(NEEDS_IAM).some(([kind, needed]) => needed && (auth.kind === kind || kind in auth))
  );
}

function found(
  sdkCredentials: () => SdkCredentials,
  configuredId: string | undefined,
): { auth: Auth; project_id?: string } {
  const { auth, projectId } = sdkCredentials();
  const id = configuredId ?? projectId;
  return { auth, ...(id === undefined ? {} : { project_id: id }) };
}
