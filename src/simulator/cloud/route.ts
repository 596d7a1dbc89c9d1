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
  /** Of the API, where there are two. */
  readonly version: string | undefined;
  /** False for the wait call under the name, and for instances under the version, that this service does not know. */
  readonly isPublished: boolean;
}

/** Under which of its two documented names the wait call is there. */
export type StatusPath = 'task' | 'status' | 'both';

/** Under which versions of the API instances are listed and shown. */
export type InstancesVersion = 'v3' | 'v3.1' | 'both';

const NODE = '/v3/(?<project>[^/]+)/instances/(?<instance>[^/]+)/nodes/(?<node>[^/]+)';
const INSTANCES = String.raw`/(?<version>v3(?:\.1)?)/(?<project>[^/]+)/instances`;
const ROUTES: readonly (readonly [method: string, path: RegExp, operation: Operation])[] = [
  ['POST', /^\/v3\/auth\/tokens$/, 'token'],
  ['GET', /^\/v3\/projects$/, 'list_projects'],
  ['POST', new RegExp(`^${NODE}/realtime-session$`), 'submit'],
  ['GET', new RegExp(`^${NODE}/realtime-session-(?<status>task|status)$`), 'wait'],
  ['GET', new RegExp(`^${NODE}/realtime-session-result$`), 'download'],
  ['GET', new RegExp(`^${INSTANCES}$`), 'list_instances'],
  ['GET', new RegExp(`^${INSTANCES}/(?<instance>[^/]+)$`), 'show_instance'],
  ['PUT', /^\/meta-data\/latest\/api\/token$/, 'metadata_token'],
  ['GET', /^\/openstack\/latest\/securitykey$/, 'security_key'],
];

/** Undefined where there is no such API: unknown path or wrong method. */
export function routeOf(
  method: string,
  path: string,
  statusPath: StatusPath,
  instancesVersion: InstancesVersion = 'both',
): Route | undefined {
  for (const [routeMethod, pattern, operation] of ROUTES) {
    const match = method === routeMethod ? pattern.exec(path) : null;
    if (match === null) {
      continue;
    }
    const { project = '', instance = '', node = '', status, version } = match.groups ?? {};
    const isPublished = isServed(status, statusPath) && isServed(version, instancesVersion);
    return { operation, projectId: project, instanceId: instance, nodeId: node, version, isPublished };
  }
  return undefined;
}

function isServed(asked: string | undefined, served: string): boolean {
  return asked === undefined || served === 'both' || asked === served;
}
