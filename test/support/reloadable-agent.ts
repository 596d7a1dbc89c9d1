// The built agent beside a simulated API, its configuration file, and the two ways to have that read again.
import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import type { SimulatedProject } from '../../src/simulator/cloud/simulated-fleet.js';
import type { Simulator } from '../../src/simulator/start-simulator.js';
import { addressOf, eventually, type Program, startProgram } from './program.js';
import { samplesNamed, scrape } from './scrape.js';
import { simulatedConfig, writeConfig } from './simulated-config.js';

export type Settings = Readonly<Record<string, unknown>>;
export type Series = ReadonlyMap<string, number>;

export const HOWS = ['SIGHUP', 'POST'] as const;
/** A signal, or a request to `/-/reload`. */
export type How = (typeof HOWS)[number];

export interface Outcome {
  readonly ok: boolean;
  /** The line of a failure; empty after a success. */
  readonly log: string;
  /** Of a request, as is `answer`. */
  readonly status: number | undefined;
  readonly answer: string;
}

export const EVERY_SECOND = '* * * * * *';
export const ONCE_A_YEAR = '0 0 1 1 *';
/** Longer than it takes on a busy machine, as all here runs every second. */
const PATIENCE_MS = 30_000;

const RELOADED = /msg="configuration reloaded"/gu;
const REFUSED = /^.*msg="configuration not reloaded.*\n/gmu;

export const SUCCESSFUL = 'taurusdb_exporter_config_last_reload_successful';
export const SUCCESS_AT = 'taurusdb_exporter_config_last_reload_success_timestamp_seconds';

export class ReloadableAgent {
  readonly file: string;
  readonly program: Program;
  readonly address: string;

  private constructor(file: string, program: Program, address: string) {
    this.file = file;
    this.program = program;
    this.address = address;
  }

  static async start(settings: Settings, ...flags: string[]): Promise<ReloadableAgent> {
    const file = writeConfig(settings);
    const lifecycle = ['--web.listen-address=127.0.0.1:0', '--web.enable-lifecycle'];
    const program = startProgram([`--config.file=${file}`, ...lifecycle, ...flags]);
    return new ReloadableAgent(file, program, await addressOf(program));
  }

  get child(): ChildProcess {
    return this.program.child;
  }

  /** Text is written as it is. */
  write(settings: Settings | string): void {
    if (typeof settings === 'string') {
      writeFileSync(this.file, settings);
    } else {
      writeConfig(settings, this.file);
    }
  }

  /** Has the file read again, and waits until it was, with success or without. */
  async askForReload(how: How): Promise<Outcome> {
    const before = this.program.stderr().length;
    const said = () => this.program.stderr().slice(before);
    let answered: { status: number; answer: string } | undefined;
    if (how === 'SIGHUP') {
      this.child.kill('SIGHUP');
    } else {
      const response = await fetch(`${this.address}/-/reload`, { method: 'POST' });
      answered = { status: response.status, answer: await response.text() };
    }
    return eventually(() => {
      const [log] = said().match(REFUSED) ?? [];
      if (log === undefined && said().match(RELOADED) === null) {
        return undefined;
      }
      return {
        ok: log === undefined,
        log: log ?? '',
        status: answered?.status,
        answer: answered?.answer ?? '',
      };
    }, `the reload by ${how} to be done`);
  }

  /** Takes over new settings. */
  async reload(settings: Settings, how: How): Promise<void> {
    this.write(settings);
    const { ok, log, status } = await this.askForReload(how);
    if (!ok || (status ?? 200) !== 200) {
      throw new Error(`the reload by ${how} failed: ${status} ${log}`);
    }
  }

  series(): Promise<Series> {
    return scrape(this.address);
  }

  /** The first page for which `holds`. */
  seriesWhen(holds: (series: Series) => boolean, what: string): Promise<Series> {
    return eventually(
      async () => {
        const series = await this.series();
        return holds(series) ? series : undefined;
      },
      what,
      PATIENCE_MS,
    );
  }

  /** Every page from now on, one after the other, until `stop` resolves. */
  watch(): { readonly pages: readonly Series[]; readonly stop: () => Promise<void> } {
    const pages: Series[] = [];
    let watching = true;
    const watch = async () => {
      while (watching) {
        pages.push(await this.series());
      }
    };
    // An agent that has ended has no more pages.
    const ended = watch().catch(() => {});
    return {
      pages,
      stop: () => {
        watching = false;
        return ended;
      },
    };
  }

  /** Waits until the last collection of each of the nodes succeeded. */
  up(nodeIds: readonly string[]): Promise<Series> {
    return this.seriesWhen(
      (series) => nodeIds.every((id) => sum(series, 'taurusdb_up', id) === 1),
      `${nodeIds.join(', ')} up`,
    );
  }

  /** Waits until each of the nodes has been collected so many times more, by default with success. */
  async collected(nodeIds: readonly string[], times = 1, result = 'success'): Promise<Series> {
    const before = await this.series();
    return this.seriesWhen(
      (series) =>
        nodeIds.every((id) => collections(series, id, result) >= collections(before, id, result) + times),
      `${times} more collections with ${result} of ${nodeIds.join(', ')}`,
    );
  }

  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.program.ended;
  }
}

/** How many collections of the node had this result. */
export function collections(series: Series, nodeId: string, result: string): number {
  return sum(series, 'taurusdb_collections_total', nodeId, `result="${result}"`);
}

/** Failed collections of the node. */
export function failures(series: Series, nodeId: string, reason: string): number {
  return sum(series, 'taurusdb_collection_errors_total', nodeId, `reason="${reason}"`);
}

/** Over the series of the metric whose labels have all of these texts. */
export function sum(series: Series, metric: string, ...texts: readonly string[]): number {
  return values(series, metric, ...texts).reduce((total, value) => total + value, 0);
}

export function values(series: Series, metric: string, ...texts: readonly string[]): number[] {
  return [...samplesNamed(series, metric)]
    .filter(([labels]) => texts.every((text) => labels.includes(text)))
    .map(([, value]) => value);
}

/** The names of all series that have this text in them. */
export function seriesWith(series: Series, text: string): string[] {
  return [...series.keys()].filter((name) => name.includes(text));
}

/** For what the test sees itself, such as the requests that the API got. */
export async function until(holds: () => boolean, what: string): Promise<void> {
  await eventually(() => holds() || undefined, what, PATIENCE_MS);
}

export interface Changes extends Settings {
  readonly api?: Settings;
  readonly collection?: Settings;
}

/** Every node of the API, collected every second; `changes` and `ofProject` say what is to be otherwise. */
export function settingsOf(
  api: Simulator,
  changes: Changes = {},
  ofProject: (project: SimulatedProject) => Settings = () => ({}),
): Settings {
  const collection = { schedule: EVERY_SECOND, splay: '0s', poll_interval: '100ms', timeout: '30s' };
  return simulatedConfig(
    api,
    {
      ...changes,
      api: { max_requests_per_second: 100, ...changes.api },
      collection: { ...collection, ...changes.collection },
    },
    ofProject,
  );
}

/** Of these projects, or of all. */
export function nodeIdsOf({ projects }: Simulator, ...names: readonly string[]): string[] {
  return projects
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .flatMap(({ instances }) => instances.flatMap(({ nodes }) => nodes.map(({ id }) => id)));
}
