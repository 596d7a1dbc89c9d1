import assert from 'node:assert/strict';
import { COLUMNS as CONFIGURED } from '../../src/config/config-schema.js';
import { COLUMNS } from '../../src/sessions/columns.js';

describe('csv.columns', () => {
  it('takes names for every column that the core knows, and no other', () => {
    assert.deepEqual(CONFIGURED, COLUMNS);
  });
});
