// When the nodes of each project are discovered: at the start and at every refresh. A search that did not come to its end goes
// on with the instances that it has not read, and what it finds is known at once.
import { isDeepStrictEqual } from 'node:util';
import { type Clock, elapsedMs, LONG_AGO, type Moment, type MonotonicMs, momentOf } from '../clock.js';
import type { Log } from '../log.js';
import { type CloudProject, knownBefore } from '../model/cloud-project.js';
import { startDeadline } from '../model/deadline.js';
import { explainFailure, FAILURE_REASONS } from '../model/failure.js';
import { ODD_RECORDS, OddRecords } from '../model/odd-records.js';
import type { DiscoveryStatus } from '../model/project-status.js';
import { RepeatedLines } from '../repeated-lines.js';
import { type DiscoveredNode, type DiscoverNodes, FOUND_NO_NODES, type SearchEnd } from './discovery-api.js';
import { KnownNodes } from './known-nodes.js';

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
  /** Other nodes of a project are known than before, or more of them: while a search goes on, some of those that it will find. */
  readonly onChange: () => void;
  /** A search has ended, and other nodes are known than before it. */
  readonly onSettled: () => void;
  /** A search has ended, and the status is another one. */
  readonly onEnd: (project: string, status: DiscoveryStatus) => void;
}

/** A failed discovery is repeated after this, where the next refresh is further away. */
const RETRY_MS = 60_000;
/** A discovery takes at least a request per instance and waits for its share of the budget: give it time. */
const MIN_TIMEOUT_MS = 60_000;
/** What a search finds is shown this soon. Not at once: each change goes through the whole fleet. */
const SHOWN_WITHIN_MS = 1_000;

interface ProjectState {
  readonly project: DiscoveredProject;
  readonly known: KnownNodes;
  /** As shown. */
  nodes: readonly DiscoveredNode[];
  /** When the first of the searches began that together read all instances. */
  readingSince: MonotonicMs;
  /** Whether the last search read one that those before it had not. */
  gotOn: boolean;
  status: DiscoveryStatus;
  /** Nodes that came and went, of which the log has not told. */
  added: number;
  gone: number;
  /** The key of what could not be used, as the log has told it. */
  toldOdd: string;
  /** Whether the log has told of a failure, and not yet of the recovery. */
  toldDown: boolean;
  /** Ends the repeated discovery of the project. */
  readonly following: AbortController;
}

export const NEVER_DISCOVERED: DiscoveryStatus = {
  up: undefined,
  lastSuccessAt: undefined,
  lastError: undefined,
};

