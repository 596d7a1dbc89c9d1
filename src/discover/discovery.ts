// When the nodes of each project are discovered: at the start and at every refresh. What a discovery could not read in
// full adds to what is known and takes nothing away.
import { isDeepStrictEqual } from 'node:util';
import type { Clock, EpochMs } from '../clock.js';
import type { Log } from '../log.js';
import { type CloudProject, knownBefore } from '../model/cloud-project.js';
import { startDeadline } from '../model/deadline.js';
import { explainFailure, FAILURE_REASONS } from '../model/failure.js';
import { RepeatedLines } from '../repeated-lines.js';
import type { DiscoveredNode, DiscoverNodes, DiscoveryResult } from './discovery-api.js';

export interface DiscoveredProject {
  readonly cloud: CloudProject;
  /** The client that asks, and what it asks for: while both stay the same a reload leaves the project's discovery alone. */
  readonly source: object;
  readonly selection: object;
  readonly discoverNodes: DiscoverNodes;
  readonly refreshMs: number;
}

export interface DiscoveryOptions {
  readonly clock: Clock;
  readonly log: Log;
  /** Other nodes of a project are known than before, or more of them. */
  readonly onChange: () => void;
  /** A project was read in full. */
  readonly onSuccess: (project: string, nodes: number, at: EpochMs) => void;
}

/** A failed discovery is repeated after this, where the next refresh is further away. */
const RETRY_MS = 60_000;
/** A discovery takes at least a request per instance and waits for its share of the budget: give it time. */
const MIN_TIMEOUT_MS = 60_000;

interface ProjectState {
  readonly project: DiscoveredProject;
  nodes: readonly DiscoveredNode[];
  /** Succeeded or not. */
  tried: boolean;
  /** Nodes that came and went, of which the log has not told. */
  added: number;
  gone: number;
  /** Whether the log has told of a failure, and not yet of the recovery. */
  toldDown: boolean;
  /** Ends the repeated discovery of the project. */
  readonly following: AbortController;
}

const NODES_ADDED = 'nodes added';
const NODES_GONE = 'nodes gone';
const RECOVERED = 'recovered';

export class Discovery {
  readonly #options: DiscoveryOptions;
  /** By project. */
  readonly #lines: RepeatedLines;
  #states = new Map<string, ProjectState>();
  #phase: 'new' | 'running' | 'stopped' = 'new';

  constructor(options: DiscoveryOptions) {
    this.#options = options;
    this.#lines = new RepeatedLines(options.log, options.clock);
  }

  /** Nothing is discovered before. */
  start(): void {
    this.#phase = 'running';
    for (const state of this.#states.values()) {
      this.#follow(state);
    }
  }

  /** Discovers new and changed projects at once, and keeps until then what is known of them. */
  setProjects(projects: readonly DiscoveredProject[]): void {
    const before = this.#states;
    const knownOf = knownBefore(
      [...before.values()],
      ({ project }) => project.cloud,
      projects.map(({ cloud }) => cloud),
    );
    const states = projects.map((project) => {
      const known = knownOf(project.cloud);
      return known !== undefined && isUnchanged(known.project, project) ? known : newState(project, known);
    });
    this.#states = new Map(states.map((state) => [state.project.cloud.name, state]));
    this.#lines.keepOnly((project) => this.#states.has(project));
    const kept = new Set(states);
    for (const state of before.values()) {
      if (!kept.has(state)) {
        state.following.abort();
      }
    }
    for (const state of states) {
      if (before.get(state.project.cloud.name) !== state) {
        this.#follow(state);
      }
    }
  }

  nodesOf(project: string): readonly DiscoveredNode[] {
    return this.#states.get(project)?.nodes ?? [];
  }

