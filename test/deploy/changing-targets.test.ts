// Every alert while the exporter's targets change: a roll-out gives a pod's target other labels, and a pair of exporters
// shows each node twice. Neither may end an alert, begin it again or double it, and minutes without any exporter may not
// end one on a node or a project.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { requireProgram } from '../support/real-programs.js';

const run = promisify(execFile);
const FOLDER = fileURLToPath(new URL('../../deploy/prometheus/', import.meta.url));
/** The defaults: what somebody edited changes nothing here. */
const RULE_FILES = ['tests/thresholds.rules.yml', 'taurusdb.rules.yml'];
const GROUPS = [
  'taurusdb-thresholds',
  'taurusdb-recordings',
  'taurusdb-session-alerts',
  'taurusdb-agent-alerts',
];

/** Minutes: an hour and ten of what is usual, then what the alert is about; ten later the targets change. */
const BEGINS = 70;
const CHANGES = 80;
/** Between the old exporter and the new one, where one pod has to end before the next starts. */
const GAP = 2;
const ENDS = 95;

type Labels = Readonly<Record<string, string>>;

interface Series {
  readonly metric: string;
  readonly labels: Labels;
  /** Promtool's notation, a step a minute: up to the change, and of a new process from then on. */
  readonly old: string;
  readonly young: string;
}

interface Case {
  readonly series: readonly Series[];
  /** What the alert is about; one on a process names its target by job and instance, as these are what people look for. */
  readonly about: 'node' | 'project' | 'process';
}

const NODE = { instance_id: 'i1in07', node_id: 'n1no07' };
const OTHER_NODES = ['n2no07', 'n3no07'].map((node_id) => ({ ...NODE, node_id }));
const PROJECT = { project: 'production' };
const NAMES = {
  ...PROJECT,
  cloud_region: 'r',
  instance_name: 'orders',
  node_name: 'orders-primary',
};
const info = (node: Labels) => ({ ...node, ...NAMES, role: 'master', env: 'prod', team: 'orders' });
const INFO = gauge('taurusdb_node_info', info(NODE), 1, 1);

/** Of a node: `quiet`, then `loud`. */
function gauge(metric: string, labels: Labels, quiet: number, loud: number): Series {
  const beforeChange = CHANGES - BEGINS - 1;
  return {
    metric,
    labels,
    old: `${quiet}x${BEGINS - 1} ${loud}x${beforeChange}`,
    young: `${loud}x${ENDS - CHANGES}`,
  };
}

/** Restless: by its MAD it has a limit of its own, too. */
const RESTLESS = Array.from({ length: BEGINS }, (_, minute) => 58 + (minute % 5)).join(' ');
const sessions: Series = {
  ...gauge('taurusdb_sessions', NODE, 60, 960),
  old: `${RESTLESS} 960x${CHANGES - BEGINS - 1}`,
};
const onNode = (...series: Series[]): Case => ({ about: 'node', series: [INFO, ...series] });
const figure = (metric: string, loud: number) => onNode(gauge(metric, NODE, 0, loud));
const spike = onNode(
  sessions,
  gauge('taurusdb_sessions_by_user', { ...NODE, user: 'app' }, 60, 960),
  gauge('taurusdb_sessions_by_host', { ...NODE, client_host: '10.0.0.9' }, 60, 960),
);
const full = onNode(sessions, gauge('taurusdb_node_max_connections', NODE, 1000, 1000));
const ofProject = (...series: Series[]): Case => ({ about: 'project', series });
const requests = (code: string, old: string): Series => ({
  metric: 'taurusdb_api_requests_total',
  labels: { ...PROJECT, operation: 'submit', code },
  old,
  young: `0+20x${ENDS - CHANGES}`,
});

