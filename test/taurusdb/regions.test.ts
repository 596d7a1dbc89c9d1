import assert from 'node:assert/strict';
import { apiEndpoint, iamEndpoint, KNOWN_REGIONS } from '../../src/taurusdb/regions.js';

describe('regions', () => {
  it('have one of three prefixes', () => {
    assert.equal(apiEndpoint('cn-north-4'), 'https://gaussdb.cn-north-4.myhuaweicloud.com');
    assert.equal(apiEndpoint('ap-southeast-1'), 'https://gaussdbformysql.ap-southeast-1.myhuaweicloud.com');
    assert.equal(apiEndpoint('af-south-1'), 'https://gaussdb-mysql.af-south-1.myhuaweicloud.com');
  });

  it('have an identity service each', () => {
    assert.equal(iamEndpoint('cn-north-4'), 'https://iam.cn-north-4.myhuaweicloud.com');
  });

  it('are the 20 of the official SDK', () => {
    assert.equal(KNOWN_REGIONS.length, 20);
    assert.equal(new Set(KNOWN_REGIONS).size, 20);
  });

  it('have no endpoint where they are not known', () => {
    assert.equal(apiEndpoint('mars-1'), undefined);
    assert.equal(iamEndpoint('mars-1'), undefined);
  });
});
