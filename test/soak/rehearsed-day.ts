// A day of the agent as it is wired, in some minutes: the clocks go back or forward and are set wrong, keys, tokens and
// passwords change under it, the configuration is read again every minute, and for a while the API is out. Whatever
// the API would have answered must have been collected.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { start, stop, type Wiring, wire } from '../../src/agent/wire.js';
import { type Clock, elapsedMs, epochMs, later, type MonotonicMs } from '../../src/clock.js';
import { loadConfig } from '../../src/config/load-config.js';
import { WHOLE_FLEET } from '../../src/discover/shard.js';
import type { SimulatedProject } from '../../src/simulator/cloud/simulated-fleet.js';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { RehearsalClock } from '../faults/rehearsal-clock.js';
import { type CloudRequest, type RecordedCloud, startCloud } from '../support/recorded-cloud.js';
import { RecordedLog } from '../support/recorded-log.js';
import { writeConfig } from '../support/simulated-config.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const COLLECTION_LIMIT_MS = 47_777;
const REQUEST_LIMIT_MS = 9_871;
/** Half of a new secret stands in its file for as long. */
const HALF_WRITTEN_MS = 1_500;
/** The secret before is taken back so long after the new one stands in its file. */
const OVERLAP_MS = 10 * SECOND;
/** Three runs of every minute, the splay and the limit of the third. */
const STALE_AFTER_MS = 4 * MINUTE;

const SCHEDULES = ['* * * * *', '*/5 * * * *', '30 2 * * *'] as const;

export interface DayOptions {
  readonly startsAt: string;
  readonly timezone: string;
  readonly hours: number;
  /** Hours after the start, and how far the wall clock is set from what it shows. */
  readonly clockSteps: readonly { readonly atHour: number; readonly byMs: number }[];
  /** Hours after the start. */
  readonly outage: { readonly fromHour: number; readonly toHour: number };
  readonly rotateEveryMinutes: number;
}

export interface DayReport {
  readonly collections: number;
  /** Of the nodes due every minute: the longest time without a result while the API answered. */
  readonly longestGapMs: number;
  /** The messages of failed collections while the API answered. */
  readonly lost: readonly string[];
  readonly failedInOutage: number;
  readonly skipped: number;
  readonly reloads: number;
  readonly rotations: number;
  readonly refused: number;
  /** Of the requests that are signed with a key: the gateway locks it after more than five. */
  readonly mostRefusedInRow: number;
  /** Requests with a key or a token that the API never knew. */
  readonly withForeignSecrets: number;
  /** Looks at the page that found figures older than they may be. */
  readonly shownTooLong: number;
  /** Collections of the node due once a day. */
  readonly onceADay: number;
}

export async function rehearseDay(options: DayOptions): Promise<DayReport> {
  const startMs = Date.parse(options.startsAt);
  const clock = new RehearsalClock([COLLECTION_LIMIT_MS, REQUEST_LIMIT_MS], startMs);
  // The API's clock is right, whatever the agent's shows.
  const right: Clock = {
    now: () => epochMs(startMs + clock.monotonic()),
    monotonic: () => clock.monotonic(),
    sleep: (ms, signal) => clock.sleep(ms, signal),
  };
  const takenBack = new Set<string>();
  let isOut = false;
  const projects = fleet(Math.ceil((options.hours * 60) / options.rotateEveryMinutes) + 1);
  const cloud = await startCloud({
    projects,
    clock: right,
    taskSeconds: { min: 0, max: 3 },
    sessionsPerNode: 20,
    fault: () => (isOut ? 'reset' : undefined),
  });
  cloud.refuse(({ ak, token }) => takenBack.has(ak) || takenBack.has(token));
  const day = new Day(options, clock, cloud, takenBack, (out) => {
    isOut = out;
  });
  try {
    return await day.run();
  } finally {
    await cloud.close();
  }
}

/** The API knows from the start all keys and tokens of the day. */
function fleet(secrets: number): SimulatedProject[] {
  const [key, password, token] = sampleFleet({
    projects: 3,
    instances: 1,
    nodesPerInstance: SCHEDULES.length,
  });
  if (key === undefined || password === undefined || token === undefined) {
    throw new Error('the sample fleet has less than three projects');
  }
  const numbered = (name: string, length: number, index: number) =>
    `${name}${String(index).padStart(length - name.length, '0')}`;
  return [
    {
      ...key,
      accessKeys: Array.from({ length: secrets }, (_, index) => ({
        ak: numbered('AK', 20, index),
        sk: numbered('sk', 40, index),
        securityToken: numbered('security', 400, index),
      })),
    },
    password,
    { ...token, tokens: Array.from({ length: secrets }, (_, index) => numbered('token', 300, index)) },
  ];
}

class Day {
  readonly #options: DayOptions;
  readonly #clock: RehearsalClock;
  readonly #cloud: RecordedCloud;
  readonly #takenBack: Set<string>;
  readonly #setOut: (isOut: boolean) => void;
  readonly #log = new RecordedLog();
  readonly #configFile = writeConfig({});
  readonly #lost: string[] = [];
  /** Of each node, when its files were fetched. */
  readonly #collectedAt = new Map<string, MonotonicMs[]>();
  #requestsSeen = 0;
  #failuresSeen = 0;
  #failedInOutage = 0;
  #isOut = false;
  #rotations = 0;
  #reloads = 0;
  #shownTooLong = 0;

