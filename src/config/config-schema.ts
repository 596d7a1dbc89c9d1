// The configuration: the one source of its keys, types, defaults, messages and documentation.
import * as v from 'valibot';
import { COLUMNS } from '../sessions/columns.js';
import { byDimension, type DimensionRow } from '../sessions/dimensions.js';
import { NO_GROUP } from '../sessions/hosts/host-groups.js';
import { MAX_CHARACTERS } from '../sessions/label-text.js';
import { FILTERS } from '../sessions/snapshot.js';
import { SQL_MODES } from '../statements/shape.js';
import { STATEMENT_MODES } from '../statements/text-visibility.js';
import { apiSection, mergeApi } from './api-schema.js';
import { LONGEST_STALE_AFTER } from './checks/odd-settings.js';
import { FLAG_KEYS } from './flag-keys.js';
import { incidentsSection } from './incidents-schema.js';
import {
  cron,
  described,
  duration,
  encoding,
  externalUrl,
  flag,
  integer,
  network,
  networksExpected,
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

/** Each host that is new to a list is held against the globs of all groups. */
const MOST_GROUPS = 100;
const MOST_NETWORKS = 100;
/** Each keeps up to 4 KiB while a list is read. */
const MOST_SHAPES = 1024;

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
      statements: v.nullish(described('What is made of the SQL of active sessions', statementsSection()), {}),
      metrics: v.nullish(described('What is published', metricsSection()), {}),
      incidents: v.nullish(
        described('What begins an incident, and where its record is kept', incidentsSection(dependencies)),
        {},
      ),
      web: v.nullish(
        described('Where the metrics are published; a change needs a restart', webSection()),
        {},
      ),
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
export function defaultSettings(): Pick<
  Config,
  'collection' | 'csv' | 'statements' | 'metrics' | 'incidents'
> {
  return {
    collection: v.parse(collectionSection(), {}),
    csv: v.parse(csvSection(), {}),
    statements: v.parse(statementsSection(), {}),
    metrics: v.parse(metricsSection(), {}),
    incidents: v.parse(incidentsSection({ directory: '' }), {}),
  };
}

function collectionSection() {
  return section({
    schedule: v.optional(described('When each node is collected, in node-cron syntax', cron()), '* * * * *'),
    timezone: v.optional(described('Time zone of the schedules', timeZone()), 'UTC'),
    splay: v.optional(
      described(
        'Each node starts later than the schedule says by a fixed share of this, so that not all start together',
        duration('0s', '1h'),
      ),
      '5s',
    ),
    timeout: v.optional(
      described(
        "Time limit of one node's collection, all phases together, counted from its turn",
        duration('100ms', '1h'),
      ),
      '50s',
    ),
    poll_interval: v.optional(
      described(
        'First pause before asking again whether a task is done; grows to 5 s',
        duration('100ms', '1m'),
      ),
      '1s',
    ),
    max_concurrent: v.optional(
      described('How many nodes are collected at the same time', integer(1, 1000)),
      8,
    ),
    stale_after: v.exactOptional(
      described(
        "A node's session series vanish this long after its last success; left out, once the third scheduled run after it has had its timeout",
        duration('1s', LONGEST_STALE_AFTER),
      ),
    ),
    filter: v.optional(
      described(
        'Which sessions the API is asked for; with any other filter than total, figures that need all sessions are absent',
        oneOf(FILTERS),
      ),
      'total',
    ),
    slow_session_threshold: v.optional(
      described('A session that has been active for this long counts as slow', duration('1s', '1d')),
      '10s',
    ),
    long_transaction_threshold: v.optional(
      described('A transaction that has run for this long counts as long', duration('1s', '1y')),
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

function statementsSection() {
  return section({
    mode: v.optional(
      described(
        'What is shown of statements: their texts without values and their digests (`normalized`), digests alone (`digest`) or nothing, and the column is not read (`off`); `auto` shows texts where the listener is on loopback or asks for a password or a verified certificate, else digests',
        oneOf(STATEMENT_MODES),
      ),
      'auto',
    ),
    shapes: v.optional(
      described(
        'How many distinct statements of a node are counted apart; the others are counted together',
        integer(16, MOST_SHAPES),
      ),
      256,
    ),
    max_text: v.optional(
      described('How many characters of a text are kept and shown', integer(40, 4096)),
      400,
    ),
    sql_mode: v.optional(
      described(
        'How quotes are read that could mean two things, as the sql_mode of the sessions has it; `auto`: each statement by itself',
        oneOf(SQL_MODES),
      ),
      'auto',
    ),
  });
}

function metricsSection() {
  return section({
    labels: v.nullish(described('Labels that are added to every session series', labels()), {}),
    dimensions: v.nullish(described('What sessions are counted by', dimensionsSection()), {}),
  });
}

function dimensionsSection() {
  const keysOf = ({ title, plural, defaultMax, enabledByDefault }: DimensionRow) => ({
    enabled: v.optional(
      described(`Whether sessions are counted ${title.toLowerCase()}`, flag()),
      enabledByDefault,
    ),
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
        'Groups of hosts that are counted under one name: the first group that a host fits counts it, other hosts stay as they are',
        v.pipe(
          v.array(hostGroupSection(), 'expected a list'),
          v.maxLength(MOST_GROUPS, `got more, expected at most ${MOST_GROUPS} groups`),
        ),
      ),
      [],
    ),
  };
  return section({
    ...byDimension((row) =>
      v.nullish(described(`Counting ${row.title.toLowerCase()}`, section(keysOf(row))), {}),
    ),
    host: v.nullish(described(`Counting ${host.title.toLowerCase()}`, section(hostKeys)), {}),
    statement: v.nullish(
      described('Counting active sessions by the digest of their statement', statementDimension()),
      {},
    ),
  });
}

/** No dimension like the others: only active sessions count, and what stands in the column is not what is shown. */
function statementDimension() {
  return section({
    enabled: v.optional(described('Whether active sessions are counted by statement', flag()), false),
    max_values: v.optional(
      described(
        'How many digests are shown; the other statements are summed under `other`',
        integer(1, MOST_SHAPES),
      ),
      20,
    ),
  });
}

function hostGroupSection() {
  return v.pipe(
    section({
      name: described(
        'The name under which the hosts of the group are counted',
        text(
          `1 to ${MAX_CHARACTERS} characters, no blank at either end, and neither ${NO_GROUP.join(' nor ')}, which stand for other values`,
          (name) =>
            /^\S(?:.*\S)?$/su.test(name) && [...name].length <= MAX_CHARACTERS && !NO_GROUP.includes(name),
        ),
      ),
      cidr: v.exactOptional(
        described(
          'Networks of the hosts; a single address is one, too',
          v.pipe(
            v.array(network(), networksExpected),
            v.minLength(1, 'got an empty list, expected a network such as 10.0.0.0/8'),
            v.maxLength(MOST_NETWORKS, `got more, expected at most ${MOST_NETWORKS} networks`),
          ),
        ),
      ),
      match: v.exactOptional(
        described('A glob (`*`, `?`) that matches the whole host, case-sensitive', someText('a glob')),
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
        'Address to listen on; the flag --web.listen-address overrides it',
        textOf(LISTEN_ADDRESS.kind),
      ),
      LISTEN_ADDRESS.default,
    ),
    telemetry_path: v.optional(
      described(
        'Path of the metrics; the flag --web.telemetry-path overrides it',
        textOf(TELEMETRY_PATH.kind),
      ),
      TELEMETRY_PATH.default,
    ),
    external_url: v.optional(
      described(
        'Where people reach the exporter, for the links of alerts; its path is where a proxy serves the page',
        externalUrl(),
      ),
      '',
    ),
  });
}

const { 'log.level': LOG_LEVEL, 'log.format': LOG_FORMAT } = FLAG_KEYS;

function logSection() {
  return section({
    level: v.optional(
      described(
        'Lowest level that is logged; the flag --log.level overrides it',
        oneOf(LOG_LEVEL.kind.options),
      ),
      LOG_LEVEL.default,
    ),
    format: v.optional(
      described('Format of the log; the flag --log.format overrides it', oneOf(LOG_FORMAT.kind.options)),
      LOG_FORMAT.default,
    ),
  });
}
