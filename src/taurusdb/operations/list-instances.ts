// The instances of a project, page by page (API reference, page ListGaussMySqlInstances). All of them or none: a
// list that may lack some would read as if those were gone.
import { isObject } from '../../json.js';
import type { Deadline } from '../../model/deadline.js';
import { INSTANCE_ID } from '../../model/ids.js';
import { redact } from '../../redact.js';
import { readJsonAnswer } from '../call/answer.js';
import type { CallApi } from '../call/api-call.js';
import { apiError, type CallSite } from '../errors.js';
import type { HttpAnswer } from '../http/http-client.js';

export interface ListedInstance {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  readonly tags: ReadonlyMap<string, string>;
}

/** The most that the API takes. */
const PAGE_SIZE = 100;
const MAX_PAGES = 200;
const MAX_TEXT_LENGTH = 256;

const LIST = {
  operation: 'list_instances',
  scope: ['list of instances'],
  method: 'GET',
  path: '/instances',
} as const;

interface Page {
  readonly instances: readonly ListedInstance[];
  readonly total: number;
  readonly site: CallSite;
}

/** Rejects where the pages do not add up: an instance created or deleted meanwhile shifts them. */
export async function listInstances(callApi: CallApi, deadline: Deadline): Promise<ListedInstance[]> {
  const found = new Map<string, ListedInstance>();
  let firstTotal: number | undefined;

  for (let pages = 1; ; pages += 1) {
    const query = { offset: String((pages - 1) * PAGE_SIZE), limit: String(PAGE_SIZE) };
    const { instances, total, site } = await callApi({ ...LIST, query }, deadline, readPage);
    const before = found.size;
    for (const instance of instances) {
      found.set(instance.id, instance);
    }

    firstTotal ??= total;
    const fail = (got: string, expected: string) => apiError(site, 'api', { got, expected });
    if (total !== firstTotal) {
      throw fail(`a total_count of ${firstTotal}, then ${total}`, 'one of them');
    }
    if (found.size > total) {
      throw fail(`${found.size} instances`, `total_count, ${total}`);
    }
    if (found.size === total) {
      return [...found.values()];
    }
    if (found.size === before) {
      throw fail(`${before} instances, then a page without others`, `${total}`);
    }
    if (pages === MAX_PAGES) {
      throw fail(`${found.size} instances on ${pages} pages`, `all ${total}`);
    }
  }
}

async function readPage(answer: HttpAnswer, secrets: readonly string[]): Promise<Page> {
  const { site } = answer;
  const { instances, total_count: total } = await readJsonAnswer(answer, secrets, 'instances');
  if (typeof total !== 'number' || !Number.isInteger(total) || total < 0) {
    throw apiError(site, 'api', { got: 'no total_count', expected: 'a number of instances' });
  }
  if (!Array.isArray(instances)) {
    throw apiError(site, 'api', { got: 'no list of instances', expected: 'one' });
  }
  return { instances: instances.map((instance) => readInstance(instance, site, secrets)), total, site };
}

function readInstance(json: unknown, site: CallSite, secrets: readonly string[]): ListedInstance {
  const { id, name, status, tags } = isObject(json) ? json : {};
  // It goes into the address of the next call: nothing that could change where that leads.
  if (!INSTANCE_ID.matches(id)) {
    throw apiError(site, 'api', {
      got: 'an instance whose id cannot be one',
      expected: INSTANCE_ID.kind,
    });
  }
  if (!isShortText(name) || !isShortText(status)) {
    throw apiError(site, 'api', {
      got: `instance "${id}" without name or status`,
      expected: `texts of at most ${MAX_TEXT_LENGTH} characters`,
    });
  }
  return { id, name: redact(name, secrets), status, tags: readTags(tags) };
}

/** An untagged instance has none, or null. */
function readTags(tags: unknown): Map<string, string> {
  const pairs = (Array.isArray(tags) ? tags : []).filter(isObject);
  return new Map(
    pairs.flatMap(({ key, value }) =>
      typeof key === 'string' ? [[key, typeof value === 'string' ? value : '']] : [],
    ),
  );
}

function isShortText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= MAX_TEXT_LENGTH;
}
