// The part of the style sheet that the pages of incidents have of their own.

export const INCIDENTS_CSS = `
.filter select { flex: 0 1 24rem; min-width: 0; max-width: 100%; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--field); border-radius: 6px; padding: 0.3rem 0.6rem; }
.back { display: flex; flex-wrap: wrap; gap: 0 1.25rem; margin: 0.75rem 0 0; }
.card { padding: 0.75rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; overflow-wrap: anywhere; }
.card > dl { margin: 0; padding: 0; border: 0; }
.card p { margin: 0.25rem 0; }
.mark { margin: 0; padding: 0.4rem 1rem; background: var(--card); border: 1px solid var(--line); border-bottom-style: dashed; border-radius: 8px 8px 0 0; overflow-wrap: anywhere; }
.mark + details { border-top: 0; border-top-left-radius: 0; border-top-right-radius: 0; }

.incidents { list-style: none; margin: 0; padding: 0; }
.incidents li { display: grid; grid-template-columns: 12rem minmax(0, 1fr) minmax(6rem, 14rem) 11rem; gap: 0.25rem 1rem; align-items: baseline;
  margin-bottom: 0.5rem; padding: 0.6rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
.incidents p { margin: 0; min-width: 0; overflow-wrap: anywhere; }
.incidents small { display: block; }
.incidents .state { white-space: normal; }

.overview.incident h2 .state { margin-right: 0.5rem; }
.overview dl { margin: 0; padding: 0; border: 0; }
.overview .wide { flex-basis: 100%; }
.statement small { white-space: nowrap; }

.growth .charts { grid-template-columns: repeat(3, minmax(0, 1fr)); }
.grown li { position: relative; isolation: isolate; flex-wrap: wrap; gap: 0 0.75rem; }
.grown li > :nth-child(2) { flex: 1 1 7rem; min-width: 0; overflow-wrap: anywhere; }
.grown i { position: absolute; z-index: -1; top: 0; bottom: 0; left: 0; width: var(--width); background: var(--was); border-radius: 3px; }
.grown b { margin-left: auto; }
.grown b small { display: inline-block; min-width: 3.2em; text-align: right; }
.grown li, .grown small, .grown .rest bdi { color: var(--text); }

.cards, .reasons, .endings { list-style: none; }
.cards { margin: 0; }
.cards > li { padding: 0.4rem 0; }
.cards > :first-child, .card.statements li:first-child { padding-top: 0; border: 0; }
.cards > :last-child, .card.statements li:last-child { padding-bottom: 0; }
.cards > li + li { border-top: 1px solid var(--line); }
.cards .state { margin-right: 0.5rem; }
.reasons li { display: inline-block; margin: 0 0.4rem 0.2rem 0; padding: 0 0.4rem; border: 1px solid var(--line); border-radius: 3px; }
.advised p, .advised li { max-width: 60rem; }
.advised .more { margin-bottom: 0.75rem; }
.advised p code, .command { padding: 0 0.25rem; background: var(--track); border-radius: 3px; }
.command { font-size: 14px; font-weight: 600; user-select: all; }

.legend { display: flex; flex-wrap: wrap; gap: 0.15rem 1.25rem; margin-bottom: 0.5rem; }
.legend .line::before { content: "" / ""; display: inline-block; width: 1.75rem; margin-right: 0.4rem; border-top: 3px solid var(--stroke); vertical-align: middle; }
.sessions { --stroke: var(--link); } .active { --stroke: var(--well); } .lock_waiting { --stroke: var(--alarm); } .usual { --stroke: var(--muted); }
.legend .active::before { border-top-width: 2px; } .legend .lock_waiting::before { border-top-style: dotted; } .legend .usual::before { border-top-style: dashed; }
.legend .during::before { height: 0.8rem; border: 0; background: var(--shade); }
svg { display: block; width: 100%; height: 12rem; overflow: visible; }
svg path { fill: none; stroke: var(--stroke); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; vector-effect: non-scaling-stroke; }
svg .sessions { stroke-width: 3; } svg .lock_waiting { stroke-dasharray: 1 5; stroke-width: 3; } svg .usual { stroke-dasharray: 8 6; }
svg .grid { --stroke: var(--line); stroke-width: 1; }
svg rect { fill: var(--shade); }
.span { display: flex; justify-content: space-between; gap: 1rem; }
.span small:last-child { text-align: right; }
.as-table { margin: 0.5rem 0 0; border: 0; }
.as-table summary { display: list-item; padding: 0.25rem 0; }
.as-table summary::after { content: none; }
table { border-collapse: collapse; }
th, td { padding: 0.1rem 0.75rem 0.1rem 0; text-align: right; font-weight: normal; border-bottom: 1px solid var(--line); }
thead th { vertical-align: bottom; font-size: 12px; color: var(--muted); }
th:first-child { text-align: left; }

@media (max-width: 60rem) {
  .growth .charts { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .incidents li { grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); }
  .incidents .what { grid-column: 1 / -1; grid-row: 1; }
}
@media (max-width: 40rem) {
  .growth .charts { grid-template-columns: minmax(0, 1fr); }
  .card { padding: 0.6rem 0.75rem; }
  th, td { padding-right: 0.4rem; }
}
@media print {
  nav, .skip, .filter, .back { display: none; }
  .bar, .grown i, .meter, .legend li::before, svg { print-color-adjust: exact; }
  .incidents li, .cards > li, .bar, svg { break-inside: avoid; }
  main > section:not(.overview) > h2 { position: static; break-after: avoid; }
}
`;
