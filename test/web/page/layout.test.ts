import assert from 'node:assert/strict';
import { html } from '../../../src/web/page/html.js';
import { PAGE_END, pageStart } from '../../../src/web/page/layout.js';
import { NO_QUERY } from '../../../src/web/page/page-query.js';

const PAGE = { path: '/incidents', alarms: [], subject: 'incidents', tools: html`<p>tools</p>` };
const OPTIONS = {
  version: '1.2.3',
  telemetryPath: '/metrics',
  query: NO_QUERY,
  pages: [{ path: '/', name: 'Nodes' }],
};

describe('pageStart', () => {
  it('opens what PAGE_END closes', () => {
    const page = `${pageStart(PAGE, OPTIONS).text}${PAGE_END.text}`;
    for (const name of ['html', 'head', 'body', 'header', 'nav', 'main']) {
      assert.equal(page.match(new RegExp(`<${name}\\b`, 'g'))?.length, 1, name);
      assert.equal(page.match(new RegExp(`</${name}>`, 'g'))?.length, 1, name);
    }
  });

  it('names the subject of the page, and where it reloads itself to', () => {
    const { text } = pageStart(PAGE, OPTIONS);
    assert.match(text, /<a class="skip" href="#incidents">Skip to the incidents<\/a>/);
    assert.match(text, /<main id="incidents" tabindex="-1">/);
    const { text: open } = pageStart(PAGE, { ...OPTIONS, query: { ...NO_QUERY, q: 'a b', open: '7' } });
    assert.match(open, /content="30; url=\.\/incidents\?q=a\+b&amp;open=7"/);
    assert.match(open, /<\/header>\n<p>tools<\/p><main/);
    assert.match(text, /<script src="\.\/page\.js" defer>/);
  });

  it('pauses and resumes the page that it is on', () => {
    assert.match(pageStart(PAGE, OPTIONS).text, /<a href="\.\/incidents\?refresh=off">Pause updates<\/a>/);
    const { text } = pageStart(PAGE, { ...OPTIONS, query: { ...NO_QUERY, paused: true } });
    assert.match(text, /<a href="\.\/incidents">Resume updates<\/a>/);
    assert.doesNotMatch(text, /http-equiv="refresh"|<script/);
  });

  it('links the pages where there are several, and says which one this is', () => {
    assert.doesNotMatch(pageStart(PAGE, OPTIONS).text, />Nodes<\/a>/);
    const pages = [...OPTIONS.pages, { path: '/incidents', name: 'Incidents' }];
    const { text } = pageStart(PAGE, { ...OPTIONS, pages });
    assert.match(
      text,
      /<a href="\.\/">Nodes<\/a>\n<a href="\.\/incidents" aria-current="page">Incidents<\/a>\n/,
    );
  });

  it('shows alarms in the title and by the icon', () => {
    const { text: well } = pageStart(PAGE, OPTIONS);
    const { text: unwell } = pageStart({ ...PAGE, alarms: ['1 open', '2 new'] }, OPTIONS);
    assert.match(well, /<title>TaurusDB sessions<\/title>/);
    assert.match(unwell, /<title>1 open · 2 new · TaurusDB sessions<\/title>/);
    assert.notEqual(
      /rel="icon" href="([^"]+)"/.exec(unwell)?.[1],
      /rel="icon" href="([^"]+)"/.exec(well)?.[1],
    );
  });
});
