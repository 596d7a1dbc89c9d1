// What to do about an incident, and the commands that end sessions: shown, never run.
import { adviceOn, endingsOf, HOW_TO_END_A_SESSION } from '../../../incidents/advice.js';
import type { IncidentRecord } from '../../../incidents/record.js';
import { Html, html } from '../html.js';

export function adviceSection(record: IncidentRecord): Html {
  const advice = adviceOn(record);
  const endings = endingsOf(record);
  if (advice.length === 0 && endings.length === 0) {
    return html``;
  }
  return html`<section aria-labelledby="advice"><h2 id="advice">What to do</h2>
<div class="card advised">
${advice.map(
  ({ section, paragraphs }) => html`${paragraphs.map(
    (text) => html`<p>${marked(text)}</p>
`,
  )}<p class="more"><small>More in docs/alerts.md: ${section}</small></p>
`,
)}${
  endings.length === 0
    ? ''
    : html`<h3>To end a session</h3>
<ul class="endings">${endings.map(({ command, why }) => html`<li><code class="command">${command}</code> ${why}</li>`)}</ul>
<p>${marked(HOW_TO_END_A_SESSION)}</p>
`
}</div></section>
`;
}

/** Backticks mark code, stars what is stressed; nothing of it is anybody else's text. */
function marked(text: string): Html {
  const parts = text.split(/(`[^`]+`|\*[^*]+\*)/u).map((part) => {
    const inner = part.slice(1, -1);
    if (part.length > 2 && part.startsWith('`')) {
      return html`<code>${inner}</code>`;
    }
    return part.length > 2 && part.startsWith('*') && part.endsWith('*')
      ? html`<em>${inner}</em>`
      : html`${part}`;
  });
  return new Html(parts.map(({ text: written }) => written).join(''));
}