/** A new alert does not pass before it stands here. */
const CASES: Readonly<Record<string, Case>> = {
  TaurusDBSessionSpike: spike,
  TaurusDBSessionSpikeByUser: spike,
  TaurusDBSessionSpikeByHost: spike,
  TaurusDBConnectionsHigh: full,
  TaurusDBConnectionsExhausted: full,
  TaurusDBManyActiveSessions: figure('taurusdb_sessions_active', 500),
  TaurusDBLongRunningQuery: onNode(
    gauge('taurusdb_session_longest_seconds', { ...NODE, command: 'Query' }, 1, 900),
    gauge('taurusdb_session_longest_seconds', { ...NODE, command: 'Execute' }, 1, 800),
  ),
  TaurusDBLongTransaction: figure('taurusdb_transaction_longest_seconds', 5000),
  TaurusDBIdleInTransaction: figure('taurusdb_sessions_idle_in_transaction', 50),
  TaurusDBLockWaits: figure('taurusdb_sessions_lock_waiting', 50),
  TaurusDBNodeNotCollected: onNode(gauge('taurusdb_up', NODE, 1, 0)),
  TaurusDBDataStale: onNode({ ...sessions, old: `60x${BEGINS - 1} stale`, young: '_' }),
  TaurusDBProjectNotCollected: ofProject(
    ...[NODE, ...OTHER_NODES].flatMap((node) => [
      gauge('taurusdb_node_info', info(node), 1, 1),
      gauge('taurusdb_up', node, 1, 0),
    ]),
  ),
  TaurusDBProjectWithoutNodes: ofProject(gauge('taurusdb_project_nodes', PROJECT, 3, 0)),
  TaurusDBDiscoveryFailing: ofProject(gauge('taurusdb_discovery_up', PROJECT, 1, 0)),
  TaurusDBFleetShrunk: ofProject(
    INFO,
    gauge('up', {}, 1, 1),
    ...OTHER_NODES.map((node) => ({
      metric: 'taurusdb_node_info',
      labels: info(node),
      // It fires after ten minutes, when the targets are about to change.
      old: `1x${BEGINS - 10} stale _x${CHANGES - BEGINS + 7}`,
      young: '_',
    })),
  ),
  TaurusDBAgentDown: { about: 'process', series: [gauge('up', {}, 1, 0)] },
  TaurusDBConfigReloadFailed: {
    about: 'process',
    series: [gauge('taurusdb_exporter_config_last_reload_successful', {}, 1, 0)],
  },
  TaurusDBApiThrottled: ofProject(
    requests('200', `0+20x${CHANGES - 1}`),
    requests('429', `0x${BEGINS - 1} 20+20x${CHANGES - BEGINS - 1}`),
  ),
};

/** It looks at no target. */
const WITHOUT_TARGETS = ['TaurusDBThresholdsMissing', 'TaurusDBThresholdNotInForce'];

/** Of a pod before its roll-out and after it: what Prometheus' operator adds, and what a labelmap copies. */
const OLD_POD: Labels = {
  job: 'taurusdb',
  instance: '10.1.1.1:10104',
  pod: 'exporter-7f9-x2v',
  container: 'exporter',
  endpoint: 'metrics',
  node: 'k8s-1',
  controller_revision_hash: 'aaa',
  pod_template_hash: '7f9',
  app_kubernetes_io_version: '1.0.0',
};
const NEW_POD: Labels = {
  job: 'taurusdb',
  instance: '10.1.1.2:10104',
  pod: 'exporter-8c4-q7m',
  container: 'taurusdb-session-exporter',
  endpoint: 'https',
  node: 'k8s-2',
  controller_revision_hash: 'bbb',
  pod_template_hash: '8c4',
  app_kubernetes_io_version: '1.1.0',
  helm_sh_chart: 'exporter-2',
};
const OTHER_OF_PAIR: Labels = { job: 'taurusdb-b', instance: 'b:10104', zone: 'az2' };
const ONE_OF_PAIR: Labels = { job: 'taurusdb-a', instance: 'a:10104', zone: 'az1' };

