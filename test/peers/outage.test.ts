// What an on-call is told of an outage, all of it real but the cloud: the API stops in the middle of a spike, the agent is
// restarted, the API comes back. A project of 40 listed nodes and one whose nodes are discovered. A minute of the rules
// lasts two and a half seconds.
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../src/cli/demo.js';
import type { SimulatedProject } from '../../src/simulator/cloud/simulated-fleet.js';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { type PrometheusServer, startPrometheus } from '../deploy/prometheus-server.js';
import { eventually, type Program, startProgram } from '../support/program.js';
import { requireProgram } from '../support/real-programs.js';
import { simulatedConfig, writeConfig } from '../support/simulated-config.js';
import { type Alertmanager, startAlertmanager, type ToldAlert } from './alertmanager.js';
import { type QuickRules, writeScaledRules } from './quick-rules.js';

const SECONDS_FOR_MINUTE = 2.5;
const NODES = 40;
const USUAL = 20;
const SPIKE = 200;
const PATIENCE_MS = 60_000;
const OF_SESSIONS = 'TaurusDBSessionSpike';
const OF_PROJECT = 'TaurusDBProjectNotCollected';
const OF_NODE = 'TaurusDBNodeNotCollected';
const OF_AGENT = 'TaurusDBAgentDown';
const OF_THRESHOLD = 'TaurusDBThresholdNotInForce';

