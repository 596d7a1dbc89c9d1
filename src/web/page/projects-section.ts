// The projects on the page of which nodes are missing: discovery fails, has not ended or finds nothing, or other shards have
// them; why, since when, and what to do.
import { elapsedMs, type Moment } from '../../clock.js';
import type { ProjectStatus } from '../../model/project-status.js';
import { LACKS, type Lack, lackOf, type ProjectView, viewProject } from '../view/project-view.js';
import { duration, type Html, html, number } from './html.js';

const LACK_TEXTS: Readonly<Record<Lack, { readonly label: string; readonly level: string }>> = {
  blind: { label: 'discovery fails', level: 'alarm' },
  empty: { label: 'nothing found', level: 'alarm' },
  failing: { label: 'discovery fails', level: 'alarm' },
  finds_nothing: { label: 'nothing found', level: 'warning' },
  searching: { label: 'discovering', level: 'idle' },
  elsewhere: { label: 'in other shards', level: 'idle' },
};

interface Lacking {
  readonly status: ProjectStatus;
  readonly view: ProjectView;
  readonly lack: Lack;
}

/** Worst first; nothing where no project lacks anything. */
export function projectsSection(projects: readonly ProjectStatus[], now: Moment): Html {
  const lacking = projects.flatMap((status): Lacking[] => {
    const view = viewProject(status);
    const lack = lackOf(view);
    return lack === undefined ? [] : [{ status, view, lack }];
  });
  const worstFirst = lacking.toSorted((a, b) => LACKS.indexOf(a.lack) - LACKS.indexOf(b.lack));
  return lacking.length === 0
    ? html``
    : html`<section aria-labelledby="discovery"><h2 id="discovery">Discovery</h2>
${worstFirst.map((one) => projectItem(one, now))}</section>
`;
}

function projectItem({ status: { discovery }, view, lack }: Lacking, now: Moment): Html {
  const { label, level } = LACK_TEXTS[lack];
  const ago = (at: Moment) => `${duration(elapsedMs(at.monotonic, now.monotonic) / 1000)} ago`;
  const success = discovery?.lastSuccessAt;
  return html`<div class="project"><p><span class="state ${level}">${label}</span> <b><bdi>${view.project}</bdi></b>
<small>${view.nodes === 1 ? '1 node is' : `${number(view.nodes)} nodes are`} collected · ${success === undefined ? 'discovery has not succeeded yet' : `last success ${ago(success)}`}</small></p>
${reason(view, discovery?.lastError && ago(discovery.lastError.at))}
${advice(view, lack)}</div>
`;
}

function reason({ discovery }: ProjectView, failedAgo = ''): Html {
  const { last_error: error = null, why_none: whyNone = null } = discovery ?? {};
  if (error !== null) {
    return html`<p class="error"><b>${error.reason}</b> ${failedAgo}: <bdi>${error.message}</bdi></p>`;
  }
  return whyNone === null ? html`` : html`<p class="error"><bdi>${whyNone}</bdi></p>`;
}

function advice({ nodes_of_all_shards: nodes, discovery }: ProjectView, lack: Lack): Html {
  switch (lack) {
    case 'searching':
      return html`<p>Its first discovery has not ended yet.</p>`;
    case 'elsewhere':
      return html`<p>Other shards collect ${nodes === 1 ? 'its only node' : `all its ${number(nodes)} nodes`}.</p>`;
    default: {
      const hint = discovery?.last_error?.hint ?? discovery?.hint ?? '';
      const rest = lack === 'failing' ? ' The nodes that are known are still collected.' : '';
      return html`<p class="advice"><b>What to do:</b> ${hint}${rest}</p>`;
    }
  }
}
