// The instances of a project, page by page (API reference, page ListGaussMySqlInstances): each is told of as soon as its page
// is there, and at the end whether the pages were all. A list that may lack some would read as if those were gone.

import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../../json.js';
import type { Deadline } from '../../model/deadline.js';
import { type CollectionError, explainFailure } from '../../model/failure.js';
import { INSTANCE_ID } from '../../model/ids.js';
import { OddRecords } from '../../model/odd-records.js';
import { redact } from '../../redact.js';
import { readJsonAnswer } from '../call/answer.js';
import type { CallApi } from '../call/api-call.js';
import { ApiError, apiError, type CallSite, hasStatus } from '../errors.js';
import type { HttpAnswer } from '../http/http-client.js';
import { isDown, type RecordKind, type Records, readRecords } from './read-records.js';

export interface ListedInstance {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly tags: ReadonlyMap<string, string>;
}

export interface InstanceList {
  /** In the order of the list, also those whose records are odd otherwise. */
  readonly ids: ReadonlySet<string>;
  readonly odd: OddRecords;
  /** Not where more are counted than listed, reading after reading, or where a record may hide an instance: that is no failure. */
  readonly isComplete: boolean;
  readonly failure: CollectionError | undefined;
}

/** The most that the API takes. */
const PAGE_SIZE = 100;
const MAX_REQUESTS = 500;
const MAX_INSTANCES = 20_000;
/** One record too large to be read is passed over; so many in a row are no records, but a server that says too much. */
const MAX_TOO_LARGE = 10;
const MAX_TEXT_LENGTH = 256;

const LIST = {
  operation: 'list_instances',
  scope: ['list of instances'],
  method: 'GET',
  path: '/instances',
} as const;

interface Page extends Records<ListedInstance> {
  /** Sound records and odd ones. */
  readonly length: number;
  /** Undefined where it is no number. */
  readonly total: number | undefined;
  readonly site: CallSite;
}

/**
 * Does not reject: of a list that fails, what came before is told of all the same. One that does not add up is read a second
 * time: a fleet that changed meanwhile has moved the pages, but a count that is wrong stays so, as where it has instances that
 * the credential may not see. `onInstances` is told of each once, and again where another record says that it runs after all.
 */
export async function listInstances(
  callApi: CallApi,
  deadline: Deadline,
  onInstances: (instances: readonly ListedInstance[]) => void,
): Promise<InstanceList> {
  /** By id, whether it was down. */
  const told = new Map<string, boolean>();
  const tellNew = (instances: Iterable<ListedInstance>): void => {
    const news = [...instances].filter((instance) => {
      const wasDown = told.get(instance.id);
      return wasDown === undefined || (wasDown && !isDown(instance));
    });
    for (const instance of news) {
      told.set(instance.id, isDown(instance));
    }
    onInstances(news);
  };
  let pages = new Pages(tellNew);
  try {
    await readPages(callApi, deadline, pages);
    if (pages.doNotAddUp() !== undefined) {
      const before = pages;
      pages = new Pages(tellNew);
      await readPages(callApi, deadline, pages);
      if (pages.isShortAs(before)) {
        return pages.shortList();
      }
    }
    return pages.list(pages.doNotAddUp());
  } catch (error) {
    return pages.list(explainFailure(error));
  }
}

/** A page that is too large to be read is asked for again in halves, from the same record on. */
async function readPages(callApi: CallApi, deadline: Deadline, pages: Pages): Promise<void> {
  let size = PAGE_SIZE;
  /** Records too large to be read, since the last page. */
  const passed: number[] = [];
  for (let offset = 0, requests = 1; ; requests += 1) {
    const query = { offset: String(offset), limit: String(size) };
    try {
      const page = await callApi({ ...LIST, query }, deadline, (answer, secrets) =>
        readPage(answer, secrets, offset),
      );
      offset += page.length;
      pages.passOver(passed.splice(0));
      if (pages.take(page, size, offset)) {
        return;
      }
      size = Math.min(PAGE_SIZE, size * 2);
    } catch (error) {
      // It is asked for in case that the count is too small, and a server may have no page there.
      if (pages.areAllCounted() && (hasStatus(error, 400) || hasStatus(error, 404))) {
        return;
      }
      const isTooLarge = error instanceof ApiError && error.reason === 'too_large';
      if (!isTooLarge || passed.length === MAX_TOO_LARGE) {
        throw error;
      }
      if (size === 1) {
        passed.push(offset);
        offset += 1;
      }
      size = Math.ceil(size / 2);
    }
    if (requests === MAX_REQUESTS || pages.instances > MAX_INSTANCES) {
      throw pages.error(`${pages.instances} instances on ${requests} pages`, 'an end of the list');
    }
  }
}

/** What the pages say together. */
class Pages {
  readonly #onInstances: (instances: Iterable<ListedInstance>) => void;
  readonly #ids = new Set<string>();
  readonly #odd = new OddRecords();
  /** Different ones, as far as their ids say. */
  #records = 0;
  /** Whether a record has no id of its own, but one that came before, or none: it may stand where another instance is to. */
  #mayHide = false;
  /** The first, and one that differs. */
  readonly #totals = new Set<number>();
  /** Whether each page counts itself alone. */
  #countsItself = true;
  /** Whether a page had records of an earlier one, and others. */
  #overlap = false;
  /** Whether the last page was a full one that came before, as where a server does not know of offsets. */
  #mayHaveMore = false;
  #site: CallSite = { operation: LIST.operation, where: '' };

