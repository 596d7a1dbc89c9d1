// When each project is searched for nodes: at the start and at every refresh. What a search could not read in full
// adds to what is known and takes nothing away.
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../clock.js';
import type { Log } from '../log.js';
import { startDeadline } from '../model/deadline.js';
import { explainFailure } from '../model/failure.js';
import type { Findings, FindNodes, FoundNode } from './node-finder.js';

export interface DiscoveredProject {
  readonly project: string;
  readonly findNodes: FindNodes;
  readonly refreshMs: number;
}

export interface DiscoveryOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Of a project other nodes are known than before, or more of them. */
  readonly onChange: () => void;
  /** A project was read in full; `at` in milliseconds since the epoch. */
  readonly onSuccess: (project: string, nodes: number, at: number) => void;
}

/** A failed search is repeated after this, where the next refresh is further away. */
const RETRY_MS = 60_000;
/** A search takes at least a request per instance and waits for its share of the budget: give it time. */
const MIN_SEARCH_MS = 60_000;

interface ProjectState {
  nodes: readonly FoundNode[];
  /** Succeeded or not. */
  tried: boolean;
  /** What the log last said of a failure; undefined after a success. */
  failure: string | undefined;
  search: AbortController;
}

export class Discovery {
  readonly #options: DiscoveryOptions;
  #states = new Map<string, ProjectState>();
  #stopped = false;

  constructor(options: DiscoveryOptions) {
    this.#options = options;
  }

  /** Searches all of them at once, and keeps until then what is known of those that stay. */
  setProjects(projects: readonly DiscoveredProject[]): void {
    const before = this.#states;
    for (const { search } of before.values()) {
      search.abort();
    }
    this.#states = new Map();
    for (const project of projects) {
      const state = before.get(project.project) ?? unknownProject();
      this.#states.set(project.project, state);
      this.#follow(project, state);
    }
  }

  nodesOf(project: string): readonly FoundNode[] {
    return this.#states.get(project)?.nodes ?? [];
  }

  /** Whether every project has been searched once, with success or without. */
  get tried(): boolean {
    return [...this.#states.values()].every(({ tried }) => tried);
  }

  stop(): void {
    this.#stopped = true;
    for (const { search } of this.#states.values()) {
      search.abort();
    }
  }

  #follow(project: DiscoveredProject, state: ProjectState): void {
    if (this.#stopped) {
      return;
    }
    const search = new AbortController();
    state.search = search;
    this.#searchAgainAndAgain(project, state, search.signal).catch((error: unknown) => {
      if (!search.signal.aborted) {
        throw error; // unhandled: better an end of the process than a fleet that nobody looks for
      }
    });
  }

  async #searchAgainAndAgain(
    project: DiscoveredProject,
    state: ProjectState,
    signal: AbortSignal,
  ): Promise<void> {
    for (;;) {
      const complete = await this.#search(project, state, signal);
      const pauseMs = complete ? project.refreshMs : Math.min(project.refreshMs, RETRY_MS);
      await this.#options.clock.sleep(pauseMs, signal);
    }
  }

  /** Resolves to whether the project was read in full. */
  async #search(
    { project, findNodes, refreshMs }: DiscoveredProject,
    state: ProjectState,
    signal: AbortSignal,
  ): Promise<boolean> {
    const { clock, onSuccess } = this.#options;
    const deadline = startDeadline(clock, Math.max(refreshMs, MIN_SEARCH_MS), signal);
    const findings = await findNodes(deadline)
      .catch((error: unknown): Findings => ({ nodes: [], failures: [explainFailure(error)] }))
      .finally(() => deadline.clear());
    signal.throwIfAborted(); // the project may be gone, or searched by a later call

    const complete = findings.failures.length === 0;
    this.#logOutcome(project, state, findings);
    if (complete) {
      onSuccess(project, findings.nodes.length, clock.now());
    }
    state.tried = true;
    this.#keep(project, state, complete ? findings.nodes : joined(state.nodes, findings.nodes));
    return complete;
  }

  #keep(project: string, state: ProjectState, nodes: readonly FoundNode[]): void {
    if (isDeepStrictEqual(nodes, state.nodes)) {
      return;
    }
    const before = idsOf(state.nodes);
    const after = idsOf(nodes);
    const added = [...after].filter((id) => !before.has(id)).length;
    const gone = [...before].filter((id) => !after.has(id)).length;
    state.nodes = nodes;
    this.#options.log.info('discovery: nodes changed', { project, nodes: after.size, added, gone });
    this.#options.onChange();
  }

  /** A failure is told once, until it is another one. */
  #logOutcome(project: string, state: ProjectState, { failures }: Findings): void {
    const { log } = this.#options;
    const [first] = failures;
    if (first !== undefined && first.message !== state.failure) {
      const failed = failures.length;
      log.warn('discovery failed: what is known stays', {
        ...first.details,
        project,
        failed,
        error: first.message,
      });
    }
    if (first === undefined && state.failure !== undefined) {
      log.info('discovery recovered', { project });
    }
    state.failure = first?.message;
  }
}

function unknownProject(): ProjectState {
  return { nodes: [], tried: false, failure: undefined, search: new AbortController() };
}

function idsOf(nodes: readonly FoundNode[]): Set<string> {
  return new Set(nodes.map(({ nodeId }) => nodeId));
}

/** What is known, brought up to date by what was found. */
function joined(known: readonly FoundNode[], found: readonly FoundNode[]): FoundNode[] {
  const foundIds = idsOf(found);
  return [...known.filter(({ nodeId }) => !foundIds.has(nodeId)), ...found];
}
