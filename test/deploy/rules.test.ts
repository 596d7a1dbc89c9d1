import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { requireProgram } from '../support/real-programs.js';
import { readDashboards } from './dashboard-expressions.js';

const run = promisify(execFile);
const FOLDER = fileURLToPath(new URL('../../deploy/prometheus/', import.meta.url));
const RULE_FILES = ['taurusdb-thresholds.rules.yml', 'taurusdb.rules.yml'];
/** As shipped: people change the other file, and no test may depend on what they change. */
const DEFAULT_THRESHOLDS = 'tests/thresholds.rules.yml';
const UNIT_TESTS = readdirSync(join(FOLDER, 'tests')).filter((name) => name.endsWith('.test.yml'));

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly keep_firing_for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface Group {
  readonly name: string;
  readonly rules: readonly Rule[];
}

function groupsIn(yaml: string): readonly Group[] {
  return (parse(yaml) as { groups: Group[] }).groups;
}

function rulesOf(file: string): Rule[] {
  return groupsIn(readFileSync(join(FOLDER, file), 'utf8')).flatMap(({ rules }) => rules);
}

interface AlertmanagerConfig {
  readonly route: {
    readonly group_interval: string;
    readonly routes: readonly {
      readonly matchers: readonly string[];
      readonly group_by: readonly string[];
      readonly group_interval: string;
    }[];
  };
  readonly inhibit_rules: readonly {
    readonly source_matchers: readonly string[];
    readonly target_matchers: readonly string[];
  }[];
}

function seconds(duration = '0s'): number {
  const [, number, unit] = /^(\d+)([sm])$/.exec(duration) ?? [];
  return Number(number) * (unit === 'm' ? 60 : 1);
}

/** The alerts that a matcher on their name takes: `alertname = "A"` or `alertname =~ "A|B"`. */
function named(alerts: readonly Rule[], [matcher = '']: readonly string[]): Rule[] {
  const [, pattern = ''] = /^alertname =~? "(.+)"$/.exec(matcher) ?? [];
  return alerts.filter(({ alert }) => new RegExp(`^(?:${pattern})$`).test(alert ?? ''));
}

/** They say that nobody looks; true of them that a collection must have failed first. */
const OUTAGES: Readonly<Record<string, boolean>> = {
  TaurusDBAgentDown: false,
  TaurusDBProjectNotCollected: true,
  TaurusDBProjectWithoutNodes: false,
  TaurusDBDiscoveryFailing: false,
  TaurusDBFleetShrunk: false,
  TaurusDBDataStale: true,
};
/** By the default schedule: a minute to the next run, and its timeout. */
const FAILED_RUN_SECONDS = 60 + 50;

function onSessionsIn(groups: readonly Group[]): readonly Rule[] {
  const onSessions = groups.find(({ name }) => name === 'taurusdb-session-alerts')?.rules ?? [];
  assert.ok(onSessions.length >= 10);
  return onSessions;
}

/** Its own, else its instance's, else the general one. */
function thresholdOfNode(name: string): string {
  const of = (labels: string) => `taurusdb:threshold:${name}{${labels}}`;
  return `node:taurusdb_node_info:ids * on (node_id) group_left () min by (node_id) (${of('node_id!=""')})
or
node:taurusdb_node_info:ids * on (instance_id) group_left () min by (instance_id) (${of('node_id="",instance_id!=""')})
or
node:taurusdb_node_info:ids * on () group_left () min(${of('node_id="",instance_id="",project=""')})
`;
}

const INSTANCE = '6754902da1f447269c6979b0590102a5in07';
const SMALL_NODE = '941d21130b3c4899ad1a752a0945befdno07';

