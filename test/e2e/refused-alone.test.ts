// A credential that is refused for one node, one project or in one region goes on for all others; a young token is renewed.
import assert from 'node:assert/strict';
import { jsonAnswer } from '../../src/simulator/cloud/answer.js';
import type { Fault } from '../../src/simulator/cloud/fault.js';
import type { SimulatedProject } from '../../src/simulator/cloud/simulated-fleet.js';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type RecordedCloud, startCloud } from '../support/recorded-cloud.js';
import {
  failures,
  nodeIdsOf,
  ReloadableAgent,
  type Settings,
  settingsOf,
  sum,
  until,
} from '../support/reloadable-agent.js';

const REFUSED = jsonAnswer(401, {
  error_code: 'APIGW.0301',
  error_msg: 'Incorrect IAM authentication information',
});

describe('what is refused', () => {
  const clouds: RecordedCloud[] = [];
  let agent: ReloadableAgent;

  afterEach(async () => {
    await agent.stop();
    for (const cloud of clouds.splice(0)) {
      await cloud.close();
    }
  });

  async function start(
    projects: readonly SimulatedProject[],
    fault: Fault = () => undefined,
  ): Promise<RecordedCloud> {
    const cloud = await startCloud({ projects, fault });
    clouds.push(cloud);
    return cloud;
  }

  /** Every node is collected four times more; those that are let in without an exception. */
  async function collectFourTimes(good: readonly string[], bad: readonly string[]): Promise<void> {
    await agent.collected(bad, 2, 'error');
    const series = await agent.collected(good, 4);
    for (const id of good) {
      assert.equal(sum(series, 'taurusdb_collections_total', id, 'result="error"'), 0);
    }
    for (const id of bad) {
      assert.ok(failures(series, id, 'auth') >= 2);
      assert.equal(sum(series, 'taurusdb_up', id), 0);
    }
  }

  const submitsOf = (cloud: RecordedCloud, nodes: readonly string[]) =>
    cloud.requests.filter(({ operation, nodeId }) => operation === 'submit' && nodes.includes(nodeId)).length;

  async function page(): Promise<string> {
    return (await fetch(`${agent.address}/api/v1/nodes`)).text();
  }

  it('is not a node that never answers: the others wait for half of their time at most, also where it comes first', async () => {
    const cloud = await start(sampleFleet());
    let first: string | undefined;
    cloud.hold(({ operation, nodeId }) => {
      first ??= operation === 'submit' ? nodeId : undefined;
      return operation === 'submit' && nodeId === first;
    });
    const collection = { schedule: '*/5 * * * * *', timeout: '4s' };
    agent = await ReloadableAgent.start(settingsOf(cloud, { collection, api: { request_timeout: '10s' } }));
    await until(() => first !== undefined, 'the first request');
    const others = nodeIdsOf(cloud).filter((id) => id !== first);
    const series = await agent.up(others);
    for (const id of others) {
      assert.equal(sum(series, 'taurusdb_collections_total', id, 'result="error"'), 0);
    }
  });

  for (const place of [0, 5]) {
    it(`for node ${place} of six shuts out that node alone, and the page says so`, async () => {
      const projects = sampleFleet({ instances: 2 });
      const odd = projects[0]?.instances.flatMap(({ nodes }) => nodes)[place]?.id ?? assert.fail();
      const cloud = await start(projects, ({ nodeId }) => (nodeId === odd ? REFUSED : undefined));
      agent = await ReloadableAgent.start(settingsOf(cloud));
      await collectFourTimes(
        nodeIdsOf(cloud).filter((id) => id !== odd),
        [odd],
      );
      assert.ok(submitsOf(cloud, [odd]) <= 2);
      const told = JSON.stringify(
        `node "${odd}": got 2 refusals in a row of a credential that is accepted for others`,
      );
      const shown = await page();
      assert.ok(shown.includes(told.slice(1, -1)), shown);
      // The API's own words stay while nothing is sent.
      assert.match(
        shown,
        /; the last one: submit: got 401 APIGW\.0301 [^;]*Incorrect IAM authentication information/u,
      );
    });
  }

  it('in one region of two with the same key shuts it out there alone', async () => {
    const [project = assert.fail()] = sampleFleet({ nodesPerInstance: 2 });
    const [key = assert.fail()] = project.accessKeys;
    const near = await start([project]);
    const far = await start(
      sampleFleet({ nodesPerInstance: 2, seed: 2 }).map((one) => ({
        ...one,
        name: 'far',
        accessKeys: [{ ...key, sk: 'of-another-cloud' }],
      })),
    );
    const auth = { access_key: { ak: key.ak, sk: key.sk } };
    const settings = [near, far].map((cloud) => settingsOf(cloud, {}, () => ({ auth })));
    const projects = settings.flatMap((of) => of.projects as Settings[]);
    agent = await ReloadableAgent.start({ ...settings[0], projects });
    await collectFourTimes(nodeIdsOf(near), nodeIdsOf(far));
    assert.equal(far.requests.length, 2);
  });

  it('of a token in the project that it is not for shuts it out there alone', async () => {
    const cloud = await start(sampleFleet({ projects: 2, nodesPerInstance: 2 }));
    const token = cloud.projects[1]?.tokens[0];
    agent = await ReloadableAgent.start(settingsOf(cloud, {}, () => ({ auth: { token: { value: token } } })));
    const [foreign = '', own = ''] = cloud.projects.map(({ name }) => name);
    await collectFourTimes(nodeIdsOf(cloud, own), nodeIdsOf(cloud, foreign));
    assert.equal(submitsOf(cloud, nodeIdsOf(cloud, foreign)), 2);
    assert.match(
      await page(),
      /project \\"\w{32}\\": got 2 refusals in a row of a credential that is accepted/u,
    );
  });

  it('of a token seconds after it was issued is renewed once, and no collection is lost', async () => {
    let revoked = '';
    const cloud: RecordedCloud = await start(
      sampleFleet({ nodesPerInstance: 6 }),
      ({ operation, nodeId }) => {
        const { token = '' } =
          cloud.requests.findLast(
            (request) => request.operation === operation && request.nodeId === nodeId,
          ) ?? {};
        revoked ||= operation === 'wait' ? token : '';
        return token !== '' && token === revoked ? REFUSED : undefined;
      },
    );
    const nodes = nodeIdsOf(cloud);
    agent = await ReloadableAgent.start(
      settingsOf(cloud, {}, ({ passwords }) => ({ auth: { password: passwords[0] } })),
    );
    const series = await agent.collected(nodes, 3);
    assert.equal(sum(series, 'taurusdb_collections_total', 'result="error"'), 0);
    assert.equal(sum(series, 'taurusdb_api_requests_total', 'operation="token"', 'code="201"'), 2);
  });
});
