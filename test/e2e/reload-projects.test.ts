// Projects that a reload brings, takes away and renames.
import assert from 'node:assert/strict';
import { jsonAnswer } from '../../src/simulator/cloud/answer.js';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type RecordedCloud, startCloud } from '../support/recorded-cloud.js';
import {
  collections,
  HOWS,
  nodeIdsOf,
  ReloadableAgent,
  type Series,
  type Settings,
  seriesWith,
  settingsOf,
  sum,
  until,
  values,
} from '../support/reloadable-agent.js';

describe('a reload of the projects', () => {
  let cloud: RecordedCloud;
  let agent: ReloadableAgent | undefined;
  /** Tasks of this project do not come to an end. */
  let unfinished: string;

  beforeEach(async () => {
    unfinished = '';
    cloud = await startCloud({
      projects: sampleFleet({ projects: 3, nodesPerInstance: 2 }),
      fault: ({ operation, project }) =>
        operation === 'wait' && project === unfinished ? jsonAnswer(200, { status: 'running' }) : undefined,
    });
  });
  afterEach(async () => {
    await agent?.stop();
    await cloud.close();
  });

  /** The API's projects of these names, each with settings of its own. */
  function settings(ofProjects: Readonly<Record<string, Settings>>): Settings {
    const all = settingsOf(cloud, {}, ({ name }) => ofProjects[name] ?? {});
    const wanted = cloud.projects.map(({ name }) => name in ofProjects);
    return { ...all, projects: (all.projects as Settings[]).filter((_, index) => wanted[index]) };
  }

  async function start(ofProjects: Readonly<Record<string, Settings>>): Promise<ReloadableAgent> {
    agent = await ReloadableAgent.start(settings(ofProjects));
    return agent;
  }

  const requestsOf = (project: string) => cloud.requests.filter((one) => one.project === project).length;
  const nodesOf = (project: string) => nodeIdsOf(cloud, project);
  const isUp = (series: Series, nodeIds: readonly string[]) =>
    nodeIds.every((id) => sum(series, 'taurusdb_up', id) === 1);

  for (const how of HOWS) {
    it(`by ${how} brings a new one, whose nodes are collected and whose requests are counted`, async () => {
      const agent = await start({ production: {} });
      await agent.up(nodesOf('production'));
      await agent.reload(settings({ production: {}, staging: {} }), how);
      const series = await agent.seriesWhen((now) => isUp(now, nodesOf('staging')), 'the new nodes up');
      for (const id of nodesOf('staging')) {
        assert.equal(collections(series, id, 'error'), 0);
      }
      for (const operation of ['submit', 'wait', 'download']) {
        const labels = ['project="staging"', `operation="${operation}"`, 'code="200"'];
        assert.ok(sum(series, 'taurusdb_api_requests_total', ...labels) >= 2, operation);
      }
      assert.deepEqual(values(series, 'taurusdb_api_budget_requests_per_second', 'project="staging"'), [100]);
    });

    it(`by ${how} takes all series of a removed one away, and asks nothing more of it`, async () => {
      const discovery = { enabled: true, refresh: '1s' };
      const agent = await start({ production: {}, staging: { discovery } });
      const before = await agent.up([...nodesOf('production'), ...nodesOf('staging')]);
      for (const metric of [
        'api_request_duration_seconds_bucket',
        'api_retries_total',
        'discovery_nodes',
        'discovery_up',
        'discovery_errors_total',
        'project_nodes',
      ]) {
        assert.notDeepEqual(values(before, `taurusdb_${metric}`, 'project="staging"'), [], metric);
      }
      await agent.reload(settings({ production: {} }), how);
      assert.deepEqual(leftOf(await agent.series(), 'staging'), []);
      // What was under way may have arrived after that; now it has.
      await cloud.nextCollections(nodesOf('production'));
      const asked = requestsOf('staging');
      await cloud.nextCollections(nodesOf('production'));
      const after = await agent.series();
      assert.equal(requestsOf('staging'), asked);
      assert.deepEqual(leftOf(after, 'staging'), []);
    });
  }

  /** Metrics that have series of the project, or of its nodes. */
  const leftOf = (series: Series, project: string) => {
    const texts = [`project="${project}"`, ...nodesOf(project)];
    const names = texts.flatMap((text) => seriesWith(series, text));
    return [...new Set(names.map((name) => name.replace(/\{.*/u, '')))];
  };

  it('keeps the series of a removed one away when it was being collected and searched', async () => {
    const [polled = '', submitted = ''] = nodesOf('staging');
    const agent = await start({ production: {}, staging: { discovery: { enabled: true, refresh: '1s' } } });
    await agent.up(nodesOf('staging'));
    const releases = [
      cloud.hold(({ operation, nodeId }) => operation === 'submit' && nodeId === submitted),
      cloud.hold(({ operation, project }) => operation === 'list_instances' && project === 'staging'),
    ];
    let since = cloud.requests.length;
    const asked = (operation: string, nodeId: string) =>
      cloud.requests
        .slice(since)
        .some((one) => one.project === 'staging' && one.operation === operation && one.nodeId === nodeId);
    await until(
      () => asked('submit', submitted) && asked('list_instances', ''),
      'a request and a search under way',
    );
    // Only now: a task of the other node that was under way would never have come to an end, and so to a next submit.
    unfinished = 'staging';
    since = cloud.requests.length;
    await until(() => asked('wait', polled), 'a task under way');
    await agent.reload(settings({ production: {} }), 'SIGHUP');
    unfinished = '';
    for (const release of releases) {
      release();
    }
    for (let round = 0; round < 2; round++) {
      assert.deepEqual(leftOf(await agent.collected(nodesOf('production')), 'staging'), []);
    }
  });

  it('starts the series of a project anew that was removed and comes back', async () => {
    const agent = await start({ production: {}, staging: {} });
    const before = await agent.collected(nodesOf('staging'), 2);
    await agent.reload(settings({ production: {} }), 'POST');
    await agent.collected(nodesOf('production'));
    await agent.reload(settings({ production: {}, staging: {} }), 'POST');
    const after = await agent.seriesWhen((series) => isUp(series, nodesOf('staging')), 'the nodes up again');
    for (const id of nodesOf('staging')) {
      assert.ok(collections(after, id, 'success') < 3, 'nodes count from 0');
    }
    const submits = ['project="staging"', 'operation="submit"'];
    assert.ok(
      sum(after, 'taurusdb_api_requests_total', ...submits) <
        sum(before, 'taurusdb_api_requests_total', ...submits) + 2,
      'requests count from 0',
    );
  });

  for (const [how, where, ofProject] of [
    ['SIGHUP', 'listed', {}],
    ['POST', 'found by discovery', { nodes: [], discovery: { enabled: true, refresh: '1h' } }],
    ['SIGHUP', 'listed and found', { discovery: { enabled: true, refresh: '1s' } }],
  ] as const) {
    it(`keeps the figures of nodes that are ${where} when their project gets another name (${how})`, async () => {
      const agent = await start({ production: ofProject, staging: {} });
      const nodes = nodesOf('production');
      const before = await agent.seriesWhen((series) => isUp(series, nodes), 'the nodes up');
      // Neither may the new name wait for its first search.
      const release = cloud.hold(({ operation }) => operation === 'list_instances');
      const { pages, stop } = agent.watch();
      await agent.reload(settings({ production: { ...ofProject, name: 'renamed' }, staging: {} }), how);
      const reloaded = await agent.series();
      const after = await agent.collected(nodes);
      release();
      const last = await agent.collected(nodes);
      await stop();
      for (const id of nodes) {
        assert.ok(
          pages.every((series) => values(series, 'taurusdb_sessions', id).length === 1),
          'sessions are on every page',
        );
        assert.ok(
          collections(reloaded, id, 'success') >= collections(before, id, 'success'),
          'collections go on counting',
        );
        assert.equal(collections(last, id, 'error'), 0);
        assert.equal(values(reloaded, 'taurusdb_node_info', id, 'project="renamed"').length, 1);
      }
      for (const series of [reloaded, after, last]) {
        assert.deepEqual(seriesWith(series, 'project="production"'), []);
        assert.equal(values(series, 'taurusdb_api_budget_requests_per_second', '"renamed"').length, 1);
        assert.deepEqual(values(series, 'taurusdb_project_nodes', '"renamed"'), [nodes.length]);
        const isDiscovered = 'discovery' in ofProject;
        assert.deepEqual(values(series, 'taurusdb_discovery_up', '"renamed"'), isDiscovered ? [1] : []);
        const found = values(series, 'taurusdb_discovery_nodes', '"renamed"');
        assert.deepEqual(found, isDiscovered ? [nodes.length] : []);
      }
      // The first collections may have begun under the old name, and are then counted nowhere.
      assert.ok(sum(last, 'taurusdb_api_requests_total', '"renamed"', '"download"') >= 2);
    });
  }

  it('collects nodes with the project that they were moved to', async () => {
    const [project] = settings({ production: {} }).projects as { nodes: Settings[] }[];
    const [one, other] = project?.nodes ?? [];
    const nodes = nodesOf('production');
    const token = cloud.projects[0]?.tokens[0] ?? '';
    // One project of the cloud under two names: one signs, the other one sends a token.
    const divided = (signed: unknown, tokened: unknown) => ({
      ...settings({}),
      projects: [
        { ...project, nodes: [signed] },
        { ...project, name: 'twin', auth: { token: { value: token } }, nodes: [tokened] },
      ],
    });
    agent = await ReloadableAgent.start(divided(one, other));
    const before = await agent.collected(nodes);
    await agent.reload(divided(other, one), 'POST');
    const since = cloud.requests.length;
    const after = await agent.collected(nodes);
    const submits = cloud.requests.slice(since).filter(({ operation }) => operation === 'submit');
    for (const { nodeId, token: sent } of submits) {
      assert.equal(sent, nodeId === nodes[0] ? token : '');
    }
    for (const id of nodes) {
      assert.equal(collections(after, id, 'error'), 0);
      assert.ok(collections(after, id, 'success') > collections(before, id, 'success'));
    }
  });

  it('starts the collections that wait for a slot with the new names of their projects', async () => {
    const named = (name: string, max: number) => {
      const of = settings({ production: { name } });
      return { ...of, collection: { ...(of.collection as Settings), max_concurrent: max } };
    };
    agent = await ReloadableAgent.start(named('production', 1));
    const nodes = nodesOf('production');
    await agent.up(nodes);
    const release = cloud.hold(({ operation }) => operation === 'submit');
    const since = cloud.requests.length;
    await until(() => cloud.requests.length > since, 'a collection that is under way, the others wait');
    await agent.seriesWhen(
      (series) => nodes.some((id) => collections(series, id, 'skipped') > 0),
      'a collection skipped, since the one before it waits',
    );
    await agent.reload(named('renamed', 8), 'POST');
    release();
    const after = await agent.collected(nodes);
    for (const id of nodes) {
      assert.equal(collections(after, id, 'error'), 0);
    }
  });
});
