import assert from 'node:assert/strict';
import { CollectionError, explainFailure } from '../../src/model/failure.js';

describe('explainFailure', () => {
  it('leaves a CollectionError as it is', () => {
    const error = new CollectionError('auth', 'submit: got 401, expected 200');
    assert.equal(explainFailure(error), error);
  });

  it('names the place of any other error, not its message, which may quote a cell', () => {
    const error = explainFailure(new RangeError("bad value 'SELECT secret FROM orders'"));
    assert.equal(error.reason, 'internal');
    assert.equal(error.message, 'collection: got an unforeseen RangeError, expected a snapshot');
    assert.match(String(error.details.thrown_at), /failure\.test\.ts:\d+/u);
    assert.doesNotMatch(JSON.stringify(error.details), /SELECT/u);
  });

  it('takes a thrown value that is no error', () => {
    const error = explainFailure('SELECT 1');
    assert.equal(error.message, 'collection: got an unforeseen string, expected a snapshot');
    assert.equal(error.details.thrown_at, undefined);
  });
});