describe('an outage in the middle of a spike', function () {
  this.timeout(180_000);

  const folder = mkdtempSync(path.join(tmpdir(), 'outage-'));
  const files = { usual: path.join(folder, 'usual.csv'), changing: path.join(folder, 'changing.csv') };
  const projects = fleetOf(files);
  const names = projects.map(({ name }) => name);
  let simulator: Simulator | undefined;
  let configFile: string;
  let listenAddress: string;
  let agent: Program | undefined;
  let alertmanager: Alertmanager;
  let prometheus: PrometheusServer | undefined;
  let rules: QuickRules | undefined;

  before(async function () {
    const prometheusProgram = requireProgram(this, 'prometheus');
    const alertmanagerProgram = requireProgram(this, 'prometheus-alertmanager');
    show(USUAL);
    copyFileSync(files.changing, files.usual);
    simulator = await startApi(await freePort());
    const settings = {
      collection: {
        schedule: '*/2 * * * * *',
        splay: '0s',
        poll_interval: '100ms',
        timeout: '1500ms',
        max_concurrent: NODES,
      },
      api: { max_requests_per_second: 500 },
    };
    configFile = writeConfig(
      simulatedConfig(simulator, settings, ({ name }) =>
        name === names[0] ? {} : { nodes: [], discovery: { enabled: true, refresh: '5s' } },
      ),
    );
    listenAddress = `127.0.0.1:${await freePort()}`;
    agent = startAgent();
    alertmanager = await startAlertmanager(alertmanagerProgram);
    rules = writeScaledRules(SECONDS_FOR_MINUTE);
    const target = (address: string) => ({ static_configs: [{ targets: [address] }] });
    prometheus = await startPrometheus(
      prometheusProgram,
      {
        scrape_configs: [{ job_name: 'taurusdb', ...target(listenAddress) }],
        rule_files: [...rules.files, ownThresholds(rules.folder)],
        alerting: { alertmanagers: [target(alertmanager.address)] },
      },
      // Ends, too: each group has those of the node alerts when the project's comes.
      { resendSeconds: 1 },
    );
    // Long enough for Prometheus to know what is usual.
    await prometheus.waitFor(`count(count_over_time(node:taurusdb_sessions:excess[1m]) >= 12) >= ${NODES}`);
    show(SPIKE);
    await toldOf('firing', OF_SESSIONS);
  });

  after(async () => {
    await prometheus?.stop();
    await alertmanager?.stop();
    agent?.child.kill('SIGTERM');
    await agent?.ended;
    await simulator?.close();
    rmSync(folder, { recursive: true });
    if (rules !== undefined) {
      rmSync(rules.folder, { recursive: true });
    }
  });

  it('is told of before the spike ends for want of data, once for each project, and so is its end', async () => {
    const url = simulator?.url ?? '';
    await simulator?.close();
    agent?.child.kill('SIGTERM');
    await agent?.ended;
    agent = startAgent();

    // By now each of the nodes has an alert, and nobody is told.
    const ofNodes = await eventually(
      async () => {
        const known = (await alertmanager.known()).filter(({ labels }) => labels.alertname === OF_NODE);
        return known.length === NODES ? known : undefined;
      },
      `an alert on each of ${NODES} nodes`,
      PATIENCE_MS,
    );
    assert.deepEqual(
      ofNodes.filter(({ status }) => status.state !== 'suppressed'),
      [],
    );

    show(USUAL);
    simulator = await startApi(Number(new URL(url).port));
    await toldOf('resolved', OF_PROJECT);

    for (const name of names) {
      const story = alertmanager
        .told()
        .filter(({ labels }) => labels.project === name)
        .map(({ status, labels }) => `${status} ${labels.alertname}`);
      const spikes = story.filter((word) => / TaurusDBSessionSpike/.test(word));
      const outage = story.filter((word) => !spikes.includes(word));
      assert.deepEqual(outage, [`firing ${OF_PROJECT}`, `resolved ${OF_PROJECT}`], name);
      const ended = story.findIndex((word) => word.startsWith('resolved TaurusDBSessionSpike'));
      assert.ok(ended > story.indexOf(`firing ${OF_PROJECT}`), story.join(', '));
    }
  });

  it('is told of apart from other kinds, where the exporter is down', async () => {
    const before = alertmanager.messages().length;
    // A threshold has two numbers with the same labels, in two groups of rules.
    assert.ok(alertmanager.told().some(({ labels }) => labels.alertname === OF_THRESHOLD));
    agent?.child.kill('SIGKILL');
    const isOfAgent = ({ status, labels }: ToldAlert) => status === 'firing' && labels.alertname === OF_AGENT;
    const message = await eventually(
      () =>
        alertmanager
          .messages()
          .slice(before)
          .find(({ alerts }) => alerts.some(isOfAgent)),
      'a message about the exporter',
      PATIENCE_MS,
    );
    assert.deepEqual(
      message.alerts.map(({ labels }) => labels.alertname),
      [OF_AGENT],
    );
  });

  /** Of the node that changes, from its next collection on. */
  function show(sessions: number): void {
    const row = (_: unknown, id: number) => `${id},app_rw,10.0.0.1:${5000 + id},shop,Sleep,1,,`;
    const lines = ['Id,User,Host,db,Command,Time,State,Info', ...Array.from({ length: sessions }, row)];
    writeFileSync(`${files.changing}.new`, `${lines.join('\n')}\n`);
    renameSync(`${files.changing}.new`, files.changing);
  }

  function startApi(port: number): Promise<Simulator> {
    return startSimulator({ projects, port, taskSeconds: { min: 0, max: 0 } });
  }

  function startAgent(): Program {
    return startProgram([`--config.file=${configFile}`, `--web.listen-address=${listenAddress}`]);
  }

  /** In every project. */
  async function toldOf(status: 'firing' | 'resolved', alertname: string): Promise<void> {
    await eventually(
      () => {
        const told = alertmanager
          .told()
          .filter((alert) => alert.status === status && alert.labels.alertname === alertname);
        return new Set(told.map(({ labels }) => labels.project)).size === names.length || undefined;
      },
      `${status} ${alertname} of each project`,
      PATIENCE_MS,
    );
  }
});

/** A number for all nodes that the other file has, too. */
function ownThresholds(folder: string): string {
  const file = path.join(folder, 'own-thresholds.rules.yml');
  const rules = [{ record: 'taurusdb:threshold:long_query_seconds', expr: '9999' }];
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'own-thresholds', rules }] }));
  return file;
}

/** One node of each project shows what stands in a file of its own. */
function fleetOf({
  usual,
  changing,
}: {
  readonly usual: string;
  readonly changing: string;
}): SimulatedProject[] {
  const fleet = sampleFleet({ projects: 2, instances: NODES / 2, nodesPerInstance: 2 });
  return fleet.map((project, index) => ({
    ...project,
    instances: project.instances.slice(0, index === 0 ? undefined : 2).map((instance, first) => ({
      ...instance,
      nodes: instance.nodes.map((node, second) => ({
        ...node,
        csvFile: first + second === 0 ? changing : usual,
      })),
    })),
  }));
}
