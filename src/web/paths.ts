// The paths that the program serves itself, beside the metrics' own: routes, links and the configuration's check that
// the metrics take none of them.

export const OWN_PATHS = {
  page: '/',
  pageScript: '/page.js',
  nodes: '/api/v1/nodes',
  healthy: '/-/healthy',
  ready: '/-/ready',
  reload: '/-/reload',
} as const;
export type OwnPath = (typeof OWN_PATHS)[keyof typeof OWN_PATHS];

export function isOwnPath(path: string): boolean {
  return Object.values<string>(OWN_PATHS).includes(path);
}
