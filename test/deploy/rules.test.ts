import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { requireProgram } from '../support/real-programs.js';

const run = promisify(execFile);
const FOLDER = fileURLToPath(new URL('../../deploy/prometheus/', import.meta.url));
const RULE_FILES = ['taurusdb-thresholds.rules.yml', 'taurusdb.rules.yml'];
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

const OUTAGES_OF_NODES = ['TaurusDBDataStale', 'TaurusDBProjectNotCollected'];

/** An alert on sessions ends where its data end: not before people know of that. */
function assertToldOfFirst(yaml: string, outages: readonly string[]): void {
  const groups = groupsIn(yaml);
  const told = Math.max(
    ...groups
      .flatMap(({ rules }) => rules)
      .filter(({ alert = '' }) => outages.includes(alert))
      .map((rule) => seconds(rule.for)),
  );
  const onSessions = groups.find(({ name }) => name === 'taurusdb-session-alerts')?.rules ?? [];
  assert.ok(onSessions.length >= 10);
  for (const { alert, keep_firing_for } of onSessions) {
    assert.ok(seconds(keep_firing_for) >= 1.5 * told, alert);
  }
}

describe('deploy/prometheus', function () {
  this.timeout(120_000);

  describe('rules', () => {
    const thresholds = rulesOf('taurusdb-thresholds.rules.yml');
    const rules = rulesOf('taurusdb.rules.yml');
    const alerts = rules.filter(({ alert }) => alert !== undefined);

    it('use every threshold, and none that is not there', () => {
      const used = new Set(
        rules.flatMap(({ expr }) => expr.match(/(?<=scalar\()taurusdb:threshold:\w+/g) ?? []),
      );
      assert.deepEqual([...used].sort(), thresholds.map(({ record }) => record).sort());
    });

    it('know how many thresholds there are', () => {
      const missing = alerts.find(({ alert }) => alert === 'TaurusDBThresholdsMissing');
      assert.match(missing?.expr ?? '', new RegExp(`!= ${thresholds.length}\\b`));
      assert.match(missing?.annotations?.description ?? '', new RegExp(`the ${thresholds.length} `));
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
      assertToldOfFirst(readFileSync(join(FOLDER, 'taurusdb.rules.yml'), 'utf8'), [
        ...OUTAGES_OF_NODES,
        'TaurusDBAgentDown',
      ]);
    });

    it('have what is inhibited begin no sooner and end no later than what inhibits it', () => {
      const { inhibit_rules } = parse(
        readFileSync(join(FOLDER, 'alertmanager.yml'), 'utf8'),
      ) as AlertmanagerConfig;
      for (const { source_matchers, target_matchers } of inhibit_rules) {
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
      for (const { alert, labels, annotations } of alerts) {
        assert.deepEqual(Object.keys(annotations ?? {}), ['summary', 'description', 'runbook'], alert);
        assert.match(labels?.severity ?? '', /^(warning|critical)$/, alert);
      }
    });

    it('are each explained in docs/alerts.md', () => {
      const page = readFileSync(new URL('../../docs/alerts.md', import.meta.url), 'utf8');
      const explained = [...page.matchAll(/^### (TaurusDB\w+)$/gm)].map(([, name]) => name);
      assert.deepEqual(explained.sort(), alerts.map(({ alert }) => alert).sort());
      for (const { record } of thresholds) {
        assert.match(page, new RegExp(`\`${record?.replace('taurusdb:threshold:', '')}\``));
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

    for (const name of UNIT_TESTS) {
      it(`passes tests/${name}`, async () => {
        await run(promtool, ['test', 'rules', join('tests', name)], { cwd: FOLDER });
      });
    }

    it('sees every spike of the demo with the alerts made quick by demo.sed', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'demo-rules-'));
      try {
        const script = join(FOLDER, 'demo.sed');
        for (const file of RULE_FILES) {
          const { stdout } = await run('sed', ['-E', '-f', script, join(FOLDER, file)]);
          writeFileSync(join(folder, file), stdout);
        }
        cpSync(fileURLToPath(new URL('demo-spikes.yml', import.meta.url)), join(folder, 'demo-spikes.yml'));
        await run(promtool, ['test', 'rules', 'demo-spikes.yml'], { cwd: folder });
        assertToldOfFirst(readFileSync(join(folder, 'taurusdb.rules.yml'), 'utf8'), OUTAGES_OF_NODES);
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
