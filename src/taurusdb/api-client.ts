// The TaurusDB API of one project: what a collection asks of it, over HTTP.
import type { SessionApi } from '../collect/session-api.js';
import type { Search, SearchEnd } from '../discover/discovery-api.js';
import type { Deadline } from '../model/deadline.js';
import type { DatabaseNode } from '../model/node.js';
import type { CallApi, CallTarget } from './call/api-call.js';
import { discoverNodes } from './discover-nodes.js';
import { downloadResult } from './operations/download-result.js';
import { type ApiVersion, InstanceApi } from './operations/instance-api.js';
import type { FindProjectId } from './operations/project-id.js';
import { submitTask } from './operations/submit-task.js';
import { TaskStatusQuery } from './operations/task-status.js';
import type { NodeSelection } from './selection.js';

export interface ApiClientOptions {
  /** Calls of TaurusDB, with the project's credentials. */
  readonly callApi: CallApi;
  readonly findProjectId: FindProjectId;
  /** After decoding. */
  readonly maxCsvBytes: number;
}

export interface ApiClient extends SessionApi {
  discoverNodes(selection: NodeSelection, search: Search, deadline: Deadline): Promise<SearchEnd>;
}

export function createApiClient(options: ApiClientOptions): ApiClient {
  const { callApi, findProjectId, maxCsvBytes } = options;
  /** Every path of this API starts with its project. */
  const callVersion =
    (version: ApiVersion): CallApi =>
    async (call, deadline, read) => {
      const projectId = await findProjectId(deadline);
      const scope = [`project "${projectId}"`, ...call.scope];
      const path = `/${version}/${projectId}${call.path}`;
      return callApi({ ...call, scope, projectId, path }, deadline, read);
    };
  /** The calls of sessions have no other version. */
  const callProject = callVersion('v3');
  const statusQuery = new TaskStatusQuery(callProject);
  const instanceApi = new InstanceApi(callVersion);

  return {
    submitTask: (node, filter, deadline) => submitTask(callProject, targetOf(node), filter, deadline),
    taskStatus: (node, requestId, deadline) => statusQuery.ask(targetOf(node), requestId, deadline),
    downloadResult: (node, requestId, deadline) =>
      downloadResult(callProject, { node: targetOf(node), requestId, maxBytes: maxCsvBytes }, deadline),
    discoverNodes: (selection, search, deadline) =>
      discoverNodes(instanceApi.call, selection, search, deadline),
  };
}

function targetOf({ instanceId, nodeId }: DatabaseNode): CallTarget {
  return {
    path: `/instances/${instanceId}/nodes/${nodeId}`,
    scope: [`instance "${instanceId}"`, `node "${nodeId}"`],
  };
}
