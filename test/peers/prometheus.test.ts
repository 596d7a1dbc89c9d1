// The way of a spike, all of it real but the cloud: simulator → agent → Prometheus → Alertmanager → webhook. And on the
// way there: Prometheus keeps every series that the agent publishes, in either format.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import type { Spike } from '../../src/simulator/sessions/traffic.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { panelExpressions, readDashboards } from '../deploy/dashboard-expressions.js';
import { type PrometheusServer, startPrometheus } from '../deploy/prometheus-server.js';
import { parseSamples } from '../metrics/parse-exposition.js';
import { addressOf, eventually, type Program, startProgram } from '../support/program.js';
import { requireProgram } from '../support/real-programs.js';
import { simulatedConfig, writeConfig } from '../support/simulated-config.js';
import { type Alertmanager, startAlertmanager, type ToldAlert } from './alertmanager.js';
import { writeDemoRules } from './quick-rules.js';
import {
  OPENMETRICS_PATH,
  type RecordedPage,
  type RecordingRelay,
  startRecordingRelay,
  TEXT_PATH,
} from './recording-relay.js';
import { clockWithSpikeIn } from './spike-clock.js';

const SEED = 1;
/** Long enough for Prometheus to know what is usual. */
const QUIET_MS = 25_000;
/** A spike lasts 45 s. */
const PATIENCE_MS = 90_000;
const SPIKE_ALERTS = ['TaurusDBSessionSpike', 'TaurusDBSessionSpikeByUser', 'TaurusDBSessionSpikeByHost'];

