// The projects on the page whose discovery fails, has not ended or has found nothing: why, since when, and what to do.
import { elapsedMs, type Moment } from '../../clock.js';
import type { ProjectStatus } from '../../model/project-status.js';
import { type Lack, lackOf, type ProjectView, viewProject } from '../view/project-view.js';
import { duration, type Html, html, number } from './html.js';

const LACKS: Readonly<Record<Lack, { readonly label: string; readonly level: string }>> = {
  blind: { label: 'discovery fails', level: 'alarm' },
  failing: { label: 'discovery fails', level: 'alarm' },
  searching: { label: 'discovering', level: 'idle' },
  nothing_found: { label: 'nothing found', level: 'warning' },
};

/** Nothing where no project lacks anything. */
export function projectsSection(projects: readonly ProjectStatus[], now: Moment): Html {
  const lacking = projects.flatMap((status) => {
    const view = viewProject(status);
    const lack = lackOf(view);
    return lack === undefined ? [] : [projectItem(status, view, lack, now)];
  });
  return lacking.length === 0
    ? html``
    : html`<section aria-labelledby="discovery"><h2 id="discovery">Discovery</h2>
${lacking}</section>
`;
}

function projectItem({ discovery }: ProjectStatus, view: ProjectView, lack: Lack, now: Moment): Html {
  const { label, level } = LACKS[lack];
  const ago = (at: Moment) => `${duration(elapsedMs(at.monotonic, now.monotonic) / 1000)} ago`;
  const success = discovery?.lastSuccessAt;
  const error = view.discovery?.last_error ?? null;
  const failedAt = discovery?.lastError?.at;
  return html`<div class="project"><p><span class="state ${level}">${label}</span> <b><bdi>${view.project}</bdi></b>
<small>${view.nodes === 1 ? '1 node is' : `${number(view.nodes)} nodes are`} collected · ${success === undefined ? 'discovery has not succeeded yet' : `last success ${ago(success)}`}</small></p>
${error === null || failedAt === undefined ? '' : html`<p class="error"><b>${error.reason}</b> ${ago(failedAt)}: <bdi>${error.message}</bdi></p>`}
${advice(view, lack)}</div>
`;
}

function advice({ discovery }: ProjectView, lack: Lack): Html {
  if (lack === 'searching') {
    return html`<p>Its first discovery has not ended yet.</p>`;
  }
  const hint =
    lack === 'nothing_found'
      ? 'Discovery succeeded, but no running node is left for this process: compare discovery.instance_name, tags, status and role with the instances of the console, and the project and region with where they are. With shards, other processes may have them all.'
      : (discovery?.last_error?.hint ?? '');
  return html`<p class="advice"><b>What to do:</b> ${hint}${lack === 'failing' ? ' The nodes that are known are still collected.' : ''}</p>`;
}
