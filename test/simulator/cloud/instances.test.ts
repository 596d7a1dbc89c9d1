import assert from 'node:assert/strict';
import type { SimulatedProject } from '../../../src/simulator/cloud/simulated-fleet.js';
import { sampleFleet } from '../../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../../src/simulator/start-simulator.js';
import { call, instancesUrl, only, type Reply, textOf, tokenHeaders } from '../api-client.js';

describe('the simulated instance listing', () => {
  let simulator: Simulator;
  let project: SimulatedProject;

  before(async () => {
    simulator = await startSimulator({ projects: sampleFleet({ instances: 205, nodesPerInstance: 2 }) });
    project = only(simulator.projects);
  });
  after(() => simulator.close());

  function ask(path: string): Promise<Reply> {
    return call(`${instancesUrl(simulator.url, project)}${path}`, { headers: tokenHeaders(project) });
  }

  it('pages by offset and limit', async () => {
    const ids: string[] = [];
    for (const [offset, length] of [
      [0, 100],
      [100, 100],
      [200, 5],
      [300, 0],
    ]) {
      const { instances, total_count } = JSON.parse((await ask(`?offset=${offset}&limit=100`)).text);
      assert.equal(total_count, 205);
      assert.equal(instances.length, length);
      ids.push(...instances.map(({ id }: { id: string }) => id));
    }
    assert.deepEqual(
      ids,
      project.instances.map(({ id }) => id),
    );
    assert.equal(JSON.parse((await ask('')).text).instances.length, 100);
    assert.equal(JSON.parse((await ask('?offset=7&limit=1')).text).instances[0].id, project.instances[7]?.id);
  });

  it('refuses limits and offsets that are none', async () => {
    for (const query of ['limit=0', 'limit=101', 'limit=', 'limit=x', 'offset=-1', 'offset=1.5']) {
      const reply = await ask(`?${query}`);
      assert.deepEqual([reply.status, textOf(reply.json, 'error_code')], [400, 'DBS.200001'], query);
    }
  });

  it('shows tags in the listing, and nodes in the detail alone', async () => {
    const instance = only(project.instances);
    const [listed] = JSON.parse((await ask('?limit=1')).text).instances;
    assert.deepEqual(listed.tags, [
      { key: 'env', value: 'prod' },
      { key: 'team', value: 'orders' },
    ]);
    assert.equal(listed.nodes, undefined);
    const { instance: shown } = JSON.parse((await ask(`/${instance.id}`)).text);
    assert.equal(shown.name, instance.name);
    assert.equal(shown.nodes.length, 2);
    const { id, type, status, max_connections } = shown.nodes[1];
    const expected = { id: instance.nodes[1]?.id, type: 'slave', status: 'ACTIVE', max_connections: '2500' };
    assert.deepEqual({ id, type, status, max_connections }, expected);
  });

  it('answers 404 for an instance that is not there', async () => {
    const reply = await ask(`/${'0'.repeat(32)}in07`);
    assert.deepEqual([reply.status, textOf(reply.json, 'error_code')], [404, 'DBS.200002']);
  });
});

describe('the versions of the simulated instance listing', () => {
  for (const [instancesVersion, served, words] of [
    ['v3', [200, 404], ['ACTIVE', 'BUILD']],
    ['v3.1', [404, 200], ['normal', 'creating']],
    ['both', [200, 200], ['ACTIVE', 'BUILD']],
  ] as const) {
    it(`are those that it is told to serve: ${instancesVersion}`, async () => {
      const [project] = sampleFleet({ instances: 2 });
      assert.ok(project);
      const instances = project.instances.map((one, index) =>
        index === 1 ? { ...one, status: 'BUILD' } : one,
      );
      const simulator = await startSimulator({ projects: [{ ...project, instances }], instancesVersion });
      try {
        const ask = (version: string, path: string) =>
          call(`${simulator.url}/${version}/${project.projectId}/instances${path}`, {
            headers: tokenHeaders(project),
          });
        for (const path of ['', `/${only(instances).id}`]) {
          const replies = await Promise.all(['v3', 'v3.1'].map((version) => ask(version, path)));
          assert.deepEqual(
            replies.map(({ status }) => status),
            served,
          );
        }
        const version = instancesVersion === 'both' ? 'v3' : instancesVersion;
        const listed: { status: string }[] = JSON.parse((await ask(version, '')).text).instances;
        assert.deepEqual(
          listed.map(({ status }) => status),
          words,
        );
        assert.equal((await ask('v3.1', `/${only(instances).id}/nodes/x/realtime-session-task`)).status, 404);
      } finally {
        await simulator.close();
      }
    });
  }
});

describe('sampleFleet', () => {
  it('makes ids of the documented shape, each once, the same for the same seed', () => {
    const fleet = sampleFleet({ projects: 9, instances: 13, nodesPerInstance: 3 });
    const instances = fleet.flatMap((project) => project.instances);
    const nodes = instances.flatMap((instance) => instance.nodes);
    for (const { projectId } of fleet) {
      assert.match(projectId, /^[A-Za-z0-9]{32}$/);
    }
    for (const { id } of instances) {
      assert.match(id, /^[a-z0-9]{32}in07$/);
    }
    for (const { id } of nodes) {
      assert.match(id, /^[a-z0-9]{32}no07$/);
    }
    assert.equal(new Set(nodes.map(({ id }) => id)).size, 9 * 13 * 3);
    assert.equal(new Set(fleet.map(({ name }) => name)).size, 9);
    assert.deepEqual(fleet, sampleFleet({ projects: 9, instances: 13, nodesPerInstance: 3 }));
    assert.notDeepEqual(fleet, sampleFleet({ projects: 9, instances: 13, nodesPerInstance: 3, seed: 2 }));
  });

  it('has one master in each instance, and credentials that no two projects share', () => {
    const fleet = sampleFleet({ projects: 3, instances: 2, nodesPerInstance: 3 });
    for (const { nodes } of fleet.flatMap((project) => project.instances)) {
      assert.deepEqual(
        nodes.map(({ type }) => type),
        ['master', 'slave', 'slave'],
      );
    }
    const secrets = fleet.flatMap(({ accessKeys, tokens, passwords }) => [
      ...accessKeys.map(({ ak }) => ak),
      ...tokens,
      ...passwords.map(({ password }) => password),
    ]);
    assert.equal(new Set(secrets).size, 9);
  });
});