describe('a real Prometheus and Alertmanager', function () {
  this.timeout(180_000);

  let spike: Spike;
  let nodeId: string;
  let simulator: Simulator | undefined;
  let agent: Program | undefined;
  let relay: RecordingRelay | undefined;
  let alertmanager: Alertmanager | undefined;
  let prometheus: PrometheusServer | undefined;
  let rules: ReturnType<typeof writeDemoRules> | undefined;

  before(async function () {
    const prometheusProgram = requireProgram(this, 'prometheus');
    const alertmanagerProgram = requireProgram(this, 'prometheus-alertmanager');
    const projects = sampleFleet({ instances: 1, nodesPerInstance: 2, seed: SEED });
    nodeId = projects[0]?.instances[0]?.nodes.find(({ type }) => type === 'master')?.id ?? '';
    const timing = clockWithSpikeIn(QUIET_MS, SEED, nodeId);
    spike = timing.spike;
    simulator = await startSimulator({
      projects,
      seed: SEED,
      clock: timing.clock,
      taskSeconds: { min: 0, max: 0 },
    });
    const discovery = { discovery: { enabled: true }, nodes: [] };
    const configFile = writeConfig(simulatedConfig(simulator, {}, () => discovery));
    agent = startProgram([`--config.file=${configFile}`, '--web.listen-address=127.0.0.1:0']);
    const agentUrl = await addressOf(agent);
    relay = await startRecordingRelay(agentUrl);
    alertmanager = await startAlertmanager(alertmanagerProgram);
    rules = writeDemoRules();
    const target = (address: string) => ({ static_configs: [{ targets: [address] }] });
    prometheus = await startPrometheus(prometheusProgram, {
      scrape_configs: [
        { job_name: 'text', metrics_path: TEXT_PATH, ...target(relay.address) },
        { job_name: 'openmetrics', metrics_path: OPENMETRICS_PATH, ...target(relay.address) },
        { job_name: 'taurusdb', ...target(new URL(agentUrl).host) },
      ],
      rule_files: rules.files,
      alerting: { alertmanagers: [target(alertmanager.address)] },
    });
    await prometheus.waitFor('node:taurusdb_sessions:excess');
  });

  after(async () => {
    await prometheus?.stop();
    await alertmanager?.stop();
    relay?.close();
    agent?.child.kill('SIGTERM');
    await agent?.ended;
    await simulator?.close();
    if (rules !== undefined) {
      rmSync(rules.folder, { recursive: true });
    }
  });

  for (const [job, path, contentType] of [
    ['text', TEXT_PATH, /^text\/plain; version=0\.0\.4/],
    ['openmetrics', OPENMETRICS_PATH, /^application\/openmetrics-text; version=1\.0\.0/],
  ] as const) {
    it(`stores every sample of the ${job} page, none twice`, async () => {
      assert.ok(prometheus && relay);
      const page = await lastStored(relay, prometheus, job, path);
      assert.match(page.contentType, contentType);
      const published = parseSamples(page.body.replace(/^# EOF\n/mu, ''));
      const samples = new Map(
        published.map(({ name, labels, value }) => [seriesName(name, withoutEmpty(labels)), value]),
      );
      assert.equal(samples.size, published.length);
      assert.ok([...samples.keys()].some((name) => name.startsWith('taurusdb_sessions_by_user{')));

      // Names with a colon are what rules recorded.
      const ofThisPage = `{job="${job}",__name__!~".*:.*"}`;
      const stored = await prometheus.query(ofThisPage, storedBy(page));
      const report = new Map<string, number>();
      const kept = new Map<string, number>();
      for (const { metric, value } of stored) {
        const { __name__: name = '', job: _job, instance: _instance, ...labels } = metric;
        const map = /^(up|scrape_\w+)$/u.test(name) ? report : kept;
        map.set(seriesName(name, labels), Number(value[1]));
      }
      assert.deepEqual(sorted(kept), sorted(samples));
      assert.equal(report.get('up{}'), 1);
      assert.equal(report.get('scrape_samples_scraped{}'), samples.size);
      assert.equal(report.get('scrape_samples_post_metric_relabeling{}'), samples.size);
    });
  }

  it('reads the agent itself, compressed', async () => {
    await prometheus?.waitFor('scrape_samples_scraped{job="taurusdb"} > 100');
  });

  it('has data for every query of the dashboards', async () => {
    for (const dashboard of readDashboards().values()) {
      for (const { where, expr } of panelExpressions(dashboard, nodeId)) {
        const samples = await prometheus?.query(expr);
        // There may have been no incident.
        assert.ok(samples?.length !== 0 || / Incidents A$/u.test(where), `${where}: ${expr}`);
      }
    }
  });

  it('tells the webhook of a spike, its user and its host, and of their end', async () => {
    assert.ok(alertmanager);
    const { told } = alertmanager;
    const of = (status: ToldAlert['status']) =>
      SPIKE_ALERTS.flatMap(
        (name) =>
          told().find(
            (alert) =>
              alert.status === status && alert.labels.alertname === name && alert.labels.node_id === nodeId,
          ) ?? [],
      );
    const all = (alerts: readonly ToldAlert[]) =>
      alerts.length === SPIKE_ALERTS.length ? alerts : undefined;
    const firing = await eventually(() => all(of('firing')), 'alerts that fire', PATIENCE_MS);
    for (const { labels, annotations } of firing) {
      assert.equal(labels.project, 'production');
      assert.match(annotations.summary ?? '', /production\/orders-primary/);
    }
    assert.deepEqual(
      firing.flatMap(({ labels }) => labels.user ?? labels.client_host ?? []),
      [spike.user, spike.host],
    );
    await eventually(() => all(of('resolved')), 'alerts that are resolved', PATIENCE_MS);
  });
});

/** A page that Prometheus took in time: its scrape is over by the time that another one is asked for. */
function lastStored(
  relay: RecordingRelay,
  prometheus: PrometheusServer,
  job: string,
  path: string,
): Promise<RecordedPage> {
  return eventually(async () => {
    const page = relay.pages(path).at(-2);
    if (page === undefined) {
      return undefined;
    }
    const inTime = await prometheus.query(`up{job="${job}"} == 1`, storedBy(page));
    return page.body.includes('taurusdb_sessions{') && inTime.length > 0 ? page : undefined;
  }, `a stored page of ${path}`);
}

/** In seconds: after the scrape of the page, before the next one. */
function storedBy({ askedAt }: RecordedPage): number {
  return askedAt / 1000 + 0.5;
}

/** To Prometheus a label without a value is none. */
function withoutEmpty(labels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(labels).filter(([, value]) => value !== ''));
}

function seriesName(name: string, labels: Readonly<Record<string, string>>): string {
  return `${name}${JSON.stringify(Object.fromEntries(Object.entries(labels).sort()))}`;
}

function sorted(samples: ReadonlyMap<string, number>): (readonly [string, number])[] {
  return [...samples].sort();
}
