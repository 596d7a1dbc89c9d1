// The three calls around a node's sessions: submit a task, ask how far it is, download what it collected.
// API reference: CollectRealtimeSession, ShowRealtimeSessionTaskStatus, DownloadRealtimeSession.
import { open } from 'node:fs/promises';
import type { Clock } from '../../clock.js';
import { seededHex, seedOf } from '../seeded-random.js';
import { type CsvFormat, csvChunks, LANGUAGES } from '../sessions/csv-text.js';
import { generateSessions } from '../sessions/session-generator.js';
import type { SimulatedSession } from '../sessions/simulated-session.js';
import { type Answer, apiRefusal, jsonAnswer, parameterRefusal } from './answer.js';
import type { SimulatedNode } from './simulated-fleet.js';
import { at, header, parseJson, type SimulatorRequest } from './simulator-request.js';

export interface Range {
  readonly min: number;
  readonly max: number;
}

export interface SessionTasksOptions {
  readonly clock: Clock;
  readonly seed: number;
  readonly random: () => number;
  /** How long a task runs. */
  readonly taskSeconds: Range;
  /** Share of the tasks that end with `error`. */
  readonly errorRate: number;
  readonly sessionsPerNode: number;
  /** A language overrides the X-Language header. */
  readonly resultFormat: Partial<CsvFormat>;
}

const FILTERS = ['total', 'active', 'slow', 'long'] as const;

/** Which sessions a task collects, as its submitted body asks. */
interface SessionFilter {
  readonly filter: (typeof FILTERS)[number];
  readonly thresholdSeconds: number;
}

interface Task {
  readonly nodeId: string;
  readonly filter: SessionFilter;
  /** On the monotonic clock. */
  readonly endsAt: number;
  readonly fails: boolean;
  /** Milliseconds since the epoch: the moment that the result shows. */
  readonly collectedAt: number;
}

/** The oldest are forgotten: nobody asks for them any more. */
const MAX_TASKS = 10_000;

export class SessionTasks {
  readonly #options: SessionTasksOptions;
  readonly #tasks = new Map<string, Task>();
  readonly #startedAt: number;
  #submitted = 0;

  constructor(options: SessionTasksOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  submit(request: SimulatorRequest, node: SimulatedNode): Answer {
    const filter = parseSessionFilter(request.body);
    const { clock, seed, random, taskSeconds, errorRate } = this.#options;
    const durationMs = (taskSeconds.min + random() * (taskSeconds.max - taskSeconds.min)) * 1000;
    this.#submitted += 1;
    const requestId = `realtime_session-${seededHex(seed, `task ${this.#submitted}`, 32)}`;
    this.#tasks.set(requestId, {
      nodeId: node.id,
      filter,
      endsAt: clock.monotonic() + durationMs,
      fails: random() < errorRate || node.isDown === true,
      collectedAt: clock.now() + durationMs,
    });
    const [oldest] = this.#tasks.keys();
    if (this.#tasks.size > MAX_TASKS && oldest !== undefined) {
      this.#tasks.delete(oldest);
    }
    return jsonAnswer(200, { request_id: requestId });
  }

  status(request: SimulatorRequest, node: SimulatedNode): Answer {
    const task = this.#taskOf(request, node);
    return jsonAnswer(200, { status: task === undefined ? 'unrecognized' : this.#statusOf(task) });
  }

  async result(request: SimulatorRequest, node: SimulatedNode): Promise<Answer> {
    const task = this.#taskOf(request, node);
    if (task === undefined) {
      throw parameterRefusal();
    }
    if (this.#statusOf(task) !== 'finished') {
      throw apiRefusal(409, 'DBS.200019', 'The task is not finished. Please try again later.');
    }
    return this.#resultOf(task, request, node);
  }

  /** Undefined for an id that was never given, or was given for another node. */
  #taskOf(request: SimulatorRequest, node: SimulatedNode): Task | undefined {
    const requestId = request.query.get('request_id');
    if (requestId === null) {
      throw parameterRefusal();
    }
    const task = this.#tasks.get(requestId);
    return task?.nodeId === node.id ? task : undefined;
  }

  #statusOf(task: Task): 'running' | 'finished' | 'error' {
    if (this.#options.clock.monotonic() < task.endsAt) {
      return 'running';
    }
    return task.fails ? 'error' : 'finished';
  }

  async #resultOf(task: Task, request: SimulatorRequest, node: SimulatedNode): Promise<Answer> {
    // The official SDK keeps a body only under a type that it takes for a file.
    const headers = { 'Content-Type': 'application/octet-stream' };
    if (node.csvText !== undefined) {
      return { status: 200, headers, body: node.csvText };
    }
    if (node.csvFile !== undefined) {
      const file = await open(node.csvFile);
      const { size } = await file.stat();
      // No further than the length announced, in case that the file grows meanwhile.
      const body = file.createReadStream({ end: Math.max(0, size - 1) });
      return { status: 200, headers: { ...headers, 'Content-Length': String(size) }, body };
    }
    const { seed, sessionsPerNode } = this.#options;
    const source = {
      seed: seedOf(seed, node.id),
      role: node.type,
      sessions: sessionsPerNode,
      ...(node.floodAfterMs === undefined ? {} : { floodedFrom: this.#startedAt + node.floodAfterMs }),
    };
    const sessions = filterSessions(generateSessions(source, task.collectedAt), task.filter);
    return { status: 200, headers, body: csvChunks(sessions, this.#formatFor(request)) };
  }

  #formatFor(request: SimulatorRequest): CsvFormat {
    const asked = header(request, 'x-language')?.toLowerCase();
    const language = LANGUAGES.find((known) => known === asked) ?? 'en-us';
    return { language, encode: (text) => Buffer.from(text), bom: false, ...this.#options.resultFormat };
  }
}

/**
 * Throws a Refusal for a body that is no JSON object or holds a value outside of the documented ones. Its other keys are
 * accepted and not acted upon.
 */
function parseSessionFilter(body: Buffer): SessionFilter {
  const json = parseJson(body);
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw parameterRefusal();
  }
  const asked = at(json, 'filter') ?? 'total';
  const filter = FILTERS.find((known) => known === asked);
  const thresholdSeconds = at(json, 'slow_process_threshold') ?? 10;
  const isThreshold =
    typeof thresholdSeconds === 'number' && thresholdSeconds >= 1 && thresholdSeconds <= 86_400;
  if (filter === undefined || !isThreshold) {
    throw parameterRefusal();
  }
  return { filter, thresholdSeconds };
}

function* filterSessions(
  sessions: Iterable<SimulatedSession>,
  { filter, thresholdSeconds }: SessionFilter,
): Generator<SimulatedSession> {
  for (const session of sessions) {
    const isActive = session.command !== 'Sleep';
    const isSlow = isActive && session.seconds >= thresholdSeconds;
    const isLong = (session.transaction?.seconds ?? -1) >= thresholdSeconds;
    if (filter === 'active' && !isActive) {
      continue;
    }
    if (filter === 'slow' && !isSlow) {
      continue;
    }
    if (filter === 'long' && !isLong) {
      continue;
    }
    yield session;
  }
}
