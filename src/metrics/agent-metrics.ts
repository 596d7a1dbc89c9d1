// The metrics of the process and of its projects: counted by prom-client, written by this program's own renderer, because
// a registry of prom-client 15 knows one format only and drops the `_total` of its counters for good once it was OpenMetrics.
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { EpochMs } from '../clock.js';
import { API_OPERATIONS, type ApiObserver, type ApiOperation } from '../model/api-observer.js';
import { FAILURE_REASONS, type FailureReason } from '../model/failure.js';
import type { ProjectStatus } from '../model/project-status.js';
import * as families from './agent-families.js';
import { type ExpositionFormat, headerLines, label, sampleLine } from './exposition-text.js';
import type { AgentFamily } from './metric-family.js';

/** The status that each operation answers when all is well. */
const SUCCESS_CODES = {
  submit: '200',
  wait: '200',
  download: '200',
  list_instances: '200',
  show_instance: '200',
  token: '201',
} as const satisfies Record<ApiOperation, string>;

export interface BuildInfo {
  readonly version: string;
  readonly revision: string;
  readonly nodeVersion: string;
}

/** The files that are read again while the agent runs. */
export type ReloadedFile = 'configuration' | 'web configuration';

/** Of one project. */
export interface RequestBudget {
  readonly requestsPerSecond: number;
  readonly usedRatio: number;
}

const REQUEST_SECONDS_BUCKETS = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Gauges that are named as if they were counters; each has a twin with another name. */
const MISNAMED_DEFAULTS = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
];

/** Alerts ask how many more there are of throttled requests: a counter that begins at its first one hides it. */
const CODES_FROM_THE_START = ['429', 'error'];

