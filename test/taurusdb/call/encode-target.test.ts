import assert from 'node:assert/strict';
import { encodePath, encodeQuery, percentEncode } from '../../../src/taurusdb/call/encode-target.js';

describe('percentEncode', () => {
  it('leaves the unreserved characters of RFC 3986 alone', () => {
    assert.equal(percentEncode('azAZ09-_.~'), 'azAZ09-_.~');
  });

  it('encodes everything else, in upper case', () => {
    assert.equal(percentEncode(" +/?&=!'()*中"), '%20%2B%2F%3F%26%3D%21%27%28%29%2A%E4%B8%AD');
  });
});

describe('encodePath', () => {
  it('keeps the slashes', () => {
    assert.equal(encodePath('/v3/a b/'), '/v3/a%20b/');
  });
});

describe('encodeQuery', () => {
  it('sorts by key', () => {
    assert.equal(encodeQuery({ offset: '0', limit: '100', Z: '' }), 'Z=&limit=100&offset=0');
  });

  it('is empty without parameters', () => {
    assert.equal(encodeQuery({}), '');
  });
});
