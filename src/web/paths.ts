// The paths of the HTTP server besides the telemetry path: for the routes, for links, and for the check that the telemetry
// path is none of them.

export const OWN_PATHS = {
  pageScript: '/page.js',
  nodes: '/api/v1/nodes',
  incidents: '/api/v1/incidents',
  healthy: '/-/healthy',
  ready: '/-/ready',
  reload: '/-/reload',
} as const;
export type OwnPath = (typeof OWN_PATHS)[keyof typeof OWN_PATHS];

/** The page of all incidents. */
export const INCIDENTS_PATH = '/incidents';
/** Below each of them is every incident, by its id: for people, and as JSON. */
export const INCIDENT_FOLDERS = [`${INCIDENTS_PATH}/`, `${OWN_PATHS.incidents}/`] as const;
export type IncidentFolder = (typeof INCIDENT_FOLDERS)[number];

export function incidentPage(id: string): string {
  return `${INCIDENTS_PATH}/${id}`;
}

export function incidentJson(id: string): string {
  return `${OWN_PATHS.incidents}/${id}`;
}
