// Which instances and nodes are to be collected, and, where none are, what was seen and which filter it does not fit.

import { matchesGlob } from '../glob.js';
import { counted, escapeControls, firstCharacters } from '../visible-text.js';
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
  /** `as`: how texts are compared, as they may have been meant. */
  fits(instance: Described, as?: Reading): boolean;
  /** What was seen where none fits, of the things that the filter is about. */
  seenIn(listed: readonly ListedInstance[]): string;
}

type Reading = (text: string) => string;

/** Of instances that the filter would fit, were it read so. */
const NEAR_MISSES: readonly (readonly [as: Reading, said: string])[] = [
  [(text) => text.trim(), 'without the blanks at its ends'],
  [(text) => text.toLowerCase(), 'in another case, which globs mind'],
  [(text) => text.trim().toLowerCase(), 'in another case, without the blanks at its ends'],
];

const NAMES_SHOWN = 3;
const MAX_NAME_SHOWN = 40;

function filtersOf({ instanceName, tags, statuses }: NodeSelection): InstanceFilter[] {
  const ofName = ({ name }: Described, glob: string, as: Reading): boolean =>
    name === undefined || matchesGlob(as(glob), as(name));
  const ofTag = ({ tags: all }: Described, key: string, glob: string, as: Reading): boolean =>
    all === undefined ||
    [...all].some(([one, value]) => as(one) === as(key) && matchesGlob(as(glob), as(value)));
  const runs = ({ status }: Described): boolean =>
    status === undefined ||
    (statuses.length === 0 ? !isDown({ status }) : statuses.some((wanted) => isSameStatus(wanted, status)));
  return [
    {
      what: `instance_name ${JSON.stringify(instanceName)}`,
      fits: (instance, as = asWritten) => ofName(instance, instanceName, as),
      seenIn: () => '',
    },
    ...Object.entries(tags).map(([key, glob]) => ({
      what: `tags ${key}: ${JSON.stringify(glob)}`,
      fits: (instance: Described, as = asWritten) => ofTag(instance, key, glob, as),
      seenIn: (listed: readonly ListedInstance[]) => seenTags(listed, key),
    })),
    {
      what: statuses.length === 0 ? 'a status of one that runs' : `status ${statuses.join(', ')}`,
      fits: runs,
      seenIn: (listed) => `; status seen: ${shownTexts(listed.map(({ status }) => status))}`,
    },
  ];
}

/** The values of the tag, or where no instance has it the tags that there are. */
function seenTags(listed: readonly ListedInstance[], key: string): string {
  const all = listed.flatMap(({ tags }) => [...tags]);
  const values = all.filter(([one]) => one === key).map(([, value]) => value);
  return values.length > 0
    ? `; ${key} seen: ${shownTexts(values)}`
    : `; tags seen: ${shownTexts(all.map(([one]) => one)) || 'none'}`;
}

/** The first different ones, quoted and cut. */
function shownTexts(texts: readonly string[]): string {
  const different = [...new Set(texts)];
  const shown = different
    .slice(0, NAMES_SHOWN)
    .map((text) => escapeControls(JSON.stringify(firstCharacters(text, MAX_NAME_SHOWN))));
  const rest = different.length > shown.length ? ` and ${different.length - shown.length} more` : '';
  return `${shown.join(', ')}${rest}`;
}

function asWritten(text: string): string {
  return text;
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
    const names = shownTexts(listed.map(({ name }) => name));
    const others = unfit.filter((filter) => fitting(filter) === 0).map((filter) => filter.seenIn(listed));
    return `${unfit.map(({ what }) => what).join(' and ')}${alone}; seen: ${names}${others.join('')}${this.#nearMiss(listed)}`;
  }

  #nearMiss(listed: readonly ListedInstance[]): string {
    for (const [as, said] of NEAR_MISSES) {
      const near = listed.filter((instance) => this.#filters.every((filter) => filter.fits(instance, as)));
      if (near.length > 0) {
        return ` (${near.length} would match ${said})`;
      }
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
