// The page's style sheet, apart from the page because the security policy names its hash.
import { INCIDENTS_CSS } from './incidents/incidents.css.js';

const BAR_WIDTHS = Array.from({ length: 101 }, (_, width) => `.w${width} { --width: ${width}%; }`).join('\n');

export const PAGE_CSS = `
:root {
  --page: #f3f5f8; --card: #ffffff; --line: #d8dee6; --text: #1b222c; --muted: #566070;
  --field: #848e9c; --link: #0a58ca; --bar: #d3e3fb; --rest: #e6eaf0; --track: #e6eaf0;
  --was: #9dbfec; --shade: #fbe6e4;
  --well: #146c2e; --alarm: #b3171f; --warning: #855600;
  --down-card: #fff2f1; --filling: #f7dfa5; --full: #f9c9c5;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #0e1218; --card: #171c24; --line: #2c3440; --text: #e4e9f0; --muted: #9aa6b5;
    --field: #6b7787; --link: #79b0ff; --bar: #1d3f6e; --rest: #2a323d; --track: #2a323d;
    --was: #34619c; --shade: #3a2326;
    --well: #5bd07a; --alarm: #ff8f87; --warning: #e6b04a;
    --down-card: #2a1719; --filling: #5c430c; --full: #70262a;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 2.5rem; }
body { margin: 0 auto; max-width: 84rem; padding: 1.25rem 1.5rem 2rem; background: var(--page); color: var(--text);
  font: 14px/1.4 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif; font-variant-numeric: tabular-nums; }
a { color: var(--link); }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 4px; }
main:focus { outline: none; }
small { font-size: 12px; font-weight: normal; color: var(--muted); }
bdi { overflow-wrap: anywhere; }
ul { list-style: none; margin: 0; padding: 0; }
.skip { position: absolute; left: -100vw; }
.skip:focus { left: 1.5rem; top: 0.25rem; padding: 0.25rem 0.5rem; background: var(--card); z-index: 1; }

header { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.25rem 2rem; }
h1 { font-size: 1.15rem; margin: 0; }
h1 small { margin-left: 0.25rem; }
nav { display: flex; flex-wrap: wrap; gap: 0 1.25rem; margin-left: auto; }
nav a { padding: 0.25rem 0; }
#lost { flex-basis: 100%; margin: 0; color: var(--alarm); font-weight: 600; }
.filter { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5rem; margin: 0.75rem 0 0; }
.filter label { font-weight: 600; }
.filter input { flex: 1 1 12rem; min-width: 0; max-width: 28rem; }
.filter input, .filter button { font: inherit; color: inherit; background: var(--card); border: 1px solid var(--field); border-radius: 6px; padding: 0.3rem 0.6rem; }
.filter ::placeholder { color: var(--muted); opacity: 1; }
.filter button { cursor: pointer; }
.matches { margin: 0 0 0.5rem; }

.overview { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem 2rem; margin: 0.75rem 0 1.25rem; padding: 1rem 1.25rem;
  background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
.overview h2 { flex-basis: 100%; margin: 0; font-size: 1.35rem; overflow-wrap: anywhere; }
.overview h2 small { display: block; margin-top: 0.35rem; font-size: 14px; }
.states { display: flex; flex-wrap: wrap; gap: 0.5rem; }
.states .state { display: inline-block; padding: 0.2rem 0.75rem; border: 1px solid var(--line); border-radius: 1rem; text-decoration: none; }
.states a:hover { border-color: currentcolor; }
.totals { display: flex; flex-wrap: wrap; gap: 0.25rem 1.75rem; margin-left: auto; }
.totals b { font-size: 1.15rem; }

.state { font-weight: 600; white-space: nowrap; color: var(--muted); }
.state::before { content: "○" / ""; margin-right: 0.4em; }
.state.well { color: var(--well); } .state.well::before { content: "●" / ""; }
.state.alarm { color: var(--alarm); } .state.alarm::before { content: "▲" / ""; }
.state.warning { color: var(--warning); } .state.warning::before { content: "◆" / ""; }

h2 { margin: 1.5rem 0 0.5rem; font-size: 0.95rem; }
main > section:not(.overview) > h2 { position: sticky; top: 0; z-index: 1; margin-bottom: 0; padding: 0.25rem 0 0.5rem; background: var(--page); }
main > section:not(.overview) > h2::first-letter { text-transform: uppercase; }
.project { margin-bottom: 0.5rem; padding: 0.75rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
.project p { margin: 0; }
.project .state { margin-right: 0.5rem; }
.project .error { margin-top: 0.35rem; }
.project .advice { margin-top: 0.6rem; }
details { margin-bottom: 0.5rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
summary { display: grid; grid-template-columns: 9.5rem minmax(11rem, 1fr) 8.5rem 7.5rem 5rem 6.5rem 7.5rem 5.5rem 1rem;
  gap: 0.25rem 0.75rem; align-items: center; padding: 0.6rem 1rem; cursor: pointer; border-radius: 8px; }
summary::-webkit-details-marker { display: none; }
summary::after { content: "" / ""; grid-column: -2; grid-row: 1; width: 0.5rem; height: 0.5rem; border: solid var(--muted);
  border-width: 0 2px 2px 0; transform: rotate(45deg); justify-self: end; }
details[open] > summary::after { transform: rotate(225deg); }
summary:hover { background: color-mix(in srgb, var(--link) 6%, transparent); }
.name, .cell { min-width: 0; overflow-wrap: anywhere; }
.name b, .cell b { display: block; }
.name small, .cell small { display: block; }
.name small bdi { display: inline-block; max-width: 100%; }
.cell em { display: inline-block; font-size: 12px; font-style: normal; font-weight: normal; color: var(--muted); }
.alarming b { color: var(--warning); }
.critical b { color: var(--alarm); }
.error { color: var(--alarm); overflow-wrap: anywhere; }
summary .error { grid-column: 2 / -1; }
.meter, .bar { background: linear-gradient(var(--fill), var(--fill)) 0 0 / var(--width) 100% no-repeat; border-radius: 3px; }
.meter { --fill: var(--bar); display: block; padding: 0 0.4rem; background-color: var(--track); }
.meter.filling { --fill: var(--filling); } .meter.full { --fill: var(--full); }

.body { display: flex; flex-direction: column; padding: 0.25rem 1rem 1rem; border-top: 1px solid var(--line); }
.own { order: 1; margin-top: 0.75rem; }
.advice { margin: 0.75rem 0 0; padding: 0.6rem 0.9rem; background: var(--down-card); border-radius: 6px; max-width: 60rem; }
.charts { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 0.5rem 1.25rem; }
h3 { margin: 0.75rem 0 0.35rem; font-size: 13px; }
.bar { --fill: var(--bar); display: flex; justify-content: space-between; gap: 0.75rem; margin-bottom: 2px; padding: 0.1rem 0.4rem; }
.bar.rest { --fill: var(--rest); }
.bar.rest bdi { color: var(--muted); }
.bar bdi { min-width: 0; }
.bar b { flex-shrink: 0; white-space: nowrap; }
.statements p { margin: 0; }
.statements ol { list-style: none; margin: 0; padding: 0; }
.statements li { padding: 0.35rem 0; border-top: 1px solid var(--line); }
.statements .bar b:last-child { font-weight: normal; white-space: normal; flex-shrink: 1; text-align: right; }
.statements .text { margin: 0.2rem 0; overflow-wrap: anywhere; }
.statements .flag { padding: 0 0.3rem; border: 1px solid var(--line); border-radius: 3px; }
.note { margin: 0 0 0.75rem; color: var(--muted); max-width: 60rem; }
dl { display: flex; flex-wrap: wrap; gap: 0.5rem 1.75rem; margin: 1rem 0 0; padding-top: 0.75rem; border-top: 1px solid var(--line); }
dt { font-size: 12px; color: var(--muted); }
dd { margin: 0; overflow-wrap: anywhere; }
code { font-size: 12px; }
.made { color: var(--muted); font-size: 12px; }

@media (max-width: 72rem) {
  .charts { grid-template-columns: repeat(3, minmax(0, 1fr)); }
  summary { grid-template-columns: repeat(auto-fill, minmax(7rem, 1fr)); }
  .state { grid-column: 1; }
  summary .name { grid-column: 2 / -2; }
  summary .error { grid-column: 1 / -1; }
}
@media (max-width: 40rem) {
  body { padding: 0.75rem; }
  nav, .totals { margin-left: 0; }
  .overview { padding: 0.75rem; }
  summary { grid-template-columns: repeat(3, minmax(0, 1fr)); padding: 0.6rem 0.75rem; }
  summary .name { grid-column: 1 / -1; grid-row: 1; margin-right: 1.5rem; }
  summary .state { grid-column: 1 / -1; }
  summary::after { grid-column: 3; }
  .charts { grid-template-columns: minmax(0, 1fr); }
}
${INCIDENTS_CSS}${BAR_WIDTHS}
`;