function inputs(target: Labels, { series }: Case, values: (series: Series) => string) {
  return series.map((one) => ({
    series: `${one.metric}{${Object.entries({ ...one.labels, ...target })
      .map(([name, value]) => `${name}="${value}"`)
      .join(',')}}`,
    values: values(one),
  }));
}

const untilTheEnd = ({ old, young }: Series) => `${old} ${young}`;
const from =
  (minute: number) =>
  ({ young }: Series) =>
    `_x${minute} ${young}`;
const goneAtTheChange = ({ old }: Series) => `${old} stale`;

const value = (expr: string, minute: number, expected: number) => ({
  expr,
  eval_time: `${minute}m`,
  exp_samples: [{ labels: '{}', value: expected }],
});

/** Fires in each of the minutes, and all the time since before the targets changed. */
function goesOn(alert: string, alerts: number) {
  const firing = `count(ALERTS{alertname="${alert}",alertstate="firing"})`;
  const since = `ALERTS_FOR_STATE{alertname="${alert}"}`;
  return [
    ...[CHANGES - 1, CHANGES, CHANGES + 1, CHANGES + 2, ENDS].map((minute) => value(firing, minute, alerts)),
    value(`count(${since} == ${since} offset ${ENDS - CHANGES + 1}m)`, ENDS, alerts),
    ...[CHANGES + 1, CHANGES + GAP + 1].map((minute) => ({
      expr: `ALERTS{alertname="${alert}",alertstate="pending"}`,
      eval_time: `${minute}m`,
    })),
  ];
}

/** Each series that is recorded of a node is there once. */
const RECORDED = '{__name__=~"(node|user|host):.+"}';
const recordedOnce = value(
  `max(count by (__name__, instance_id, node_id, user, client_host) (${RECORDED})) or vector(1)`,
  ENDS,
  1,
);

function scenarios(alert: string, shown: Case) {
  const sameProcess = { job: OLD_POD.job ?? '', instance: OLD_POD.instance ?? '' };
  const young = shown.about === 'process' ? { ...NEW_POD, ...sameProcess } : NEW_POD;
  // An alert on a process goes with it.
  const gap = shown.about === 'process' ? 0 : GAP;
  return [
    {
      name: `${alert}: a roll-out`,
      interval: '1m',
      input_series: [
        ...inputs(OLD_POD, shown, goneAtTheChange),
        ...inputs(young, shown, from(CHANGES + gap)),
      ],
      promql_expr_test: [...goesOn(alert, 1), recordedOnce],
    },
    {
      name: `${alert}: another exporter joins`,
      interval: '1m',
      input_series: [...inputs(OLD_POD, shown, untilTheEnd), ...inputs(young, shown, from(CHANGES))],
      promql_expr_test: [...goesOn(alert, 1), recordedOnce],
    },
    {
      name: `${alert}: two exporters`,
      interval: '1m',
      input_series: [
        ...inputs(ONE_OF_PAIR, shown, untilTheEnd),
        ...inputs(OTHER_OF_PAIR, shown, untilTheEnd),
      ],
      promql_expr_test: [...goesOn(alert, shown.about === 'process' ? 2 : 1), recordedOnce],
    },
  ];
}

/** For each threshold that an alert looks at: a node, or project, whose own is too high to be reached, and one where another has it. */
function withOwnThresholds(alert: string, shown: Case) {
  const { expr = '' } = rules.find((rule) => rule.alert === alert) ?? {};
  const names = [...new Set(expr.match(/(?<=_threshold:)\w+/g))];
  const keys = shown.about === 'project' ? ['project'] : ['node_id', 'instance_id'];
  return names.flatMap((name) =>
    keys.flatMap((key) => {
      const place = `${alert}-${name}-${key}`;
      return [place, `${place}-other`].map((threshold, index) => {
        const at = (labels: Labels): Labels => ({
          ...labels,
          ...Object.fromEntries(keys.map((k) => [k, place + index])),
        });
        const own = gauge(`taurusdb:threshold:${name}`, { [key]: threshold + index }, 1e6, 1e6);
        const alerts = `ALERTS{alertname="${alert}",${keys[0]}="${place + index}"}`;
        return {
          series: [...shown.series.map((one) => ({ ...one, labels: at(one.labels) })), own],
          check: index === 0 ? { expr: alerts, eval_time: '79m' } : value(`count(${alerts})`, 79, 1),
        };
      });
    }),
  );
}

