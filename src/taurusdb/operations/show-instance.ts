// One instance and its nodes (API reference, page ShowGaussMySqlInstanceInfo).
import { isObject } from '../../json.js';
import type { Deadline } from '../../model/deadline.js';
import { NODE_ID } from '../../model/ids.js';
import { redact } from '../../redact.js';
import { firstCharacters } from '../../visible-text.js';
import { readJsonAnswer } from '../call/answer.js';
import type { CallApi } from '../call/api-call.js';
import { ApiError, apiError } from '../errors.js';
import { isShortText, type ListedInstance, readTags } from './list-instances.js';
import { asWord, type RecordKind, type Records, readRecords } from './read-records.js';

export interface ShownInstance {
  /** As a list would have it, as far as it can be read. */
  readonly described: Partial<ListedInstance>;
  /** Undefined where it has no list of nodes. */
  readonly nodes: Records<InstanceNode> | undefined;
}

export interface InstanceNode {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  /** Empty where the API says neither. */
  readonly role: 'master' | 'slave' | '';
  readonly maxConnections?: number;
}

const MAX_TEXT_LENGTH = 256;
/** Of a longer name the rest is neither searched for secrets nor shown. */
const MAX_TEXT_READ = 64 * 1024;

/** Rejects where the answer is not about this instance. */
export function showInstance(
  callApi: CallApi,
  instanceId: string,
  deadline: Deadline,
): Promise<ShownInstance> {
  const target = { instanceId, scope: [`instance "${instanceId}"`], path: `/instances/${instanceId}` };
  return callApi(
    { operation: 'show_instance', method: 'GET', ...target },
    deadline,
    async (answer, secrets) => {
      const { instance } = await readJsonAnswer(answer, secrets, 'instance');
      const { id, name, status, tags, nodes } = isObject(instance) ? instance : {};
      if (id !== instanceId) {
        throw apiError(answer.site, 'api', { got: 'another instance or none', expected: `"${instanceId}"` });
      }
      return {
        described: {
          ...(isShortText(name) && name !== '' ? { name: redact(name, secrets) } : {}),
          ...(isShortText(status) ? { status } : {}),
          ...(Array.isArray(tags) ? { tags: readTags(tags) } : {}),
        },
        nodes: Array.isArray(nodes)
          ? readRecords(nodes, nodeRecords(secrets), `instance ${instanceId}`)
          : undefined,
      };
    },
  );
}

/** Whether the API answered that it has no such instance. */
export function isGone(error: unknown): boolean {
  return error instanceof ApiError && error.outcome.isNotThere === true;
}

/** A node is worth collecting without a name, a role or a number of connections, not where nobody knows whether it runs. */
function nodeRecords(secrets: readonly string[]): RecordKind<InstanceNode> {
  return {
    noun: 'nodes',
    id: NODE_ID,
    read: ({ name, status, type, max_connections: maxConnections }, id) =>
      typeof status !== 'string'
        ? 'nodes without a status'
        : {
            id,
            name:
              typeof name === 'string'
                ? firstCharacters(redact(name.slice(0, MAX_TEXT_READ), secrets), MAX_TEXT_LENGTH)
                : '',
            status,
            role: roleOf(type),
            // Text, says the reference.
            ...(isCount(maxConnections) ? { maxConnections: Number(maxConnections) } : {}),
          },
  };
}

function roleOf(type: unknown): InstanceNode['role'] {
  const word = typeof type === 'string' ? asWord(type) : '';
  return word === 'master' || word === 'slave' ? word : '';
}

function isCount(value: unknown): boolean {
  return (typeof value === 'string' || typeof value === 'number') && /^\d{1,9}$/u.test(String(value));
}
