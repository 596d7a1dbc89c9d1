// The configuration: the one source of its keys, types, defaults, messages and documentation.
import * as v from 'valibot';
import { COLUMNS } from '../sessions/columns.js';
import { byDimension, type DimensionRow } from '../sessions/dimensions.js';
import { NO_GROUP } from '../sessions/host-groups.js';
import { MAX_CHARACTERS } from '../sessions/label-text.js';
import { FILTERS } from '../sessions/snapshot.js';
import { apiSection, mergeApi } from './api-schema.js';
import { FLAG_KEYS } from './flag-keys.js';
import {
  cron,
  described,
  duration,
  encoding,
  flag,
  integer,
  network,
  oneOf,
  someText,
  text,
  textOf,
  timeZone,
} from './kinds.js';
import { labels } from './label-schema.js';
import { projectSection } from './project-schema.js';
import { refuseRepeatedItems } from './repeated-items.js';
import type { Secret } from './secret.js';
import { atLeastOneOf, namedValues, section } from './section.js';
import type { ConfigDependencies } from './yaml/read-settings.js';

/** Each host that is new to a list is held against all of them. */
const MOST_GROUPS = 100;
const MOST_NETWORKS = 100;

/** Plain data that is not to be changed; a secret is none, and follows its file. */
export type DeepReadonly<T> = T extends string | number | boolean | undefined | Secret
  ? T
  : T extends readonly (infer Item)[]
    ? readonly DeepReadonly<Item>[]
    : { readonly [Key in keyof T]: DeepReadonly<T[Key]> };

/** Durations are read to milliseconds, sizes to bytes, secrets to `Secret`, file names to absolute paths. */
export type Config = DeepReadonly<v.InferOutput<ReturnType<typeof configSchema>>>;
export type ProjectConfig = Config['projects'][number];

export function configSchema(dependencies: ConfigDependencies) {
  return v.pipe(
    section({
      projects: described(
        'Huawei Cloud projects (a project is one tenant in one region)',
        v.pipe(
          v.array(projectSection(dependencies), 'expected a list'),
          v.minLength(1, 'got an empty list, expected at least one project'),
        ),
      ),
      collection: v.nullish(described('When and how nodes are collected', collectionSection()), {}),
      api: v.nullish(described('How the TaurusDB API is called', apiSection(dependencies)), {}),
      csv: v.nullish(described('How the result files are read', csvSection()), {}),
      metrics: v.nullish(described('What is published', metricsSection()), {}),
      web: v.nullish(described('Where it is published; a change needs a restart', webSection()), {}),
      log: v.nullish(described('What is logged; a change needs a restart', logSection()), {}),
    }),
    refuseRepeatedItems(),
    v.transform((config) => ({
      ...config,
      projects: config.projects.map((project) => ({ ...project, api: mergeApi(config.api, project.api) })),
    })),
  );
}

/** What files are read and shown by where there is no configuration. */
export function defaultSettings(): Pick<Config, 'collection' | 'csv' | 'metrics'> {
  return {
    collection: v.parse(collectionSection(), {}),
    csv: v.parse(csvSection(), {}),
    metrics: v.parse(metricsSection(), {}),
  };
}

function collectionSection() {
  return section({
    schedule: v.optional(described('When each node is collected, in node-cron syntax', cron()), '* * * * *'),
    timezone: v.optional(described('Time zone of the schedules', timeZone()), 'UTC'),
    splay: v.optional(
      described("Each node's start is shifted by a fixed share of this", duration('0s', '1h')),
      '5s',
    ),
    timeout: v.optional(
      described(
        "Limit of one node's collection, all phases together, from its turn on",
        duration('100ms', '1h'),
      ),
      '50s',
    ),
    poll_interval: v.optional(
      described('First wait between two looks at a running task; grows to 5 s', duration('100ms', '1m')),
      '1s',
    ),
    max_concurrent: v.optional(described('Nodes collected at the same time', integer(1, 1000)), 8),
    stale_after: v.exactOptional(
      described(
        "A node's session series vanish this long after its last success; left out: until the third scheduled run after it has had its timeout",
        duration('1s', '1y'),
      ),
    ),
    filter: v.optional(
      described(
        'Which sessions the API is asked for; with another one than total, figures that need all sessions are absent',
        oneOf(FILTERS),
      ),
      'total',
    ),
    slow_session_threshold: v.optional(
      described('An active session of this age counts as slow', duration('1s', '1d')),
      '10s',
    ),
    long_transaction_threshold: v.optional(
      described('A transaction of this age counts as long', duration('1s', '1y')),
      '60s',
    ),
  });
}

