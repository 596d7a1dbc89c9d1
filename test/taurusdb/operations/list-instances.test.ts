import assert from 'node:assert/strict';
import { closeServers, type PlainAnswer } from '../../support/scripted-server.js';
import { instance, instanceId, pagesOf, startInstanceServer } from '../instance-server.js';
import { PROJECT_ID } from '../sample-client.js';

const many = (count: number, from = 0): object[] =>
  Array.from({ length: count }, (_, index) => instance(from + index));

async function refusal(list: (offset: number) => PlainAnswer): Promise<string> {
  const server = await startInstanceServer(list);
  return server.discover().then(
    () => assert.fail('it succeeded'),
    (error: unknown) => String(error).replace(new URL(server.url).host, 'the API'),
  );
}

describe('listInstances', () => {
  afterEach(closeServers);

  it('reads page after page until all are there', async () => {
    const server = await startInstanceServer(pagesOf(many(250)));
    const { nodes } = await server.discover();
    assert.equal(nodes.length, 250);
    const pages = server.requests.filter(({ target }) => target.includes('?'));
    assert.deepEqual(
      pages.map(({ target }) => target),
      [0, 100, 200].map((offset) => `/v3/${PROJECT_ID}/instances?limit=100&offset=${offset}`),
    );
  });

  it('asks for no second page of an exact hundred, and takes a project without instances for what it is', async () => {
    const server = await startInstanceServer(pagesOf(many(100)));
    assert.equal((await server.discover()).nodes.length, 100);
    assert.equal(server.requests.length, 101);
    const empty = await startInstanceServer(pagesOf([]));
    assert.deepEqual(await empty.discover(), { nodes: [], failures: [] });
  });

  it('rejects where the same page comes for ever', async () => {
    const page = { body: { instances: many(100), total_count: 150 } };
    assert.equal(
      await refusal(() => page),
      'CollectionError: list_instances: got 100 instances, then a page without others, expected 150 (the API)',
    );
  });

  it('rejects where fewer or more come than the API counts', async () => {
    const fewer = await refusal(() => ({ body: { instances: [], total_count: 3 } }));
    assert.match(fewer, /got 0 instances, then a page without others, expected 3 /u);
    const more = await refusal(() => ({ body: { instances: many(3), total_count: 2 } }));
    assert.match(more, /got 3 instances, expected total_count, 2 /u);
  });

  it('rejects where the fleet changes between two pages', async () => {
    const shrunk = await refusal((offset) => pagesOf(many(offset === 0 ? 150 : 149))(offset));
    assert.match(shrunk, /got a total_count of 150, then 149, expected one of them /u);
    // One gone and one created: the count is the same, but the pages have moved.
    const moved = await refusal((offset) => pagesOf(many(150, offset === 0 ? 0 : 1).reverse())(offset));
    assert.match(moved, /got 1\d\d instances, then a page without others, expected 150 /u);
  });

  it('rejects after 200 pages', async () => {
    const message = await refusal((offset) => ({
      body: { instances: many(1, offset), total_count: 20_000 },
    }));
    assert.match(message, /got 200 instances on 200 pages, expected all 20000 /u);
  });

  it('rejects what is no list of instances', async () => {
    const instances = many(1);
    for (const [body, complaint] of [
      [{ instances }, 'got no total_count, expected a number of instances'],
      [{ instances, total_count: '1' }, 'got no total_count'],
      [{ instances, total_count: -1 }, 'got no total_count'],
      [{ total_count: 1 }, 'got no list of instances, expected one'],
      [{ instances: { 0: instances[0] }, total_count: 1 }, 'got no list of instances'],
      [{ instances: [null], total_count: 1 }, 'got an instance whose id cannot be one'],
      [{ instances: [instance(1, { id: '../../x' })], total_count: 1 }, 'got an instance whose id cannot'],
      [
        { instances: [instance(1, { id: `${instanceId(1)}\n` })], total_count: 1 },
        'got an instance whose id',
      ],
      [{ instances: [instance(1, { name: 7 })], total_count: 1 }, 'without name or status, expected texts'],
      [{ instances: [instance(1, { status: null })], total_count: 1 }, 'without name or status'],
      [{ instances: [instance(1, { name: 'x'.repeat(300) })], total_count: 1 }, 'without name or status'],
      [{ error_code: 'DBS.1', error_msg: 'no' }, 'got 200 with the error DBS.1 "no"'],
    ] as const) {
      const message = await refusal(() => ({ body }));
      assert.ok(message.includes(complaint), message);
      assert.doesNotMatch(message, /\n/u);
    }
  });

  it('says which permission is missing', async () => {
    const message = await refusal(() => ({
      status: 403,
      body: { error_code: 'DBS.1', error_msg: 'no permission' },
    }));
    assert.match(message, /list_instances: got 403 .*gaussdbformysql:instance:list/u);
  });
});
