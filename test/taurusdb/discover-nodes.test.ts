import assert from 'node:assert/strict';
import { KnownNodes } from '../../src/discover/known-nodes.js';
import { eventually } from '../support/program.js';
import { closeServers, type PlainAnswer } from '../support/scripted-server.js';
import { instance, instanceId, node, nodeId, pagesOf, startInstanceServer } from './instance-server.js';

/** One instance with these nodes. */
const showing = (...nodes: readonly unknown[]): Parameters<typeof startInstanceServer> => [
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

  describe('says why it found no node', () => {
    const FLEET = ['orders-a', 'orders-b', 'Users-a', 'billing'].map((name, index) =>
      instance(index, {
        name,
        status: index === 3 ? 'frozen' : 'ACTIVE',
        tags: [{ key: 'env', value: 'Prod' }],
      }),
    );
    const SEEN = 'seen: "orders-a", "orders-b", "Users-a" and 1 more';
    const cases: readonly (readonly [what: string, selection: object, why: string])[] = [
      [
        'by name',
        { instanceName: 'order-*' },
        `4 instances seen, 0 match instance_name "order-*" and a status of one that runs (each alone: 0, 3); ${SEEN}`,
      ],
      [
        'but for case',
        { instanceName: 'users-*', statuses: ['active', 'frozen'] },
        `4 instances seen, 0 match instance_name "users-*"; ${SEEN} (1 would match in another case, which globs mind)`,
      ],
      [
        'by a tag',
        { tags: { env: 'prod' }, statuses: ['active', 'frozen'] },
        `4 instances seen, 0 match tags env: "prod"; ${SEEN}; env seen: "Prod" (4 would match in another case, which globs mind)`,
      ],
      [
        'by a part of a name',
        { instanceName: 'orders', statuses: ['active', 'frozen'] },
        `4 instances seen, 0 match instance_name "orders"; ${SEEN} (2 would match "*orders*": a glob is of the whole name)`,
      ],
      [
        'by a tag that none has',
        { tags: { team: '*' }, statuses: ['active', 'frozen'] },
        `4 instances seen, 0 match tags team: "*"; ${SEEN}; tags seen: "env"`,
      ],
      [
        'but for a blank',
        { instanceName: 'orders-a ' },
        `4 instances seen, 0 match instance_name "orders-a " and a status of one that runs (each alone: 0, 3); ${SEEN} (1 would match without the blanks at its ends)`,
      ],
      [
        'but for a blank and case',
        { tags: { env: 'prod ' }, statuses: ['active', 'frozen'] },
        `4 instances seen, 0 match tags env: "prod "; ${SEEN}; env seen: "Prod" (4 would match in another case, without the blanks at its ends)`,
      ],
      [
        'by status',
        { statuses: ['backup'] },
        `4 instances seen, 0 match status backup; ${SEEN}; status seen: "ACTIVE", "frozen"`,
      ],
      [
        'by role',
        { instanceName: 'Users-*', role: 'slave' },
        '4 instances seen, 1 match, and none of their nodes is to be collected: 1 node seen, 1 not of role slave',
      ],
    ];
    for (const [what, selection, why] of cases) {
      it(what, async () => {
        const server = await startInstanceServer(pagesOf(FLEET));
        const { nodes, failures, whyNone } = await server.discover(selection);
        assert.deepEqual([nodes, failures, whyNone?.()], [[], [], why]);
      });
    }

    it('of nodes that do not run, and of a project without instances', async () => {
      const down = await (
        await startInstanceServer(...showing(node(0, { status: 'creating' }), node(1, { status: 'BUILD' })))
      ).discover();
      assert.equal(
        down.whyNone?.(),
        '1 instance seen, 1 match, and none of their nodes is to be collected: 2 nodes seen, 2 not running (build, creating)',
      );
      const none = await (await startInstanceServer(pagesOf([]))).discover();
      assert.match(none.whyNone?.() ?? '', /^0 instances seen: check region and project_id, /u);
    });
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
      assert.deepEqual(await namesFound(instances, { statuses: ['active', 'Frozen'] }), [
        'ACTIVE',
        'normal',
        'frozen',
      ]);
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
      node(11, { status: 'FAILED' }),
    ];
    const server = await startInstanceServer(...showing(...nodes));
    const found = async (role: 'master' | 'slave' | 'both') =>
      (await server.discover({ role })).nodes.map((one) => [one.nodeId, one.role]);
    assert.deepEqual(await found('both'), [
      [nodeId(2), 'master'],
      [nodeId(3), 'slave'],
      [nodeId(5), ''],
      [nodeId(9), 'slave'],
      [nodeId(11), 'slave'],
    ]);
    assert.deepEqual(await found('master'), [[nodeId(2), 'master']]);
    assert.deepEqual(await found('slave'), [
      [nodeId(3), 'slave'],
      [nodeId(9), 'slave'],
      [nodeId(11), 'slave'],
    ]);
  });

  it('knows a role in any case, and whatever stands around it', async () => {
    const types = ['MASTER', ' Slave ', 'master\n', 'sLaVe', 'masters', 'master slave', ['master']];
    const server = await startInstanceServer(
      ...showing(...types.map((type, index) => node(index, { type }))),
    );
    const { nodes } = await server.discover();
    assert.deepEqual(
      nodes.map(({ role }) => role),
      ['master', 'slave', 'master', 'slave', '', '', ''],
    );
    assert.equal((await server.discover({ role: 'master' })).nodes.length, 2);
  });

  it('takes of two records of one node the one that runs', async () => {
    const down = (status: string) => node(1, { status });
    for (const nodes of [
      [down('DELETED'), node(1)],
      [node(1), down('DELETED')],
      [down(' frozen '), down('Shutdown'), node(1), down('deleting')],
      [down('creating'), node(1, { status: null }), node(1, { status: 'FAILED' })],
    ]) {
      const server = await startInstanceServer(...showing(...nodes));
      const found = (await server.discover()).nodes.map((one) => one.nodeId);
      assert.deepEqual(found, [nodeId(1)], JSON.stringify(nodes));
    }
    const server = await startInstanceServer(...showing(down('deleted'), down('frozen')));
    assert.deepEqual((await server.discover()).nodes, []);
  });

  it('takes no known node away in between, where an instance is down on one page and runs on a later one', async () => {
    const known = new KnownNodes();
    await (
      await startInstanceServer(pagesOf([instance(500)]), (index) => ({
        body: { instance: { id: instanceId(index), nodes: [node(500)] } },
      }))
    ).discover({}, known);
    known.readAllAgain();
    const idle = Array.from({ length: 120 }, (_, index) => instance(index, { status: 'frozen' }));
    const server = await startInstanceServer(
      pagesOf([instance(500, { status: 'DELETED' }), ...idle, instance(500)]),
      () => ({ status: 500 }),
    );
    const { nodes, failures } = await server.discover({}, known);
    assert.deepEqual([nodes.map((one) => one.nodeId), failures.length], [[nodeId(500)], 1]);
  });

  describe('asks for a known instance that is counted and not listed', () => {
    const fourKnown = async () => {
      const known = new KnownNodes();
      const server = await startInstanceServer(pagesOf(Array.from({ length: 4 }, (_, i) => instance(i))));
      await server.discover({}, known);
      known.readAllAgain();
      return known;
    };
    /** Instance 0 is listed, of four that are counted; the answer is that of the others. */
    const discoverAgain = async (
      known: KnownNodes,
      total: number,
      answer: (index: number) => PlainAnswer,
    ) => {
      const server = await startInstanceServer(
        (offset) => ({ body: { instances: offset === 0 ? [instance(0)] : [], total_count: total } }),
        (index) =>
          index === 0 ? { body: { instance: { id: instanceId(0), nodes: [node(0)] } } } : answer(index),
      );
      const { nodes, failures, isListComplete } = await server.discover({}, known);
      const asked = server.requests.flatMap(({ target }) => /\d+(?=in07$)/u.exec(target)?.map(Number) ?? []);
      return { found: nodes.map((one) => one.nodeId), failures, isListComplete, asked: asked.sort() };
    };
    const shown = (index: number, ...nodes: readonly object[]) => ({
      body: { instance: { id: instanceId(index), nodes } },
    });

    it('and it keeps its nodes where it says so, and has those that it says now', async () => {
      const known = await fourKnown();
      const { found, failures, isListComplete, asked } = await discoverAgain(known, 4, (index) =>
        index === 2 ? shown(2, node(20)) : shown(index, node(index)),
      );
      assert.deepEqual([failures, isListComplete, asked], [[], false, [0, 1, 2, 3]]);
      assert.deepEqual(found, [0, 1, 20, 3].map(nodeId));
      assert.deepEqual(
        known.summary().nodes.map(({ instanceName }) => instanceName),
        ['orders-0', 'orders-1', 'orders-2', 'orders-3'],
      );
    });

    it('and it is gone where the API says that there is none', async () => {
      for (const answer of [
        { status: 404, body: { error_code: 'DBS.200002', error_msg: 'The DB instance does not exist.' } },
        { status: 404, body: { error_code: 'DBS.200045', error_msg: '' } },
        { status: 404, body: { error: { code: 'DBS.201202', message: 'gone' } } },
        { status: 400, body: { error_code: 'DBS.280404', error_msg: 'Invalid DB instance ID.' } },
      ]) {
        const { found, failures } = await discoverAgain(await fourKnown(), 4, (index) =>
          index === 2 ? answer : shown(index, node(index)),
        );
        assert.deepEqual([failures, found], [[], [0, 1, 3].map(nodeId)], JSON.stringify(answer));
      }
    });

    it('and it keeps its nodes, as a failure, where anything else comes', async () => {
      for (const answer of [
        { status: 500 },
        { status: 403, body: { error_code: 'DBS.200002', error_msg: 'no' } },
        { status: 400, body: { error_code: 'DBS.200001', error_msg: 'no' } },
        { status: 404, body: { error_code: 'APIGW.0101', error_msg: 'The API does not exist' } },
        { status: 404, headers: { 'content-type': 'text/html' }, body: '<html><title>404</title></html>' },
        { status: 404 },
        { status: 404, body: {} },
        { status: 404, body: { message: 'no Route matched with those values' } },
        { status: 404, body: { status: 404, error: 'Not Found', path: '/v3/x' } },
        { status: 404, body: { code: '404', message: 'upstream not found' } },
        { status: 404, body: { itemNotFound: { code: 404, message: 'gone' } } },
        { status: 404, body: { error: 'not_found' } },
        { status: 404, body: { error_code: 'IAM.0004', error_msg: 'not found' } },
        { status: 404, body: { error_code: 'DBS.200011', error_msg: 'not found' } },
        { status: 404, body: { error_code: 'DBS.280001', error_msg: 'The project does not exist.' } },
        { status: 404, body: '<error_code>DBS.200045</error_code>' },
        { status: 404, body: 'DBS.200045' },
        { status: 202, body: { instance: { id: instanceId(2), nodes: [] } } },
        { body: {} },
      ]) {
        const { found, failures } = await discoverAgain(await fourKnown(), 4, (index) =>
          index === 2 ? answer : shown(index, node(index)),
        );
        assert.deepEqual([failures.length, found], [1, [0, 1, 2, 3].map(nodeId)], JSON.stringify(answer));
        assert.equal(failures[0]?.details.instance_id, instanceId(2));
      }
    });

    it('and it is selected by what it says of itself, whose name it takes', async () => {
      const selection = { instanceName: 'orders*', tags: { env: 'prod' } };
      const production = [{ key: 'env', value: 'prod' }];
      for (const [said, name] of [
        [{}, 'orders-2'],
        [{ name: 'orders-new', status: 'ACTIVE', tags: production }, 'orders-new'],
        [{ name: '', status: null, tags: null }, 'orders-2'],
        [{ name: 'x'.repeat(257), status: 7 }, 'orders-2'],
        [{ status: 'FAILED' }, 'orders-2'],
        [{ name: 'billing' }, undefined],
        [{ status: 'DELETED' }, undefined],
        [{ status: ' frozen' }, undefined],
        [{ tags: [] }, undefined],
        [{ tags: [{ key: 'env', value: 'test' }] }, undefined],
      ] as const) {
        const known = await fourKnown();
        const server = await startInstanceServer(
          (offset) => ({
            body: { instances: offset === 0 ? [instance(0, { tags: production })] : [], total_count: 4 },
          }),
          (index) => ({
            body: { instance: { id: instanceId(index), ...(index === 2 ? said : {}), nodes: [node(index)] } },
          }),
        );
        const { nodes, failures } = await server.discover(selection, known);
        const shownName = nodes.find((one) => one.nodeId === nodeId(2))?.instanceName;
        const expected = name === undefined ? 3 : 4;
        assert.deepEqual([failures, shownName, nodes.length], [[], name, expected], JSON.stringify(said));
      }
    });

    it('and one that may be a record without an id, or hidden by one that is listed twice', async () => {
      for (const [what, ...records] of [
        ['null', null],
        ['a number', 7],
        ['id null', instance(2, { id: null })],
        ['id of another kind', instance(2, { id: `${'0'.repeat(31)}2in14` })],
        ['twice', instance(0)],
        ['twice, once down', instance(0, { status: 'DELETED' })],
        ['twice, once unclear', instance(0, { status: null })],
      ] as const) {
        const list = [instance(0), ...records, instance(1), instance(3)];
        for (const isThere of [true, false]) {
          const known = await fourKnown();
          const server = await startInstanceServer(pagesOf(list), (index) =>
            index === 2 && !isThere
              ? { status: 404, body: { error_code: 'DBS.200045', error_msg: 'gone' } }
              : shown(index, node(index)),
          );
          const { nodes, failures } = await server.discover({}, known);
          assert.deepEqual(failures, [], what);
          assert.equal(
            nodes.some((one) => one.nodeId === nodeId(2)),
            isThere,
            what,
          );
          assert.equal(nodes.length, isThere ? 4 : 3, what);
        }
      }
    });

    it('and keeps all, at whichever place of the list a record is odd at each search', async () => {
      const all = [0, 1, 2, 3].map((index) => instance(index));
      const oddly: readonly ((record: object) => unknown)[] = [
        () => null,
        (record) => ({ ...record, id: null }),
        (record) => ({ ...record, id: 'x' }),
        (record) => ({ ...record, status: null }),
      ];
      for (const odd of oddly) {
        const known = await fourKnown();
        for (const place of [0, 1, 2, 3, 1]) {
          const records = all.map((record, index) => (index === place ? odd(record) : record));
          const server = await startInstanceServer(pagesOf(records));
          known.readAllAgain();
          const { nodes, failures } = await server.discover({}, known);
          assert.deepEqual([nodes.length, failures], [4, []], `${odd} at ${place}`);
        }
      }
    });

    it('and no other one: a list that is complete takes it away, one that fails keeps it', async () => {
      const complete = await discoverAgain(await fourKnown(), 1, (index) => shown(index, node(index)));
      assert.deepEqual([complete.found, complete.asked], [[nodeId(0)], [0]]);
      const known = await fourKnown();
      const server = await startInstanceServer(() => ({ status: 500 }));
      assert.equal((await server.discover({}, known)).nodes.length, 4);
      assert.equal(server.requests.length, 1);
    });
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
      [[2500], undefined],
      [{ toString: null }, undefined],
    ]) {
      const server = await startInstanceServer(...showing(node(1, { max_connections: given })));
      const [found] = (await server.discover()).nodes;
      assert.equal(found?.maxConnections, read, JSON.stringify(given));
    }
  });

  it('tells which instances it could not read, and finds the nodes of the others', async () => {
    const broken: Readonly<Record<number, PlainAnswer>> = {
      1: { status: 500, body: { error_code: 'DBS.05000000', error_msg: 'broken' } },
      2: { body: { instance: { id: instanceId(3), nodes: [] } } },
      7: { body: {} },
    };
    const server = await startInstanceServer(
      pagesOf(Array.from({ length: 10 }, (_, index) => instance(index))),
      (index) => broken[index] ?? { body: { instance: { id: instanceId(index), nodes: [node(index)] } } },
    );
    const { nodes, failures, isListComplete } = await server.discover();
    assert.equal(isListComplete, true);
    assert.deepEqual(
      nodes.map((found) => found.nodeId),
      [0, 3, 4, 5, 6, 8, 9].map(nodeId),
    );
    const messages = failures.map(({ message }) => message.replace(/127[\d.:]+/u, 'the API')).sort();
    const [one, two, seven] = [1, 2, 7].map(instanceId);
    assert.deepEqual(messages, [
      `show_instance: got 500 DBS.05000000 "broken", expected 200 (instance ${one}, the API)`,
      `show_instance: got another instance or none, expected "${two}" (instance ${two}, the API)`,
      `show_instance: got another instance or none, expected "${seven}" (instance ${seven}, the API)`,
    ]);
    assert.deepEqual(failures.map(({ details }) => details.instance_id).sort(), [one, two, seven]);
  });

  it('leaves out odd nodes, tells of them, and finds the others', async () => {
    const place = `record 2 of instance ${instanceId(1)}`;
    for (const [record, complaint] of [
      [null, `nodes that are no objects: 1 (the first: ${place})`],
      [[node(2)], `nodes that are no objects: 1 (the first: ${place})`],
      ['ACTIVE', `nodes that are no objects: 1 (the first: ${place})`],
      [node(2, { id: null }), `nodes without an id: 1 (the first: ${place})`],
      [node(2, { id: undefined }), `nodes without an id: 1 (the first: ${place})`],
      [node(2, { id: '' }), `nodes without an id: 1 (the first: ${place})`],
      [node(2, { id: '../x' }), `nodes with an id of another kind: 1 (the first: ${place})`],
      [node(2, { id: `${'b'.repeat(32)}no14` }), `nodes with an id of another kind: 1 (the first: ${place})`],
      [node(2, { id: instanceId(2) }), `nodes with an id of another kind: 1 (the first: ${place})`],
      [node(2, { status: 1 }), `nodes without a status: 1 (the first: ${nodeId(2)})`],
      [node(2, { status: null }), `nodes without a status: 1 (the first: ${nodeId(2)})`],
      [node(1), `nodes listed twice: 1 (the first: ${nodeId(1)})`],
    ]) {
      const server = await startInstanceServer(...showing(node(1), record, node(3)));
      const { nodes, failures, told } = await server.discover();
      assert.deepEqual(
        [nodes.map((found) => found.nodeId), failures, told],
        [[1, 3].map(nodeId), [], complaint],
      );
    }
  });

  it('tells the same of two records of one id in either order', async () => {
    for (const records of [
      [node(1), node(1, { status: null })],
      [node(1), node(1, { status: 7 }), node(3)],
      [node(1, { status: 'frozen' }), node(1, { status: null })],
      [node(1, { status: null }), node(1, { status: null })],
    ]) {
      const told = [];
      for (const nodes of [records, records.toReversed()]) {
        const server = await startInstanceServer(...showing(...nodes));
        const found = await server.discover();
        told.push([found.told, found.nodes.map((one) => one.nodeId).sort()]);
      }
      assert.deepEqual(told[0], told[1]);
      assert.match(String(told[0]), /nodes listed twice: 1 /u);
    }
  });

  it('takes an instance without a list of nodes for one that is odd, not for one without nodes', async () => {
    for (const nodes of [null, undefined, {}, 'none', 0]) {
      const server = await startInstanceServer(pagesOf([instance(1), instance(2)]), (index) => ({
        body: { instance: { id: instanceId(index), nodes: index === 1 ? nodes : [node(2)] } },
      }));
      const { nodes: found, failures, told } = await server.discover();
      assert.deepEqual([found.map(({ nodeId: id }) => id), failures], [[nodeId(2)], []]);
      assert.equal(told, `instances without a list of nodes: 1 (the first: ${instanceId(1)})`);
    }
  });

  it('uses a node that is sound but for what it does not need', async () => {
    const server = await startInstanceServer(
      ...showing(
        node(1, { name: null, type: 7, max_connections: {}, az_code: null }),
        node(2, { name: { toString: null }, type: undefined, max_connections: 'many' }),
      ),
    );
    const { nodes, told } = await server.discover();
    assert.deepEqual(
      [nodes.map(({ nodeId: id, name, role }) => [id, name, role]), told],
      [
        [
          [nodeId(1), '', ''],
          [nodeId(2), '', ''],
        ],
        '',
      ],
    );
  });

  it('takes no known node away where roles are selected and its own is not told today', async () => {
    const known = new KnownNodes();
    let nodes = [node(2), node(4), node(5)];
    const server = await startInstanceServer(pagesOf([instance(1)]), () => ({
      body: { instance: { id: instanceId(1), nodes } },
    }));
    const masters = async () => {
      known.readAllAgain();
      return (await server.discover({ role: 'master' }, known)).nodes.map((one) => one.nodeId);
    };
    assert.deepEqual(await masters(), [2, 4].map(nodeId));
    nodes = [node(2, { type: null }), node(4, { type: null, status: 'frozen' }), node(6, { type: null })];
    assert.deepEqual(await masters(), [nodeId(2)]);
    nodes = [node(2, { type: 'slave' })];
    assert.deepEqual(await masters(), []);
  });

  it('does not ask again for an instance that the search before has read', async () => {
    const known = new KnownNodes();
    let refused = true;
    const server = await startInstanceServer(pagesOf([instance(1), instance(2), instance(3)]), (index) =>
      refused && index !== 1
        ? { status: 500 }
        : { body: { instance: { id: instanceId(index), nodes: [node(index)] } } },
    );
    assert.equal((await server.discover({}, known)).failures.length, 2);
    refused = false;
    const { nodes, failures } = await server.discover({}, known);
    assert.deepEqual([nodes.map((found) => found.nodeId), failures], [[1, 2, 3].map(nodeId), []]);
    const shown = server.requests.flatMap(({ target }) => /\d+(?=in07$)/u.exec(target)?.map(Number) ?? []);
    assert.deepEqual(shown.sort(), [1, 2, 2, 3, 3]);
  });

  it('tells of the nodes of a page while the next ones are read', async () => {
    const found: string[] = [];
    const known = new KnownNodes();
    const search = { isRead: () => false, notWanted: () => {}, found: (id: string) => found.push(id) };
    const all = Array.from({ length: 101 }, (_, index) => instance(index));
    let release = (): void => {};
    const second = new Promise<void>((resolve) => {
      release = resolve;
    });
    const server = await startInstanceServer(async (offset, limit) => {
      await (offset === 0 ? undefined : second);
      return pagesOf(all)(offset, limit);
    });
    const searching = server.discover({}, Object.assign(known, search));
    await eventually(() => found.length === 100 || undefined, 'the first page is read');
    release();
    await searching;
    assert.equal(found.length, 101);
  });

  it('takes a deadline for one failure, however many instances it cuts off', async () => {
    const server = await startInstanceServer(
      pagesOf(Array.from({ length: 50 }, (_, index) => instance(index))),
      () => new Promise(() => {}),
    );
    const { failures, isListComplete } = await server.discover({}, new KnownNodes(), 300);
    assert.equal(isListComplete, true);
    assert.deepEqual(
      failures.map(({ reason }) => reason),
      ['timeout'],
    );
  });
});