function csvSection() {
  return section({
    encoding: v.optional(described('Text encoding of the files', encoding()), 'utf-8'),
    columns: v.nullish(
      described(
        'Further header names, by column',
        namedValues(oneOf(COLUMNS), v.array(someText('a header name'), 'expected a list of header names')),
      ),
      {},
    ),
  });
}

function metricsSection() {
  return section({
    labels: v.nullish(described('Added to every session series, by name', labels()), {}),
    dimensions: v.nullish(described('What sessions are counted by', dimensionsSection()), {}),
  });
}

function dimensionsSection() {
  const keysOf = ({ plural, defaultMax, enabledByDefault }: DimensionRow) => ({
    enabled: v.optional(described(`Whether sessions are counted by ${plural}`, flag()), enabledByDefault),
    max_values: v.optional(
      described(`How many ${plural} are shown; the others are summed under \`other\``, integer(1, 10_000)),
      defaultMax,
    ),
  });
  const { host } = byDimension((row) => row);
  const hostKeys = {
    ...keysOf(host),
    strip_port: v.optional(described('Whether hosts are shown without their port', flag()), true),
    groups: v.nullish(
      described(
        'Hosts counted under one name, the first that fits; others stay as they are',
        v.pipe(
          v.array(hostGroupSection(), 'expected a list'),
          v.maxLength(MOST_GROUPS, `got more, expected at most ${MOST_GROUPS} groups`),
        ),
      ),
      [],
    ),
  };
  return section({
    ...byDimension((row) => v.nullish(described(row.title, section(keysOf(row))), {})),
    host: v.nullish(described(host.title, section(hostKeys)), {}),
  });
}

function hostGroupSection() {
  return v.pipe(
    section({
      name: described(
        'What stands for the hosts of the group',
        text(
          `1 to ${MAX_CHARACTERS} characters, no blank at either end, and neither ${NO_GROUP.join(' nor ')}, which stand for other values`,
          (name) =>
            /^\S(?:.*\S)?$/su.test(name) && [...name].length <= MAX_CHARACTERS && !NO_GROUP.includes(name),
        ),
      ),
      cidr: v.exactOptional(
        described(
          'Networks of its hosts; an address alone is one, too',
          v.pipe(
            v.array(network(), 'expected a list of networks such as [10.0.0.0/8]'),
            v.minLength(1, 'got an empty list, expected a network such as 10.0.0.0/8'),
            v.maxLength(MOST_NETWORKS, `got more, expected at most ${MOST_NETWORKS} networks`),
          ),
        ),
      ),
      match: v.exactOptional(
        described('A glob (`*`, `?`) of its hosts: of the whole name, minding case', someText('a glob')),
      ),
    }),
    atLeastOneOf(['cidr', 'match']),
  );
}

const { 'web.listen_address': LISTEN_ADDRESS, 'web.telemetry_path': TELEMETRY_PATH } = FLAG_KEYS;

function webSection() {
  return section({
    listen_address: v.optional(
      described(
        'Address to listen on; the flag --web.listen-address comes first',
        textOf(LISTEN_ADDRESS.kind),
      ),
      LISTEN_ADDRESS.default,
    ),
    telemetry_path: v.optional(
      described(
        'Path of the metrics; the flag --web.telemetry-path comes first',
        textOf(TELEMETRY_PATH.kind),
      ),
      TELEMETRY_PATH.default,
    ),
  });
}

const { 'log.level': LOG_LEVEL, 'log.format': LOG_FORMAT } = FLAG_KEYS;

function logSection() {
  return section({
    level: v.optional(
      described('Lowest level; the flag --log.level comes first', oneOf(LOG_LEVEL.kind.options)),
      LOG_LEVEL.default,
    ),
    format: v.optional(
      described('Format; the flag --log.format comes first', oneOf(LOG_FORMAT.kind.options)),
      LOG_FORMAT.default,
    ),
  });
}
