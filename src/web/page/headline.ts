// The page's headline: the worst there is, concretely, and how much more there is; and the same for the title of the tab.
import { firstCharacters } from '../../visible-text.js';
import {
  CONDITION_TEXTS,
  CONDITIONS,
  type Condition,
  FILLING_UP,
  needsAttention,
} from '../view/condition.js';
import type { FailureView } from '../view/failure-view.js';
import type { FleetView } from '../view/fleet-view.js';
import type { NodeView } from '../view/node-view.js';
import { type Lack, lackOf, type ProjectView } from '../view/project-view.js';
import { type Html, html, number, percent } from './html.js';

/** The whole message stands with the node or project. */
const MAX_REASON_LENGTH = 200;

/** Of these the error is the trouble. */
const COLLECTION_FAILS: readonly Condition[] = ['never_collected', 'stale', 'down'];

/** By condition, as groupByCondition makes them. */
type Groups = ReadonlyMap<Condition, readonly [NodeView, ...NodeView[]]>;

/** A project of which nothing can be seen comes first; one whose known nodes are collected behind all nodes. */
export function headline({ projects, summary }: FleetView, groups: Groups): Html {
  const blind = withLack(projects, 'blind');
  const failing = withLack(projects, 'failing');
  const unwell = [...groups].flatMap(([condition, nodes]) => (needsAttention(condition) ? nodes : []));
  const [worstProject] = [...blind, ...(unwell.length === 0 ? failing : [])];
  const failingProjects = blind.length + failing.length;
  if (worstProject !== undefined) {
    const others = [counted(unwell.length, 'node'), counted(failingProjects - 1, 'other project')];
    return trouble(
      worstProject.project,
      `discovery fails, and ${worstProject.nodes === 0 ? 'no node is known' : 'new nodes are not found'}`,
      others,
      worstProject.discovery?.last_error ?? null,
    );
  }
  const [worstNode] = unwell;
  if (worstNode !== undefined) {
    const others = [counted(unwell.length - 1, 'other node'), counted(failingProjects, 'project')];
    const { node_name: name, node_id: id, condition, last_error: error } = worstNode;
    return trouble(
      name || id,
      nodeTrouble(worstNode),
      others,
      COLLECTION_FAILS.includes(condition) ? error : null,
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
  const failing = [...withLack(projects, 'blind'), ...withLack(projects, 'failing')];
  const hasNone = summary.nodes === 0 && failing.length === 0 && withLack(projects, 'searching').length === 0;
  return [
    ...(failing.length > 0 ? ['discovery fails'] : []),
    ...(hasNone ? ['no nodes'] : []),
    ...CONDITIONS.filter(needsAttention).flatMap((condition) => {
      const { length } = groups.get(condition) ?? [];
      return length > 0 ? [`${number(length)} ${CONDITION_TEXTS[condition].label}`] : [];
    }),
  ];
}

export function counted(count: number, noun: string): string {
  return count === 0 ? '' : `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function withLack(projects: readonly ProjectView[], lack: Lack): readonly ProjectView[] {
  return projects.filter((project) => lackOf(project) === lack);
}

function nodeTrouble(node: NodeView): string {
  const { condition, sessions, usual_sessions: usual, saturation, lock_waiting, max_connections } = node;
  switch (condition) {
    case 'never_collected':
      return 'never collected';
    case 'stale':
      return 'its figures are too old to be shown';
    case 'lock_waits':
      return `${counted(lock_waiting ?? 0, 'session')} waiting for locks`;
    case 'spike':
      return `${counted(sessions ?? 0, 'session')}, ${number((sessions ?? 0) - (usual ?? 0))} more than usual`;
    case 'nearly_full':
    case 'filling_up':
      return `${percent(saturation ?? FILLING_UP)} of its ${counted(max_connections ?? 0, 'connection')} in use`;
    default:
      return 'its last collection failed';
  }
}

/** The error, where there is one, in small letters: it is a sentence of its own. */
function trouble(name: string, what: string, others: readonly string[], error: FailureView | null): Html {
  return html`<bdi>${name}</bdi>: ${what}${more(others)}${error === null ? '' : reason(error)}`;
}

function reason({ reason, message }: FailureView): Html {
  const start = firstCharacters(message, MAX_REASON_LENGTH);
  return html` <small>${reason}: <bdi>${start}${start === message ? '' : '…'}</bdi></small>`;
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
  const [empty] = withLack(projects, 'nothing_found');
  return empty === undefined
    ? html`No nodes: none is configured`
    : html`No nodes: discovery of <bdi>${empty.project}</bdi> found none to collect`;
}