/** Of the examples' instance a large node and the small one, and a node of another instance, all with the same sessions. */
const EXAMPLES_TEST = {
  evaluation_interval: '1m',
  tests: [
    {
      interval: '1m',
      input_series: [
        { instance_id: INSTANCE, node_id: 'large' },
        { instance_id: INSTANCE, node_id: SMALL_NODE },
        { instance_id: 'other', node_id: 'other' },
      ].flatMap((node) => {
        const series = (metric: string, labels: Readonly<Record<string, string>>, values: string) => ({
          series: `${metric}{${Object.entries({ ...node, ...labels }).map(([name, value]) => `${name}="${value}"`)}}`,
          values,
        });
        return [
          series('taurusdb_node_info', { node_name: 'n' }, '1x30'),
          series('taurusdb_sessions', {}, '60x14 460x15'),
          series('taurusdb_sessions_active', {}, '130x30'),
          ...['backup', 'dump_a', 'etl', 'app'].map((user) =>
            series('taurusdb_sessions_by_user', { user }, '_x15 100x15'),
          ),
        ];
      }),
      promql_expr_test: [
        {
          expr: 'count by (node_id) (ALERTS{alertname="TaurusDBManyActiveSessions"})',
          eval_time: '10m',
          exp_samples: [SMALL_NODE, 'other'].map((id) => ({ labels: `{node_id="${id}"}`, value: 1 })),
        },
        {
          expr: 'count by (user, node_id) (ALERTS{alertname="TaurusDBSessionSpikeByUser"})',
          eval_time: '18m',
          exp_samples: [
            ...['large', SMALL_NODE, 'other'].map((id) => ['app', id]),
            ...['large', 'other'].map((id) => ['etl', id]),
          ].map(([user, id]) => ({ labels: `{user="${user}",node_id="${id}"}`, value: 1 })),
        },
      ],
    },
  ],
};

