import assert from 'node:assert/strict';
import { addressOf, eventually, startProgram } from '../support/program.js';
import { samplesNamed, scrape } from '../support/scrape.js';

describe('demo', function () {
  this.timeout(60_000);

  it('shows live sessions of at least three nodes that change, and ends with 0', async () => {
    const demo = startProgram(['demo', '--web.listen-address=127.0.0.1:0']);
    try {
      const address = await addressOf(demo);
      const sessions = async () => samplesNamed(await scrape(address), 'taurusdb_sessions');
      const first = await eventually(async () => {
        const now = await sessions();
        return now.size >= 3 ? now : undefined;
      }, 'three nodes');
      await eventually(
        async () => {
          const now = await sessions();
          return [...now].some(([node, count]) => count !== first.get(node)) ? now : undefined;
        },
        'a collection with other figures',
        30_000,
      );
    } finally {
      demo.child.kill('SIGTERM');
    }
    assert.equal(await demo.ended, 0);
  });
});