interface Rule {
  readonly alert?: string;
  readonly expr: string;
}

const rules = RULE_FILES.flatMap(
  (file) => (parse(readFileSync(join(FOLDER, file), 'utf8')) as { groups: { rules: Rule[] }[] }).groups,
).flatMap((group) => group.rules);

describe('deploy/prometheus, while targets change', () => {
  it('tries every alert', () => {
    const alerts = rules.flatMap(({ alert }) => alert ?? []);
    assert.deepEqual([...Object.keys(CASES), ...WITHOUT_TARGETS].sort(), alerts.sort());
  });

  it('names the labels that stay, never those that go: nobody knows all that a target may have', () => {
    for (const { expr } of rules) {
      assert.doesNotMatch(String(expr), /\b(?:without|ignoring)\b/);
    }
  });

  it('lets every alert go on, and fire once', async function () {
    // promtool works through hours of each alert: a minute or two of one core.
    this.timeout(600_000);
    const tests = Object.entries(CASES).flatMap(([alert, shown]) => scenarios(alert, shown));
    const promtool = requireProgram(this, 'promtool');
    // In halves, at the same time.
    await Promise.all(
      [0, 1].map((half) =>
        testRules(
          promtool,
          tests.filter((_, index) => index % 2 === half),
        ),
      ),
    );
  });

  it("follows the node's or the project's own threshold, each by itself", async function () {
    const promtool = requireProgram(this, 'promtool');
    const places = Object.entries(CASES).flatMap(([alert, shown]) => withOwnThresholds(alert, shown));
    assert.ok(places.length > 50);
    const input_series = places.flatMap(({ series }) => inputs({}, { about: 'node', series }, untilTheEnd));
    const promql_expr_test = places.map(({ check }) => check);
    await testRules(promtool, [{ interval: '1m', input_series, promql_expr_test }]);
  });

  it('keeps a label of the configuration as docs/alerts.md says', async function () {
    const promtool = requireProgram(this, 'promtool');
    const page = readFileSync(new URL('../../docs/alerts.md', import.meta.url), 'utf8');
    const [, script = ''] = /^ +sed -i '([^']+)' taurusdb\.rules\.yml$/m.exec(page) ?? [];
    assert.match(script, /service/);
    const info = { ...INFO, labels: { ...INFO.labels, service: 'checkout' } };
    const onNodes = Object.entries(CASES).filter(([, { about }]) => about === 'node');
    const tests = onNodes.map(([alert, { series }]) => ({
      name: alert,
      interval: '1m',
      input_series: inputs(NEW_POD, { about: 'node', series: [info, ...series.slice(1)] }, untilTheEnd),
      promql_expr_test: [
        value(`count(ALERTS{alertname="${alert}",env="prod",team="orders",service="checkout"})`, ENDS, 1),
      ],
    }));
    await testRules(promtool, tests, script);
  });
});

/** Promtool's verdict on the shipped rules, after a script of sed where one is given. */
async function testRules(promtool: string, tests: readonly object[], script = ''): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'changing-targets-'));
  try {
    for (const file of RULE_FILES) {
      cpSync(join(FOLDER, file), join(folder, basename(file)));
      await run('sed', ['-i', script, basename(file)], { cwd: folder });
    }
    const test = {
      rule_files: RULE_FILES.map((file) => basename(file)),
      group_eval_order: GROUPS,
      evaluation_interval: '1m',
      tests,
    };
    writeFileSync(join(folder, 'test.json'), JSON.stringify(test));
    await run(promtool, ['test', 'rules', 'test.json'], { cwd: folder });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
