// The pages for people, in the order of the navigation: routes, links and the check of the telemetry path come from here.

import { INCIDENTS_PAGE } from './page/incidents/incidents-page.js';
import type { Page } from './page/layout.js';
import { NODES_PAGE } from './page/nodes-page.js';
import { INCIDENT_FOLDERS, OWN_PATHS } from './paths.js';

export const PAGES: readonly Page[] = [NODES_PAGE, INCIDENTS_PAGE];

/** Whether the server answers there with something other than the metrics. */
export function isOwnPath(path: string): boolean {
  return (
    [...Object.values<string>(OWN_PATHS), ...PAGES.map((page) => page.path)].includes(path) ||
    INCIDENT_FOLDERS.some((folder) => path.startsWith(folder))
  );
}
