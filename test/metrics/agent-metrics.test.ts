import assert from 'node:assert/strict';
import { epochMs, later } from '../../src/clock.js';
import { AGENT_FAMILIES } from '../../src/metrics/agent-families.js';
import { AgentMetrics } from '../../src/metrics/agent-metrics.js';
import { API_OPERATIONS } from '../../src/model/api-observer.js';
import { FAILURE_REASONS } from '../../src/model/failure.js';
import type { DiscoveryStatus } from '../../src/model/project-status.js';
import { FakeClock } from '../support/fake-clock.js';
import { parseSamples } from './parse-exposition.js';

const NOW = epochMs(Date.UTC(2026, 0, 2, 3, 4, 5));

function agentMetrics(): AgentMetrics {
  return new AgentMetrics({ version: '1.2.3', revision: 'abc', nodeVersion: '20.20.2' });
}

const NEVER_DISCOVERED = { up: undefined, lastSuccessAt: undefined, lastError: undefined };
const DISCOVERED = {
  up: true,
  lastSuccessAt: { wall: NOW, monotonic: new FakeClock().monotonic() },
  found: 7,
  lastError: undefined,
};

/** The lines of one family, without its HELP. */
async function lines(metrics: AgentMetrics, family: string): Promise<readonly string[]> {
  const text = await metrics.text('text');
  return text.split('\n').filter((line) => line.startsWith(`${family}{`) || line.startsWith(`${family} `));
}