export class AgentMetrics implements ApiObserver {
  readonly #registry = new Registry();
  readonly #requests = new Counter(this.#registered(families.API_REQUESTS));
  readonly #requestSeconds = new Histogram({
    ...this.#registered(families.API_REQUEST_DURATION),
    buckets: REQUEST_SECONDS_BUCKETS,
  });
  readonly #retries = new Counter(this.#registered(families.API_RETRIES));
  readonly #clockCorrections = new Counter(this.#registered(families.API_CLOCK_CORRECTIONS));
  readonly #budgetRate = new Gauge(this.#registered(families.API_BUDGET_RATE));
  readonly #budgetUsed = new Gauge(this.#registered(families.API_BUDGET_USED));
  readonly #discoveryUp = new Gauge(this.#registered(families.DISCOVERY_UP));
  readonly #discoveryErrors = new Counter(this.#registered(families.DISCOVERY_ERRORS));
  readonly #discoveryNodes = new Gauge(this.#registered(families.DISCOVERY_NODES));
  readonly #discoverySuccessAt = new Gauge(this.#registered(families.DISCOVERY_LAST_SUCCESS));
  readonly #projectNodes = new Gauge(this.#registered(families.PROJECT_NODES));
  readonly #buildInfo = new Gauge(this.#registered(families.BUILD_INFO));
  readonly #reloadSuccessful = new Gauge(this.#registered(families.CONFIG_LAST_RELOAD_SUCCESSFUL));
  readonly #reloadSuccessAt = new Gauge(this.#registered(families.CONFIG_LAST_RELOAD_SUCCESS));
  readonly #webInfo = new Gauge(this.#registered(families.WEB_INFO));
  readonly #incidentStoreErrors = new Counter(this.#registered(families.INCIDENT_STORE_ERRORS));

  /** By project: the codes that its requests were answered with. */
  readonly #projects = new Map<string, Set<string>>();
  /** The files whose last attempt to load failed. */
  readonly #failedFiles = new Set<ReloadedFile>();

  constructor({ version, revision, nodeVersion }: BuildInfo) {
    this.#buildInfo.set({ version, revision, node_version: nodeVersion }, 1);
    collectDefaultMetrics({ register: this.#registry });
    for (const name of MISNAMED_DEFAULTS) {
      this.#registry.removeSingleMetric(name);
    }
  }

  /** Where people reach the exporter; empty where that is not known. */
  setExternalUrl(url: string): void {
    this.#webInfo.reset();
    this.#webInfo.set({ external_url: url }, 1);
  }

  incidentStoreError(): void {
    this.#incidentStoreErrors.inc();
  }

  /** The projects of the configuration now in force: counters of new ones stand at 0, all series of gone ones vanish. */
  setProjects(projects: readonly string[]): void {
    for (const project of this.#projects.keys()) {
      if (!projects.includes(project)) {
        this.#remove(project);
      }
    }
    for (const project of projects) {
      if (!this.#projects.has(project)) {
        this.#add(project);
      }
    }
  }

  /** Counts nothing for a project that is gone: its last requests may end later than it. */
  request(project: string, operation: ApiOperation, code: string, seconds: number): void {
    const codes = this.#projects.get(project);
    if (codes !== undefined) {
      codes.add(code);
      this.#requests.inc({ project, operation, code });
      this.#requestSeconds.observe({ project, operation }, seconds);
    }
  }

  retry(project: string, operation: ApiOperation): void {
    if (this.#projects.has(project)) {
      this.#retries.inc({ project, operation });
    }
  }

  clockCorrection(project: string): void {
    if (this.#projects.has(project)) {
      this.#clockCorrections.inc({ project });
    }
  }

  /** The budgets of all projects as they are now: ask for them at every scrape. */
  setBudgets(budgets: ReadonlyMap<string, RequestBudget>): void {
    this.#budgetRate.reset();
    this.#budgetUsed.reset();
    for (const [project, { requestsPerSecond, usedRatio }] of budgets) {
      this.#budgetRate.set({ project }, requestsPerSecond);
      this.#budgetUsed.set({ project }, usedRatio);
    }
  }

  /** All projects as they are now: ask for them at every scrape. */
  setStatuses(projects: readonly ProjectStatus[]): void {
    const gauges = [this.#projectNodes, this.#discoveryUp, this.#discoveryNodes, this.#discoverySuccessAt];
    for (const gauge of gauges) {
      gauge.reset();
    }
    for (const { name: project, nodes, discovery } of projects) {
      this.#projectNodes.set({ project }, nodes);
      if (discovery !== undefined) {
        this.#discoveryUp.set({ project }, Number(discovery.up ?? false));
      }
      if (discovery?.found !== undefined) {
        this.#discoveryNodes.set({ project }, discovery.found);
      }
      if (discovery?.lastSuccessAt !== undefined) {
        this.#discoverySuccessAt.set({ project }, discovery.lastSuccessAt.wall / 1000);
      }
    }
  }

  /** The projects that are discovered: counters of new ones stand at 0, those of others vanish. */
  setDiscovered(projects: readonly string[]): void {
    for (const project of this.#projects.keys()) {
      if (!projects.includes(project)) {
        this.#endDiscovery(project);
      }
    }
    for (const project of projects) {
      for (const reason of FAILURE_REASONS) {
        this.#discoveryErrors.inc({ project, reason }, 0);
      }
    }
  }

  /** A discovery of the project failed, at least in part. */
  discoveryFailed(project: string, reason: FailureReason): void {
    this.#discoveryErrors.inc({ project, reason });
  }

  /** A file was loaded, at start or later, or could not be. */
  reload(file: ReloadedFile, success: boolean, at: EpochMs): void {
    if (success) {
      this.#failedFiles.delete(file);
    } else {
      this.#failedFiles.add(file);
    }
    const isInForce = this.#failedFiles.size === 0;
    this.#reloadSuccessful.set(Number(isInForce));
    if (isInForce) {
      this.#reloadSuccessAt.set(at / 1000);
    }
  }

  async text(format: ExpositionFormat): Promise<string> {
    // Its typings take the word in `type` for a number and leave `metricName` out.
    const metrics = (await this.#registry.getMetricsAsJSON()) as unknown as readonly RegistryMetric[];
    return metrics.map((metric) => familyText(metric, format)).join('');
  }

  #add(project: string): void {
    this.#projects.set(project, new Set([...CODES_FROM_THE_START, ...Object.values(SUCCESS_CODES)]));
    this.#clockCorrections.inc({ project }, 0);
    for (const operation of API_OPERATIONS) {
      for (const code of [SUCCESS_CODES[operation], ...CODES_FROM_THE_START]) {
        this.#requests.inc({ project, operation, code }, 0);
      }
      this.#requestSeconds.zero({ project, operation });
      this.#retries.inc({ project, operation }, 0);
    }
  }

  #remove(project: string): void {
    for (const operation of API_OPERATIONS) {
      for (const code of this.#projects.get(project) ?? []) {
        this.#requests.remove({ project, operation, code });
      }
      this.#requestSeconds.remove({ project, operation });
      this.#retries.remove({ project, operation });
    }
    this.#clockCorrections.remove({ project });
    this.#endDiscovery(project);
    this.#projects.delete(project);
  }

  #endDiscovery(project: string): void {
    for (const reason of FAILURE_REASONS) {
      this.#discoveryErrors.remove({ project, reason });
    }
  }

  #registered({ name, help, labels }: AgentFamily) {
    return { name, help, labelNames: labels, registers: [this.#registry] };
  }
}

interface RegistryMetric {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly values: readonly {
    readonly value: number;
    readonly labels: Readonly<Record<string, string | number>>;
    /** Of a histogram's `_bucket`, `_sum` and `_count`. */
    readonly metricName?: string;
  }[];
}

function familyText(metric: RegistryMetric, format: ExpositionFormat): string {
  const lines = metric.values
    .filter(({ value }) => Number.isFinite(value))
    .map(({ metricName, labels, value }) => {
      const pairs = Object.entries(labels).map(([name, text]) => label(name, labelText(name, text, format)));
      return sampleLine(metricName ?? metric.name, pairs.join(','), value);
    });
  return lines.length === 0 ? '' : headerLines(metric, format) + lines.join('');
}

/** OpenMetrics writes the bounds of buckets as floats: `1.0`. */
function labelText(name: string, text: string | number, format: ExpositionFormat): string {
  return format === 'openmetrics' && name === 'le' && Number.isInteger(text) ? `${text}.0` : String(text);
}
