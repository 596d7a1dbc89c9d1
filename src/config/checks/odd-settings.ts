// What of a configuration is right and probably not meant: projects and names that stand twice, figures that vanish between
// two runs. Each warning says where, what follows, and what to write.
import type { EpochMs } from '../../clock.js';
import { longestGapMs } from '../../schedule/next-runs.js';
import { durationText } from '../meant/figures.js';
import { type ConfigPath, placeText, quote } from '../yaml/config-errors.js';

/** The most that the key takes. */
export const LONGEST_STALE_AFTER = '1y';
const LONGEST_STALE_AFTER_MS = 365 * 86_400_000;

interface CheckedNode {
  readonly instance_id: string;
  readonly instance_name?: string | undefined;
  readonly name?: string | undefined;
  readonly schedule?: string | undefined;
}

interface CheckedProject {
  readonly project_id?: string | undefined;
  readonly region: string;
  readonly nodes: readonly CheckedNode[];
  readonly discovery: { readonly enabled: boolean };
}

interface CheckedConfig<Project extends CheckedProject> {
  readonly projects: readonly Project[];
  readonly collection: {
    readonly schedule: string;
    readonly timezone: string;
    readonly timeout: number;
    readonly stale_after?: number | undefined;
  };
}

export interface CheckContext<Project> {
  readonly now: EpochMs;
  readonly lineOf: (path: ConfigPath) => number | undefined;
  /** Of all that a look-up of the project's id uses: with the same it finds the same project. */
  readonly accessOf: (project: Project) => string;
}

export function oddSettings<Project extends CheckedProject>(
  config: CheckedConfig<Project>,
  context: CheckContext<Project>,
): string[] {
  return [
    ...sameProjects(config.projects, context),
    ...sameNames(config.projects, context),
    ...namesOfOneInstance(config.projects, context),
    ...figuresThatVanish(config, context),
  ];
}

function sameProjects<Project extends CheckedProject>(
  projects: readonly Project[],
  { lineOf, accessOf }: CheckContext<Project>,
): string[] {
  const keyOf = (project: Project) =>
    project.project_id?.toLowerCase() ?? `${project.region} ${accessOf(project)}`;
  return projects.flatMap((project, index) => {
    const first = projects.findIndex((other) => keyOf(other) === keyOf(project));
    if (first === index) {
      return [];
    }
    const key = project.project_id === undefined ? 'region' : 'project_id';
    const where = placeText(['projects', index, key], lineOf(['projects', index, key]));
    return [
      `${where}: the same project as projects[${first}]: each sends api.max_requests_per_second of its own, and a node that both ` +
        `discover is collected only for the first; write them as one project, or correct the ${key}`,
    ];
  });
}

/** Alerts and dashboards show names. */
function sameNames<Project extends CheckedProject>(
  projects: readonly Project[],
  { lineOf }: CheckContext<Project>,
): string[] {
  return projects.flatMap(({ nodes }, project) => {
    const firsts = new Map<string, number>();
    return nodes.flatMap(({ name }, index) => {
      if (name === undefined) {
        return [];
      }
      const shown = name.trim().replace(/\s+/gu, ' ');
      const first = firsts.get(shown);
      if (first === undefined) {
        firsts.set(shown, index);
        return [];
      }
      const isSame = nodes[first]?.name === name;
      const path: ConfigPath = ['projects', project, 'nodes', index, 'name'];
      return [
        `${placeText(path, lineOf(path))}: ${quote(name)} is ${isSame ? '' : 'but for blanks '}the name of projects[${project}].nodes[${first}], too: alerts, dashboards ` +
          'and the page show names; give each node its own',
      ];
    });
  });
}

function namesOfOneInstance<Project extends CheckedProject>(
  projects: readonly Project[],
  { lineOf }: CheckContext<Project>,
): string[] {
  return projects.flatMap(({ nodes }, project) => {
    const named = nodes.flatMap(({ instance_id: id, instance_name: name }, index) =>
      name === undefined ? [] : [{ id, name, index }],
    );
    return named.flatMap(({ id, name, index }) => {
      const first = named.find((other) => other.id === id);
      if (first === undefined || first.name === name) {
        return [];
      }
      const path: ConfigPath = ['projects', project, 'nodes', index, 'instance_name'];
      return [
        `${placeText(path, lineOf(path))}: ${quote(name)} is the second name of one instance, which is ${quote(first.name)} at ` +
          `projects[${project}].nodes[${first.index}]; write one of them at both`,
      ];
    });
  });
}

function figuresThatVanish<Project extends CheckedProject>(
  { collection, projects }: CheckedConfig<Project>,
  { lineOf, now }: CheckContext<Project>,
): string[] {
  const { stale_after: staleAfterMs, schedule: common, timezone, timeout: timeoutMs } = collection;
  if (staleAfterMs === undefined) {
    return [];
  }
  const schedules = projects.flatMap(({ nodes, discovery }) => [
    ...nodes.map(({ schedule = common }) => schedule),
    ...(discovery.enabled ? [common] : []),
  ]);
  const path: ConfigPath = ['collection', 'stale_after'];
  return [...new Set(schedules)].flatMap((schedule) => {
    const gapMs = longestGapMs(schedule, timezone, now);
    const enoughMs = gapMs + timeoutMs;
    if (staleAfterMs >= enoughMs) {
      return [];
    }
    const [isMore, follows] =
      staleAfterMs > gapMs
        ? ['by less than collection.timeout', 'the figures vanish for a while where a collection takes long']
        : ['not', 'the figures vanish before the next run'];
    const advice = enoughMs > LONGEST_STALE_AFTER_MS ? '' : `write at least ${durationText(enoughMs)}, or `;
    return [
      `${placeText(path, lineOf(path))}: ${durationText(staleAfterMs)} is ${isMore} more than the ${durationText(gapMs)} that can lie between two ` +
        `runs of schedule "${schedule}": ${follows}; ${advice}leave it out`,
    ];
  });
}
