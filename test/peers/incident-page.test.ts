// From the alert to the page: a spike on the built program, a real Prometheus and Alertmanager, and the link that the webhook
// was told, followed as a person would; also after a restart.
import assert from 'node:assert/strict';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../src/cli/demo.js';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { type PrometheusServer, startPrometheus } from '../deploy/prometheus-server.js';
import { addressOf, eventually, type Program, startProgram } from '../support/program.js';
import { requireProgram } from '../support/real-programs.js';
import { simulatedConfig, writeConfig } from '../support/simulated-config.js';
import { type Alertmanager, startAlertmanager } from './alertmanager.js';
import { type QuickRules, writeDemoRules } from './quick-rules.js';

const PATIENCE_MS = 60_000;
const USUAL = 20;
const SPIKE = 200;
/** Nothing is a spike before; with some to spare. */
const COLLECTIONS = 12;

describe('the link from an alert to the page of its incident', function () {
  this.timeout(180_000);

  const folder = mkdtempSync(path.join(tmpdir(), 'incident-page-'));
  const csvFile = path.join(folder, 'sessions.csv');
  let nodeId: string;
  let configFile: string;
  let listenAddress: string;
  let simulator: Simulator | undefined;
  let agent: Program | undefined;
  let alertmanager: Alertmanager | undefined;
  let prometheus: PrometheusServer | undefined;
  let rules: QuickRules | undefined;
  let link: string;

  before(async function () {
    const prometheusProgram = requireProgram(this, 'prometheus');
    const alertmanagerProgram = requireProgram(this, 'prometheus-alertmanager');
    show(USUAL);
    const projects = sampleFleet({ nodesPerInstance: 1 }).map((project) => ({
      ...project,
      instances: project.instances.map((instance) => ({
        ...instance,
        nodes: instance.nodes.map((node) => ({ ...node, csvFile })),
      })),
    }));
    nodeId = projects[0]?.instances[0]?.nodes[0]?.id ?? '';
    simulator = await startSimulator({ projects, taskSeconds: { min: 0, max: 0 } });
    listenAddress = `127.0.0.1:${await freePort()}`;
    configFile = writeConfig(
      simulatedConfig(simulator, {
        incidents: { directory: path.join(folder, 'incidents') },
        web: { external_url: `http://${listenAddress}/` },
      }),
    );
    agent = await startAgent();
    alertmanager = await startAlertmanager(alertmanagerProgram);
    rules = writeDemoRules();
    prometheus = await startPrometheus(prometheusProgram, {
      scrape_configs: [{ job_name: 'taurusdb', static_configs: [{ targets: [listenAddress] }] }],
      rule_files: rules.files,
      alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager.address] }] }] },
    });
    await prometheus.waitFor(
      `taurusdb_collections_total{result="success"} >= ${COLLECTIONS} and on (node_id) node:taurusdb_sessions:excess`,
    );
    show(SPIKE);
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

  it('leads from what the webhook is told to the record', async () => {
    link = await eventually(
      () => {
        const alert = alertmanager
          ?.told()
          .find(({ status, labels }) => status === 'firing' && labels.alertname === 'TaurusDBSessionSpike');
        return alert?.annotations.incident;
      },
      'a spike that fires',
      PATIENCE_MS,
    );
    assert.match(link, new RegExp(`^http://${listenAddress}/incidents/${nodeId}-\\d{10}$`, 'u'));
    await followLink();
  });

  it('leads there after a restart, too, and the metrics name the same record', async () => {
    agent?.child.kill('SIGTERM');
    await agent?.ended;
    agent = await startAgent();
    await followLink();
    const [, seconds] = /-(\d+)$/u.exec(link) ?? [];
    await prometheus?.waitFor(`taurusdb_incident_last_timestamp_seconds{node_id="${nodeId}"} == ${seconds}`);
  });

  async function followLink(): Promise<void> {
    const page = await fetch(link);
    const text = await page.text();
    assert.equal(page.status, 200, text);
    assert.match(text, /app_rw/u);
    const id = link.slice(link.lastIndexOf('/') + 1);
    const answer = await fetch(`http://${listenAddress}/api/v1/incidents/${id}`);
    const record = (await answer.json()) as { id: string; node_id: string; kinds: string[] };
    assert.deepEqual([record.id, record.node_id], [id, nodeId]);
    assert.ok(record.kinds.includes('spike'));
  }

  async function startAgent(): Promise<Program> {
    const started = startProgram([`--config.file=${configFile}`, `--web.listen-address=${listenAddress}`]);
    await addressOf(started);
    return started;
  }

  /** From the node's next collection on. */
  function show(sessions: number): void {
    const row = (_: unknown, id: number) => `${id},app_rw,10.0.0.1:${5000 + id},shop,Sleep,1,,`;
    const lines = ['Id,User,Host,db,Command,Time,State,Info', ...Array.from({ length: sessions }, row)];
    writeFileSync(`${csvFile}.new`, `${lines.join('\n')}\n`);
    renameSync(`${csvFile}.new`, csvFile);
  }
});
