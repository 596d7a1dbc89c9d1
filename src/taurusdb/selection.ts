// Which instances and nodes are to be collected, and, where none are, what was seen and which filter it does not fit.

import { matchesGlob } from '../glob.js';
import { escapeControls, firstCharacters } from '../visible-text.js';
import type { ListedInstance } from './operations/list-instances.js';
import { asWord, isDown, isSameStatus } from './operations/read-records.js';
import type { InstanceNode } from './operations/show-instance.js';

export interface NodeSelection {
  /** A glob. */
  readonly instanceName: string;
  /** By key: a glob for the value. The instance has all of them. */
  readonly tags: Readonly<Record<string, string>>;
  /** Of the instance, in any case; without any, every status that is not known to be down. */
  readonly statuses: readonly string[];
  readonly role: 'master' | 'slave' | 'both';
}

/** What is not known of it decides nothing. */
type Described = Partial<ListedInstance>;

interface InstanceFilter {
  /** As the configuration has it. */
  readonly what: string;
  fits(instance: Described): boolean;
  /** As it may have been meant. */
  fitsInAnyCase(instance: Described): boolean;
}

const NAMES_SHOWN = 3;
const MAX_NAME_SHOWN = 40;

function filtersOf({ instanceName, tags, statuses }: NodeSelection): InstanceFilter[] {
  const ofName = ({ name }: Described, glob: string, as = (text: string) => text): boolean =>
    name === undefined || matchesGlob(as(glob), as(name));
  const ofTag = ({ tags: all }: Described, key: string, glob: string, as = (text: string) => text) =>
    all === undefined ||
    [...all].some(([one, value]) => as(one) === as(key) && matchesGlob(as(glob), as(value)));
  const runs = ({ status }: Described): boolean =>
    status === undefined ||
    (statuses.length === 0 ? !isDown({ status }) : statuses.some((wanted) => isSameStatus(wanted, status)));
  return [
    {
      what: `instance_name ${JSON.stringify(instanceName)}`,
      fits: (instance) => ofName(instance, instanceName),
      fitsInAnyCase: (instance) => ofName(instance, instanceName, lowerCase),
    },
    ...Object.entries(tags).map(([key, glob]) => ({
      what: `tags ${key}: ${JSON.stringify(glob)}`,
      fits: (instance: Described) => ofTag(instance, key, glob),
      fitsInAnyCase: (instance: Described) => ofTag(instance, key, glob, lowerCase),
    })),
    {
      what: statuses.length === 0 ? 'a status of one that runs' : `status ${statuses.join(', ')}`,
      fits: runs,
      fitsInAnyCase: runs,
    },
  ];
}

function lowerCase(text: string): string {
  return text.toLowerCase();
}

export class Selection {
  readonly #selection: NodeSelection;
  readonly #filters: readonly InstanceFilter[];
  /** By id; a later record of one may say that it runs after all. */
  readonly #listed = new Map<string, ListedInstance>();
  readonly #nodes: InstanceNode[] = [];

  constructor(selection: NodeSelection) {
    this.#selection = selection;
    this.#filters = filtersOf(selection);
  }

  wants(instance: Described): boolean {
    return this.#filters.every((filter) => filter.fits(instance));
  }

  wantsNode(node: InstanceNode): boolean {
    const { role } = this.#selection;
    return !isDown(node) && (role === 'both' || role === node.role);
  }

  sawInstances(instances: readonly ListedInstance[]): void {
    for (const instance of instances) {
      this.#listed.set(instance.id, instance);
    }
  }

  sawNodes(nodes: Iterable<InstanceNode>): void {
    this.#nodes.push(...nodes);
  }

  /** Why nothing is to be collected of what was seen, such as `4 instances seen, 0 match instance_name "orders-*"`. */
  whyNone(): string {
    const listed = [...this.#listed.values()];
    const seen = `${counted(listed.length, 'instance')} seen`;
    const matching = listed.filter((instance) => this.wants(instance)).length;
    if (listed.length === 0) {
      return `${seen}: check region and project_id, and whether the credential may see the project's instances`;
    }
    return matching === 0
      ? `${seen}, 0 match ${this.#unfit(listed)}`
      : `${seen}, ${matching} match, and none of their nodes is to be collected${this.#unfitNodes()}`;
  }

  #unfit(listed: readonly ListedInstance[]): string {
    const fitting = (filter: InstanceFilter) => listed.filter((instance) => filter.fits(instance)).length;
    const unfit = this.#filters.filter((filter) => fitting(filter) < listed.length);
    const alone = unfit.length < 2 ? '' : ` (each alone: ${unfit.map(fitting).join(', ')})`;
    const names = listed
      .slice(0, NAMES_SHOWN)
      .map(({ name }) => escapeControls(JSON.stringify(firstCharacters(name, MAX_NAME_SHOWN))));
    const rest = listed.length > names.length ? ` and ${listed.length - names.length} more` : '';
    return `${unfit.map(({ what }) => what).join(' and ')}${alone}; seen: ${names.join(', ')}${rest}${this.#nearMiss(listed)}`;
  }

  #nearMiss(listed: readonly ListedInstance[]): string {
    const inAnyCase = listed.filter((instance) =>
      this.#filters.every((filter) => filter.fitsInAnyCase(instance)),
    ).length;
    if (inAnyCase > 0) {
      return ` (${inAnyCase} would match in another case, which globs mind)`;
    }
    const around = { ...this.#selection, instanceName: `*${this.#selection.instanceName}*` };
    const wider = new Selection(around);
    const inside = listed.filter((instance) => wider.wants(instance)).length;
    return inside > 0
      ? ` (${inside} would match ${JSON.stringify(around.instanceName)}: a glob is of the whole name)`
      : '';
  }

  /** Not of instances that an earlier search has read. */
  #unfitNodes(): string {
    const { role } = this.#selection;
    const down = this.#nodes.filter(isDown);
    const others = this.#nodes.length - down.length;
    const statuses = [...new Set(down.map(({ status }) => asWord(status)))].sort().join(', ');
    const parts = [
      ...(down.length > 0 ? [`${down.length} not running (${statuses})`] : []),
      ...(others > 0 ? [`${others} not of role ${role}`] : []),
    ];
    return parts.length === 0 ? '' : `: ${counted(this.#nodes.length, 'node')} seen, ${parts.join(', ')}`;
  }
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
