import assert from 'node:assert/strict';
import { acceptsGzip, negotiateFormat } from '../../src/metrics/negotiate-format.js';

const PROMETHEUS_2 =
  'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1';
const PROMETHEUS_3 =
  'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,text/plain;version=0.0.4;q=0.3,*/*;q=0.2';

describe('negotiateFormat', () => {
  for (const accept of [
    PROMETHEUS_2,
    PROMETHEUS_3,
    'application/openmetrics-text',
    'application/openmetrics-text; version=1.0.0; charset=utf-8',
    'APPLICATION/OpenMetrics-Text;version="1.0.0"',
    'application/openmetrics-text, text/plain',
    'application/openmetrics-text;version=1.0.0; escaping=values',
  ]) {
    it(`answers OpenMetrics to ${accept}`, () => {
      assert.equal(negotiateFormat(accept), 'openmetrics');
    });
  }

  for (const accept of [
    undefined,
    '',
    '*/*',
    'text/plain',
    'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8',
    'text/plain, application/openmetrics-text',
    'application/openmetrics-text;q=0.4,text/plain;q=0.5',
    'application/openmetrics-text;q=0',
    'application/openmetrics-text;q=x',
    'application/openmetrics-text;version=0.0.1',
    'application/openmetrics-text;version=2.0.0',
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited',
    'garbage',
    ';;,,/;q="',
  ]) {
    it(`answers text to ${accept}`, () => {
      assert.equal(negotiateFormat(accept), 'text');
    });
  }

  it('answers text, at once, to a header without end', () => {
    assert.equal(negotiateFormat(`application/openmetrics-text${','.repeat(15_000)}`), 'text');
  });
});

describe('acceptsGzip', () => {
  for (const accept of ['gzip', 'GZIP', 'gzip, deflate, br', 'br;q=1.0, gzip;q=0.8, *;q=0.1', '*']) {
    it(`compresses for ${accept}`, () => {
      assert.equal(acceptsGzip(accept), true);
    });
  }

  for (const accept of [
    undefined,
    '',
    'br',
    'identity',
    'gzip;q=0',
    'gzip;q=0.5, identity',
    'gzip;q=x',
    ';;,q',
  ]) {
    it(`does not compress for ${accept}`, () => {
      assert.equal(acceptsGzip(accept), false);
    });
  }

  it('does not compress for a header without end', () => {
    assert.equal(acceptsGzip(`gzip${','.repeat(15_000)}`), false);
  });
});
