import assert from 'node:assert/strict';
import { describeStatements } from '../../src/agent/describe-statements.js';
import { defaultSettings } from '../../src/config/config-schema.js';

const PUBLIC = {
  listen_address: { host: undefined, port: 10_104 },
  telemetry_path: '/metrics',
  external_url: '',
};
const WHERE = 'on the page and in /api/v1/nodes';
const TEXTS = 'texts without values and digests';

function describeWith(
  changes: {
    readonly mode?: 'normalized' | 'digest' | 'off';
    readonly enabled?: true;
    readonly host?: string;
    readonly filter?: 'active' | 'slow' | 'long';
  },
  knowsItsClients = false,
): string {
  const { statements, metrics, collection } = defaultSettings();
  const { mode = 'auto', enabled = false, host, filter = 'total' } = changes;
  const statement = { ...metrics.dimensions.statement, enabled };
  return describeStatements(
    {
      statements: { ...statements, mode },
      collection: { ...collection, filter },
      metrics: { ...metrics, dimensions: { ...metrics.dimensions, statement } },
      web: { ...PUBLIC, listen_address: { host, port: 10_104 } },
    },
    knowsItsClients,
  );
}

describe('describeStatements', () => {
  it('says why there are no texts, and how to have them', () => {
    for (const host of [undefined, '0.0.0.0', '::', '10.0.0.1', 'localhost.example', '::10']) {
      assert.match(
        describeWith(host === undefined ? {} : { host }),
        /^statements: digests on the page and in \/api\/v1\/nodes, none in the metrics; no texts, as anybody .*normalized$/u,
      );
    }
  });

  it('knows the addresses that nobody else reaches', () => {
    for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) {
      assert.equal(describeWith({ host }), `statements: ${TEXTS} ${WHERE}, none in the metrics`);
    }
  });

  it('says what is published besides', () => {
    assert.equal(describeWith({}, true), `statements: ${TEXTS} ${WHERE}, none in the metrics`);
    assert.equal(
      describeWith({ mode: 'normalized', enabled: true }),
      `statements: ${TEXTS} ${WHERE}, ${TEXTS} in the metrics`,
    );
    assert.equal(
      describeWith({ mode: 'digest', enabled: true }, true),
      `statements: digests ${WHERE}, digests in the metrics`,
    );
    assert.equal(describeWith({ mode: 'off', enabled: true }, true), 'statements: not read');
    assert.match(describeWith({ filter: 'active' }), /^statements: digests/u);
    assert.equal(
      describeWith({ filter: 'slow' }, true),
      'statements: none, as lists with collection.filter: slow lack active sessions',
    );
  });
});
