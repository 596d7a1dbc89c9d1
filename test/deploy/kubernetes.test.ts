import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseAllDocuments } from 'yaml';
import { parseCommandLine, shardOf } from '../../src/cli/command-line.js';
import { loadConfig } from '../../src/config/load-config.js';

const FILE = path.resolve(import.meta.dirname, '../../deploy/kubernetes/taurusdb-session-exporter.yaml');
const [configMap, service, statefulSet] = parseAllDocuments(readFileSync(FILE, 'utf8')).map((document) => {
  assert.deepEqual(document.errors, []);
  return document.toJS();
});

describe('the Kubernetes example', () => {
  const pod = statefulSet.spec.template;
  const [container] = pod.spec.containers;

  it('starts one pod for each shard', () => {
    const { flags } = parseCommandLine(container.args);
    const shards = Array.from({ length: statefulSet.spec.replicas }, (_, ordinal) =>
      shardOf(flags, `${statefulSet.metadata.name}-${ordinal}`),
    );
    assert.deepEqual(
      shards,
      shards.map((_, index) => ({ index, total: statefulSet.spec.replicas })),
    );
  });

  it('has a configuration that the program takes', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'taurusdb-kubernetes-'));
    for (const [name, text] of Object.entries({ ak: 'AKEXAMPLE', sk: 'SKEXAMPLE' })) {
      writeFileSync(path.join(folder, name), text, { mode: 0o600 });
    }
    const file = path.join(folder, 'config.yaml');
    const mount = container.volumeMounts.find(
      ({ name }: { name: string }) => name === 'credentials',
    ).mountPath;
    writeFileSync(file, configMap.data['config.yaml'].replaceAll(mount, folder));
    const { config, warnings } = loadConfig(file, {});
    assert.deepEqual(warnings, []);
    assert.equal(config.projects[0]?.discovery.enabled, true);
  });

  it('names what belongs together the same', () => {
    const labels = statefulSet.spec.selector.matchLabels;
    assert.deepEqual(pod.metadata.labels, labels);
    assert.deepEqual(service.spec.selector, labels);
    assert.equal(statefulSet.spec.serviceName, service.metadata.name);
    const volumes = pod.spec.volumes.map(({ name }: { name: string }) => name);
    assert.deepEqual(
      container.volumeMounts.map(({ name }: { name: string }) => name),
      volumes,
    );
    const [config] = pod.spec.volumes;
    assert.equal(config.configMap.name, configMap.metadata.name);
  });
});
