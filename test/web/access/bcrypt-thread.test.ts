import assert from 'node:assert/strict';
import bcrypt from 'bcryptjs';
import { bcryptMatches } from '../../../src/web/access/password-checker.js';

describe('bcryptMatches', () => {
  for (const variant of ['$2a$', '$2b$', '$2y$']) {
    it(`knows hashes that start with ${variant}`, async () => {
      const hash = bcrypt.hashSync('dave123', 4).replace('$2b$', variant);
      assert.equal(await bcryptMatches('dave123', hash), true);
      assert.equal(await bcryptMatches('dave124', hash), false);
    });
  }

  it('leaves the event loop free while it computes', async () => {
    const hash = bcrypt.hashSync('other', 4).replace('$04$', '$12$');
    let done = false;
    const result = bcryptMatches('dave123', hash).finally(() => {
      done = true;
    });
    let turns = 0;
    for (; !done; turns += 1) {
      await new Promise(setImmediate);
    }
    assert.equal(await result, false);
    // In the same thread, with a pause each 100 ms, it would be a handful.
    assert.ok(turns > 100, `the event loop turned ${turns} times`);
  });

  it('rejects when the hash is of no known kind', async () => {
    await assert.rejects(bcryptMatches('dave123', 'x'.repeat(60)), /Invalid salt version/);
  });
});
