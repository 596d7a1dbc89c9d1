// The paths of the HTTP server besides the telemetry path: for the routes, for links, and for the check that the telemetry
// path is none of them.

export const OWN_PATHS = {
  pageScript: '/page.js',
  nodes: '/api/v1/nodes',
  healthy: '/-/healthy',
  ready: '/-/ready',
  reload: '/-/reload',
} as const;
export type OwnPath = (typeof OWN_PATHS)[keyof typeof OWN_PATHS];