  constructor(
    options: DayOptions,
    clock: RehearsalClock,
    cloud: RecordedCloud,
    takenBack: Set<string>,
    setOut: (isOut: boolean) => void,
  ) {
    this.#options = options;
    this.#clock = clock;
    this.#cloud = cloud;
    this.#takenBack = takenBack;
    this.#setOut = setOut;
  }

  async run(): Promise<DayReport> {
    this.#write(0, 1);
    const dependencies = { shard: WHOLE_FLEET, clock: this.#clock, log: this.#log };
    let wiring = wire(this.#load(), dependencies);
    start(wiring);
    const began = this.#clock.monotonic();
    for (const { afterMs, happen } of this.#events()) {
      await this.#until(later(began, afterMs));
      happen();
      if (afterMs % MINUTE === 0) {
        await this.#look(wiring);
        this.#reloads += 1;
        wiring = wire(this.#load(), dependencies, wiring);
      }
    }
    await this.#look(wiring);
    await this.#clock.pass(stop(wiring, 0), { requestLimitsMs: [] });
    await wiring.clients.close();
    return this.#report(wiring);
  }

  /** In their order; each full minute has one, for the look at the page and the reload. */
  #events(): { readonly afterMs: number; readonly happen: () => void }[] {
    const { hours, clockSteps, outage, rotateEveryMinutes } = this.#options;
    const events: { afterMs: number; happen: () => void }[] = [];
    for (let minute = 1; minute < hours * 60; minute++) {
      events.push({ afterMs: minute * MINUTE, happen: () => {} });
    }
    for (let minute = rotateEveryMinutes; minute < hours * 60; minute += rotateEveryMinutes) {
      // Not together with the reload: while files are replaced, the reload would read them half written.
      const afterMs = minute * MINUTE + 20 * SECOND;
      const number = minute / rotateEveryMinutes;
      events.push(
        { afterMs, happen: () => this.#write(number, 0.5) },
        { afterMs: afterMs + HALF_WRITTEN_MS, happen: () => this.#write(number, 1) },
        { afterMs: afterMs + HALF_WRITTEN_MS + OVERLAP_MS, happen: () => this.#takeBack(number - 1) },
      );
    }
    for (const { atHour, byMs } of clockSteps) {
      events.push({ afterMs: atHour * HOUR + SECOND, happen: () => this.#clock.jump(byMs) });
    }
    events.push(
      { afterMs: outage.fromHour * HOUR + 2 * SECOND, happen: () => this.#breakDown(true) },
      { afterMs: outage.toHour * HOUR + 2 * SECOND, happen: () => this.#breakDown(false) },
    );
    return events.sort((a, b) => a.afterMs - b.afterMs);
  }

  async #until(at: MonotonicMs): Promise<void> {
    const waitMs = elapsedMs(this.#clock.monotonic(), at);
    if (waitMs > 0) {
      await this.#clock.pass(this.#clock.sleep(waitMs), {
        requestLimitsMs: [REQUEST_LIMIT_MS],
        collectionLimitMs: COLLECTION_LIMIT_MS,
      });
    }
  }

  #breakDown(isOut: boolean): void {
    this.#isOut = isOut;
    this.#setOut(isOut);
  }

  /** A new key and a new token into their files, or the first part of each. */
  #write(number: number, share: number): void {
    const { key, token } = this.#secrets(number);
    for (const [name, text] of Object.entries({ ...key, token })) {
      writeFileSync(this.#fileOf(name), text.slice(0, text.length * share), { mode: 0o600 });
    }
  }

  #secrets(number: number) {
    const [withKey, , withToken] = this.#cloud.projects;
    const key = withKey?.accessKeys[number];
    const token = withToken?.tokens[number];
    if (key === undefined || token === undefined) {
      throw new Error(`the day has no secrets number ${number}`);
    }
    return { key, token };
  }

  #fileOf(name: string): string {
    return path.join(path.dirname(this.#configFile), name);
  }

  /** The key and the token of before, and the token that IAM gave for the password. */
  #takeBack(number: number): void {
    const { key, token } = this.#secrets(number);
    const issued = this.#cloud.requests.findLast(({ project }) => project === this.#cloud.projects[1]?.name);
    for (const secret of [key.ak, token, issued?.token ?? '']) {
      this.#takenBack.add(secret);
    }
    this.#takenBack.delete('');
    this.#rotations += 1;
  }

  #load() {
    const [withKey, withPassword, withToken] = this.#cloud.projects;
    const settings = (project: SimulatedProject | undefined, auth: object) => ({
      name: project?.name,
      region: project?.region,
      project_id: project?.projectId,
      endpoint: this.#cloud.url,
      iam_endpoint: this.#cloud.iamUrl,
      auth,
      nodes: project?.instances.flatMap(({ id, nodes }) =>
        nodes.map((node, index) => ({
          instance_id: id,
          node_id: node.id,
          schedule: SCHEDULES[index],
          // Another label at each reload: so each has something to put in force.
          labels: { reload: String(this.#reloads) },
        })),
      ),
    });
    writeConfig(
      {
        projects: [
          settings(withKey, {
            access_key: {
              ak_file: this.#fileOf('ak'),
              sk_file: this.#fileOf('sk'),
              security_token_file: this.#fileOf('securityToken'),
            },
          }),
          settings(withPassword, { password: withPassword?.passwords[0] }),
          settings(withToken, { token: { value_file: this.#fileOf('token') } }),
        ],
        collection: {
          timezone: this.#options.timezone,
          timeout: `${COLLECTION_LIMIT_MS}ms`,
          poll_interval: '1s',
          splay: '5s',
        },
        api: { request_timeout: `${REQUEST_LIMIT_MS}ms`, max_requests_per_second: 100 },
      },
      this.#configFile,
    );
    return loadConfig(this.#configFile, {}).config;
  }

  /** At the page and at the nodes, as a scrape would. */
  async #look({ store, exposition }: Wiring): Promise<void> {
    const now = this.#clock.monotonic();
    for (const { operation, nodeId, status } of this.#cloud.requests.slice(this.#requestsSeen)) {
      if (operation === 'download' && status === 200) {
        this.#collectedAt.set(nodeId, [...(this.#collectedAt.get(nodeId) ?? []), now]);
      }
    }
    this.#requestsSeen = this.#cloud.requests.length;

    const failures = store.list().reduce((sum, { errors }) => sum + total(errors), 0);
    const fresh = failures - this.#failuresSeen;
    this.#failuresSeen = failures;
    // Also what began in the outage and ended after it.
    const { toHour } = this.#options.outage;
    if (this.#isOut || Math.abs(now - toHour * HOUR) < MINUTE) {
      this.#failedInOutage += fresh;
    } else if (fresh > 0) {
      const messages = store.list().flatMap(({ lastError }) => lastError?.message ?? []);
      this.#lost.push(`${fresh} failed: ${messages.join('; ') || 'all have been collected since'}`);
    }

    const page = Buffer.concat(await exposition.scrape('text', false)).toString();
    for (const nodeId of this.#everyMinute()) {
      const last = this.#collectedAt.get(nodeId)?.at(-1);
      const isShown = sessionsOf(page, nodeId);
      if (isShown && (last === undefined || elapsedMs(last, now) > STALE_AFTER_MS)) {
        this.#shownTooLong += 1;
      }
    }
  }

  #everyMinute(): string[] {
    return this.#cloud.projects.flatMap(({ instances }) =>
      instances.flatMap(({ nodes }) => nodes[0]?.id ?? []),
    );
  }

  #onceADay(): string[] {
    return this.#cloud.projects.flatMap(({ instances }) =>
      instances.flatMap(({ nodes }) => nodes[2]?.id ?? []),
    );
  }

  #report({ store }: Wiring): DayReport {
    const { outage } = this.#options;
    const gaps = this.#everyMinute().flatMap((nodeId) => {
      const times = this.#collectedAt.get(nodeId) ?? [];
      return times.slice(1).flatMap((time, index) => {
        const before = times[index] ?? time;
        const isOfOutage = before <= outage.toHour * HOUR + MINUTE && time >= outage.fromHour * HOUR;
        return isOfOutage ? [] : elapsedMs(before, time);
      });
    });
    const { requests } = this.#cloud;
    return {
      collections: store.list().reduce((sum, { collections }) => sum + collections.success, 0),
      longestGapMs: Math.max(...gaps),
      lost: this.#lost,
      failedInOutage: this.#failedInOutage,
      skipped: store.list().reduce((sum, { collections }) => sum + collections.skipped, 0),
      reloads: this.#reloads,
      rotations: this.#rotations,
      refused: requests.filter(({ status }) => status === 401).length,
      mostRefusedInRow: longestRun(requests),
      withForeignSecrets: requests.filter((request) => this.#isForeign(request)).length,
      shownTooLong: this.#shownTooLong,
      onceADay: this.#onceADay().reduce((sum, id) => sum + (this.#collectedAt.get(id)?.length ?? 0), 0),
    };
  }

  #isForeign({ project, ak, token }: CloudRequest): boolean {
    const [withKey, , withToken] = this.#cloud.projects;
    return (
      (project === withKey?.name && !withKey.accessKeys.some((key) => key.ak === ak)) ||
      (project === withToken?.name && !withToken.tokens.includes(token))
    );
  }
}

function total(errors: Readonly<Record<string, number>>): number {
  return Object.values(errors).reduce((sum, count) => sum + count, 0);
}

function sessionsOf(page: string, nodeId: string): boolean {
  return page.split('\n').some((line) => line.startsWith('taurusdb_sessions{') && line.includes(nodeId));
}

function longestRun(requests: readonly CloudRequest[]): number {
  let longest = 0;
  let run = 0;
  for (const { status } of requests.filter(({ ak }) => ak !== '')) {
    run = status === 401 ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
