import assert from 'node:assert/strict';
import bcrypt from 'bcryptjs';
import { bcryptMatches } from '../../src/web-access/bcrypt-thread.js';

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
    let longestMs = 0;
    for (let last = performance.now(); !done; last = performance.now()) {
      await new Promise(setImmediate);
      longestMs = Math.max(longestMs, performance.now() - last);
    }
    assert.equal(await result, false);
    assert.ok(longestMs < 80, `the event loop stood still for ${longestMs} ms`);
  });

  it('rejects when the hash is of no known kind', async () => {
    await assert.rejects(bcryptMatches('dave123', 'x'.repeat(60)), /Invalid salt version/);
  });
});