  /** Whether every project has been discovered once, with success or without. */
  get tried(): boolean {
    return [...this.#states.values()].every(({ tried }) => tried);
  }

  stop(): void {
    this.#phase = 'stopped';
    for (const { following } of this.#states.values()) {
      following.abort();
    }
  }

  #follow(state: ProjectState): void {
    if (this.#phase !== 'running') {
      return;
    }
    const { signal } = state.following;
    this.#discoverAgainAndAgain(state, signal).catch((error: unknown) => {
      if (!signal.aborted) {
        throw error; // unhandled: better an end of the process than a project that is never discovered again
      }
    });
  }

  async #discoverAgainAndAgain(state: ProjectState, signal: AbortSignal): Promise<void> {
    const { refreshMs } = state.project;
    for (;;) {
      const complete = await this.#discover(state, signal);
      await this.#options.clock.sleep(complete ? refreshMs : Math.min(refreshMs, RETRY_MS), signal);
    }
  }

  /** Resolves to whether the project was read in full. */
  async #discover(state: ProjectState, signal: AbortSignal): Promise<boolean> {
    const { cloud, discoverNodes, refreshMs } = state.project;
    const project = cloud.name;
    const { clock, onSuccess } = this.#options;
    const deadline = startDeadline(clock, Math.max(refreshMs, MIN_TIMEOUT_MS), signal);
    const result = await discoverNodes(deadline)
      .catch((error: unknown): DiscoveryResult => ({ nodes: [], failures: [explainFailure(error)] }))
      .finally(() => deadline.clear());
    signal.throwIfAborted(); // the project may be gone, or have changed

    const complete = result.failures.length === 0;
    this.#logOutcome(project, state, result);
    if (complete) {
      onSuccess(project, result.nodes.length, clock.now());
    }
    state.tried = true;
    this.#keep(state, complete ? result.nodes : joined(state.nodes, result.nodes));
    this.#tellChanges(project, state);
    return complete;
  }

  #keep(state: ProjectState, nodes: readonly DiscoveredNode[]): void {
    if (isDeepStrictEqual(nodes, state.nodes)) {
      return;
    }
    const before = idsOf(state.nodes);
    const after = idsOf(nodes);
    state.added += [...after].filter((id) => !before.has(id)).length;
    state.gone += [...before].filter((id) => !after.has(id)).length;
    state.nodes = nodes;
    this.#options.onChange();
  }

  /** That nodes went, too, where others came a moment ago; what is held back is told by a later discovery. */
  #tellChanges(project: string, state: ProjectState): void {
    const { nodes, added, gone } = state;
    const what = gone > 0 ? NODES_GONE : NODES_ADDED;
    if (added + gone > 0 && this.#lines.isDue(project, what)) {
      const fields = { project, nodes: idsOf(nodes).size, added, gone };
      this.#lines.tell('info', project, what, 'discovery: nodes changed', fields);
      state.added = 0;
      state.gone = 0;
    }
  }

  #logOutcome(project: string, state: ProjectState, { failures }: DiscoveryResult): void {
    const [first] = failures;
    if (first !== undefined) {
      const isTold = this.#lines.tell(
        'warn',
        project,
        first.reason,
        'discovery failed: what is known stays',
        {
          ...first.details,
          project,
          failed: failures.length,
          error: first.message,
        },
      );
      state.toldDown ||= isTold;
    } else if (state.toldDown && this.#lines.isDue(project, RECOVERED)) {
      state.toldDown = false;
      this.#lines.forget(project, FAILURE_REASONS);
      this.#lines.tell('info', project, RECOVERED, 'discovery recovered', { project });
    }
  }
}

function isUnchanged(before: DiscoveredProject, now: DiscoveredProject): boolean {
  return (
    before.cloud.name === now.cloud.name &&
    before.source === now.source &&
    before.refreshMs === now.refreshMs &&
    isDeepStrictEqual(before.selection, now.selection)
  );
}

/** Of a project that changed, or was known by another name, what is known stays. */
function newState(project: DiscoveredProject, known?: ProjectState): ProjectState {
  const { nodes = [], tried = false, added = 0, gone = 0, toldDown = false } = known ?? {};
  return { project, nodes, tried, added, gone, toldDown, following: new AbortController() };
}

function idsOf(nodes: readonly DiscoveredNode[]): Set<string> {
  return new Set(nodes.map(({ nodeId }) => nodeId));
}

/** What is known, brought up to date by what was found. */
function joined(known: readonly DiscoveredNode[], found: readonly DiscoveredNode[]): DiscoveredNode[] {
  const foundIds = idsOf(found);
  return [...known.filter(({ nodeId }) => !foundIds.has(nodeId)), ...found];
}
