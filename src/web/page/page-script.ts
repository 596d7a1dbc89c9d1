// The page's script: fetches the page every ten seconds and replaces its content, so that open nodes stay open. Without
// scripts the page reloads itself. Served as a file, since the security policy allows no inline script.

/** Plain JavaScript, sent as it is. */
export const PAGE_SCRIPT = `'use strict';
const PERIOD_MS = 10000;

async function refresh() {
  const answer = await fetch(location.pathname + location.search, { signal: AbortSignal.timeout(PERIOD_MS) });
  if (!answer.ok) throw new Error('status ' + answer.status);
  const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const details of next.querySelectorAll('details')) {
    const shown = document.getElementById(details.id);
    if (shown) details.open = shown.open;
  }
  const focused = document.activeElement;
  const focusedId = focused.closest('[id]')?.id;
  const focusedTag = focused.localName;
  document.title = next.title;
  document.querySelector('link[rel=icon]').href = next.querySelector('link[rel=icon]').href;
  document.querySelector('main').replaceWith(next.querySelector('main'));
  if (!document.contains(focused)) {
    const owner = document.getElementById(focusedId);
    (owner?.querySelector(focusedTag) ?? owner)?.focus({ preventScroll: true });
  }
}

let busy = false;

async function keepFresh() {
  const isReading = !getSelection().isCollapsed;
  if (busy || document.hidden || isReading) return;
  busy = true;
  const lost = document.getElementById('lost');
  try {
    await refresh();
    lost.textContent = '';
  } catch {
    lost.textContent ||= 'The exporter has not answered since ' + new Date().toLocaleTimeString() +
      ': what you see is from before.';
  }
  busy = false;
}

setInterval(keepFresh, PERIOD_MS);
document.addEventListener('visibilitychange', keepFresh);
`;
