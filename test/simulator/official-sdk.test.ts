import assert from 'node:assert/strict';
import { BasicCredentials, Region } from '@huaweicloud/huaweicloud-sdk-core';
import { HcClient } from '@huaweicloud/huaweicloud-sdk-core/HcClient.js';
import { DefaultHttpClient } from '@huaweicloud/huaweicloud-sdk-core/http/DefaultHttpClient.js';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { call, firstKey, only, textOf } from './api-client.js';

describe('the official SDK against the simulator', () => {
  let simulator: Simulator;
  beforeEach(async () => {
    simulator = await startSimulator({ projects: sampleFleet(), taskSeconds: { min: 0, max: 0 } });
  });
  afterEach(() => simulator.close());

  /** A call of the first node's sessions; `suffix` ends its path. */
  const send = (client: HcClient, method: string, suffix: string, queryParams: object, data?: object) => {
    const instance = only(only(simulator.projects).instances);
    return client.sendRequest({
      method,
      url: `/v3/{project_id}/instances/${instance.id}/nodes/${only(instance.nodes).id}/realtime-session${suffix}`,
      contentType: 'application/json',
      queryParams,
      pathParams: {},
      headers: {},
      ...(data === undefined ? {} : { data }),
    });
  };
  const clientWith = (credentials: BasicCredentials): HcClient =>
    new HcClient(new DefaultHttpClient({}, [simulator.url]))
      .withEndpoints([simulator.url])
      .withCredential(credentials.withIamEndpoint(simulator.iamUrl))
      .withRegion(new Region(only(simulator.projects).region, simulator.url));
  const operations = () =>
    simulator.stats().requests.map(({ operation, status }) => `${operation} ${status}`);

  it('finds its project, submits, waits and downloads', async () => {
    const project = only(simulator.projects);
    const credentials = new BasicCredentials(firstKey(project));
    const client = clientWith(credentials);
    const submitted = await send(client, 'POST', '', {}, { filter: 'total' });
    const query = { request_id: textOf(submitted, 'request_id') };
    assert.equal(textOf(await send(client, 'GET', '-task', query), 'status'), 'finished');
    assert.match(textOf(await send(client, 'GET', '-result', query), 'body'), /^id,user,host,/);
    assert.equal(credentials.projectId, project.projectId);
    assert.deepEqual(operations(), ['list_projects 200', 'submit 200', 'wait 200', 'download 200']);
  });

  it('is let in with the temporary key of an agency', async () => {
    const session = await call(`${simulator.metadataUrl}/meta-data/latest/api/token`, {
      method: 'PUT',
      headers: { 'X-Metadata-Token-Ttl-Seconds': '21600' },
    });
    const reply = await call(`${simulator.metadataUrl}/openstack/latest/securitykey`, {
      headers: { 'X-Metadata-Token': session.text },
    });
    const { access, secret, securitytoken } = JSON.parse(reply.text).credential;
    const { projectId } = only(simulator.projects);
    const client = clientWith(
      new BasicCredentials({ ak: access, sk: secret, securityToken: securitytoken, projectId }),
    );
    textOf(await send(client, 'POST', '', {}, { filter: 'total' }), 'request_id');
    assert.deepEqual(operations().slice(2), ['submit 200']);
  });
});
