import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { ApiError } from '../../../src/taurusdb/errors.js';
import { networkError } from '../../../src/taurusdb/http/network-error.js';

const site = { operation: 'wait', where: 'api.example:443' } as const;

function failure(properties: object): Error {
  return Object.assign(new Error('SECRET text of another library'), properties);
}

describe('networkError', () => {
  const table: [properties: object, message: RegExp, repeatable: string][] = [
    [{ code: 'ENOTFOUND', syscall: 'getaddrinfo' }, /got ENOTFOUND \(the name does not resolve\)/u, 'any'],
    [
      { code: 'EAI_AGAIN', syscall: 'getaddrinfo' },
      /got EAI_AGAIN \(the name server does not answer\)/u,
      'any',
    ],
    [{ code: 'ENETUNREACH', syscall: 'connect' }, /got ENETUNREACH \(no route to its network\)/u, 'any'],
    [{ code: 'ECONNRESET', syscall: 'read' }, /got ECONNRESET \(the connection was reset\)/u, 'reads'],
    [{ code: 'ETIMEDOUT', syscall: 'read' }, /got ETIMEDOUT, /u, 'none'],
    [{ code: 'CERT_HAS_EXPIRED' }, /got CERT_HAS_EXPIRED \(its certificate has expired\)/u, 'none'],
    [{ code: 'ERR_SSL_SOMETHING_NEW' }, /got ERR_SSL_SOMETHING_NEW \(no agreement/u, 'none'],
    [{ code: 'HPE_INVALID_CONSTANT' }, /got HPE_INVALID_CONSTANT, expected an answer/u, 'none'],
    [{ code: 'UND_ERR_ABORTED' }, /got no tunnel from the proxy/u, 'any'],
  ];
  for (const [properties, message, repeatable] of table) {
    it(`translates ${JSON.stringify(properties)}`, () => {
      const error = networkError(failure(properties), site);
      assert.ok(error instanceof ApiError);
      assert.equal(error.reason, 'network');
      assert.match(error.message, message);
      assert.match(error.message, /^wait: .+ \(api\.example:443\)$/u);
      assert.equal(error.outcome.repeatable, repeatable);
      assert.doesNotMatch(inspect(error, { showHidden: true, depth: 9 }), /SECRET/u);
    });
  }

  it('knows that no address could be reached as a failure to connect', () => {
    const error = networkError(Object.assign(new AggregateError([]), { code: 'ECONNREFUSED' }), site);
    assert.ok(error instanceof ApiError);
    assert.equal(error.outcome.repeatable, 'any');
  });

  it('leaves alone what is not of the network', () => {
    for (const error of [new TypeError('a mistake'), 'text', undefined, failure({ code: 7 })]) {
      assert.equal(networkError(error, site), error);
    }
  });
});
