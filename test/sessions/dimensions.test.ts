// A dimension is one row of a table: whatever is made of the rows must be there for each of them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { METRIC_FAMILIES } from '../../src/metrics/metric-families.js';
import { DIMENSIONS } from '../../src/sessions/dimensions.js';
import { NODES_PAGE } from '../../src/web/page/nodes-page.js';
import { NO_QUERY } from '../../src/web/page/page-query.js';
import { ConfigFolder } from '../config/config-folder.js';
import { projectAnd } from '../config/sample-config.js';
import { FakeClock } from '../support/fake-clock.js';
import { counts, fleetOf, NOW, SNAPSHOT, statusOf } from '../support/node-status-fixture.js';
import { SETTINGS, snapshotOf } from './session-file.js';

const CONFIGURATION = readFileSync(new URL('../../docs/configuration.md', import.meta.url), 'utf8');

describe('DIMENSIONS', () => {
  const folder = new ConfigFolder();
  after(() => folder.remove());

  for (const { name, column, label, title, plural, defaultMax, enabledByDefault } of DIMENSIONS) {
    describe(name, () => {
      it(`is counted by the column ${column} where it is on, and not where it is off`, async () => {
        const columns = [...new Set(['user', 'host', 'state', column])];
        const row = columns.map((one) => (one === column ? 'some text' : ''));
        const file = `${columns.join(',')}\n${row.join(',')}\n`;
        const on = { ...SETTINGS.dimensions, [name]: { enabled: true, maxValues: 5 } };
        assert.deepEqual(
          (await snapshotOf(file, { dimensions: on })).dimensions.get(name),
          counts({ 'some text': 1 }),
        );
        const off = { ...SETTINGS.dimensions, [name]: { enabled: false, maxValues: 5 } };
        assert.ok(!(await snapshotOf(file, { dimensions: off })).dimensions.has(name));
      });

      it('has a metric, which names its column and bears its label', () => {
        const family = METRIC_FAMILIES.find((one) => one.name === `taurusdb_sessions_by_${name}`);
        assert.deepEqual(family?.labels, [label]);
        assert.match(family.help, new RegExp(` from the ${column} column; `));
      });

      it('has a section on the page', async () => {
        const dimensions = new Map([[name, counts({ 'a value of it': 6 })]]);
        const fleet = fleetOf([statusOf(1, { snapshot: { ...SNAPSHOT, dimensions } })]);
        const options = { version: '1', telemetryPath: '/metrics', query: NO_QUERY, pages: [] };
        const page = String(await NODES_PAGE.render({ ...options, fleet, clock: new FakeClock(NOW) }));
        assert.match(page, new RegExp(`<h3>${title} .*\n.*a value of it`));
      });

      it('has documented configuration keys', () => {
        const key = `metrics.dimensions.${name}`;
        for (const row of [
          `| \`${key}\` | a mapping |  | Counting ${title.toLowerCase()} |`,
          `| \`${key}.enabled\` | true or false | \`${enabledByDefault}\` | Whether sessions are counted ${title.toLowerCase()} |`,
          `| \`${key}.max_values\` | a whole number from 1 to 10000 | \`${defaultMax}\` | How many ${plural} are shown; the others are summed under \`other\` |`,
        ]) {
          assert.ok(CONFIGURATION.includes(row), row);
        }
      });

      it('keeps its label from the configuration', () => {
        const [error = ''] = folder.errorsOf(projectAnd(`metrics: { labels: { ${label}: x } }\n`));
        assert.match(error, /expected another label name: the exporter uses this one itself/);
      });
    });
  }
});
