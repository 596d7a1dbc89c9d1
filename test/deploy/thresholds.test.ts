// A threshold that stands in more than one place: the page's constants, the dashboards and docs/alerts.md are held against
// the defaults of the rules' own tests. The shipped file is people's to edit, and is so here, too, unless it is as committed.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { FILLING_UP, LOCK_WAITS, NEARLY_FULL } from '../../src/web/view/condition.js';
import { readDashboards } from './dashboard-expressions.js';

const SHIPPED = new URL('../../deploy/prometheus/taurusdb-thresholds.rules.yml', import.meta.url);
const DEFAULTS = new URL('../../deploy/prometheus/tests/thresholds.rules.yml', import.meta.url);
const ALERTS = new URL('../../docs/alerts.md', import.meta.url);

function thresholdsIn(file: URL): ReadonlyMap<string, number> {
  const { groups } = parse(readFileSync(file, 'utf8')) as {
    groups: { rules: { record: string; expr: number }[] }[];
  };
  return new Map(
    groups.flatMap(({ rules }) =>
      rules.map(({ record, expr }) => [record.replace('taurusdb:threshold:', ''), expr] as const),
    ),
  );
}

/** Or in no repository: then nobody can tell. */
function isEdited(file: URL): boolean {
  const cwd = fileURLToPath(new URL('.', file));
  return spawnSync('git', ['diff', '--quiet', 'HEAD', '--', fileURLToPath(file)], { cwd }).status !== 0;
}

/** The values at which a colour begins, of every panel and column that has them. */
function stepsIn(value: unknown): (readonly number[])[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  const { steps } = value as { steps?: readonly { readonly value: number | null }[] };
  const own = steps === undefined ? [] : [steps.flatMap((step) => step.value ?? [])];
  return [...own, ...Object.values(value).flatMap(stepsIn)];
}

describe('a threshold', () => {
  const inRules = thresholdsIn(DEFAULTS);
  const inDashboards = [...readDashboards().values()].flatMap(({ panels }) => stepsIn(panels));

  it('of saturation is one number on the page, in the rules and on the dashboards', () => {
    assert.equal(inRules.get('saturation_warning_ratio'), FILLING_UP);
    assert.equal(inRules.get('saturation_critical_ratio'), NEARLY_FULL);
    const saturation = inDashboards.filter(([first = 0]) => first >= 0.5 && first < 1);
    assert.deepEqual(saturation, Array(4).fill([FILLING_UP, NEARLY_FULL]));
  });

  it('of sessions that wait for locks is one number on the page and in the rules', () => {
    assert.equal(inRules.get('lock_waiting_sessions'), LOCK_WAITS);
  });

  it('of throttled requests is one number in the rules and on the dashboards', () => {
    const throttled = inDashboards.filter(([first = 0]) => first > 0 && first < 0.5);
    assert.deepEqual(throttled, Array(2).fill([inRules.get('throttled_ratio')]));
  });

  it('is shipped as the tests of the rules have it', function () {
    if (isEdited(SHIPPED)) {
      process.stderr.write('skipped: taurusdb-thresholds.rules.yml is edited, or in no repository\n');
      this.skip();
    }
    assert.deepEqual(thresholdsIn(SHIPPED), inRules);
  });

  it('is told in docs/alerts.md as it is shipped', () => {
    const told = readFileSync(ALERTS, 'utf8').matchAll(/^\| `(\w+)` \| ([\d.]+) \|/gm);
    assert.deepEqual(new Map([...told].map(([, name = '', value]) => [name, Number(value)])), inRules);
  });
});
