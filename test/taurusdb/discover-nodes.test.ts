import assert from 'node:assert/strict';
import { eventually } from '../support/program.js';
import { closeServers, type PlainAnswer } from '../support/scripted-server.js';
import { instance, instanceId, node, nodeId, pagesOf, startInstanceServer } from './instance-server.js';

/** One instance with these nodes. */
const showing = (...nodes: readonly object[]): Parameters<typeof startInstanceServer> => [
  pagesOf([instance(1)]),
  () => ({ body: { instance: { id: instanceId(1), nodes } } }),
];

describe('discoverNodes', () => {
  afterEach(closeServers);

  it('finds the nodes of every instance, in the order of the list', async () => {
    const instances = Array.from({ length: 20 }, (_, index) => instance(20 - index));
    const server = await startInstanceServer(pagesOf(instances));
    const { nodes, failures } = await server.discover();
    assert.deepEqual(failures, []);
    assert.deepEqual(
      nodes.map((found) => found.nodeId),
      instances.map((_, index) => nodeId(20 - index)),
    );
    assert.deepEqual(nodes[0], {
      instanceId: instanceId(20),
      instanceName: 'orders-20',
      nodeId: nodeId(20),
      name: 'node-20',
      role: 'master',
      maxConnections: 2500,
    });
  });

  it('asks few instances at once', async () => {
    const held: (() => void)[] = [];
    const instances = Array.from({ length: 32 }, (_, index) => instance(index));
    const server = await startInstanceServer(pagesOf(instances), async (index) => {
      await new Promise<void>((resolve) => held.push(resolve));
      return { body: { instance: { id: instanceId(index), nodes: [node(index)] } } };
    });
    const discovery = server.discover();
    for (let answered = 0; answered < instances.length; answered += 4) {
      await eventually(() => held.length >= 4 || undefined, 'four requests');
      // A fifth request, sent with the four, would be here before this one is answered.
      await (await fetch(server.url)).text();
      assert.equal(held.length, 4);
      for (const answer of held.splice(0)) {
        answer();
      }
    }
    await discovery;
  });

  describe('takes an instance', () => {
    async function namesFound(
      instances: readonly object[],
      selection: object,
    ): Promise<(string | undefined)[]> {
      const server = await startInstanceServer(pagesOf(instances));
      const { nodes } = await server.discover(selection);
      return nodes.map(({ instanceName }) => instanceName);
    }

    it('by its name', async () => {
      const instances = [instance(1), instance(2), instance(3, { name: 'payments' })];
      assert.deepEqual(await namesFound(instances, { instanceName: 'orders-*' }), ['orders-1', 'orders-2']);
    });

    it('by its tags, all of them', async () => {
      const tag = (key: string, value: unknown) => ({ key, value });
      const instances = [
        instance(1, { tags: [tag('env', 'prod-eu'), tag('team', 'a')] }),
        instance(2, { tags: [tag('env', 'test'), tag('team', 'a')] }),
        instance(3, { tags: [tag('env', 'prod')] }),
        instance(4, { tags: null }),
        instance(5, { tags: [tag('env', null), tag('team', 'a'), 'nonsense'] }),
      ];
      const tags = { env: 'prod*', team: 'a' };
      assert.deepEqual(await namesFound(instances, { tags }), ['orders-1']);
      assert.deepEqual(await namesFound(instances, { tags: { env: '*' } }), [
        'orders-1',
        'orders-2',
        'orders-3',
        'orders-5',
      ]);
    });

    it('by its status: all that are not known to be down, or those asked for', async () => {
      const words =
        'ACTIVE normal Rebooting FAILED failed creating BUILD CreateFail deleting DELETED frozen shutdown';
      const instances = words.split(' ').map((status, index) => instance(index, { status, name: status }));
      assert.deepEqual(await namesFound(instances, {}), [
        'ACTIVE',
        'normal',
        'Rebooting',
        'FAILED',
        'failed',
      ]);
      assert.deepEqual(await namesFound(instances, { statuses: ['active', 'Frozen'] }), ['ACTIVE', 'frozen']);
    });

    it('and asks no other one for its nodes', async () => {
      const server = await startInstanceServer(pagesOf([instance(1), instance(2)]));
      await server.discover({ instanceName: 'orders-1' });
      assert.equal(server.requests.length, 2);
    });
  });

  it('takes nodes by their role, and leaves out those that are down', async () => {
    const nodes = [
      node(2),
      node(3),
      node(5, { type: 'proxy' }),
      node(7, { status: 'Frozen' }),
      node(9, { status: 'who knows' }),
    ];
    const server = await startInstanceServer(...showing(...nodes));
    const found = async (role: 'master' | 'slave' | 'both') =>
      (await server.discover({ role })).nodes.map((one) => [one.nodeId, one.role]);
    assert.deepEqual(await found('both'), [
      [nodeId(2), 'master'],
      [nodeId(3), 'slave'],
      [nodeId(5), ''],
      [nodeId(9), 'slave'],
    ]);
    assert.deepEqual(await found('master'), [[nodeId(2), 'master']]);
    assert.deepEqual(await found('slave'), [
      [nodeId(3), 'slave'],
      [nodeId(9), 'slave'],
    ]);
  });

  it('reads max_connections strictly, and collects a node without it', async () => {
    for (const [given, read] of [
      ['2500', 2500],
      [2500, 2500],
      ['2,500', undefined],
      ['-1', undefined],
      ['1e3', undefined],
      ['0x10', undefined],
      ['', undefined],
      [null, undefined],
      [undefined, undefined],
      [2.5, undefined],
    ]) {
      const server = await startInstanceServer(...showing(node(1, { max_connections: given })));
      const [found] = (await server.discover()).nodes;
      assert.equal(found?.maxConnections, read, String(given));
    }
  });

  it('tells which instances it could not read, and finds the nodes of the others', async () => {
    const broken: Readonly<Record<number, PlainAnswer>> = {
      1: { status: 500, body: { error_code: 'DBS.05000000', error_msg: 'broken' } },
      2: { body: { instance: { id: instanceId(3), nodes: [] } } },
      4: { body: { instance: { id: instanceId(4) } } },
      5: { body: { instance: { id: instanceId(5), nodes: [node(5, { id: '../x' })] } } },
      6: { body: { instance: { id: instanceId(6), nodes: [node(6, { status: 1 })] } } },
      7: { body: {} },
    };
    const server = await startInstanceServer(
      pagesOf(Array.from({ length: 10 }, (_, index) => instance(index))),
      (index) => broken[index] ?? { body: { instance: { id: instanceId(index), nodes: [node(index)] } } },
    );
    const { nodes, failures } = await server.discover();
    assert.deepEqual(
      nodes.map((found) => found.nodeId),
      [0, 3, 8, 9].map(nodeId),
    );
    const messages = failures.map(({ message }) => message.replace(/ \(127.*$/u, '')).sort();
    assert.deepEqual(messages, [
      'show_instance: got "00000000000000000000000000000004in07" without a list of nodes, expected one',
      'show_instance: got 500 DBS.05000000 "broken", expected 200',
      'show_instance: got a node of "00000000000000000000000000000005in07" whose id cannot be one, expected 36 letters and digits that end in no07',
      'show_instance: got another instance or none, expected "00000000000000000000000000000002in07"',
      'show_instance: got another instance or none, expected "00000000000000000000000000000007in07"',
      'show_instance: got node "00000000000000000000000000000006no07" without a status, expected one',
    ]);
  });
});
