// Which project of the cloud a configured one is, as far as the configuration says: its name here may change, and its id may
// be left to be looked up.

export interface CloudProject {
  readonly name: string;
  readonly region: string;
  /** Undefined where it is looked up. */
  readonly id: string | undefined;
  /** Of all that the look-up uses: under another name the same access finds the same project. */
  readonly access: string;
}

/**
 * `before`, what was known by project → for a project of the new configuration, what is known of it: under its own name or,
 * where that was another project, under the name that it had.
 */
export function knownBefore<State>(
  before: readonly State[],
  cloudOf: (state: State) => CloudProject,
  projects: readonly CloudProject[],
): (project: CloudProject) => State | undefined {
  const stays = (known: CloudProject) =>
    projects.some((project) => project.name === known.name && isSame(project, known));
  const moved = before.filter((state) => !stays(cloudOf(state)));
  return (project) =>
    before.find((state) => cloudOf(state).name === project.name && isSame(cloudOf(state), project)) ??
    moved.find((state) => isSame(cloudOf(state), project));
}

/** Where an id is missing, the same name in the same region is the same project, also with another credential. */
function isSame(one: CloudProject, other: CloudProject): boolean {
  if (one.id !== undefined && other.id !== undefined) {
    return one.id === other.id;
  }
  return one.region === other.region && (one.name === other.name || one.access === other.access);
}
