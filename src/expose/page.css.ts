// The page's style, kept apart because the page's security policy names it by its hash.

export const PAGE_CSS = `
:root {
  color-scheme: light dark;
  --text: light-dark(#1c2128, #e6edf3);
  --muted: light-dark(#59636e, #9198a1);
  --line: light-dark(#d1d9e0, #3d444d);
  --bar: light-dark(#0969da, #4493f8);
  --up: light-dark(#1a7f37, #3fb950);
  --down: light-dark(#cf222e, #f85149);
  --stale: light-dark(#9a6700, #d29922);
}
body { margin: 1.5rem; color: var(--text); font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0 0 0.5rem; }
nav a { margin-right: 1rem; }
table { border-collapse: collapse; margin-top: 1rem; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: 0.5rem 0.75rem 0.5rem 0; text-align: left; vertical-align: top; }
td:nth-child(2) { min-width: 14rem; }
small { font-weight: normal; color: var(--muted); display: block; overflow-wrap: anywhere; }
ul { list-style: none; margin: 0; padding: 0; min-width: 9rem; }
li { display: grid; grid-template-columns: 1fr auto; column-gap: 0.5rem; }
li span { overflow-wrap: anywhere; }
li svg { grid-column: 1 / -1; height: 4px; width: 100%; fill: var(--bar); }
.state { font-weight: 600; color: var(--muted); }
.up { color: var(--up); }
.down, .error { color: var(--down); }
.stale { color: var(--stale); }
.error { overflow-wrap: anywhere; }
`;
