// The nodes of one instance (API reference, page ShowGaussMySqlInstanceInfo).
import { isObject } from '../../json.js';
import type { Deadline } from '../../model/deadline.js';
import { NODE_ID } from '../../model/ids.js';
import { redact } from '../../redact.js';
import { readJsonAnswer } from '../call/answer.js';
import type { CallApi } from '../call/api-call.js';
import { apiError, type CallSite } from '../errors.js';

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

/** Rejects where the answer is not about this instance, or one of its nodes cannot be read. */
export function showInstance(
  callApi: CallApi,
  instanceId: string,
  deadline: Deadline,
): Promise<InstanceNode[]> {
  const target = { scope: [`instance "${instanceId}"`], path: `/instances/${instanceId}` };
  return callApi(
    { operation: 'show_instance', method: 'GET', ...target },
    deadline,
    async (answer, secrets) => {
      const { instance } = await readJsonAnswer(answer, secrets, 'instance');
      const { id, nodes } = isObject(instance) ? instance : {};
      if (id !== instanceId) {
        throw apiError(answer.site, 'api', { got: 'another instance or none', expected: `"${instanceId}"` });
      }
      if (!Array.isArray(nodes)) {
        throw apiError(answer.site, 'api', { got: `"${id}" without a list of nodes`, expected: 'one' });
      }
      return nodes.map((node) => readNode(node, instanceId, answer.site, secrets));
    },
  );
}

function readNode(
  json: unknown,
  instanceId: string,
  site: CallSite,
  secrets: readonly string[],
): InstanceNode {
  const { id, name, status, type, max_connections: maxConnections } = isObject(json) ? json : {};
  // It goes into the addresses of collections: nothing that could change where they lead.
  if (!NODE_ID.matches(id)) {
    throw apiError(site, 'api', {
      got: `a node of "${instanceId}" whose id cannot be one`,
      expected: NODE_ID.kind,
    });
  }
  if (typeof status !== 'string') {
    throw apiError(site, 'api', { got: `node "${id}" without a status`, expected: 'one' });
  }
  return {
    id,
    name:
      typeof name === 'string' ? redact(name.slice(0, MAX_TEXT_READ), secrets).slice(0, MAX_TEXT_LENGTH) : '',
    status,
    role: type === 'master' || type === 'slave' ? type : '',
    // Text, says the reference. What is no number is not known: a node is worth collecting without it.
    ...(/^\d{1,9}$/u.test(String(maxConnections)) ? { maxConnections: Number(maxConnections) } : {}),
  };
}
