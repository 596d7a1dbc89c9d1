// Each operation is counted under a name of its own.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { API_OPERATIONS } from '../../../src/model/api-observer.js';

const FOLDER = path.resolve(import.meta.dirname, '../../../src/taurusdb/operations');

/** What is counted as `token` has several files: what a project needs before its first call. */
const SHARED = 'token';

describe('the operations of the API', () => {
  it('are each counted by one file under their own name', () => {
    const named = readdirSync(FOLDER).flatMap((file) =>
      [...readFileSync(path.join(FOLDER, file), 'utf8').matchAll(/operation: '(\w+)'/gu)].map(
        ([, operation = '']) => operation,
      ),
    );
    const own = named.filter((operation) => operation !== SHARED);
    assert.deepEqual(own.sort(), API_OPERATIONS.filter((operation) => operation !== SHARED).toSorted());
    assert.ok(named.includes(SHARED));
  });
});
