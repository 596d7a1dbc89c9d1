// The built program behind a proxy that serves it under a prefix: whatever the page links and loads is there.
import assert from 'node:assert/strict';
import { linksOf } from '../support/page-links.js';
import { startPrefixProxy } from '../support/prefix-proxy.js';
import { addressOf, eventually, startProgram } from '../support/program.js';

describe('the page behind a prefix', () => {
  it('has links that all lead to what they say', async () => {
    const demo = startProgram([
      'demo',
      '--web.listen-address=127.0.0.1:0',
      '--web.telemetry-path=/internal/metrics',
    ]);
    try {
      const address = await addressOf(demo);
      const isReady = async () => (await fetch(`${address}/-/ready`)).status === 200 || undefined;
      await eventually(isReady, 'readiness');
      for (const prefix of ['/taurusdb', '/monitoring/db/taurusdb']) {
        const proxy = await startPrefixProxy(address, prefix);
        try {
          for (const query of ['', '?refresh=off']) {
            const page = new URL(query, proxy.url);
            const links = linksOf(await textAt(page));
            assert.ok(links.length > 6);
            const texts = new Map<string, string>();
            for (const link of links) {
              const { pathname } = new URL(link, page);
              texts.set(pathname.slice(prefix.length), await textAt(new URL(link, page)));
            }
            assert.match(texts.get('/internal/metrics') ?? '', /^taurusdb_up\{/mu);
            assert.match(texts.get('/api/v1/nodes') ?? '', /^\{"summary":/u);
            assert.match(texts.get('/-/ready') ?? '', /^ready$/mu);
            assert.match(texts.get('/-/healthy') ?? '', /^healthy$/mu);
            assert.match(texts.get('/') ?? '', /^<!DOCTYPE html>/u);
            assert.equal(texts.has('/page.js'), query === '');
          }
          assert.deepEqual(proxy.strays, []);
        } finally {
          await proxy.close();
        }
      }
    } finally {
      demo.child.kill('SIGTERM');
    }
    assert.equal(await demo.ended, 0);
  });
});

async function textAt(url: URL): Promise<string> {
  const answer = await fetch(url);
  assert.equal(answer.status, 200, url.href);
  return answer.text();
}