describe('deploy/prometheus', () => {
  const page = readFileSync(new URL('../../docs/alerts.md', import.meta.url), 'utf8');

  describe('rules', () => {
    const thresholds = rulesOf(DEFAULT_THRESHOLDS).map(
      ({ record }) => record?.replace('taurusdb:threshold:', '') ?? '',
    );
    const groups = groupsIn(readFileSync(join(FOLDER, 'taurusdb.rules.yml'), 'utf8'));
    const rules = groups.flatMap((group) => group.rules);
    const alertmanager = parse(readFileSync(join(FOLDER, 'alertmanager.yml'), 'utf8')) as AlertmanagerConfig;
    const alerts = rules.filter(({ alert }) => alert !== undefined);

    it('use every threshold, and none that is not there', () => {
      const used = alerts.flatMap(({ expr }) => expr.match(/(?<=_threshold:)\w+/g) ?? []);
      assert.deepEqual([...new Set(used)].sort(), [...thresholds].sort());
    });

    it('compare with the threshold of the node or the project, never with the general one', () => {
      for (const { alert, expr } of alerts) {
        assert.doesNotMatch(expr, /taurusdb:threshold:/, alert);
      }
      for (const name of thresholds.filter((threshold) => threshold !== 'throttled_ratio')) {
        const resolved = rules.find(({ record }) => record === `node:taurusdb_threshold:${name}`);
        assert.equal(resolved?.expr, thresholdOfNode(name));
      }
    });

    it('know which thresholds there are', () => {
      const [missing = '', notInForce = ''] = [
        'TaurusDBThresholdsMissing',
        'TaurusDBThresholdNotInForce',
      ].map((name) => alerts.find(({ alert }) => alert === name)?.expr);
      assert.ok(missing.includes(`threshold=~"${thresholds.join('|')}"`));
      assert.ok(notInForce.includes(`threshold!~"${thresholds.join('|')}"`));
      const doubled = rules.find(({ record }) => record === 'taurusdb:thresholds:doubled')?.expr ?? '';
      const compared = thresholds.map(
        (name) =>
          `label_replace(changes(taurusdb:threshold:${name}[5m]) > 3, "threshold", "${name}", "", "")`,
      );
      assert.equal(doubled.trim(), compared.join('\nor\n'));
      assert.match(missing, new RegExp(`!= ${thresholds.length}\\b`));
      assert.ok(
        alerts.some(({ annotations }) => annotations?.description?.includes(`the ${thresholds.length} `)),
      );
    });

    it('keep every number in the thresholds', () => {
      for (const { alert, expr } of alerts.filter((rule) => rule.alert !== 'TaurusDBThresholdsMissing')) {
        const numbers = expr.replace(/\[\w+\]|offset \w+|"[^"]*"/g, '').match(/(?<![\w.])\d+(\.\d+)?/g) ?? [];
        assert.deepEqual(
          numbers.filter((number) => !['0', '1'].includes(number)),
          [],
          alert,
        );
      }
    });

    it('tell of an outage before alerts on sessions end for want of data', () => {
      const { routes } = alertmanager.route;
      const lengthOf = (name: string) => seconds(alerts.find(({ alert }) => alert === name)?.for);
      for (const [name, afterRun] of Object.entries(OUTAGES)) {
        const route = routes.find(({ matchers }) =>
          named(alerts, matchers).some(({ alert }) => alert === name),
        );
        assert.ok(route !== undefined, name);
        // The exporter may have been restarted meanwhile, for as long as nobody misses it.
        const restart = name === 'TaurusDBAgentDown' ? 0 : lengthOf('TaurusDBAgentDown');
        const told =
          restart + (afterRun ? FAILED_RUN_SECONDS : 0) + lengthOf(name) + seconds(route.group_interval);
        assert.ok(lengthOf(name) > 0);
        for (const { alert, keep_firing_for } of onSessionsIn(groups)) {
          assert.ok(
            seconds(keep_firing_for) >= told,
            `${alert} ends after ${keep_firing_for}, ${name} is told after ${told} s`,
          );
        }
      }
    });

    it('say on sessions that the last collection failed', () => {
      for (const { alert, annotations } of onSessionsIn(groups)) {
        assert.match(
          annotations?.description ?? '',
          /with_figures.* == 0.*The last collection failed/,
          alert,
        );
      }
    });

    it('are told apart by kind unless they are on sessions, so that none waits for another', () => {
      const [apart] = alertmanager.route.routes;
      assert.deepEqual(
        named(alerts, apart?.matchers ?? []).map(({ alert }) => alert),
        groups.find(({ name }) => name === 'taurusdb-agent-alerts')?.rules.map(({ alert }) => alert),
      );
      assert.ok(apart?.group_by.includes('alertname'));
      assert.ok(apart !== undefined && seconds(apart.group_interval) <= 60);
      // A spike on a node of which something was told a moment ago is told before it is over.
      assert.ok(seconds(alertmanager.route.group_interval) <= 60);
    });

    it('have what is inhibited begin no sooner and end no later than what inhibits it', () => {
      for (const { source_matchers, target_matchers } of alertmanager.inhibit_rules) {
        const [source] = named(alerts, source_matchers);
        const targets = named(alerts, target_matchers);
        assert.equal(targets.length, target_matchers.join().split('|').length);
        for (const target of targets) {
          const pair = `${source?.alert} inhibits ${target.alert}`;
          assert.ok(seconds(source?.for) <= seconds(target.for), pair);
          assert.ok(seconds(source?.keep_firing_for) >= seconds(target.keep_firing_for), pair);
        }
      }
    });

    it('tell people what happened, what it means and what to do', () => {
      const isOfThresholds = /^TaurusDBThreshold/;
      for (const { alert = '', expr, labels, annotations = {} } of alerts) {
        const told = ['summary', 'description', 'runbook', 'runbook_url'];
        const isOfNode = /^TaurusDB(?!Project)/.test(alert) && expr.includes('node:taurusdb_node_info:names');
        const links = isOfNode ? ['dashboard', 'incident'] : ['dashboard'];
        const expected = isOfThresholds.test(alert) ? told : [...told, ...links];
        assert.deepEqual(Object.keys(annotations), expected, alert);
        const dashboard = isOfNode ? 'taurusdb-node' : 'taurusdb-agent';
        assert.match(annotations.dashboard ?? `/d/${dashboard}`, new RegExp(`/d/${dashboard}\\b`), alert);
        assert.match(labels?.severity ?? '', /^(warning|critical)$/, alert);
      }
    });

    it('link every alert on a node to its incident, in the same way', () => {
      const links = alerts.flatMap(({ annotations }) => annotations?.incident ?? []);
      assert.ok(links.length >= 12);
      assert.equal(new Set(links).size, 1);
      assert.match(links[0] ?? '', /taurusdb_incident_last_timestamp_seconds.*taurusdb_exporter_web_info/s);
    });

    it('are each explained in docs/alerts.md', () => {
      const explained = [...page.matchAll(/^### (TaurusDB\w+)$/gm)].map(([, name]) => name);
      assert.deepEqual(explained.sort(), alerts.map(({ alert }) => alert).sort());
      for (const threshold of thresholds) {
        assert.match(page, new RegExp(`\`${threshold}\``));
      }
    });

    it('each link to their section of docs/alerts.md', () => {
      for (const { alert, annotations } of alerts) {
        const [, anchor] = /#(\w+)$/.exec(annotations?.runbook_url ?? '') ?? [];
        assert.equal(anchor, alert?.toLowerCase());
        assert.match(page, new RegExp(`^### ${anchor}$`, 'im'), alert);
      }
    });

    it('link to dashboards that are there, by variables that they have', () => {
      const dashboards = new Map(
        [...readDashboards().values()].map((dashboard) => [dashboard.uid, dashboard]),
      );
      for (const link of new Set(alerts.flatMap(({ annotations }) => annotations?.dashboard ?? []))) {
        const [, uid = ''] = /\/d\/([\w-]+)/.exec(link) ?? [];
        const known = dashboards.get(uid)?.templating.list.map(({ name }) => name);
        const used = [...link.matchAll(/&var-(\w+)=/g)].map(([, name = '']) => name);
        assert.deepEqual(
          used.filter((name) => known?.includes(name) !== true),
          [],
          link,
        );
        assert.ok(used.includes('datasource'));
        assert.match(link, /\?from=.*&to=/);
      }
    });

    it('each have a unit test in which they fire', () => {
      const tests = UNIT_TESTS.map((name) => readFileSync(join(FOLDER, 'tests', name), 'utf8')).join('\n');
      for (const { alert } of alerts) {
        assert.match(tests, new RegExp(`alertname: ${alert}\\n +exp_alerts:`), alert);
      }
    });
  });

  describe('under promtool', () => {
    let promtool: string;
    before(function () {
      promtool = requireProgram(this, 'promtool');
    });

    it('has rules that are valid', async () => {
      await run(promtool, ['check', 'rules', '--lint-fatal', ...RULE_FILES], { cwd: FOLDER });
    });

    it('has an example configuration that is valid and finds its rules', async () => {
      await run(promtool, ['check', 'config', 'prometheus.yml'], { cwd: FOLDER });
    });

    describe('after every threshold was edited', () => {
      let folder: string;
      /** All at the same time: most of the work is in a few of them. */
      let verdicts: ReadonlyMap<string, Promise<unknown>>;
      before(() => {
        folder = mkdtempSync(join(tmpdir(), 'edited-rules-'));
        cpSync(FOLDER, folder, { recursive: true });
        const file = join(folder, 'taurusdb-thresholds.rules.yml');
        const edited = readFileSync(file, 'utf8')
          .replaceAll(/^( +expr: )[\d.]+$/gm, '$17777')
          .replaceAll(/^( +)# (?=(?:- record| {2}labels| {2}expr):)/gm, '$1');
        assert.ok((edited.match(/expr: 7777$/gm)?.length ?? 0) >= 13);
        assert.match(edited, /^ +- record: taurusdb:spike:ignored_user$/m);
        writeFileSync(file, edited);
        verdicts = new Map(
          UNIT_TESTS.map((name) => [
            name,
            run(promtool, ['test', 'rules', join('tests', name)], { cwd: folder }),
          ]),
        );
        void Promise.allSettled(verdicts.values());
      });
      after(async () => {
        await Promise.allSettled(verdicts.values());
        rmSync(folder, { recursive: true });
      });

      it('has thresholds that are valid, its examples too', async () => {
        await run(promtool, ['check', 'rules', '--lint-fatal', 'taurusdb-thresholds.rules.yml'], {
          cwd: folder,
        });
      });

      for (const name of UNIT_TESTS) {
        it(`passes tests/${name}`, async () => {
          await verdicts.get(name);
        });
      }
    });

    it('reads the examples of docs/alerts.md as it says', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'examples-'));
      try {
        const examples = [...page.matchAll(/```yaml\n(groups:\n.*?)```/gsu)].map(([, text = '']) => text);
        const names = examples.map((text) => /name: ([\w-]+)/.exec(text)?.[1] ?? '');
        assert.deepEqual(names, ['own-thresholds', 'ignored-users']);
        names.forEach((name, index) => {
          writeFileSync(join(folder, `${name}.yml`), examples[index] ?? '');
        });
        const files = [DEFAULT_THRESHOLDS, 'taurusdb.rules.yml'].map((file) => join(FOLDER, file));
        const test = { ...EXAMPLES_TEST, rule_files: [...files, ...names.map((name) => `${name}.yml`)] };
        writeFileSync(join(folder, 'test.json'), JSON.stringify(test));
        await run(promtool, ['test', 'rules', 'test.json'], { cwd: folder });
      } finally {
        rmSync(folder, { recursive: true });
      }
    });

    it('sees every spike of the demo with the alerts made quick by demo.sed', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'demo-rules-'));
      try {
        const script = join(FOLDER, 'demo.sed');
        for (const [index, file] of [DEFAULT_THRESHOLDS, 'taurusdb.rules.yml'].entries()) {
          const { stdout } = await run('sed', ['-E', '-f', script, join(FOLDER, file)]);
          writeFileSync(join(folder, RULE_FILES[index] ?? ''), stdout);
        }
        cpSync(fileURLToPath(new URL('demo-spikes.yml', import.meta.url)), join(folder, 'demo-spikes.yml'));
        await run(promtool, ['test', 'rules', 'demo-spikes.yml'], { cwd: folder });
        const quick = groupsIn(readFileSync(join(folder, 'taurusdb.rules.yml'), 'utf8'));
        const told = quick
          .flatMap(({ rules }) => rules)
          .filter(({ alert = '' }) => alert in OUTAGES && alert !== 'TaurusDBAgentDown')
          .map((rule) => seconds(rule.for));
        for (const { alert, keep_firing_for } of onSessionsIn(quick)) {
          assert.ok(seconds(keep_firing_for) >= 1.5 * Math.max(...told), alert);
        }
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });

  describe('under amtool', () => {
    it('has an example of Alertmanager that is valid', async function () {
      const amtool = requireProgram(this, 'amtool');
      await run(amtool, ['check-config', 'alertmanager.yml'], { cwd: FOLDER });
    });

    it('has one that is valid with its quiet hours, too, which have a place', async function () {
      const amtool = requireProgram(this, 'amtool');
      const shipped = readFileSync(join(FOLDER, 'alertmanager.yml'), 'utf8');
      const whole = shipped.replace(/^( *)# (?=- matchers:| {2}|time_intervals:)/gm, '$1');
      const { route, time_intervals } = parse(whole) as {
        route: { routes: { mute_time_intervals?: string[] }[] };
        time_intervals: { name: string; time_intervals: { location?: string }[] }[];
      };
      const [quiet] = time_intervals;
      assert.deepEqual(route.routes.at(-1)?.mute_time_intervals, [quiet?.name]);
      assert.equal(quiet?.time_intervals[0]?.location, 'Asia/Singapore');
      assert.doesNotMatch(shipped, /^[^#]*mute_time_intervals/m);
      const folder = mkdtempSync(join(tmpdir(), 'alertmanager-'));
      try {
        writeFileSync(join(folder, 'alertmanager.yml'), whole);
        await run(amtool, ['check-config', 'alertmanager.yml'], { cwd: folder });
      } finally {
        rmSync(folder, { recursive: true });
      }
    });
  });
});
