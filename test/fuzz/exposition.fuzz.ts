// Whatever text the database holds: it becomes labels that never merge, and is read back from the page as it was.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { EXPOSITION_FORMATS } from '../../src/metrics/exposition-text.js';
import { labelText } from '../../src/sessions/label-text.js';
import { parseSamples } from '../metrics/parse-exposition.js';
import { FakeClock } from '../support/fake-clock.js';
import { NODE_STATUS, NOW, SNAPSHOT, statusOf } from '../support/node-status-fixture.js';
import { wireNodes } from '../support/wired-nodes.js';
import { fuzzRuns } from './fuzz-runs.js';

const text = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
  fc.string({
    unit: fc.constantFrom('\\', '"', '\n', '\r', '\0', ',', '{', '}', '#', ' ', 'n', ':', '=', '😀'),
  }),
  fc.constantFrom(
    '1,user:2',
    '__proto__',
    'constructor',
    'none',
    'other',
    '# EOF',
    '\u2028',
    '\u0085',
    '\ufeff',
  ),
  fc.string({ unit: 'binary', minLength: 120, maxLength: 140 }),
  // Alike as far as a label goes.
  fc.string({ minLength: 10, maxLength: 20 }).map((end) => `${'x'.repeat(119)}${end}`),
);

describe('any text as a label', () => {
  it('stays apart from every other, and short', () => {
    fc.assert(
      fc.property(fc.uniqueArray(text, { maxLength: 20 }), (texts) => {
        const labels = texts.map(labelText);
        assert.equal(new Set(labels).size, texts.length);
        for (const label of labels) {
          assert.ok([...label].length <= 128);
        }
      }),
      fuzzRuns(200),
    );
  });

  it('comes back from the page as it was, whatever its neighbours', async () => {
    const values = fc.uniqueArray(text.map(labelText), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        values,
        values,
        fc.constantFrom(...EXPOSITION_FORMATS),
        async (users, hosts, format) => {
          const dimension = (all: readonly string[]) => ({
            values: all.map((value, index) => ({ value, sessions: index })),
            distinct: all.length,
          });
          const snapshot = {
            ...SNAPSHOT,
            dimensions: new Map([
              ['user', dimension(users)],
              ['host', dimension(hosts)],
            ] as const),
          };
          const nodes = [statusOf(1, { snapshot }), NODE_STATUS, statusOf(2, { snapshot })];
          const { exposition } = wireNodes(nodes, new FakeClock(NOW));
          const page = Buffer.concat(await exposition.scrape(format, false)).toString();
          const samples = parseSamples(page);
          for (const { node } of nodes.filter(({ snapshot: own }) => own === snapshot)) {
            const shown = (name: string, label: string) =>
              samples
                .filter((sample) => sample.name === name && sample.labels.node_id === node.nodeId)
                .map(({ labels, value }) => [labels[label], value]);
            assert.deepEqual(
              shown('taurusdb_sessions_by_user', 'user'),
              users.map((user, index) => [user, index]),
            );
            assert.deepEqual(
              shown('taurusdb_sessions_by_host', 'client_host'),
              hosts.map((host, index) => [host, index]),
            );
          }
        },
      ),
      fuzzRuns(100),
    );
  });
});
