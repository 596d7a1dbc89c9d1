// A configuration file for an agent beside a simulator, in a folder of its own.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import type { SimulatedProject } from '../../src/simulator/cloud/simulated-fleet.js';
import type { Simulator } from '../../src/simulator/start-simulator.js';

type Settings = Readonly<Record<string, unknown>>;

/** By default every node is listed and every project uses its access key. */
export function simulatedConfig(
  simulator: Simulator,
  settings: Settings = {},
  projectSettings: (project: SimulatedProject) => Settings = () => ({}),
): Settings {
  return {
    projects: simulator.projects.map((project) => ({
      name: project.name,
      region: project.region,
      project_id: project.projectId,
      endpoint: simulator.url,
      iam_endpoint: simulator.iamUrl,
      auth: { access_key: { ak: project.accessKeys[0]?.ak, sk: project.accessKeys[0]?.sk } },
      nodes: project.instances.flatMap((instance) =>
        instance.nodes.map((node) => ({ instance_id: instance.id, node_id: node.id, name: node.name })),
      ),
      ...projectSettings(project),
    })),
    collection: { schedule: '* * * * * *', splay: '0s', poll_interval: '100ms', timeout: '10s' },
    ...settings,
  };
}

/** Writes it to `file`, or to a new folder; returns the file's name. */
export function writeConfig(config: Settings, file?: string): string {
  const target = file ?? path.join(mkdtempSync(path.join(tmpdir(), 'taurusdb-test-')), 'config.yaml');
  writeFileSync(target, stringify(config, { aliasDuplicateObjects: false }), { mode: 0o600 });
  return target;
}
