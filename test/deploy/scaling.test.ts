import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { requireProgram } from '../support/real-programs.js';

const PAGE = readFileSync(path.resolve(import.meta.dirname, '../../docs/scaling.md'), 'utf8');
const EXAMPLES = [...PAGE.matchAll(/```yaml\n(.*?)```/gsu)].map(([, text = '']) => text);
const RULES = EXAMPLES.find((text) => text.startsWith('groups:')) ?? '';

/** Promtool's verdict over files that are written for it. */
function promtool(program: string, args: readonly string[], files: Readonly<Record<string, string>>) {
  const folder = mkdtempSync(path.join(tmpdir(), 'taurusdb-scaling-'));
  for (const [name, text] of Object.entries(files)) {
    writeFileSync(path.join(folder, name), text);
  }
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' });
  assert.equal(status, 0, stdout + stderr);
}

/** Two shards, of which the second ends after an hour, and a node that both collect. */
const UNIT_TEST = `rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - { series: 'taurusdb_discovery_nodes{job="taurusdb",instance="shard-0",project="production"}', values: 3x180 }
      - { series: 'taurusdb_discovery_nodes{job="taurusdb",instance="shard-1",project="production"}', values: 3x60 }
      - { series: 'taurusdb_node_info{job="taurusdb",instance="shard-0",instance_id="i",node_id="a",project="production"}', values: 1x180 }
      - { series: 'taurusdb_node_info{job="taurusdb",instance="shard-0",instance_id="i",node_id="b",project="production"}', values: 1x180 }
      - { series: 'taurusdb_node_info{job="taurusdb",instance="shard-1",instance_id="i",node_id="b",project="production"}', values: 1x60 }
      - { series: 'taurusdb_node_info{job="taurusdb",instance="shard-1",instance_id="i",node_id="c",project="production"}', values: 1x60 }
    alert_rule_test:
      - { eval_time: 59m, alertname: TaurusDBNodesInNoShard }
      - eval_time: 100m
        alertname: TaurusDBNodesInNoShard
        exp_alerts:
          - exp_labels: { severity: warning, project: production }
            exp_annotations:
              summary: Project production has nodes that no shard collects
              description: Is a shard missing, or does one run with another --total-shards?
      - { eval_time: 29m, alertname: TaurusDBNodeInTwoShards }
      - eval_time: 45m
        alertname: TaurusDBNodeInTwoShards
        exp_alerts:
          - exp_labels: { severity: warning, instance_id: i, node_id: b }
            exp_annotations:
              summary: Node b is collected by 2 processes
              description: Each of them costs API requests. Leave this rule out where two replicas of a shard are meant to run.
      - { eval_time: 100m, alertname: TaurusDBNodeInTwoShards }
`;

describe('docs/scaling.md', () => {
  it('has rules that notice nodes in no shard and in two', function () {
    promtool(requireProgram(this, 'promtool'), ['test', 'rules', 'test.yml'], {
      'rules.yml': RULES,
      'test.yml': UNIT_TEST,
    });
  });

  it('has scrape configurations that Prometheus takes', function () {
    const program = requireProgram(this, 'promtool');
    const scrapes = EXAMPLES.filter((text) => text.startsWith('scrape_configs:'));
    assert.equal(scrapes.length, 2);
    for (const text of scrapes) {
      promtool(program, ['check', 'config', 'p.yml'], { 'p.yml': text });
    }
  });
});
