import assert from 'node:assert/strict';
import { addressOf, eventually, type Program, startProgram } from '../support/program.js';
import { requireProgram } from '../support/real-programs.js';
import { samplesNamed, scrape } from '../support/scrape.js';

describe('demo', function () {
  this.timeout(60_000);

  let demo: Program | undefined;

  afterEach(async () => {
    demo?.child.kill('SIGTERM');
    await demo?.ended;
  });

  it('shows live sessions of at least three nodes that change, and ends with 0', async () => {
    demo = startProgram(['demo', '--web.listen-address=127.0.0.1:0']);
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
    demo.child.kill('SIGTERM');
    assert.equal(await demo.ended, 0);
  });

  it('brings a Prometheus along that knows the nodes and has the rules, and takes it away at the end', async function () {
    requireProgram(this, 'prometheus');
    demo = startProgram(['demo', '--with-prometheus', '--web.listen-address=127.0.0.1:0']);
    await addressOf(demo);
    const [, console = ''] = /(http:\S+\/consoles\/taurusdb-fleet\.html)/u.exec(demo.stdout()) ?? [];
    const page = async (url: string) => (await fetch(url)).text().catch(() => '');
    await eventually(
      async () => /orders-primary/u.exec(await page(console).catch(() => '')) ?? undefined,
      'the nodes in the console',
      30_000,
    );
    assert.match(await page(new URL('/api/v1/rules', console).href), /TaurusDBSessionSpike/u);
    demo.child.kill('SIGTERM');
    assert.equal(await demo.ended, 0);
    await assert.rejects(fetch(console));
  });

  it('goes on without Prometheus where there is none, and says so', async () => {
    demo = startProgram(['demo', '--with-prometheus', '--web.listen-address=127.0.0.1:0'], { PATH: '' });
    const address = await addressOf(demo);
    assert.match(demo.stdout(), /No program "prometheus" on the PATH: the demo goes on without/u);
    assert.equal((await fetch(`${address}/-/healthy`)).status, 200);
  });

  it('refuses a password, which its Prometheus would not know', async () => {
    demo = startProgram(['demo', '--with-prometheus', '--web.config.file=web.yaml']);
    assert.equal(await demo.ended, 2);
    assert.match(demo.stderr(), /^--with-prometheus: got --web\.config\.file too, expected /u);
  });
});