describe('AgentMetrics', () => {
  it('starts the counters of every project and operation at 0', async () => {
    const metrics = agentMetrics();
    metrics.setProjects(['production', 'test']);
    const samples = parseSamples(await metrics.text('text')).filter(({ labels }) => 'project' in labels);
    assert.ok(samples.every(({ value }) => value === 0));
    const count = (wanted: string) => samples.filter(({ name }) => name === wanted).length;
    assert.equal(count('taurusdb_api_requests_total'), 2 * 3 * API_OPERATIONS.length);
    assert.equal(count('taurusdb_api_retries_total'), 2 * API_OPERATIONS.length);
    assert.equal(count('taurusdb_api_clock_corrections_total'), 2);
    assert.equal(count('taurusdb_api_request_duration_seconds_count'), 2 * API_OPERATIONS.length);
    assert.equal(count('taurusdb_api_request_duration_seconds_bucket'), 2 * 10 * API_OPERATIONS.length);
    assert.equal(count('taurusdb_discovery_nodes'), 0, 'unknown is not 0');
  });

  it('counts requests by status, with their duration', async () => {
    const metrics = agentMetrics();
    metrics.setProjects(['production']);
    metrics.request('production', 'submit', '200', 0.2);
    metrics.request('production', 'submit', '429', 0.3);
    metrics.request('production', 'submit', 'error', 10);
    metrics.retry('production', 'submit');
    metrics.clockCorrection('production');
    const submits = (await lines(metrics, 'taurusdb_api_requests_total')).filter((line) =>
      line.includes('"submit"'),
    );
    assert.deepEqual(submits, [
      'taurusdb_api_requests_total{project="production",operation="submit",code="200"} 1',
      'taurusdb_api_requests_total{project="production",operation="submit",code="429"} 1',
      'taurusdb_api_requests_total{project="production",operation="submit",code="error"} 1',
    ]);
    const labels = 'project="production",operation="submit"';
    const text = await metrics.text('text');
    assert.ok(text.includes(`taurusdb_api_request_duration_seconds_sum{${labels}} 10.5\n`));
    assert.ok(text.includes(`taurusdb_api_request_duration_seconds_bucket{le="0.25",${labels}} 1\n`));
    assert.ok(text.includes(`taurusdb_api_request_duration_seconds_bucket{le="1",${labels}} 2\n`));
    assert.ok(text.includes(`taurusdb_api_request_duration_seconds_bucket{le="+Inf",${labels}} 3\n`));
    assert.ok(text.includes(`taurusdb_api_retries_total{${labels}} 1\n`));
    assert.ok(text.includes('taurusdb_api_clock_corrections_total{project="production"} 1\n'));
  });

  it('shows the budgets that there are now', async () => {
    const metrics = agentMetrics();
    metrics.setBudgets(new Map([['gone', { requestsPerSecond: 1, usedRatio: 1 }]]));
    metrics.setBudgets(new Map([['production', { requestsPerSecond: 5, usedRatio: 0.25 }]]));
    assert.deepEqual(await lines(metrics, 'taurusdb_api_budget_requests_per_second'), [
      'taurusdb_api_budget_requests_per_second{project="production"} 5',
    ]);
    assert.deepEqual(await lines(metrics, 'taurusdb_api_budget_used_ratio'), [
      'taurusdb_api_budget_used_ratio{project="production"} 0.25',
    ]);
  });

  it('keeps counting when the projects are set again', async () => {
    const metrics = agentMetrics();
    metrics.setProjects(['production', 'test']);
    metrics.retry('production', 'wait');
    metrics.setProjects(['production', 'staging']);
    const retries = await lines(metrics, 'taurusdb_api_retries_total');
    assert.ok(retries.includes('taurusdb_api_retries_total{project="production",operation="wait"} 1'));
    assert.ok(retries.includes('taurusdb_api_retries_total{project="staging",operation="wait"} 0'));
  });

  it('tells of the nodes of every project, and of the discovery of those that have one', async () => {
    const metrics = agentMetrics();
    const told = async () => {
      const samples = parseSamples(await metrics.text('text')).filter(({ labels }) => 'project' in labels);
      return Object.fromEntries(
        samples.map(({ name, labels, value }) => [
          `${name.replace('taurusdb_', '')} ${labels.project}`,
          value,
        ]),
      );
    };
    const statuses = (discovery: DiscoveryStatus) =>
      metrics.setStatuses([
        { name: 'listed', nodes: 2, nodesOfAllShards: 2, discovery: undefined },
        { name: 'found', nodes: 0, nodesOfAllShards: 0, discovery },
      ]);
    const nodes = { 'project_nodes listed': 2, 'project_nodes found': 0 };
    const success = {
      'discovery_nodes found': 7,
      'discovery_last_success_timestamp_seconds found': 1767323045,
    };
    statuses(NEVER_DISCOVERED);
    assert.deepEqual(await told(), { ...nodes, 'discovery_up found': 0 });
    statuses({ ...NEVER_DISCOVERED, up: false });
    assert.deepEqual(await told(), { ...nodes, 'discovery_up found': 0 });
    statuses(DISCOVERED);
    assert.deepEqual(await told(), { ...nodes, ...success, 'discovery_up found': 1 });
    statuses({ ...DISCOVERED, up: false });
    assert.deepEqual(await told(), { ...nodes, ...success, 'discovery_up found': 0 });
    metrics.setStatuses([]);
    assert.deepEqual(await told(), {});
  });

  it('counts failed discoveries from 0, while the project has one', async () => {
    const metrics = agentMetrics();
    const family = 'taurusdb_discovery_errors_total';
    metrics.setProjects(['production', 'listed']);
    metrics.setDiscovered(['production']);
    assert.deepEqual(
      await lines(metrics, family),
      FAILURE_REASONS.map((reason) => `${family}{project="production",reason="${reason}"} 0`),
    );
    metrics.discoveryFailed('production', 'auth');
    metrics.setDiscovered(['production']);
    assert.ok((await lines(metrics, family)).includes(`${family}{project="production",reason="auth"} 1`));
    metrics.setDiscovered([]);
    assert.deepEqual(await lines(metrics, family), []);
  });

  it('tells whether the last reload succeeded, and when one last did', async () => {
    const metrics = agentMetrics();
    metrics.reload('configuration', true, NOW);
    metrics.reload('configuration', false, later(NOW, 60_000));
    const text = await metrics.text('text');
    assert.match(text, /^taurusdb_exporter_config_last_reload_successful 0$/m);
    assert.match(text, /^taurusdb_exporter_config_last_reload_success_timestamp_seconds 1767323045$/m);
  });

  it('tells of a success only where the last attempt of each file succeeded', async () => {
    const metrics = agentMetrics();
    const told = async () => {
      const text = await metrics.text('text');
      const value = (name: string) => Number(new RegExp(`^${name} (.+)$`, 'm').exec(text)?.[1]);
      return [
        value('taurusdb_exporter_config_last_reload_successful'),
        value('taurusdb_exporter_config_last_reload_success_timestamp_seconds'),
      ];
    };
    metrics.reload('configuration', true, epochMs(1_000));
    metrics.reload('web configuration', false, epochMs(2_000));
    assert.deepEqual(await told(), [0, 1]);
    metrics.reload('configuration', true, epochMs(3_000));
    assert.deepEqual(await told(), [0, 1]);
    metrics.reload('configuration', false, epochMs(4_000));
    metrics.reload('web configuration', true, epochMs(5_000));
    assert.deepEqual(await told(), [0, 1]);
    metrics.reload('configuration', true, epochMs(6_000));
    assert.deepEqual(await told(), [1, 6]);
  });

  it('takes all series of a project that is gone with it, and counts nothing of it any more', async () => {
    const metrics = agentMetrics();
    metrics.setProjects(['production', 'staging']);
    const tell = () => {
      metrics.request('staging', 'submit', '200', 0.1);
      metrics.request('staging', 'submit', '429', 0.1);
      metrics.request('staging', 'token', '201', 0.1);
      metrics.retry('staging', 'submit');
      metrics.clockCorrection('staging');
    };
    tell();
    metrics.setDiscovered(['staging']);
    const ofStaging = async () => (await metrics.text('text')).match(/^.*project="staging".*$/gm) ?? [];
    assert.ok((await ofStaging()).length > 60);
    metrics.setProjects(['production']);
    assert.deepEqual(await ofStaging(), []);
    tell();
    assert.deepEqual(await ofStaging(), []);
    metrics.setProjects(['production', 'staging']);
    assert.ok((await ofStaging()).every((line) => line.endsWith(' 0')));
  });

  it('names its build', async () => {
    assert.deepEqual(await lines(agentMetrics(), 'taurusdb_exporter_build_info'), [
      'taurusdb_exporter_build_info{version="1.2.3",revision="abc",node_version="20.20.2"} 1',
    ]);
  });

  it('publishes every family of its table, then those of the process', async () => {
    const metrics = agentMetrics();
    metrics.setProjects(['production']);
    metrics.setBudgets(new Map([['production', { requestsPerSecond: 10, usedRatio: 0 }]]));
    metrics.setDiscovered(['production']);
    metrics.setStatuses([{ name: 'production', nodes: 1, nodesOfAllShards: 1, discovery: DISCOVERED }]);
    metrics.setExternalUrl('https://exporter.example.com/');
    const families = [...(await metrics.text('text')).matchAll(/^# TYPE (\S+) (\S+)$/gm)].map(
      ([, name, type]) => ({
        name,
        type,
      }),
    );
    assert.deepEqual(
      families.slice(0, AGENT_FAMILIES.length),
      AGENT_FAMILIES.map(({ name, type }) => ({ name, type })),
    );
    const others = families.slice(AGENT_FAMILIES.length).map(({ name }) => name);
    assert.ok(others.includes('process_resident_memory_bytes'));
    assert.ok(others.includes('nodejs_eventloop_lag_seconds'));
    assert.ok(others.every((name) => /^(process|nodejs)_/.test(name ?? '')));
  });

  it('writes OpenMetrics between text and text, and changes neither', async () => {
    const metrics = agentMetrics();
    metrics.setProjects(['production']);
    const before = await lines(metrics, 'taurusdb_api_requests_total');
    const openMetrics = await metrics.text('openmetrics');
    assert.match(openMetrics, /^# TYPE taurusdb_api_requests counter\ntaurusdb_api_requests_total\{/m);
    assert.match(openMetrics, /^# TYPE process_cpu_seconds counter\nprocess_cpu_seconds_total /m);
    assert.match(openMetrics, /_bucket\{le="1\.0",/);
    assert.match(openMetrics, /_bucket\{le="0\.025",/);
    assert.deepEqual(await lines(metrics, 'taurusdb_api_requests_total'), before);
    assert.match(await metrics.text('text'), /^# TYPE taurusdb_api_requests_total counter$/m);
  });

  it('never writes NaN', async () => {
    for (let scrape = 0; scrape < 3; scrape++) {
      assert.doesNotMatch(await agentMetrics().text('text'), /nan$/im);
    }
  });
});
