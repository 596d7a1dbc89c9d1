// The page's headline: the worst there is, concretely, and how much more there is; and the same for the title of the tab.
import { firstCharacters } from '../../visible-text.js';
import {
  CONDITIONS,
  type Condition,
  FILLING_UP,
  growthOf,
  labelOf,
  needsAttention,
} from '../view/condition.js';
import type { FailureView } from '../view/failure-view.js';
import type { FleetView } from '../view/fleet-view.js';
import type { NodeView } from '../view/node-view.js';
import { type Lack, lackOf, type ProjectView } from '../view/project-view.js';
import { type Html, html, number, percentUsed } from './html.js';

/** The whole message stands with the node or project. */
const MAX_REASON_LENGTH = 200;

/** Of these the error is the trouble. */
const COLLECTION_FAILS: readonly Condition[] = ['never_collected', 'stale', 'down'];

/** By condition, as groupByCondition makes them. */
type Groups = ReadonlyMap<Condition, readonly [NodeView, ...NodeView[]]>;

/** A project of which nothing can be seen comes first; one whose known nodes are collected behind all nodes. */
export function headline({ projects, summary }: FleetView, groups: Groups): Html {
  const blind = [...withLack(projects, 'blind'), ...withLack(projects, 'empty')];
  const failing = [...withLack(projects, 'failing'), ...withLack(projects, 'finds_nothing')];
  const unwell = [...groups].flatMap(([condition, nodes]) => (needsAttention(condition) ? nodes : []));
  const [worstProject] = [...blind, ...(unwell.length === 0 ? failing : [])];
  const failingProjects = blind.length + failing.length;
  if (worstProject !== undefined) {
    const others = [counted(unwell.length, 'node'), counted(failingProjects - 1, 'other project')];
    return trouble(worstProject.project, projectTrouble(worstProject), others, projectReason(worstProject));
  }
  const [worstNode] = unwell;
  if (worstNode !== undefined) {
    const others = [counted(unwell.length - 1, 'other node'), counted(failingProjects, 'project')];
    const { node_name: name, node_id: id, condition, last_error: error } = worstNode;
    return trouble(
      name || id,
      nodeTrouble(worstNode),
      others,
      error !== null && COLLECTION_FAILS.includes(condition) ? failureReason(error) : undefined,
    );
  }
  const { nodes, states } = summary;
  if (nodes === 0) {
    return noNodes(projects);
  }
  if (states.pending > 0) {
    return html`${number(states.pending)} of ${counted(nodes, 'node')} not tried yet`;
  }
  const [searching] = withLack(projects, 'searching');
  const unfinished =
    searching && html` — and the first discovery of <bdi>${searching.project}</bdi> has not ended`;
  return html`${nodes === 1 ? 'The node is up' : `All ${number(nodes)} nodes are up`}${unfinished ?? ''}`;
}

/** What needs attention, worst first: for the title of the tab. */
export function alarms({ projects, summary }: FleetView, groups: Groups): readonly string[] {
  const has = (lack: Lack) => withLack(projects, lack).length > 0;
  const fails = has('blind') || has('failing');
  const findsNothing = has('empty') || has('finds_nothing');
  const hasNone = summary.nodes === 0 && !has('searching') && nodesOfAllShards(projects) === 0;
  return [
    ...(fails ? ['discovery fails'] : []),
    ...(findsNothing ? ['discovery finds nothing'] : []),
    ...(hasNone && !fails && !findsNothing ? ['no nodes'] : []),
    ...CONDITIONS.filter(needsAttention).flatMap((condition) => {
      const { length } = groups.get(condition) ?? [];
      return length > 0 ? [`${number(length)} ${labelOf(condition, length)}`] : [];
    }),
  ];
}

export function counted(count: number, noun: string): string {
  return count === 0 ? '' : `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function withLack(projects: readonly ProjectView[], lack: Lack): readonly ProjectView[] {
  return projects.filter((project) => lackOf(project) === lack);
}

function nodesOfAllShards(projects: readonly ProjectView[]): number {
  return projects.reduce((sum, project) => sum + project.nodes_of_all_shards, 0);
}

function projectTrouble(project: ProjectView): string {
  switch (lackOf(project)) {
    case 'blind':
      return 'discovery fails, and no node is known';
    case 'failing':
      return 'discovery fails, and new nodes are not found';
    default:
      return 'discovery finds nothing to collect';
  }
}

function projectReason({ discovery }: ProjectView): Html | undefined {
  const { last_error: error = null, why_none: whyNone = null } = discovery ?? {};
  if (error !== null) {
    return failureReason(error);
  }
  return whyNone === null ? undefined : html` <small>${start(whyNone)}</small>`;
}

function nodeTrouble(node: NodeView): string {
  const { condition, saturation, lock_waiting, max_connections } = node;
  switch (condition) {
    case 'never_collected':
      return 'never collected';
    case 'stale':
      return 'its figures are too old to be shown';
    case 'lock_waits':
      return `${counted(lock_waiting ?? 0, 'session')} waiting for locks`;
    case 'spike':
      return spikeTrouble(node);
    case 'nearly_full':
    case 'filling_up':
      return `${percentUsed(saturation ?? FILLING_UP)} of its ${counted(max_connections ?? 0, 'connection')} in use`;
    default:
      return 'its last collection failed';
  }
}

function spikeTrouble(node: NodeView): string {
  const growth = growthOf(node);
  return growth === undefined
    ? 'a spike that has just gone back'
    : `${counted(growth.now, growth.noun)}, ${number(growth.more)} more than usual`;
}

/** The reason, where there is one, in small letters: it is a sentence of its own. */
function trouble(name: string, what: string, others: readonly string[], reason: Html | undefined): Html {
  return html`<bdi>${name}</bdi>: ${what}${more(others)}${reason ?? ''}`;
}

function failureReason({ reason, message }: FailureView): Html {
  return html` <small>${reason}: ${start(message)}</small>`;
}

function start(message: string): Html {
  const shown = firstCharacters(message, MAX_REASON_LENGTH);
  return html`<bdi>${shown}${shown === message ? '' : '…'}</bdi>`;
}

function more(others: readonly string[]): string {
  const named = others.filter(Boolean);
  const isOne = named.length === 1 && named[0]?.startsWith('1 ') === true;
  return named.length === 0 ? '' : ` — and ${named.join(' and ')} ${isOne ? 'needs' : 'need'} attention`;
}

function noNodes(projects: readonly ProjectView[]): Html {
  const [searching] = withLack(projects, 'searching');
  if (searching !== undefined) {
    return html`No nodes yet: the first discovery of <bdi>${searching.project}</bdi> has not ended`;
  }
  const all = nodesOfAllShards(projects);
  return all === 0
    ? html`No nodes: none is configured`
    : html`No nodes here: other shards collect ${all === 1 ? 'the only one' : `all ${number(all)}`}`;
}
