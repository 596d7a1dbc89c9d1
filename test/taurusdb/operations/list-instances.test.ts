import assert from 'node:assert/strict';
import { closeServers, type PlainAnswer } from '../../support/scripted-server.js';
import { instance, instanceId, pagesOf, startInstanceServer } from '../instance-server.js';
import { PROJECT_ID } from '../sample-client.js';

/** Listed, and not asked for its nodes. */
const idle = (index: number, change: object = {}): object => instance(index, { status: 'frozen', ...change });
const many = (count: number, from = 0): object[] =>
  Array.from({ length: count }, (_, index) => idle(from + index));

/** Why the list is taken for incomplete, what was found all the same, and what was odd. */
async function listing(list: (offset: number, limit: number) => PlainAnswer) {
  const server = await startInstanceServer(list);
  const { failures, isListComplete, listed, nodes, told } = await server.discover();
  const isShort = /counted and not listed|no objects|without an id|another kind|twice|too large/u.test(told);
  assert.equal(isListComplete, failures.length === 0 && !isShort);
  const [failure] = failures.map(({ message }) => message.replace(new URL(server.url).host, 'the API'));
  const asked = server.requests.flatMap(({ target }) => /limit=\d+&offset=\d+/u.exec(target) ?? []);
  return { failure, listed: listed.size, found: nodes.length, told, asked };
}

const page = (instances: unknown, total_count?: unknown): PlainAnswer => ({
  body: { instances, ...(total_count === undefined ? {} : { total_count }) },
});
const pageOf = (all: readonly unknown[], offset: number, limit: number, total?: unknown) =>
  page(all.slice(offset, offset + limit), total);

