import assert from 'node:assert/strict';
import { BasicCredentials, Region } from '@huaweicloud/huaweicloud-sdk-core';
import { HcClient } from '@huaweicloud/huaweicloud-sdk-core/HcClient.js';
import { DefaultHttpClient } from '@huaweicloud/huaweicloud-sdk-core/http/DefaultHttpClient.js';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { firstKey, only, textOf } from './api-client.js';

describe('the official SDK against the simulator', () => {
  let simulator: Simulator;
  before(async () => {
    simulator = await startSimulator({ projects: sampleFleet(), taskSeconds: { min: 0, max: 0 } });
  });
  after(() => simulator.close());

  it('finds its project, submits, waits and downloads', async () => {
    const project = only(simulator.projects);
    const instance = only(project.instances);
    const node = only(instance.nodes);
    const credentials = new BasicCredentials(firstKey(project)).withIamEndpoint(simulator.iamUrl);
    const client = new HcClient(new DefaultHttpClient({}, [simulator.url]))
      .withEndpoints([simulator.url])
      .withCredential(credentials)
      .withRegion(new Region(project.region, simulator.url));
    const path = `/v3/{project_id}/instances/${instance.id}/nodes/${node.id}/realtime-session`;
    const send = (method: string, suffix: string, queryParams: object, data?: object) =>
      client.sendRequest({
        method,
        url: `${path}${suffix}`,
        contentType: 'application/json',
        queryParams,
        pathParams: {},
        headers: {},
        ...(data === undefined ? {} : { data }),
      });

    const submitted = await send('POST', '', {}, { filter: 'total' });
    const query = { request_id: textOf(submitted, 'request_id') };
    assert.equal(textOf(await send('GET', '-task', query), 'status'), 'finished');
    assert.match(textOf(await send('GET', '-result', query), 'body'), /^id,user,host,/);
    assert.equal(credentials.projectId, project.projectId);
    const operations = simulator.stats().requests.map(({ operation, status }) => `${operation} ${status}`);
    assert.deepEqual(operations, ['list_projects 200', 'submit 200', 'wait 200', 'download 200']);
  });
});
