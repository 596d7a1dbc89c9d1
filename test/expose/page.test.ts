import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { PAGE_HEADERS, renderPage } from '../../src/expose/page.js';
import { counts, DATABASE_NODE, NODE_STATUS, NOW, SNAPSHOT, UNTRIED_STATUS } from './node-status-fixture.js';

const OPTIONS = { version: '1.2.3', telemetryPath: '/metrics' };

/** What a reader sees, one piece of text a line. */
function visible(page: string): string {
  return page
    .slice(page.indexOf('<body>'))
    .replace(/<[^>]*>/g, '\n')
    .replace(/\s*\n\s*/g, '\n');
}

describe('renderPage', () => {
  it('shows a node with its state, age, sessions and where they come from', () => {
    const text = visible(renderPage([NODE_STATUS], NOW, OPTIONS));
    for (const seen of [
      'TaurusDB session exporter 1.2.3',
      'orders-primary',
      'up',
      '12 s',
      '6',
      '+2',
      'Updating',
    ]) {
      assert.ok(text.includes(`\n${seen}`), seen);
    }
    assert.match(text, /\napp_rw\n2\n/);
    assert.match(text, /\n10\.0\.0\.1\n5\n2001:db8::1\n1\n/);
  });

  it('draws the longest bar for the value with the most sessions', () => {
    const page = renderPage([NODE_STATUS], NOW, OPTIONS);
    assert.match(page, /<span>none<\/span>4\s*<svg[^>]*><rect width="100\.0"/);
    assert.match(page, /<span>Updating<\/span>2\s*<svg[^>]*><rect width="50\.0"/);
  });

  it('shows why a node is down, and how long ago it was last collected', () => {
    const at = NOW - 30_000;
    const lastError = { reason: 'timeout', message: 'wait: got running, expected finished', at } as const;
    const status = {
      ...NODE_STATUS,
      up: false,
      snapshot: undefined,
      lastError,
      lastSuccessAt: NOW - 10_800_000,
    };
    const text = visible(renderPage([status], NOW, OPTIONS));
    assert.match(
      text,
      /\ndown\ncollected\n3 h ago\ntimeout: wait: got running, expected finished\n30 s ago\n–\n/,
    );
  });

  it('shows a node that was not tried yet', () => {
    assert.match(visible(renderPage([UNTRIED_STATUS], NOW, OPTIONS)), /\npending\nnever collected\n–\n/);
  });

  it('escapes whatever others have named', () => {
    const evil = '<script>alert("1")</script>\'&';
    const page = renderPage(
      [
        {
          ...NODE_STATUS,
          node: { ...DATABASE_NODE, name: evil, instanceName: evil },
          lastError: { reason: 'api', message: evil, at: NOW },
          snapshot: { ...SNAPSHOT, dimensions: new Map([['user', counts({ [evil]: 6 })]]) },
        },
      ],
      NOW,
      { version: evil, telemetryPath: `/${evil}` },
    );
    assert.doesNotMatch(page, /<script|alert\("/);
    assert.equal(page.split('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;').length, 7);
  });

  it('needs no script, no inline style and nothing from elsewhere, and its policy allows none', () => {
    const page = renderPage([NODE_STATUS], NOW, OPTIONS);
    assert.doesNotMatch(page, /<script|<link|<img|<iframe|style=|https?:|url\(|@import| on\w+=/);
    const css = /<style>([\s\S]*)<\/style>/.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(css).digest('base64');
    const policy = PAGE_HEADERS['Content-Security-Policy'];
    assert.ok(policy.startsWith(`default-src 'none'; style-src 'sha256-${hash}';`));
    assert.doesNotMatch(policy, /unsafe|script-src|\*/);
  });
});
