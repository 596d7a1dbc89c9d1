// The configuration file → a Config, which nothing changes any more.
import { type EpochMs, systemClock } from '../clock.js';
import { scheduleWarnings } from '../schedule/schedule-warnings.js';
import { oddSettings } from './checks/odd-settings.js';
import { statementsInVain } from './checks/statements-in-vain.js';
import { groupsInVain } from './checks/unreachable-groups.js';
import { type Config, configSchema, type DeepReadonly, type ProjectConfig } from './config-schema.js';
import { secretsIn } from './secret.js';
import type { ConfigPath } from './yaml/config-errors.js';
import type { ConfigSource } from './yaml/config-source.js';
import type { Shows } from './yaml/disclosure.js';
import { readSettings } from './yaml/read-settings.js';

export interface LoadedConfig {
  /** Frozen: a reload makes another one. */
  readonly config: Config;
  /** For the log: odd, but no reason not to start. */
  readonly warnings: readonly string[];
}

/** `source`: a file's name, or what was opened. Throws ConfigErrors with everything that is wrong with it. */
export function loadConfig(
  source: string | ConfigSource,
  env: NodeJS.ProcessEnv,
  now = systemClock.now(),
): LoadedConfig {
  const { settings, warnings, lineOf } = readSettings(source, { schemaFor: configSchema, showsAt, env });
  const config: Config = deepFreeze(settings);
  const ofSettings = oddSettings(config, { now, lineOf, accessOf });
  return {
    config,
    warnings: [
      ...warnings,
      ...ofSettings,
      ...groupsInVain(config.metrics.dimensions.host.groups, lineOf),
      ...statementsInVain(config, lineOf),
      ...ofSchedules(config, now),
      ...ofFilter(config),
      ...ofUnusedProxy(config, env),
    ],
  };
}

function accessOf({ iam_endpoint, auth }: ProjectConfig): string {
  return JSON.stringify([iam_endpoint, auth, secretsIn(auth).map((secret) => secret.read())]);
}

function ofFilter({ collection: { filter } }: Config): string[] {
  return filter === 'total'
    ? []
    : [
        `collection.filter: got ${filter}: figures that need all sessions are absent, such as taurusdb_sessions and those by user and host, ` +
          'and alerts on spikes and on max_connections cannot fire; write total for these',
      ];
}

function ofSchedules({ collection, projects }: Config, now: EpochMs): string[] {
  const ofNodes = projects.flatMap(({ nodes }, project) =>
    nodes.flatMap(({ schedule }, node) =>
      schedule === undefined ? [] : [{ schedule, key: `projects[${project}].nodes[${node}].schedule` }],
    ),
  );
  const { schedule, timezone, poll_interval: pollIntervalMs } = collection;
  return scheduleWarnings([{ schedule, key: 'collection.schedule' }, ...ofNodes], {
    timezone,
    pollIntervalMs,
    now,
  });
}

/** Where curl and others would take one for the requests of ours. */
const PROXY_VARIABLES = ['HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy'];

function ofUnusedProxy({ projects }: Config, env: NodeJS.ProcessEnv): string[] {
  const variable = PROXY_VARIABLES.find((name) => env[name]);
  const straight = projects.filter(
    ({ endpoint, api }) =>
      api.proxy_url === undefined &&
      endpoint.startsWith('https:') &&
      !isExempt(new URL(endpoint).hostname, env),
  );
  return variable === undefined || straight.length === 0
    ? []
    : [
        `${variable} is set in the environment and is not used: requests of ${straight.length} of ${projects.length} projects ` +
          'go straight to the API; set api.proxy_url where they are to take a proxy',
      ];
}

/** As curl reads NO_PROXY: names, which stand for those below them too, or `*`. */
function isExempt(host: string, env: NodeJS.ProcessEnv): boolean {
  const names = (env.no_proxy ?? env.NO_PROXY ?? '').toLowerCase().split(/[\s,]+/u);
  return names.some((name) => {
    const plain = name.replace(/^\*?\.|:\d+$/gu, '');
    return plain !== '' && (plain === '*' || plain === host || host.endsWith(`.${plain}`));
  });
}

/** What messages may repeat of each section; of the file and its projects themselves, typos. */
const SHOWS: Readonly<Record<keyof Config, Shows>> = {
  projects: 'typos',
  collection: 'names',
  api: 'nothing',
  csv: 'names',
  statements: 'names',
  metrics: 'names',
  incidents: 'names',
  web: 'names',
  log: 'names',
};
const SHOWS_IN_PROJECT: Readonly<Record<keyof ProjectConfig, Shows>> = {
  name: 'typos',
  region: 'typos',
  project_id: 'typos',
  endpoint: 'typos',
  iam_endpoint: 'typos',
  language: 'typos',
  auth: 'nothing',
  api: 'nothing',
  nodes: 'names',
  discovery: 'names',
};

function showsAt([section, , key]: ConfigPath): Shows {
  return section === 'projects' ? showsOf(SHOWS_IN_PROJECT, key) : showsOf(SHOWS, section);
}

function showsOf(table: Readonly<Record<string, Shows>>, key: string | number | undefined): Shows {
  return (key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined) ?? 'typos';
}

/** All the way down. */
function deepFreeze<T>(value: T): DeepReadonly<T> {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) {
      deepFreeze(part);
    }
  }
  // The same value: only its type is narrowed to what freezing leaves possible.
  return value as DeepReadonly<T>;
}
