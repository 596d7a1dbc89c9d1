// Writes the dashboards to deploy/grafana: `npm run dashboards`.
import { writeFileSync } from 'node:fs';
import { dashboardFiles } from './dashboard-files.js';

for (const [name, text] of dashboardFiles()) {
  writeFileSync(new URL(`../${name}`, import.meta.url), text);
}
