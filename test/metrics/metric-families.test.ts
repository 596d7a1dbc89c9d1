import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { momentOf } from '../../src/clock.js';
import { METRIC_FAMILIES } from '../../src/metrics/metric-families.js';
import { SNAPSHOT_FAMILIES } from '../../src/metrics/snapshot-families.js';
import { FakeClock } from '../support/fake-clock.js';
import { NOW, SNAPSHOT, statusOf, UNTRIED_STATUS } from '../support/node-status-fixture.js';
import { requireProgram } from '../support/real-programs.js';
import { wireNodes } from '../support/wired-nodes.js';

describe('METRIC_FAMILIES', () => {
  it('names each family once', () => {
    const names = METRIC_FAMILIES.map(({ name }) => name);
    assert.deepEqual(names, [...new Set(names)]);
  });

  it("names and describes each family as Prometheus' conventions ask", () => {
    for (const { name, type, help, labels } of METRIC_FAMILIES) {
      assert.match(name, /^taurusdb_[a-z_]+$/);
      assert.equal(name.endsWith('_total'), type === 'counter', name);
      assert.doesNotMatch(name, /_(sum|count|bucket)$/);
      assert.match(help, /^[A-Z][^\n\\"]+\.$/);
      for (const label of labels) {
        assert.match(label, /^[a-z_]+$/);
        assert.ok(!['instance', 'job', 'le', 'quantile', 'type'].includes(label), label);
      }
    }
  });

  it('tells of every session family that it is of the last scheduled collection, and of which column', () => {
    for (const { help } of METRIC_FAMILIES.filter(({ source }) => source === 'snapshot')) {
      assert.match(help, /at the node's last scheduled collection/);
      assert.match(help, /column|rows of the session list/);
    }
  });

  it('publishes every figure of a snapshot', () => {
    const published = new Set<string | symbol>();
    const noting = new Proxy(SNAPSHOT, {
      get: (snapshot, key) => {
        published.add(key);
        return Reflect.get(snapshot, key);
      },
    });
    for (const family of SNAPSHOT_FAMILIES) {
      family.samples(noting);
    }
    // The page's own, of clients alone: the series are of all sessions.
    const { longest: _, ...figures } = SNAPSHOT;
    assert.deepEqual([...published].sort(), Object.keys(figures).sort());
  });

  it('passes promtool check metrics', async function () {
    const promtool = requireProgram(this, 'promtool');
    const clock = new FakeClock(NOW);
    const { exposition, metrics } = wireNodes([statusOf(1), statusOf(2), UNTRIED_STATUS], clock);
    const discovery = { up: true, lastSuccessAt: momentOf(clock), found: 3, lastError: undefined };
    metrics.setProjects(['production']);
    metrics.setDiscovered(['production']);
    metrics.setStatuses([{ name: 'production', nodes: 3, nodesOfAllShards: 3, discovery }]);
    metrics.setBudgets(new Map([['production', { requestsPerSecond: 10, usedRatio: 0 }]]));
    metrics.reload('configuration', true, NOW);
    const nodes = Buffer.concat(await exposition.nodeSeries('text', false)).toString();
    const text = nodes + (await metrics.text('text'));
    assert.ok(text.includes('taurusdb_discovery_nodes{'));
    const checked = spawnSync(promtool, ['check', 'metrics'], { input: text, encoding: 'utf8' });
    assert.deepEqual([checked.status, checked.stdout, checked.stderr], [0, '', '']);
  });
});
