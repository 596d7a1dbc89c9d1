import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { HEX_MARK, NUMBER_MARK, TEXT_MARK } from '../../src/simulator/sessions/marked-values.js';
import { addressOf, eventually, type Program, startProgram } from '../support/program.js';
import { requireProgram } from '../support/real-programs.js';
import { samplesNamed, scrape } from '../support/scrape.js';

function prints({ stdout }: Program, pattern: RegExp): Promise<RegExpExecArray> {
  return eventually(() => pattern.exec(stdout()) ?? undefined, `${pattern} on standard output`);
}

describe('demo', () => {
  let demo: Program | undefined;

  afterEach(async () => {
    demo?.child.kill('SIGTERM');
    await demo?.ended;
  });

  it('shows live sessions of at least three nodes that change, and ends with 0', async () => {
    demo = startProgram(['demo', '--web.listen-address=127.0.0.1:0']);
    const address = await addressOf(demo);
    await prints(demo, new RegExp(`^ {2}${address}/ .+$`, 'mu'));
    const [, folder = assert.fail()] = await prints(demo, /configuration in use is (\S+)\/config\.yaml;/u);
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
    assert.ok(existsSync(folder));
    demo.child.kill('SIGTERM');
    assert.equal(await demo.ended, 0);
    assert.ok(!existsSync(folder));
  });

  it('shows what the sessions run, first the statement of a spike, and no value of any', async () => {
    const flags = ['--spike=orders-primary:1s', '--simulate.sessions=1000', '--log.level=debug'];
    demo = startProgram(['demo', '--web.listen-address=127.0.0.1:0', ...flags]);
    const address = await addressOf(demo);
    const bodyOf = async (path: string) => (await fetch(`${address}${path}`)).text();
    await eventually(
      async () =>
        /LOWER\(email\) = \? ORDER BY created DESC|refunded IS NULL/u.exec(await bodyOf('/')) ?? undefined,
      'a statement',
      30_000,
    );
    const marks = [TEXT_MARK.slice(0, 4), NUMBER_MARK, HEX_MARK.slice(0, 8)].join('|');
    for (const path of ['/', '/api/v1/nodes', '/metrics']) {
      assert.doesNotMatch(await bodyOf(path), new RegExp(marks, 'iu'), path);
    }
    assert.doesNotMatch(demo.stdout() + demo.stderr(), new RegExp(marks, 'iu'));
  });

  it('shows no links where the agent cannot listen', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    demo = startProgram(['demo', `--web.listen-address=127.0.0.1:${port}`]);
    assert.equal(await demo.ended, 1);
    holder.close();
    assert.equal(demo.stdout(), '');
    assert.match(demo.stderr(), /^listen address: got "127\.0\.0\.1:\d+", expected .+\n$/u);
  });

  it('brings a Prometheus along that knows the nodes and has the rules, and takes it away at the end', async function () {
    requireProgram(this, 'prometheus');
    demo = startProgram(['demo', '--with-prometheus', '--web.listen-address=127.0.0.1:0']);
    const [, console = assert.fail()] = await prints(demo, /(http:\S+\/consoles\/taurusdb-fleet\.html)/u);
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
    await prints(demo, /No program "prometheus" on the PATH: the demo goes on without/u);
    assert.equal((await fetch(`${address}/-/healthy`)).status, 200);
  });

  it('refuses a password, which its Prometheus would not know', async () => {
    demo = startProgram(['demo', '--with-prometheus', '--web.config.file=web.yaml']);
    assert.equal(await demo.ended, 2);
    assert.match(demo.stderr(), /^--with-prometheus: got --web\.config\.file too, expected /u);
  });
});