  constructor(onInstances: (instances: Iterable<ListedInstance>) => void) {
    this.#onInstances = onInstances;
  }

  get instances(): number {
    return this.#ids.size;
  }

  /**
   * `size` was asked for, `next` is the offset behind the page. Returns whether the list has ended: a short page is not its end
   * where more are counted, as servers have limits of their own, nor is a full one where no more are.
   */
  take(page: Page, size: number, next: number): boolean {
    this.#site = page.site;
    this.#countsItself &&= page.total === page.length;
    this.#onInstances(page.items.values());
    if (page.total !== undefined && this.#totals.size < 2) {
      this.#totals.add(page.total);
    }
    const ids = [...page.items.keys(), ...page.unclear];
    const known = ids.filter((id) => this.#ids.has(id)).length;
    const isRepeat = known > 0 && known === ids.length;
    if (!isRepeat) {
      this.#overlap ||= known > 0;
      this.#records += page.length - known;
      this.#mayHide ||= page.length > ids.length;
      this.#odd.addAll(page.odd);
      for (const id of ids) {
        this.#ids.add(id);
      }
    }
    this.#mayHaveMore = isRepeat && page.length >= size;
    const isLast = this.#totals.size > 0 && next >= Math.max(...this.#totals) && page.length < size;
    return page.length === 0 || isRepeat || isLast;
  }

  /** Whether there are as many as the API says. */
  areAllCounted(): boolean {
    const [total, otherTotal] = this.#totals;
    return total !== undefined && otherTotal === undefined && this.#records === total;
  }

  /** Records too large to be read, by their offsets. */
  passOver(offsets: readonly number[]): void {
    for (const offset of offsets) {
      this.#records += 1;
      this.#mayHide = true;
      this.#odd.add('instances too large to be read', 'the list', `record ${offset + 1} of the list`);
    }
  }

  list(failure: CollectionError | undefined): InstanceList {
    const isComplete = failure === undefined && !this.#mayHide;
    return { ids: this.#ids, odd: this.#odd, isComplete, failure };
  }

  error(got: string, expected: string): CollectionError {
    return apiError(this.#site, 'api', { got, expected });
  }

  /** Whether it counts more than it lists, a second time: the count is wrong, or the list ends too early whenever it is read. */
  isShortAs(before: Pages): boolean {
    const isSame = isDeepStrictEqual(
      [this.#ids, this.#totals, this.#records],
      [before.#ids, before.#totals, before.#records],
    );
    const isShort = this.#totals.size === 1 && this.#lacking > 0;
    return isSame && isShort && this.#records > 0 && !this.#mayHaveMore;
  }

  shortList(): InstanceList {
    const place = `after ${this.#ids.size} of ${[...this.#totals]}`;
    this.#odd.add('instances counted and not listed', 'the list', place, this.#lacking);
    return { ...this.list(undefined), isComplete: false };
  }

  get #lacking(): number {
    const [total = 0] = this.#totals;
    return total - this.#records;
  }

  /** Why it may lack some, once the list has ended. Different counts say nothing where each is that of its page. */
  doNotAddUp(): CollectionError | undefined {
    const [total, otherTotal] = this.#countsItself && this.#totals.size > 1 ? [] : this.#totals;
    const found = `${this.#records} instances, then a page without others`;
    if (otherTotal !== undefined) {
      return this.error(`a total_count of ${total}, then ${otherTotal}`, 'one of them');
    }
    if (total !== undefined) {
      return this.#records < total ? this.error(found, `${total}`) : undefined;
    }
    if (this.#records === 0 || this.#mayHaveMore) {
      return this.error(`${found}, and no total_count`, 'a number of instances');
    }
    return this.#overlap
      ? this.error('a page with instances of another one, and no total_count', 'a number of instances')
      : undefined;
  }
}

async function readPage(answer: HttpAnswer, secrets: readonly string[], offset: number): Promise<Page> {
  const { site } = answer;
  const { instances, total_count: counted } = await readJsonAnswer(answer, secrets, 'instances');
  const total = totalOf(counted);
  // Some servers write an empty list as null; where more are counted it is none.
  const list = instances === null && total !== undefined && total <= offset ? [] : instances;
  if (!Array.isArray(list)) {
    throw apiError(site, 'api', { got: 'no list of instances', expected: 'one' });
  }
  const records = readRecords(list, instanceRecords(secrets), 'the list', offset + 1);
  return { ...records, length: list.length, total, site };
}

function totalOf(value: unknown): number | undefined {
  const isNumber = typeof value === 'number' || typeof value === 'string';
  const text = isNumber ? String(value).trim() : '';
  return /^\d{1,15}$/u.test(text) ? Number(text) : undefined;
}

function instanceRecords(secrets: readonly string[]): RecordKind<ListedInstance> {
  return {
    noun: 'instances',
    id: INSTANCE_ID,
    read: ({ name, status, tags }, id) => {
      if (!isShortText(name)) {
        return 'instances without a name of at most 256 characters';
      }
      return isShortText(status)
        ? { id, name: redact(name, secrets), status, tags: readTags(tags) }
        : 'instances without a status';
    },
  };
}

/** An untagged instance has none, or null. */
export function readTags(tags: unknown): Map<string, string> {
  const pairs = (Array.isArray(tags) ? tags : []).filter(isObject);
  return new Map(
    pairs.flatMap(({ key, value }) =>
      typeof key === 'string' ? [[key, typeof value === 'string' ? value : '']] : [],
    ),
  );
}

export function isShortText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TEXT_LENGTH;
}
