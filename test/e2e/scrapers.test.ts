// The built program as real clients read it, compressed: each sees what stands in the plain text, series for series, also
// where some nodes have changed since and others have not. Many clients read only the first member of a gzip answer.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { startChromium } from '../browser/chromium.js';
import {
  type PrometheusServer,
  type PrometheusSettings,
  startPrometheus,
} from '../deploy/prometheus-server.js';
import { readOneMember } from '../support/one-member.js';
import { requireProgram } from '../support/real-programs.js';
import { type RecordedCloud, startCloud } from '../support/recorded-cloud.js';
import { nodeIdsOf, ONCE_A_YEAR, ReloadableAgent, settingsOf } from '../support/reloadable-agent.js';
import { samplesOf } from '../support/scrape.js';
import { startVictoriaMetrics } from '../support/victoria-metrics.js';

const run = promisify(execFile);

/** As its libraries read gzip: urllib3 and httpx by `zlib`, others by `gzip`. */
const PYTHON = `
import gzip, sys, urllib.request, zlib
request = urllib.request.Request(sys.argv[1], headers={'Accept-Encoding': 'gzip'})
body = urllib.request.urlopen(request).read()
decoder = zlib.decompressobj(31)
text = decoder.decompress(body)
assert decoder.eof and decoder.unused_data == b'', len(decoder.unused_data)
assert gzip.decompress(body) == text
sys.stdout.buffer.write(text)
`;

/** Of all nodes, and of the agent's own, which stand at the end, those that are the same from scrape to scrape. */
function steadySeries(text: string): ReadonlyMap<string, number> {
  const isSteady = (name: string) => name.includes('node_id="') || name.startsWith('taurusdb_exporter_');
  return new Map([...samplesOf(text)].filter(([name]) => isSteady(name)));
}

describe('a compressed /metrics', () => {
  let cloud: RecordedCloud;
  let agent: ReloadableAgent;
  let url: string;
  let changes = 0;

  before(async () => {
    cloud = await startCloud({ projects: sampleFleet({ projects: 1, instances: 20, nodesPerInstance: 2 }) });
    agent = await ReloadableAgent.start(settings());
    url = `${agent.address}/metrics`;
    await agent.up(nodeIdsOf(cloud));
  });

  after(async () => {
    await agent?.stop();
    await cloud?.close();
  });

  /** Each node is collected once, at the start; every seventh has a label that says how often this was called. */
  function settings() {
    return settingsOf(cloud, { collection: { schedule: ONCE_A_YEAR } }, ({ instances }) => ({
      nodes: instances
        .flatMap((instance) => instance.nodes.map(({ id }) => ({ instance_id: instance.id, node_id: id })))
        .map((node, index) => (index % 7 === 3 ? { ...node, labels: { change: `n${changes}` } } : node)),
    }));
  }

  async function changeSome(): Promise<string> {
    changes++;
    await agent.reload(settings(), 'POST');
    return `n${changes}`;
  }

  async function plain(): Promise<ReadonlyMap<string, number>> {
    const answer = await get(url, {});
    assert.equal(answer.headers['content-encoding'], undefined);
    return steadySeries(String(answer.body));
  }

  async function readsAll(read: () => Promise<string>): Promise<void> {
    const before = await plain();
    assert.ok(before.size > 1000, `${before.size} series`);
    assert.deepEqual(steadySeries(await read()), before);
    const change = await changeSome();
    const after = await plain();
    assert.ok([...after.keys()].some((name) => name.includes(`change="${change}"`)));
    assert.notDeepEqual(after, before);
    assert.deepEqual(steadySeries(await read()), after);
  }

  /** `start` starts a server that scrapes by itself. */
  async function scrapesAll(
    start: (settings: PrometheusSettings) => Promise<Pick<PrometheusServer, 'waitFor' | 'stop'>>,
  ): Promise<void> {
    await get(url, { 'accept-encoding': 'gzip' });
    const change = await changeSome();
    const names = [...(await plain()).keys()];
    const changed = names.filter((name) => name.includes(`change="${change}"`));
    assert.ok(changed.length > 100 && changed.length < names.length);
    const target = { targets: [new URL(url).host] };
    const server = await start({
      scrape_configs: [{ job_name: 'taurusdb', scrape_interval: '1s', static_configs: [target] }],
    });
    try {
      await server.waitFor(`count({__name__=~"taurusdb_exporter_.+"} or {node_id!=""}) == ${names.length}`);
      await server.waitFor(`count({change="${change}"}) == ${changed.length}`);
    } finally {
      await server.stop();
    }
  }

  it('is read by curl', async function () {
    const curl = requireProgram(this, 'curl');
    await readsAll(
      async () => (await run(curl, ['-sS', '--compressed', url], { maxBuffer: 2 ** 26 })).stdout,
    );
  });

  it('is read by Python', async function () {
    const python = requireProgram(this, 'python3');
    await readsAll(async () => (await run(python, ['-c', PYTHON, url], { maxBuffer: 2 ** 26 })).stdout);
  });

  it('is read by Chromium', async function () {
    const browser = await startChromium(this);
    try {
      const page = await browser.newPage();
      await readsAll(async () => {
        const answer = await page.goto(url);
        assert.equal(answer?.headers()['content-encoding'], 'gzip');
        return page.locator('body').innerText();
      });
    } finally {
      await browser.close();
    }
  });

  it('is read by Prometheus', async function () {
    const program = requireProgram(this, 'prometheus');
    await scrapesAll((settings) => startPrometheus(program, { ...settings, rule_files: [] }));
  });

  it('is read by VictoriaMetrics', async function () {
    const program = requireProgram(this, 'victoria-metrics');
    await scrapesAll((settings) => startVictoriaMetrics(program, settings));
  });

  it('is one gzip member in every format, as is every other compressed answer', async () => {
    const [nodeId] = nodeIdsOf(cloud);
    const openMetrics = 'application/openmetrics-text;version=1.0.0';
    for (const [path, accept, isCompressed] of [
      ['/metrics', '*/*', true],
      ['/metrics', openMetrics, true],
      ['/metrics', 'text/html', true],
      ['/', '*/*', true],
      [`/?open=${nodeId}`, '*/*', true],
      ['/?refresh=off', '*/*', true],
      ['/api/v1/nodes', '*/*', true],
      ['/page.js', '*/*', false],
      ['/-/healthy', '*/*', false],
      ['/-/ready', '*/*', false],
      ['/-/reload', '*/*', false],
      ['/nowhere', '*/*', false],
    ] as const) {
      const { headers, body } = await get(`${agent.address}${path}`, { accept, 'accept-encoding': 'gzip' });
      assert.equal(headers['content-encoding'], isCompressed ? 'gzip' : undefined, path);
      assert.equal(Number(headers['content-length']), body.length, path);
      const text = String(isCompressed ? readOneMember(body) : body);
      assert.ok(text.length > 5 && text.endsWith('\n'), path);
      assert.equal(text.endsWith('\n# EOF\n'), accept === openMetrics, path);
    }
  });

  it('is announced by HEAD, and not sent', async () => {
    const { headers, body } = await get(url, { 'accept-encoding': 'gzip' }, 'HEAD');
    assert.equal(headers['content-encoding'], 'gzip');
    assert.ok(Number(headers['content-length']) > 1000);
    assert.equal(body.length, 0);
  });
});

/** The body as it was sent. */
async function get(url: string, headers: Record<string, string>, method = 'GET') {
  const sent = request(url, { method, headers, agent: false }).end();
  const [answer] = (await once(sent, 'response')) as [IncomingMessage];
  return { headers: answer.headers, body: await buffer(answer) };
}
