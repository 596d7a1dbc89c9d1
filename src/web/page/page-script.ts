// The page's script: fetches the page every ten seconds and replaces its content, so that open nodes stay open. Without
// scripts the page reloads itself. Served as a file, since the security policy allows no inline script.

/** Plain JavaScript, sent as it is. */
export const PAGE_SCRIPT = `'use strict';
const PERIOD_MS = 10000;

async function refresh() {
  // Without the user and password that the page's own address may have: with them browsers make no request.
  const answer = await fetch(location.origin + location.pathname + location.search, { signal: AbortSignal.timeout(PERIOD_MS) });
  const isPage = /^text\\/html\\b/i.test(answer.headers.get('content-type'));
  if (!answer.ok || answer.redirected || !isPage) throw new Error('status ' + answer.status);
  const text = await answer.text();
  // A proxy may end an answer before its end, and not say so.
  if (!/<\\/html>\\s*$/.test(text)) throw new Error('cut off');
  const next = new DOMParser().parseFromString(text, 'text/html');
  const main = document.querySelector('main');
  const icon = document.querySelector('link[rel=icon]');
  const nextMain = next.querySelector('main');
  const nextIcon = next.querySelector('link[rel=icon]');
  // Whatever else answers, such as a login page: nothing is changed before all of it is there.
  if (!nextIcon || nextMain?.id !== main.id || !next.getElementById('lost')) throw new Error('not the page');
  for (const details of next.querySelectorAll('details')) {
    const shown = document.getElementById(details.id);
    if (shown) details.open = shown.open;
  }
  const focused = document.activeElement;
  const focusedId = focused.closest('[id]')?.id;
  const focusedTag = focused.localName;
  document.title = next.title;
  icon.href = nextIcon.href;
  main.replaceWith(nextMain);
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