describe('listInstances', () => {
  afterEach(closeServers);

  it('reads page after page until all are there', async () => {
    const server = await startInstanceServer(pagesOf(many(250)));
    const { listed } = await server.discover();
    assert.equal(listed.size, 250);
    const pages = server.requests.filter(({ target }) => target.includes('?'));
    assert.deepEqual(
      pages.map(({ target }) => target),
      [0, 100, 200].map((offset) => `/v3/${PROJECT_ID}/instances?limit=100&offset=${offset}`),
    );
  });

  it('takes a project without instances for what it is', async () => {
    for (const instances of [[], null]) {
      const { failure, listed, asked } = await listing(() => page(instances, 0));
      assert.deepEqual([failure, listed, asked.length], [undefined, 0, 1]);
    }
  });

  it('looks behind a full page, whatever is counted, and need not find one there', async () => {
    const all = many(101);
    const short = await listing((offset, limit) => pageOf(all, offset, limit, 100));
    assert.deepEqual([short.failure, short.listed], [undefined, 101]);
    for (const status of [400, 404]) {
      const refused = await listing((offset, limit) =>
        offset < 100
          ? pageOf(all.slice(1), offset, limit, 100)
          : { status, body: { error_code: 'DBS.280001', error_msg: 'offset' } },
      );
      assert.deepEqual([refused.failure, refused.listed, refused.asked.length], [undefined, 100, 2]);
    }
    const broken = await listing((offset, limit) =>
      offset < 100 ? pageOf(all, offset, limit, 100) : { status: 500 },
    );
    assert.match(broken.failure ?? '', /got 500/u);
  });

  it('knows the end of a list that is counted oddly, or by no number', async () => {
    const all = many(150);
    for (const total of [149, 100, 0, '150', undefined, null, 'many', '', -1, 1.5, [150], true]) {
      const { failure, listed } = await listing((offset, limit) => pageOf(all, offset, limit, total));
      assert.deepEqual([failure, listed], [undefined, 150], String(total));
    }
  });

  it('goes on where a server has a smaller limit of its own, counted or not', async () => {
    const all = many(120);
    for (const total of [120, undefined]) {
      const { failure, listed, asked } = await listing((offset) => pageOf(all, offset, 50, total));
      assert.deepEqual([failure, listed], [undefined, 120]);
      assert.ok(asked.length <= 4, String(asked));
    }
  });

  it('takes a page for all where a server does not know of offsets, if that is all it counts or can be', async () => {
    for (const [count, total] of [
      [80, 80],
      [80, undefined],
      [100, 100],
      [250, 250],
    ]) {
      const { failure, listed } = await listing(() => page(many(count ?? 0), total));
      assert.deepEqual([failure, listed], [undefined, count], `${count} of ${total}`);
    }
    const [counted, uncounted] = [
      await listing(() => page(many(100), 150)),
      await listing(() => page(many(100))),
    ];
    assert.deepEqual([counted.listed, uncounted.listed], [100, 100]);
    assert.equal(
      counted.failure,
      'list_instances: got 100 instances, then a page without others, expected 150 (the API)',
    );
    assert.match(
      uncounted.failure ?? '',
      /got 100 instances, then a page without others, and no total_count,/u,
    );
  });

  it('is no failure where a second reading lists and counts the same, tells of those not listed, and is not complete', async () => {
    for (const [total, odd] of [
      [4, '1 (the first: after 3 of 4)'],
      [' 4 ', '1 (the first: after 3 of 4)'],
      [1_000_000_000, '999999997 (the first: after 3 of 1000000000)'],
    ] as const) {
      const { failure, listed, told, asked } = await listing((offset, limit) =>
        pageOf(many(3), offset, limit, total),
      );
      assert.deepEqual([failure, listed], [undefined, 3]);
      assert.equal(told, `instances counted and not listed: ${odd}`);
      assert.equal(asked.length, 4);
    }
  });

  it('finds what there is, and is incomplete, where more are counted than come and a second reading differs', async () => {
    let readings = 0;
    const { failure, listed } = await listing((offset, limit) => {
      readings += offset === 0 ? 1 : 0;
      return pageOf(many(readings === 1 ? 3 : 2), offset, limit, 4);
    });
    assert.match(failure ?? '', /got 2 instances, then a page without others, expected 4 /u);
    assert.equal(listed, 2);
  });

  it('takes null for a page only where no more are counted than came', async () => {
    const all = many(100);
    for (const [total, failed] of [
      [120, true],
      ['120', true],
      [101, true],
      [100, false],
      [50, false],
    ] as const) {
      const { failure, listed } = await listing((offset) => page(offset === 0 ? all : null, total));
      assert.equal(
        failure?.includes('got no list of instances, expected one') ?? false,
        failed,
        String(total),
      );
      assert.equal(listed, 100);
    }
  });

  it('takes counts that differ for what they are where each is that of its page', async () => {
    for (const count of [100, 150, 199, 230]) {
      const { failure, listed, told } = await listing((offset, limit) => {
        const some = many(count).slice(offset, offset + limit);
        return page(some, some.length);
      });
      assert.deepEqual([failure, listed, told], [undefined, count, '']);
    }
    const lost = await listing((offset, limit) => {
      const some = many(150).slice(offset, offset + limit);
      return page(offset === 0 ? some : some.slice(1), some.length);
    });
    assert.match(lost.failure ?? '', /got a total_count of 100, then 50, expected one of them/u);
  });

  it('takes no answer that is only accepted for a list', async () => {
    for (const status of [201, 202, 203, 206]) {
      const { failure, listed } = await listing(() => ({ status, body: { instances: [], total_count: 0 } }));
      assert.equal(failure, `list_instances: got ${status}, expected 200 (the API)`);
      assert.equal(listed, 0);
    }
  });

  it('finds an instance that runs by one record and not by another, in whatever order and on whatever pages', async () => {
    for (const status of ['DELETED', ' frozen ', 'Shutdown']) {
      const down = instance(200, { status });
      for (const all of [
        [down, instance(200)],
        [instance(200), down],
        [down, ...many(120), instance(200)],
        [instance(200), ...many(120), down],
      ]) {
        const { failure, found } = await listing(pagesOf(all));
        assert.deepEqual([failure, found], [undefined, 1], `${status}, ${all.length}`);
      }
    }
  });

  it('is not sure of nothing', async () => {
    const none = await listing(() => page([], 3));
    assert.match(none.failure ?? '', /got 0 instances, then a page without others, expected 3 /u);
    const uncounted = await listing(() => page([]));
    assert.match(uncounted.failure ?? '', /got 0 instances, then a page without others, and no total_count/u);
  });

  it('finds what there is, and is incomplete, where the fleet changes between two pages', async () => {
    const shrunk = await listing((offset, limit) => pagesOf(many(offset === 0 ? 150 : 149))(offset, limit));
    assert.match(shrunk.failure ?? '', /got a total_count of 150, then 149, expected one of them /u);
    assert.equal(shrunk.listed, 149);
    // One gone and one created: the count is the same, but the pages have moved, and move again.
    let moves = 0;
    const moving = (total?: number) => (offset: number, limit: number) => {
      moves += 1;
      return pageOf(many(150, moves).reverse(), offset, limit, total);
    };
    const moved = await listing(moving(150));
    assert.match(moved.failure ?? '', /got 149 instances, then a page without others, expected 150 /u);
    const uncounted = await listing(moving());
    assert.match(uncounted.failure ?? '', /got a page with instances of another one, and no total_count/u);
    assert.deepEqual([moved.listed, uncounted.listed], [149, 149]);
  });

  it('reads a second time what moved between two pages', async () => {
    for (const total of [150, undefined]) {
      let asked = 0;
      const { failure, listed, told } = await listing((offset, limit) => {
        asked += 1;
        return pageOf(many(150, asked === 1 ? 0 : 1).reverse(), offset, limit, total);
      });
      assert.deepEqual([failure, listed, told], [undefined, 150, '']);
    }
  });

  it('finds what came before a page that fails', async () => {
    const { failure, listed } = await listing((offset, limit) =>
      offset < 200 ? pagesOf(many(250))(offset, limit) : { status: 500 },
    );
    assert.match(failure ?? '', /list_instances: got 500, expected 200 /u);
    assert.equal(listed, 200);
  });

  it('ends after 500 pages', async () => {
    const { failure, listed } = await listing((offset) => page([idle(offset)], 20_000));
    assert.match(failure ?? '', /got 500 instances on 500 pages, expected an end of the list /u);
    assert.equal(listed, 500);
  });

  it('ends after 20,000 instances', async () => {
    const of5000 = (offset: number) => Array.from({ length: 5_000 }, (_, index) => idle(offset + index));
    const { failure, asked } = await listing((offset) => page(of5000(offset), 1_000_000));
    assert.match(failure ?? '', /got 25000 instances on 5 pages, expected an end of the list /u);
    assert.equal(asked.length, 5);
  });

  it('is incomplete where it is no list of instances', async () => {
    const instances = many(1);
    for (const [body, complaint] of [
      [{ total_count: 1 }, 'got no list of instances, expected one'],
      [{ instances: null }, 'got no list of instances'],
      [{ instances: null, total_count: 2 }, 'got no list of instances'],
      [{ instances: { 0: instances[0] }, total_count: 1 }, 'got no list of instances'],
      [{ error_code: 'DBS.1', error_msg: 'no' }, 'got 200 with the error DBS.1 "no"'],
    ] as const) {
      const { failure, found } = await listing(() => ({ body }));
      assert.ok(failure?.includes(complaint), failure);
      assert.doesNotMatch(String(failure), /\n/u);
      assert.equal(found, 0);
    }
  });

  it('leaves out what is odd, tells of it, and finds the others', async () => {
    for (const [record, complaint] of [
      [null, 'instances that are no objects: 1 (the first: record 2 of the list)'],
      [[instance(2)], 'instances that are no objects: 1 (the first: record 2 of the list)'],
      [7, 'instances that are no objects: 1 (the first: record 2 of the list)'],
      ['x', 'instances that are no objects: 1 (the first: record 2 of the list)'],
      [{}, 'instances without an id: 1 (the first: record 2 of the list)'],
      [instance(2, { id: null }), 'instances without an id: 1 (the first: record 2 of the list)'],
      [instance(2, { id: 2 }), 'instances without an id: 1 (the first: record 2 of the list)'],
      [
        instance(2, { id: '../../x' }),
        'instances with an id of another kind: 1 (the first: record 2 of the list)',
      ],
      [
        instance(2, { id: `${'a'.repeat(32)}in14` }),
        'instances with an id of another kind: 1 (the first: record 2 of the list)',
      ],
      [
        instance(2, { id: `${instanceId(2)}\n` }),
        'instances with an id of another kind: 1 (the first: record 2 of the list)',
      ],
      [
        instance(2, { name: 7 }),
        `instances without a name of at most 256 characters: 1 (the first: ${instanceId(2)})`,
      ],
      [
        instance(2, { name: undefined }),
        `instances without a name of at most 256 characters: 1 (the first: ${instanceId(2)})`,
      ],
      [
        instance(2, { name: 'x'.repeat(300) }),
        `instances without a name of at most 256 characters: 1 (the first: ${instanceId(2)})`,
      ],
      [instance(2, { status: null }), `instances without a status: 1 (the first: ${instanceId(2)})`],
      [
        instance(2, { status: { word: 'ACTIVE' } }),
        `instances without a status: 1 (the first: ${instanceId(2)})`,
      ],
      [instance(1), `instances listed twice: 1 (the first: ${instanceId(1)})`],
    ]) {
      const { failure, found, told } = await listing(pagesOf([instance(1), record, instance(3)]));
      assert.deepEqual([failure, found, told], [undefined, 2, complaint]);
    }
  });

  it('goes on behind pages of odd records alone', async () => {
    const odd = Array.from({ length: 230 }, (_, index) => (index % 2 === 0 ? null : { id: `x${index}` }));
    const { failure, listed, told } = await listing(pagesOf([...odd, ...many(5)]));
    assert.deepEqual([failure, listed], [undefined, 5]);
    assert.match(told, /no objects: 115 \(the first: record 1 of the list\), .*another kind: 115 /u);
  });

  it('uses what is sound but for what it does not need', async () => {
    const { found, told } = await listing(
      pagesOf([
        instance(1, { tags: null }),
        instance(2, { tags: 'none' }),
        instance(3, { tags: [null, { key: 1 }] }),
        instance(4, { name: '', type: null, region: 7 }),
      ]),
    );
    assert.deepEqual([found, told], [4, '']);
  });

  describe('of pages too large to be read', () => {
    const padded = (index: number, kilobytes: number) =>
      idle(index, { remark: 'x'.repeat(kilobytes * 1024) });

    it('asks for smaller ones, from the same record on', async () => {
      const { failure, listed, asked } = await listing(
        pagesOf(Array.from({ length: 110 }, (_, i) => padded(i, 30))),
      );
      assert.deepEqual([failure, listed], [undefined, 110]);
      assert.deepEqual(asked.slice(0, 3), ['limit=100&offset=0', 'limit=50&offset=0', 'limit=25&offset=0']);
    });

    it('passes over a record that is too large by itself, with few requests, and tells of it', async () => {
      for (const at of [0, 57, 119]) {
        const all = Array.from({ length: 120 }, (_, index) =>
          index === at ? padded(index, 1_100) : idle(index),
        );
        const { failure, listed, told, asked } = await listing(pagesOf(all));
        assert.deepEqual([failure, listed], [undefined, 119]);
        assert.equal(told, `instances too large to be read: 1 (the first: record ${at + 1} of the list)`);
        assert.ok(asked.length < 30, String(asked.length));
      }
    });

    it('gives up a server that says too much whatever it is asked for', async () => {
      const { failure, listed, told, asked } = await listing(() => page([padded(1, 1_100)], 1));
      assert.match(failure ?? '', /got a body of more than 1048576 bytes/u);
      assert.deepEqual([listed, told], [0, '']);
      assert.ok(asked.length < 20, String(asked.length));
    });
  });

  it('says which permission is missing', async () => {
    const { failure } = await listing(() => ({
      status: 403,
      body: { error_code: 'DBS.1', error_msg: 'no permission' },
    }));
    assert.match(failure ?? '', /list_instances: got 403 .*gaussdbformysql:instance:list/u);
  });
});
