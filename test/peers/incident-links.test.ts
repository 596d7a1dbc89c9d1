// The link of an alert to its incident, as a webhook is told it by a real Prometheus and Alertmanager. What is scraped is
// written by hand: two exporters, of which one has the node.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type PrometheusServer, startPrometheus } from '../deploy/prometheus-server.js';
import { eventually } from '../support/program.js';
import { requireProgram } from '../support/real-programs.js';
import { type Alertmanager, startAlertmanager } from './alertmanager.js';
import { type QuickRules, writeDemoRules } from './quick-rules.js';

const PATIENCE_MS = 60_000;
const WAITING = 50;

/** A node that waits for locks, whose last incident began so many seconds ago. */
interface Node {
  readonly id: string;
  readonly begunAgo?: number;
}

const NODES: readonly Node[] = [
  { id: 'n1no07', begunAgo: 30 },
  { id: 'n2no07', begunAgo: 90_000 },
  { id: 'n3no07' },
];

describe('the link of an alert', function () {
  this.timeout(120_000);

  const now = Math.floor(Date.now() / 1000);
  let exporters: Server;
  let alertmanager: Alertmanager | undefined;
  let prometheus: PrometheusServer | undefined;
  let rules: QuickRules | undefined;

  before(async function () {
    const prometheusProgram = requireProgram(this, 'prometheus');
    const alertmanagerProgram = requireProgram(this, 'prometheus-alertmanager');
    exporters = createServer(({ url }, response) => {
      response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
      response.end(url === '/other' ? webInfo('https://other.example.com/') : page(NODES, now));
    }).listen(0, '127.0.0.1');
    await once(exporters, 'listening');
    const targets = [{ targets: [`127.0.0.1:${(exporters.address() as AddressInfo).port}`] }];
    alertmanager = await startAlertmanager(alertmanagerProgram);
    rules = writeDemoRules();
    prometheus = await startPrometheus(prometheusProgram, {
      scrape_configs: [
        { job_name: 'other', metrics_path: '/other', static_configs: targets },
        { job_name: 'taurusdb', static_configs: targets },
      ],
      rule_files: rules.files,
      alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager.address] }] }] },
    });
  });

  after(async () => {
    await prometheus?.stop();
    await alertmanager?.stop();
    exporters?.closeAllConnections();
    exporters?.close();
    if (rules !== undefined) {
      rmSync(rules.folder, { recursive: true });
    }
  });

  it('leads to a record that is young, else to what the exporter of the node has of it', async () => {
    const told = await eventually(
      () => {
        const alerts = (alertmanager?.told() ?? []).filter(
          ({ labels }) => labels.alertname === 'TaurusDBLockWaits',
        );
        const links = new Map(
          alerts.map(({ labels, annotations }) => [labels.node_id, annotations.incident]),
        );
        return links.size === NODES.length ? links : undefined;
      },
      'an alert on each node',
      PATIENCE_MS,
    );
    const base = 'https://exporter.example.com/taurusdb/incidents';
    assert.deepEqual(Object.fromEntries(told), {
      n1no07: `${base}/n1no07-${now - 30}`,
      n2no07: `${base}?node_id=n2no07`,
      n3no07: `${base}?node_id=n3no07`,
    });
  });
});

function webInfo(url: string): string {
  return `taurusdb_exporter_web_info{external_url="${url}"} 1\n`;
}

function page(nodes: readonly Node[], now: number): string {
  const samples = nodes.flatMap(({ id, begunAgo }) => {
    const ids = `instance_id="i1in07",node_id="${id}"`;
    return [
      `taurusdb_node_info{${ids},project="production",node_name="${id}"} 1`,
      `taurusdb_sessions{${ids}} 100`,
      `taurusdb_up{${ids}} 1`,
      `taurusdb_sessions_lock_waiting{${ids}} ${WAITING}`,
      `taurusdb_incident_active{${ids}} 0`,
      ...(begunAgo === undefined
        ? []
        : [`taurusdb_incident_last_timestamp_seconds{${ids}} ${now - begunAgo}`]),
    ];
  });
  return `${webInfo('https://exporter.example.com/taurusdb/')}${samples.join('\n')}\n`;
}
