// The page for people: every node with its state and where its sessions come from. No script, nothing from elsewhere.
import { createHash } from 'node:crypto';
import type { NodeStatus } from '../collect/node-status.js';
import type { ValueCount } from '../sessions/snapshot.js';
import { Html, html } from './html.js';
import { type NodeView, viewNode } from './node-view.js';
import { PAGE_CSS } from './page.css.js';

const PAGE_CSS_HASH = createHash('sha256').update(PAGE_CSS).digest('base64');

export const PAGE_HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy': `default-src 'none'; style-src 'sha256-${PAGE_CSS_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
};

export interface PageOptions {
  readonly version: string;
  readonly telemetryPath: string;
}

/** `now` in milliseconds since the epoch. */
export function renderPage(nodes: readonly NodeStatus[], now: number, options: PageOptions): string {
  const rows = nodes.map((status) => nodeRow(viewNode(status, now), now));
  return html`<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>TaurusDB session exporter</title>
<style>${new Html(PAGE_CSS)}</style>
</head>
<body>
<h1>TaurusDB session exporter ${options.version}</h1>
<nav>
<a href="${options.telemetryPath}">Metrics</a>
<a href="/api/v1/nodes">Nodes as JSON</a>
<a href="/-/healthy">Health</a>
<a href="/-/ready">Readiness</a>
</nav>
<table>
<thead><tr>
<th scope="col">Node</th><th scope="col">State</th><th scope="col">Sessions</th>
<th scope="col">By state</th><th scope="col">By user</th><th scope="col">By host</th>
</tr></thead>
<tbody>${rows}</tbody>
</table>
</body>
</html>
`.text;
}

function nodeRow(node: NodeView, now: number): Html {
  const { last_success: success, last_error: error, top } = node;
  return html`
<tr>
<th scope="row">${node.node_name || node.node_id}<small>${node.instance_name || node.instance_id}</small><small>${node.node_id}</small></th>
<td><span class="state ${node.state}">${node.state}</span>
<small>${success === null ? 'never collected' : html`collected ${timeElement(success, now)}`}</small>
${error === null ? '' : html`<p class="error">${error.reason}: ${error.message}<small>${timeElement(error.at, now)}</small></p>`}</td>
<td>${node.sessions ?? '–'}<small>${change(node)}</small></td>
<td>${bars(top.state)}</td>
<td>${bars(top.user)}</td>
<td>${bars(top.host)}</td>
</tr>`;
}

function bars(values: readonly ValueCount[] = []): Html {
  const longest = Math.max(1, ...values.map(({ sessions }) => sessions));
  // Widths are attributes: the security policy allows no inline styles.
  const items = values.map(
    ({ value, sessions }) => html`<li><span>${value}</span>${sessions}
<svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true"><rect width="${((100 * sessions) / longest).toFixed(1)}" height="1"/></svg></li>`,
  );
  return html`<ul>${items}</ul>`;
}

/** Since the collection before. */
function change({ sessions, previous_sessions: previous }: NodeView): string {
  if (sessions === null || previous === null || sessions === previous) return '';
  return sessions > previous ? `+${sessions - previous}` : `−${previous - sessions}`;
}

function timeElement(time: string, now: number): Html {
  return html`<time datetime="${time}">${age((now - Date.parse(time)) / 1000)} ago</time>`;
}

function age(seconds: number): string {
  if (seconds < 120) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}
