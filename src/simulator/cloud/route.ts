// Which operation a request asks for, from its method and path alone.

export type Operation =
  | 'submit'
  | 'wait'
  | 'download'
  | 'list_instances'
  | 'show_instance'
  | 'token'
  | 'list_projects'
  | 'metadata_token'
  | 'security_key';

export interface Route {
  readonly operation: Operation;
  /** Ids of the path; empty where it has none. */
  readonly projectId: string;
  readonly instanceId: string;
  readonly nodeId: string;
  /** False for the wait call under the name that this service does not know. */
  readonly isPublished: boolean;
}

/** Under which of its two documented names the wait call is there. */
export type StatusPath = 'task' | 'status' | 'both';

const NODE = '/v3/(?<project>[^/]+)/instances/(?<instance>[^/]+)/nodes/(?<node>[^/]+)';
const ROUTES: readonly (readonly [method: string, path: RegExp, operation: Operation])[] = [
  ['POST', /^\/v3\/auth\/tokens$/, 'token'],
  ['GET', /^\/v3\/projects$/, 'list_projects'],
  ['POST', new RegExp(`^${NODE}/realtime-session$`), 'submit'],
  ['GET', new RegExp(`^${NODE}/realtime-session-(?<status>task|status)$`), 'wait'],
  ['GET', new RegExp(`^${NODE}/realtime-session-result$`), 'download'],
  ['GET', /^\/v3\/(?<project>[^/]+)\/instances$/, 'list_instances'],
  ['GET', /^\/v3\/(?<project>[^/]+)\/instances\/(?<instance>[^/]+)$/, 'show_instance'],
  ['PUT', /^\/meta-data\/latest\/api\/token$/, 'metadata_token'],
  ['GET', /^\/openstack\/latest\/securitykey$/, 'security_key'],
];

/** Undefined where there is no such API: unknown path or wrong method. */
export function routeOf(method: string, path: string, statusPath: StatusPath): Route | undefined {
  for (const [routeMethod, pattern, operation] of ROUTES) {
    const match = method === routeMethod ? pattern.exec(path) : null;
    if (match === null) {
      continue;
    }
    const { project = '', instance = '', node = '', status } = match.groups ?? {};
    const isPublished = status === undefined || statusPath === 'both' || status === statusPath;
    return { operation, projectId: project, instanceId: instance, nodeId: node, isPublished };
  }
  return undefined;
}
