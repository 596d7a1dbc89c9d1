import assert from 'node:assert/strict';
import { KnownNodes } from '../../../src/discover/known-nodes.js';
import { closeServers, type PlainAnswer, sendAnswer, startServer } from '../../support/scripted-server.js';
import { instance, instanceId, node, nodeId } from '../instance-server.js';
import { closeClients, PROJECT_ID, sampleClient } from '../sample-client.js';

type Version = 'v3' | 'v3.1';

const refusal = (status: number, error_code: string, error_msg: string): PlainAnswer => ({
  status,
  body: { error_code, error_msg },
});
const UNPUBLISHED = refusal(404, 'APIGW.0101', 'The API does not exist');
const NO_INSTANCE = refusal(404, 'DBS.200002', 'The DB instance does not exist.');
const NO_PROJECT = refusal(404, 'DBS.280001', 'The project does not exist.');
const PAGE: PlainAnswer = { status: 404, body: '<html><title>not here</title></html>' };

/** What a version answers; what it does not change goes well: one instance with one node, under the version's words. */
interface Change {
  list?: (offset: number) => PlainAnswer | undefined;
  show?: PlainAnswer;
}

describe('InstanceApi', () => {
  let changes: Partial<Record<Version, Change>>;
  let asked: string[];
  let discover: (statuses?: readonly string[]) => Promise<{ messages: string[]; nodes: string[] }>;

  const gone: Change = { list: () => UNPUBLISHED, show: UNPUBLISHED };

  beforeEach(async () => {
    changes = {};
    asked = [];
    const server = await startServer([
      (response, { target }) => {
        const { pathname, searchParams } = new URL(target, 'http://x');
        const [, version = '', project, rest = ''] =
          /^\/(v3|v3\.1)\/(\w+)\/instances(\/?.*)$/u.exec(pathname) ?? [];
        assert.equal(project, PROJECT_ID);
        const { list, show } = changes[version as Version] ?? {};
        const isList = rest === '';
        asked.push(`${version} ${isList ? `list ${searchParams.get('offset')}` : 'show'}`);
        const listed = instance(0, { status: version === 'v3' ? 'ACTIVE' : 'normal' });
        const good = isList
          ? { instances: [listed], total_count: 1 }
          : { instance: { id: instanceId(0), nodes: [node(0)] } };
        const changed = isList ? list?.(Number(searchParams.get('offset'))) : show;
        sendAnswer(response, changed ?? { body: good });
      },
    ]);
    const { client, deadline } = sampleClient(server.url, { maxRetries: 0 });
    const known = new KnownNodes();
    discover = async (statuses = []) => {
      asked.length = 0;
      known.readAllAgain();
      const selection = { instanceName: '*', tags: {}, statuses, role: 'both' } as const;
      const end = await client.discoverNodes(selection, known, deadline());
      known.end(end);
      const messages = end.failures.map(({ message }) =>
        message.replace(new URL(server.url).host, 'the API'),
      );
      return { messages, nodes: known.summary().nodes.map((one) => one.nodeId) };
    };
  });
  afterEach(async () => {
    await closeServers();
    await closeClients();
  });

  it('asks /v3, and nothing else where that answers', async () => {
    changes = { 'v3.1': gone };
    assert.deepEqual(await discover(), { messages: [], nodes: [nodeId(0)] });
    assert.deepEqual(asked, ['v3 list 0', 'v3 show']);
  });

  for (const [what, list] of [
    ['404 of the gateway', UNPUBLISHED],
    ['410', refusal(410, 'APIGW.0101', 'gone')],
    ['404 of the service', NO_PROJECT],
    ['404 of a proxy', PAGE],
    ['404 without a word', { status: 404 }],
    ['404 of the service, which can mean no instance in a list', refusal(404, 'DBS.280238', 'Not supported')],
  ] as const) {
    it(`asks /v3.1 where /v3 answers with a ${what}, and remembers it`, async () => {
      changes = { v3: { list: () => list, show: UNPUBLISHED } };
      assert.deepEqual(await discover(), { messages: [], nodes: [nodeId(0)] });
      assert.deepEqual(asked, ['v3 list 0', 'v3.1 list 0', 'v3.1 show']);
      assert.deepEqual(await discover(), { messages: [], nodes: [nodeId(0)] });
      assert.deepEqual(asked, ['v3.1 list 0', 'v3.1 show']);
    });
  }

  it('goes on with the other version in a running agent, in both directions', async () => {
    for (const [off, on] of [
      [undefined, 'v3'],
      ['v3', 'v3.1'],
      ['v3.1', 'v3'],
    ] as const) {
      changes = off === undefined ? {} : { [off]: gone };
      assert.deepEqual(await discover(), { messages: [], nodes: [nodeId(0)] });
      assert.equal(asked.at(-1), `${on} show`);
    }
  });

  it('goes on where /v3 ends between the list and its instances', async () => {
    changes = { v3: { show: UNPUBLISHED } };
    assert.deepEqual(await discover(), { messages: [], nodes: [nodeId(0)] });
    assert.deepEqual(asked, ['v3 list 0', 'v3 show', 'v3.1 show']);
  });

  it('selects by a status in the words of either version', async () => {
    for (const statuses of [['active'], ['Normal'], ['FAILED', 'ACTIVE']]) {
      for (const off of ['v3', 'v3.1'] as const) {
        changes = { [off]: gone };
        assert.deepEqual((await discover(statuses)).nodes, [nodeId(0)], `${statuses} without ${off}`);
      }
    }
    assert.deepEqual((await discover(['abnormal'])).nodes, []);
  });

  it('names both where neither is found, and shows what a service says', async () => {
    const both = async (first: PlainAnswer, second: PlainAnswer) => {
      changes = { v3: { list: () => first }, 'v3.1': { list: () => second } };
      const { messages } = await discover();
      return messages.join('\n');
    };
    assert.equal(
      await both(UNPUBLISHED, UNPUBLISHED),
      'list_instances: got 404 APIGW.0101 "The API does not exist", expected an API that the gateway knows: ' +
        'check endpoint and region (the API), asked under /v3 (404) and /v3.1 (404)',
    );
    assert.deepEqual(asked, ['v3 list 0', 'v3.1 list 0']);
    for (const [first, second] of [
      [NO_PROJECT, UNPUBLISHED],
      [UNPUBLISHED, NO_PROJECT],
    ] as const) {
      assert.match(await both(first, second), /got 404 DBS\.280001 .*asked under \/v3 \(404\) and \/v3\.1/u);
    }
    const noPermission = refusal(403, 'APIGW.0302', 'not authorized');
    assert.match(await both(NO_PROJECT, noPermission), /got 403 .*under \/v3 \(404\) and \/v3\.1 \(403\)$/u);
  });

  it('asks no second version where the first says anything else', async () => {
    for (const status of [400, 401, 403, 429, 500]) {
      changes = { v3: { list: () => refusal(status, 'DBS.1', 'no') } };
      const { messages } = await discover();
      assert.match(messages[0] ?? '', new RegExp(`got ${status} DBS\\.1 "no".*\\(the API\\)$`, 'u'));
      assert.deepEqual(asked, ['v3 list 0']);
    }
  });

  it('takes the end of a list for no missing version', async () => {
    const full = Array.from({ length: 100 }, (_, index) => instance(index, { status: 'frozen' }));
    const list = (offset: number) =>
      offset === 0 ? { body: { instances: full, total_count: 100 } } : UNPUBLISHED;
    changes = { v3: { list } };
    assert.deepEqual((await discover()).messages, []);
    assert.deepEqual(asked, ['v3 list 0', 'v3 list 100']);
  });

  it('reads on under /v3.1 a list whose first record is too large', async () => {
    const large = { body: { instances: [instance(0, { text: 'x'.repeat(1_100_000) })], total_count: 2 } };
    const rest = { body: { instances: [instance(1, { status: 'frozen' })], total_count: 2 } };
    await discover();
    changes = { v3: gone, 'v3.1': { list: (offset) => (offset === 0 ? large : rest) } };
    assert.deepEqual((await discover()).messages, []);
    assert.equal(asked.filter((one) => one === 'v3.1 list 1').length, 1);
  });

  it('takes an instance for gone by the word of the service alone', async () => {
    await discover();
    const unlisted = { list: () => ({ body: { instances: [null], total_count: 1 } }) };
    for (const [shown, other, nodes] of [
      [UNPUBLISHED, UNPUBLISHED, [nodeId(0)]],
      [PAGE, UNPUBLISHED, [nodeId(0)]],
      [NO_INSTANCE, {}, []],
    ] as const) {
      changes = { v3: { ...unlisted, show: shown }, 'v3.1': { show: other } };
      const { nodes: left, messages } = await discover();
      assert.deepEqual([left, messages.length], [nodes, nodes.length]);
      const asksBoth = shown !== NO_INSTANCE;
      assert.deepEqual(asked, ['v3 list 0', 'v3 show', ...(asksBoth ? ['v3.1 show'] : [])]);
    }
  });
});
