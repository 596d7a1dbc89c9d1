// The layout of all pages: response headers with the security policy, head and style, navigation, refreshing. The pages
// work without scripts and load nothing from other hosts.
import { createHash } from 'node:crypto';
import type { Clock } from '../../clock.js';
import { OWN_PATHS } from '../paths.js';
import type { FleetStatus } from '../view/fleet-view.js';
import { Html, html } from './html.js';
import { type Linker, linksFrom } from './links.js';
import { PAGE_CSS } from './page.css.js';
import { type PageQuery, pathWith } from './page-query.js';

const PAGE_CSS_HASH = createHash('sha256').update(PAGE_CSS).digest('base64');

export const PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${PAGE_CSS_HASH}'; script-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
};

const REFRESH_SECONDS = 30;

/** A page for people: a file of this folder, listed in ../pages.ts. */
export interface Page {
  readonly path: string;
  /** In the navigation. */
  readonly name: string;
  /** It does not refresh itself, and has no script; its answers can be asked for again by their ETag. */
  readonly isStill?: true;
  /** What it takes of its address, without what changes nothing. */
  readonly readQuery: (text: string, fleet: FleetStatus) => PageQuery;
  /** In UTF-8, in chunks to be sent one behind the other. */
  readonly render: (content: PageContent) => Promise<readonly Buffer[]>;
}

export interface PageOptions {
  readonly version: string;
  readonly telemetryPath: string;
  /** As `readQuery` made it. */
  readonly query: PageQuery;
  /** For the navigation. */
  readonly pages: readonly Pick<Page, 'path' | 'name'>[];
}

/** What there is to show. */
export interface PageContent extends PageOptions {
  readonly fleet: FleetStatus;
  readonly clock: Clock;
}

export interface PageHead {
  readonly path: string;
  /** What the page is of, where it is not of the whole fleet: shown in the title of the tab. */
  readonly title?: string;
  /** Its data, where they are others than those of the nodes. */
  readonly json?: string;
  readonly isStill?: true;
  /** What needs attention: shown in the title of the tab, and by the colour of its icon. */
  readonly alarms: readonly string[];
  /** The subject, such as `nodes`: the id of its main part. */
  readonly subject: string;
  /** Between header and main part, which alone is replaced when the page updates: so nothing that is typed is lost. */
  readonly tools: Html;
}

/** Everything before the content; PAGE_END comes after it. */
export function pageStart(
  { path, title, json = OWN_PATHS.nodes, isStill, alarms, subject, tools }: PageHead,
  { version, telemetryPath, query, pages }: PageOptions,
): Html {
  const link = linksFrom(path);
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${[...alarms, ...(title === undefined ? [] : [title]), 'TaurusDB sessions'].join(' · ')}</title>
<link rel="icon" href="${icon(alarms.length === 0)}">
${query.paused || isStill ? '' : keepFresh(link, pathWith(path, query))}
<style>${new Html(PAGE_CSS)}</style>
</head>
<body>
<a class="skip" href="#${subject}">Skip to the ${subject}</a>
<header>
<h1>TaurusDB sessions <small>exporter ${version}</small></h1>
<nav aria-label="Pages">
${pages.length > 1 ? pages.map((page) => pageLink(link, page, page.path === path)) : ''}<a href="${link(telemetryPath)}">Metrics</a>
<a href="${link(json)}">JSON</a>
<a href="${link(OWN_PATHS.ready)}">Ready?</a>
<a href="${link(OWN_PATHS.healthy)}">Healthy?</a>
${isStill ? '' : pauseLink(link, path, query)}</nav>
<p id="lost" role="status"></p>
</header>
${tools}<main id="${subject}" tabindex="-1">
`;
}

export const PAGE_END = html`</main>
</body>
</html>
`;

function pageLink(link: Linker, { path, name }: Pick<Page, 'path' | 'name'>, isCurrent: boolean): Html {
  return html`<a href="${link(path)}"${isCurrent ? html` aria-current="page"` : ''}>${name}</a>
`;
}

function pauseLink(link: Linker, path: string, query: PageQuery): Html {
  const { paused } = query;
  return html`<a href="${link(pathWith(path, { ...query, paused: !paused }))}">${paused ? 'Resume updates' : 'Pause updates'}</a>
`;
}

/** With scripts the page is updated in place: a reload would lose the scroll position. */
function keepFresh(link: Linker, reloadPath: string): Html {
  // With an explicit address: a page whose own has a fragment would scroll to it instead of reloading.
  return html`<noscript><meta http-equiv="refresh" content="${REFRESH_SECONDS}; url=${link(reloadPath)}"></noscript>
<script src="${link(OWN_PATHS.pageScript)}" defer></script>`;
}

function icon(isWell: boolean): string {
  const colour = isWell ? '%231a7f37' : '%23cf222e';
  return `data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="${colour}"/></svg>`;
}
