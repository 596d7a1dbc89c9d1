import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { dashboardFiles } from '../../deploy/grafana/src/dashboard-files.js';
import { requireProgram } from '../support/real-programs.js';
import {
  annotationExpressions,
  GRAFANA_FOLDER,
  type GridPos,
  panelExpressions,
  readDashboards,
  variableQueries,
} from './dashboard-expressions.js';
import { EXAMPLE_NODE_ID, exampleFleet } from './example-fleet.js';

const run = promisify(execFile);
const GRID_COLUMNS = 24;

describe('deploy/grafana', () => {
  const dashboards = readDashboards();

  it('holds what the generator writes: else run `npm run dashboards`', () => {
    const generated = dashboardFiles();
    assert.deepEqual([...dashboards.keys()].sort(), [...generated.keys()].sort());
    for (const [name, text] of generated) {
      assert.equal(readFileSync(new URL(name, GRAFANA_FOLDER), 'utf8'), text, name);
    }
  });

  for (const [name, dashboard] of dashboards) {
    describe(name, () => {
      const panels = dashboard.panels.filter(({ type }) => type !== 'row');

      it('lets people choose the data source, the project, the instance and the node', () => {
        const names = dashboard.templating.list.map((variable) => variable.name);
        assert.deepEqual(names, ['datasource', 'project', 'instance', 'node']);
      });

      it('gives each panel a number of its own, and each query a letter', () => {
        const ids = dashboard.panels.map(({ id }) => id);
        assert.equal(new Set(ids).size, ids.length);
        assert.ok(ids.every((id) => Number.isInteger(id) && id > 0));
        for (const { title, targets = [] } of panels) {
          const letters = targets.map(({ refId }) => refId);
          assert.deepEqual(letters, [...'ABCDEFGHIJKLMNOP'].slice(0, targets.length), title);
          assert.ok(targets.length > 0, title);
        }
      });

      it('says of each panel what it shows, in which unit, from the chosen data source', () => {
        for (const { title, description, fieldConfig, datasource } of panels) {
          assert.ok(title.length > 0);
          assert.match(description ?? '', /^\S.{10,}\.$/, title);
          assert.match(fieldConfig?.defaults.unit ?? '', /^\w+$/, title);
          assert.equal(datasource?.uid, '$datasource', title);
        }
      });

      it('lets no panel overlap another or leave the grid', () => {
        dashboard.panels.forEach((panel, index) => {
          assert.ok(panel.gridPos.w > 0 && panel.gridPos.h > 0, panel.title);
          assert.ok(panel.gridPos.x >= 0 && panel.gridPos.x + panel.gridPos.w <= GRID_COLUMNS, panel.title);
          for (const other of dashboard.panels.slice(index + 1)) {
            assert.ok(!overlap(panel.gridPos, other.gridPos), `${panel.title} / ${other.title}`);
          }
        });
      });

      it('asks only for metrics that the exporter, the rules or Prometheus know', () => {
        const known = knownMetrics();
        for (const { where, expr } of [
          ...panelExpressions(dashboard, EXAMPLE_NODE_ID),
          ...annotationExpressions(dashboard, EXAMPLE_NODE_ID),
        ]) {
          const text = expr.replace(/"(?:[^"\\]|\\.)*"/g, '');
          const asked =
            text.match(/\b(?:taurusdb|process|nodejs|node|user|host)[_:][\w:]+|\bALERTS\b/g) ?? [];
          const unknown = asked.filter((metric) => !known.has(metric) && !LABELS.has(metric));
          assert.deepEqual(unknown, [], where);
          assert.ok(asked.length > 0, where);
        }
      });
    });
  }

  it('shows of each project whether its nodes are known, and lets a project be chosen that has none', () => {
    const health = dashboards.get('agent-health.json');
    assert.ok(health !== undefined);
    const asked = panelExpressions(health, EXAMPLE_NODE_ID).map(({ expr }) => expr);
    for (const metric of ['discovery_up', 'discovery_errors_total', 'project_nodes']) {
      assert.ok(
        asked.some((expr) => expr.includes(`taurusdb_${metric}{project=~`)),
        metric,
      );
    }
    for (const [name, dashboard] of dashboards) {
      const project = dashboard.templating.list.find((variable) => variable.name === 'project');
      assert.match(project?.query ?? '', /taurusdb_project_nodes/, name);
    }
  });

  it('keeps time, data source and node from one dashboard to the other', () => {
    for (const [name, dashboard] of dashboards) {
      assert.ok(dashboard.links.length > 0, name);
      for (const { includeVars, keepTime } of dashboard.links) {
        assert.deepEqual({ includeVars, keepTime }, { includeVars: true, keepTime: true }, name);
      }
    }
    const urls = [...dashboards.values()].flatMap(({ panels }) =>
      [...JSON.stringify(panels).matchAll(/"url":"([^"]*)"/g)].map(([, url = '']) => url),
    );
    assert.ok(urls.length > 0);
    for (const url of urls) {
      const { pathname, search } = new URL(url, 'http://grafana');
      assert.ok(
        [...dashboards.values()].some(({ uid }) => pathname === `/d/${uid}`),
        url,
      );
      for (const kept of ['__url_time_range', 'datasource:queryparam']) {
        assert.ok(search.split(/[?&]/).includes(`\${${kept}}`), `${url}: ${kept}`);
      }
      assert.match(search, /&var-node=\$/, url);
    }
  });

  it('holds only expressions that Prometheus can parse', async function () {
    const promtool = requireProgram(this, 'promtool');
    const expressions = [...dashboards.values()].flatMap((dashboard) => [
      ...panelExpressions(dashboard, EXAMPLE_NODE_ID),
      ...annotationExpressions(dashboard, EXAMPLE_NODE_ID),
      ...variableQueries(dashboard, EXAMPLE_NODE_ID).map(({ name, expr }) => ({
        where: `variable ${name}`,
        expr,
      })),
    ]);
    const rules = expressions.map(({ expr }, index) => ({ record: `expression_${index}`, expr }));
    const folder = mkdtempSync(join(tmpdir(), 'dashboards-'));
    try {
      writeFileSync(join(folder, 'rules.json'), JSON.stringify({ groups: [{ name: 'dashboards', rules }] }));
      await run(promtool, ['check', 'rules', join(folder, 'rules.json')]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

/** Label names that read like metrics. */
const LABELS = new Set(['node_id', 'node_name']);

function knownMetrics(): Set<string> {
  const published = [...exampleFleet(1000).matchAll(/^(\w+)/gm)].map(([, metric]) => metric ?? '');
  const file = new URL('../../deploy/prometheus/taurusdb.rules.yml', import.meta.url);
  const { groups } = parse(readFileSync(file, 'utf8')) as { groups: { rules: { record?: string }[] }[] };
  const recorded = groups.flatMap(({ rules }) => rules.flatMap(({ record }) => record ?? []));
  return new Set([...published, ...recorded, 'ALERTS']);
}

function overlap(a: GridPos, b: GridPos): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}