const NODES_ADDED = 'nodes added';
const NODES_GONE = 'nodes gone';
const ODD = 'odd records';
const NO_NODES = 'no nodes';
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

  /** Undefined where the project is not discovered. The same object until its next search has ended. */
  statusOf(project: string): DiscoveryStatus | undefined {
    return this.#states.get(project)?.status;
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
    const { project, known } = state;
    const { clock, onSettled, onEnd } = this.#options;
    const { name } = project.cloud;
    const nodesBefore = state.nodes;
    const startedAt = clock.monotonic();
    // As long as searches get on, they go on: else an instance that can never be read would keep the others as they are.
    const isOld = elapsedMs(state.readingSince, startedAt) >= project.refreshMs;
    if (isOld && !state.gotOn) {
      known.readAllAgain();
    }
    if (known.instancesRead === 0) {
      state.readingSince = startedAt;
    }
    const readBefore = known.instancesRead;
    const end = await this.#search(state, signal);
    signal.throwIfAborted(); // the project may be gone, or have changed

    known.end(end);
    const complete = end.failures.length === 0;
    state.gotOn = known.instancesRead > readBefore;
    if (complete) {
      known.readAllAgain();
    }
    const found = known.summary().nodes.length;
    // Before the nodes: they are never shown beside an older status.
    state.status = statusAfter(state.status, end, found, momentOf(clock));
    this.#logOutcome(name, state, end);
    this.#logOdd(name, state);
    this.#show(state);
    this.#logNoNodes(name, state);
    if (state.nodes !== nodesBefore) {
      onSettled();
    }
    onEnd(name, state.status);
    this.#tellChanges(name, state);
    return complete;
  }

  async #search(state: ProjectState, signal: AbortSignal): Promise<SearchEnd> {
    const { clock } = this.#options;
    const { discoverNodes, refreshMs } = state.project;
    const deadline = startDeadline(clock, Math.max(refreshMs, MIN_TIMEOUT_MS), signal);
    const ended = new AbortController();
    const showAgainAndAgain = async (): Promise<void> => {
      for (;;) {
        await clock.sleep(SHOWN_WITHIN_MS, ended.signal);
        signal.throwIfAborted();
        this.#show(state);
      }
    };
    showAgainAndAgain().catch((error: unknown) => {
      if (!ended.signal.aborted && !signal.aborted) {
        throw error;
      }
    });
    try {
      return await discoverNodes(state.known, deadline);
    } catch (error) {
      return {
        listed: new Set(),
        isListComplete: false,
        odd: new OddRecords(),
        failures: [explainFailure(error)],
      };
    } finally {
      deadline.clear();
      ended.abort();
    }
  }

  #show(state: ProjectState): void {
    const { nodes } = state.known.summary();
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

  #logOutcome(project: string, state: ProjectState, { failures }: SearchEnd): void {
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
          reason: first.reason,
          error: first.message,
          failures: failures.length,
        },
      );
      state.toldDown ||= isTold;
    } else if (state.toldDown && this.#lines.isDue(project, RECOVERED)) {
      state.toldDown = false;
      this.#lines.forget(project, FAILURE_REASONS);
      this.#lines.tell('info', project, RECOVERED, 'discovery recovered', { project });
    }
  }

  #logNoNodes(project: string, { nodes, status: { up, whyNone } }: ProjectState): void {
    if (nodes.length > 0) {
      this.#lines.forget(project, [NO_NODES]);
    } else if (up === true) {
      this.#lines.tell('warn', project, NO_NODES, `discovery ${FOUND_NO_NODES}`, { project, seen: whyNone });
    }
  }

  /** Once, as it is what the API has: again where it is something else. */
  #logOdd(project: string, state: ProjectState): void {
    const { odd } = state.known.summary();
    const key = odd.key();
    if (key === state.toldOdd) {
      return;
    }
    const message = `discovery: ${ODD_RECORDS}`;
    const fields = { project, records: odd.count, found: String(odd) };
    if (odd.count === 0 || this.#lines.tell('warn', project, ODD, message, fields)) {
      state.toldOdd = key;
    }
  }
}

/** Once a search has ended that found so many nodes. Of several failures the first is remembered. */
export function statusAfter(
  before: DiscoveryStatus,
  { failures: [first], whyNone }: Pick<SearchEnd, 'failures' | 'whyNone'>,
  found: number,
  at: Moment,
): DiscoveryStatus {
  if (first === undefined) {
    return {
      up: true,
      lastSuccessAt: at,
      found,
      whyNone: found === 0 ? whyNone?.() : undefined,
      lastError: undefined,
    };
  }
  const { reason, message, details } = first;
  return { ...before, up: false, lastError: { reason, message, details, at } };
}

function isUnchanged(before: DiscoveredProject, now: DiscoveredProject): boolean {
  return (
    before.cloud.name === now.cloud.name &&
    before.source === now.source &&
    before.refreshMs === now.refreshMs &&
    isDeepStrictEqual(before.selection, now.selection)
  );
}

/** Of a project that changed, or was known by another name, what is known stays, and what a search has found so far. */
function newState(project: DiscoveredProject, before?: ProjectState): ProjectState {
  const { nodes = [], status = NEVER_DISCOVERED, readingSince = LONG_AGO } = before ?? {};
  const { added = 0, gone = 0, toldOdd = '', toldDown = false } = before ?? {};
  const known = before?.known.copy() ?? new KnownNodes();
  // What was read for another selection is not what this one finds.
  if (!isDeepStrictEqual(before?.project.selection, project.selection)) {
    known.readAllAgain();
  }
  const following = new AbortController();
  return {
    project,
    known,
    nodes,
    status,
    readingSince,
    gotOn: true,
    added,
    gone,
    toldOdd,
    toldDown,
    following,
  };
}

function idsOf(nodes: readonly DiscoveredNode[]): Set<string> {
  return new Set(nodes.map(({ nodeId }) => nodeId));
}
