// What of a configuration is right and probably not meant: projects and names that stand twice, figures that vanish between
// two runs. Each warning says where, what follows, and what to write.
import { longestGapMs } from '../../schedule/next-runs.js';
import { durationText } from '../meant/figures.js';
import { type ConfigPath, placeText, quote } from '../yaml/config-errors.js';

interface CheckedNode {
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
    readonly timeout: number;
    readonly stale_after?: number | undefined;
  };
}

export interface CheckContext<Project> {
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
    ...figuresThatVanish(config, context),
  ];
}

function sameProjects<Project extends CheckedProject>(
  projects: readonly Project[],
  { lineOf, accessOf }: CheckContext<Project>,
): string[] {
  const keyOf = (project: Project) => project.project_id ?? `${project.region} ${accessOf(project)}`;
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
      const first = firsts.get(name);
      if (first === undefined) {
        firsts.set(name, index);
        return [];
      }
      const path: ConfigPath = ['projects', project, 'nodes', index, 'name'];
      return [
        `${placeText(path, lineOf(path))}: ${quote(name)} is the name of projects[${project}].nodes[${first}], too: alerts, dashboards ` +
          'and the page show names; give each node its own',
      ];
    });
  });
}

function figuresThatVanish<Project extends CheckedProject>(
  { collection, projects }: CheckedConfig<Project>,
  { lineOf }: CheckContext<Project>,
): string[] {
  const { stale_after: staleAfterMs, schedule: common, timeout: timeoutMs } = collection;
  if (staleAfterMs === undefined) {
    return [];
  }
  const schedules = projects.flatMap(({ nodes, discovery }) => [
    ...nodes.map(({ schedule = common }) => schedule),
    ...(discovery.enabled ? [common] : []),
  ]);
  const path: ConfigPath = ['collection', 'stale_after'];
  return [...new Set(schedules)].flatMap((schedule) => {
    const gapMs = longestGapMs(schedule);
    return staleAfterMs > gapMs
      ? []
      : [
          `${placeText(path, lineOf(path))}: ${durationText(staleAfterMs)} is not more than the ${durationText(gapMs)} that can lie between two ` +
            `runs of schedule "${schedule}": the figures vanish before the next run; write at least ${durationText(gapMs + timeoutMs)}, or leave it out`,
        ];
  });
}
