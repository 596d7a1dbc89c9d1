// The shipped rules, dashboards and consoles, tried on a real Prometheus that scrapes an example of every metric from two
// exporters of the same nodes: a rule that cannot tell them apart fails with many-to-many.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { requireProgram } from '../support/real-programs.js';
import {
  annotationExpressions,
  panelExpressions,
  readDashboards,
  variableQueries,
} from './dashboard-expressions.js';
import { EXAMPLE_NODE_ID, exampleFleet } from './example-fleet.js';
import { type PrometheusServer, SHIPPED_RULES, startPrometheus } from './prometheus-server.js';

/** Beside the shipped rules: by them both nodes of the instance would be alike. */
const OWN_RULES = `groups:
  - name: own
    rules:
      - { record: taurusdb:threshold:lock_waiting_sessions, labels: { instance_id: i1in07 }, expr: 0 }
      - { record: taurusdb:threshold:lock_waiting_sessions, labels: { node_id: n2no07, team: orders }, expr: 1000 }
      - { record: taurusdb:link:runbooks, labels: { url: "https://git.example.com/alerts.md" }, expr: 1 }
      - { record: taurusdb:link:grafana, labels: { url: "https://grafana.example.com", datasource: main }, expr: 1 }
`;

describe('deploy on a real Prometheus', () => {
  let exporter: Server;
  let prometheus: PrometheusServer;
  let rules: string;

  before(async function () {
    const program = requireProgram(this, 'prometheus');
    exporter = createServer(({ url }, response) => {
      response.setHeader('content-type', 'text/plain; version=0.0.4; charset=utf-8');
      const page = exampleFleet(Date.now() / 1000);
      response.end(url === '/other' ? page.replaceAll('orders-replica', 'orders-reader') : page);
    }).listen(0, '127.0.0.1');
    await once(exporter, 'listening');
    const address = exporter.address();
    assert.ok(address !== null && typeof address === 'object');
    rules = mkdtempSync(join(tmpdir(), 'live-rules-'));
    writeFileSync(join(rules, 'own.yml'), OWN_RULES);
    for (const file of SHIPPED_RULES) {
      const quick = readFileSync(file, 'utf8').replaceAll(/^( +for:) \S+$/gm, '$1 2s');
      writeFileSync(join(rules, basename(file)), quick);
    }
    prometheus = await startPrometheus(program, {
      rule_files: [`${rules}/*.yml`],
      scrape_configs: [
        { job_name: 'taurusdb', static_configs: [{ targets: [`127.0.0.1:${address.port}`] }] },
        {
          job_name: 'taurusdb-other',
          metrics_path: '/other',
          static_configs: [{ targets: [`127.0.0.1:${address.port}`], labels: { pod_template_hash: 'bbb' } }],
        },
      ],
    });
    // Three of each: rates need two samples, and recordings stand on one another.
    await prometheus.waitFor('count_over_time(node:taurusdb_sessions:excess[1m]) >= 3');
  });

  after(async () => {
    await prometheus?.stop();
    exporter?.closeAllConnections();
    exporter?.close();
    rmSync(rules, { recursive: true, force: true });
  });

  it('evaluates every rule without an error', async () => {
    const response = await fetch(`${prometheus.url}/api/v1/rules`);
    const { data } = (await response.json()) as {
      data: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] };
    };
    const rules = data.groups.flatMap((group) => group.rules);
    assert.ok(rules.length > 30);
    assert.deepEqual(
      rules.filter(({ health }) => health !== 'ok').map(({ name, lastError }) => [name, lastError]),
      [],
    );
  });

  it("alerts by a node's or an instance's own threshold, with links that lead to the node", async () => {
    const firing = 'ALERTS{alertname="TaurusDBLockWaits",alertstate="firing"}';
    await prometheus.waitFor(firing);
    const nodes = (await prometheus.query(firing)).map(({ metric }) => metric.node_id);
    assert.deepEqual(nodes, ['n1no07']);
    const response = await fetch(`${prometheus.url}/api/v1/alerts`);
    const { data } = (await response.json()) as {
      data: { alerts: { labels: Record<string, string>; annotations: Record<string, string> }[] };
    };
    const alert = data.alerts.find(({ labels }) => labels.alertname === 'TaurusDBLockWaits');
    assert.equal(alert?.annotations.runbook_url, 'https://git.example.com/alerts.md#taurusdblockwaits');
    const { origin, pathname, searchParams } = new URL(alert.annotations.dashboard ?? '');
    assert.equal(origin + pathname, 'https://grafana.example.com/d/taurusdb-node');
    const { from, to, ...variables } = Object.fromEntries(searchParams);
    const chosen = { 'var-datasource': 'main', 'var-instance': 'i1in07', 'var-node': 'n1no07' };
    assert.deepEqual(variables, chosen);
    assert.equal(Number(to) - Number(from), 7_200_000);
    assert.ok(Math.abs((Number(from) + Number(to)) / 2 - Date.now()) < 60_000);
    assert.match(
      alert.annotations.incident ?? '',
      /^https:\/\/exporter\.example\.com\/incidents\/n1no07-1\d{9}$/,
    );
  });

  for (const [name, dashboard] of readDashboards()) {
    it(`finds data for every query of ${name}`, async () => {
      for (const { where, expr } of panelExpressions(dashboard, EXAMPLE_NODE_ID)) {
        assert.ok((await prometheus.query(expr)).length > 0, `${where}: ${expr}`);
      }
    });

    it(`marks on ${name} where incidents of the chosen nodes began`, async () => {
      const mark = dashboard.annotations.list.find(({ name: title }) => title === 'Incidents');
      assert.equal(mark?.useValueForTime, true, 'a value is a time');
      const { expr = '' } =
        annotationExpressions(dashboard, EXAMPLE_NODE_ID).find(({ where }) => where.endsWith('Incidents')) ??
        {};
      const marks = await prometheus.query(expr);
      const nodes = marks.map(({ metric }) => metric.node).sort();
      const all = ['n3no07', 'orders-primary', 'orders-re'];
      assert.deepEqual(
        nodes.map((node) => node?.replace(/^orders-re.*/u, 'orders-re')),
        dashboard.uid === 'taurusdb-node' ? ['orders-primary'] : all,
      );
      for (const { value } of marks) {
        const agoMs = Date.now() - Number(value[1]);
        assert.ok(agoMs > 0 && agoMs < 300_000, String(value[1]));
      }
    });

    it(`offers every instance and node of ${name} by name, and by id where it has none`, async () => {
      const offered: Record<string, string[]> = {};
      for (const { name: variable, expr, regex } of variableQueries(dashboard, EXAMPLE_NODE_ID)) {
        const lines = (await prometheus.query(expr)).map(grafanaLine);
        const groups = lines.map((line) => regex.exec(line)?.groups);
        offered[variable] = groups.map((group) => `${group?.text}=${group?.value}`).sort();
      }
      assert.deepEqual(offered.instance, ['i2in07=i2in07', 'orders=i1in07']);
      assert.deepEqual(offered.node, [
        'n3no07=n3no07',
        'orders-primary=n1no07',
        'orders-reader=n2no07',
        'orders-replica=n2no07',
      ]);
    });
  }

  it('counts a node once on dashboards and consoles, whichever exporters show it', async () => {
    const fleet = readDashboards().get('fleet-overview.json');
    assert.ok(fleet !== undefined);
    const panels = panelExpressions(fleet, EXAMPLE_NODE_ID);
    const nodes = panels.filter(({ where }) => / Nodes [A-J]$/.test(where));
    assert.equal(nodes.length, 1 + 10);
    const [number, ...columns] = await Promise.all(nodes.map(({ expr }) => prometheus.query(expr)));
    assert.equal(number?.[0]?.value[1], '3');
    assert.deepEqual(
      columns.map(({ length }) => length),
      Array(10).fill(3),
    );

    const page = await consolePage('taurusdb-fleet.html');
    assert.equal(page.match(/<td><a href="taurusdb-node\.html\?node_id=n\dno07">(?!\w+\/)/g)?.length, 3);
    const plain = page.replace(/<[^>]*>|\s+/g, ' ').replace(/ +/g, ' ');
    assert.match(
      plain,
      / 3 nodes, 1 of them not collected; \d+ sessions, \d+ of them active; [01] incidents last/,
    );
    assert.doesNotMatch(page, /expr=(?:sum|count)%28taurusdb_/, 'adds up series, not nodes');
    const agent = await consolePage('taurusdb-agent.html');
    assert.equal(agent.match(/<td><a href="taurusdb-node\.html/g)?.length, 3);
    const choice = await consolePage('taurusdb-node.html');
    assert.equal(choice.match(/<li><a href="taurusdb-node\.html/g)?.length, 3);
  });

  it('shows the fleet and the agent in its consoles', async () => {
    const fleet = await consolePage('taurusdb-fleet.html');
    assert.match(fleet, /<a href="taurusdb-node\.html\?node_id=n1no07">orders-primary<\/a>/);
    assert.match(fleet, /<a href="taurusdb-node\.html\?node_id=n3no07">n3no07<\/a>/);
    const agent = await consolePage('taurusdb-agent.html');
    assert.match(agent, /<td>0\.1\.0<\/td>/);
    assert.match(agent, /staging\/n3no07/);
    assert.match(agent, /<td>staging<\/td>\s*<td class="number">1<\/td>\s*<td>works<\/td>/);
  });

  it('shows a node in its console, names as text', async () => {
    const node = await consolePage('taurusdb-node.html?node_id=n1no07');
    assert.match(node, /<h1>production\/orders-primary<\/h1>/);
    assert.match(node, /<td>&lt;b&gt;q&#34;uote\\&lt;\/b&gt;<\/td>/);
    assert.doesNotMatch(node, /<b>q/);
  });

  it('lets people choose where the console is asked for a node that is not there, or for something else', async () => {
    for (const query of [
      '',
      '?node_id=gone',
      '?node_id=%22%7D)%20or%20taurusdb_node_info%7Bnode_id%3D~%22.%2B',
    ]) {
      const page = await consolePage(`taurusdb-node.html${query}`);
      assert.match(page, /<h1>Choose a node<\/h1>/);
      assert.match(page, /production\/orders-replica/);
    }
  });

  async function consolePage(page: string): Promise<string> {
    const response = await fetch(`${prometheus.url}/consoles/${page}`);
    const text = await response.text();
    assert.equal(response.status, 200, text);
    return text;
  }
});

/** How Grafana writes a sample before it applies a variable's regular expression. */
function grafanaLine({
  metric,
  value,
}: {
  metric: Readonly<Record<string, string>>;
  value: readonly unknown[];
}) {
  const labels = Object.entries(metric).map(([label, text]) => `${label}="${text}"`);
  return `{${labels.join(',')}} ${value[1]} ${value[0]}`;
}
