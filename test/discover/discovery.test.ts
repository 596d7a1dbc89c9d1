import assert from 'node:assert/strict';
import { type DiscoveredProject, Discovery } from '../../src/discover/discovery.js';
import type { DiscoveredNode, FoundNodes, Search, SearchEnd } from '../../src/discover/discovery-api.js';
import type { CloudProject } from '../../src/model/cloud-project.js';
import type { Deadline } from '../../src/model/deadline.js';
import { CollectionError } from '../../src/model/failure.js';
import { type Oddity, OddRecords } from '../../src/model/odd-records.js';
import { FakeClock } from '../support/fake-clock.js';
import { RecordedLog } from '../support/recorded-log.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const node = (nodeId: string, change: Partial<DiscoveredNode> = {}): DiscoveredNode => ({
  instanceId: 'instance',
  instanceName: 'orders',
  nodeId,
  name: nodeId,
  role: 'slave',
  maxConnections: 2500,
  ...change,
});

/** What the project answers to a search: by instance, and whether that was all. */
interface Answer {
  readonly nodes: readonly DiscoveredNode[];
  /** Instances that could not be read. */
  readonly unread?: readonly string[];
  /** As the list failed. */
  readonly isCutOff?: boolean;
  readonly failures: readonly CollectionError[];
  readonly odd?: OddRecords;
}
const complete = (...nodeIds: string[]): Answer => ({
  nodes: nodeIds.map((nodeId) => node(nodeId)),
  failures: [],
});
const oddRecords = (what: Oddity, count = 1): OddRecords => {
  const odd = new OddRecords();
  odd.add(what, 'the list', 'record 7 of the list', count);
  return odd;
};
const foundNodes = (nodes: readonly DiscoveredNode[]): FoundNodes => ({
  nodes,
  others: new Set(),
  unclear: new Set(),
  nameless: 0,
  odd: new OddRecords(),
});

/** As a search goes that finds these; all by default are of one instance, which is there without nodes, too. */
function tell(search: Search, { nodes, unread = [], isCutOff = false, failures, odd }: Answer): SearchEnd {
  const listed = new Set(['instance', ...nodes.map(({ instanceId }) => instanceId), ...unread]);
  for (const id of listed) {
    if (!unread.includes(id) && !search.isRead(id)) {
      search.found(id, foundNodes(nodes.filter(({ instanceId }) => instanceId === id)));
    }
  }
  const whyNone = () => '4 instances seen, 0 match';
  return { listed, isListComplete: !isCutOff, odd: odd ?? new OddRecords(), failures, whyNone };
}
const broken = (message: string): CollectionError => new CollectionError('api', message, { status: 500 });

describe('Discovery', () => {
  let clock: FakeClock;
  let log: RecordedLog;
  let discovery: Discovery;
  let changes: number;
  let settled: number;
  let successes: [project: string, nodes: number, at: number][];
  /** When a discovery began, and what the project answers to it. */
  let searches: number[];
  let answer: (deadline: Deadline, search: Search) => Answer | Promise<Answer>;

  beforeEach(() => {
    clock = new FakeClock(0);
    log = new RecordedLog();
    changes = 0;
    settled = 0;
    successes = [];
    searches = [];
    discovery = new Discovery({
      clock,
      log,
      onChange: () => {
        changes += 1;
      },
      onSettled: () => {
        settled += 1;
      },
      onEnd: (name, { up, found, lastSuccessAt }) => {
        if (up === true) {
          successes.push([name, found ?? Number.NaN, lastSuccessAt?.wall ?? Number.NaN]);
        }
      },
    });
    discovery.start();
  });
  afterEach(() => discovery.stop());

  const source = {};
  const cloudProject = (name: string, id: string | undefined = `id of ${name}`): CloudProject => ({
    name,
    region: 'cn-north-4',
    id,
    access: `key of ${id ?? name}`,
  });
  const project = (
    name = 'production',
    refreshMs = 10 * MINUTE,
    change: Partial<DiscoveredProject> = {},
  ): DiscoveredProject => ({
    cloud: cloudProject(name),
    source,
    selection: { instanceName: '*' },
    refreshMs,
    discoverNodes: async (search, deadline) => {
      searches.push(clock.now() / SECOND);
      return tell(search, await answer(deadline, search));
    },
    ...change,
  });
  const up = (name = 'production') => discovery.statusOf(name)?.up;
  const known = (name = 'production') => discovery.nodesOf(name).map(({ nodeId }) => nodeId);

  it('discovers at the start and at every refresh', async () => {
    answer = () => complete('a', 'b');
    discovery.setProjects([project()]);
    assert.equal(up(), undefined);
    await clock.advance(25 * MINUTE);
    assert.equal(up(), true);
    assert.deepEqual(searches, [0, 600, 1200]);
    assert.deepEqual(known(), ['a', 'b']);
    assert.deepEqual(successes[2], ['production', 2, 20 * MINUTE]);
  });

  it('tells of changes alone', async () => {
    let nodes = complete('a', 'b');
    answer = () => nodes;
    discovery.setProjects([project()]);
    await clock.advance(25 * MINUTE);
    assert.equal(changes, 1);
    nodes = complete('b', 'c');
    await clock.advance(10 * MINUTE);
    assert.equal(changes, 2);
    assert.deepEqual(log.lines, [
      'info discovery: nodes changed project=production nodes=2 added=2 gone=0',
      'info discovery: nodes changed project=production nodes=2 added=1 gone=1',
    ]);
  });

  it('tells at once that nodes are gone, and of what comes and goes again and again every ten minutes', async () => {
    let nodes = complete('a', 'b', 'c');
    answer = () => nodes;
    discovery.setProjects([project('production', MINUTE)]);
    await clock.advance(MINUTE - 1);
    nodes = complete('a');
    await clock.advance(MINUTE);
    for (let changes = 0; changes < 6; changes += 1) {
      nodes = changes % 2 === 0 ? complete('a', 'b') : complete('a');
      await clock.advance(MINUTE);
    }
    assert.deepEqual(log.lines, [
      'info discovery: nodes changed project=production nodes=3 added=3 gone=0',
      'info discovery: nodes changed project=production nodes=1 added=0 gone=2',
    ]);
    await clock.advance(4 * MINUTE);
    assert.deepEqual(log.lines.slice(2), [
      'info discovery: nodes changed project=production nodes=1 added=3 gone=3',
    ]);
  });

  it('tells of a role that has switched: the node is the same', async () => {
    let role = 'slave';
    answer = () => ({ nodes: [node('a', { role })], failures: [] });
    discovery.setProjects([project()]);
    await clock.advance(MINUTE);
    role = 'master';
    await clock.advance(10 * MINUTE);
    assert.equal(changes, 2);
    assert.deepEqual(
      discovery.nodesOf('production').map((found) => found.role),
      ['master'],
    );
  });

  it('keeps what is known while discoveries fail, and forgets a node when a complete one lacks it', async () => {
    const answers: (() => Answer)[] = [
      () => complete('a', 'b'),
      () => {
        throw broken('list_instances: got 500, expected 200');
      },
      () => {
        throw broken('list_instances: got 500, expected 200');
      },
      () => complete('b'),
    ];
    answer = () => answers.shift()?.() ?? complete('b');
    discovery.setProjects([project()]);
    await clock.advance(10 * MINUTE);
    assert.deepEqual(known(), ['a', 'b']);
    await clock.advance(MINUTE);
    assert.deepEqual(known(), ['a', 'b']);
    assert.equal(successes.length, 1);
    await clock.advance(MINUTE);
    assert.deepEqual(known(), ['b']);
    // Sooner than the next refresh, and said once.
    assert.deepEqual(searches, [0, 600, 660, 720]);
    assert.deepEqual(log.lines.slice(1), [
      'warn discovery failed: what is known stays status=500 project=production reason=api error=list_instances: got 500, expected 200 failures=1',
      'debug discovery failed: what is known stays status=500 project=production reason=api error=list_instances: got 500, expected 200 failures=1',
      'info discovery recovered project=production',
      'info discovery: nodes changed project=production nodes=1 added=0 gone=1',
    ]);
  });

  it('adds what an incomplete discovery found, and takes nothing away', async () => {
    const answers: Answer[] = [
      { nodes: [node('a'), node('b', { instanceId: 'other' })], failures: [] },
      {
        nodes: [node('b', { instanceId: 'other', role: 'master' }), node('c', { instanceId: 'new' })],
        unread: ['instance'],
        failures: [broken('x'), broken('y')],
      },
    ];
    answer = () => answers.shift() ?? complete();
    discovery.setProjects([project()]);
    await clock.advance(10 * MINUTE);
    assert.deepEqual(
      discovery.nodesOf('production').map(({ nodeId, role }) => `${nodeId} ${role}`),
      ['a slave', 'b master', 'c slave'],
    );
    assert.equal(successes.length, 1);
    assert.match(log.lines[1] ?? '', /error=x failures=2$/u);
  });

  describe('of a project that takes several searches', () => {
    const instances = ['A', 'B', 'C', 'D', 'E'];
    /** Those that are listed now, and how each is read. */
    let listed: readonly string[];
    let asked: string[];
    let read: (id: string) => Promise<void>;

    /** Reads them one after the other; what throws at the deadline is not read. */
    const slowly = (refreshMs: number, change: Partial<DiscoveredProject> = {}) =>
      project('production', refreshMs, {
        discoverNodes: async (search, deadline) => {
          searches.push(clock.now() / SECOND);
          const failures: CollectionError[] = [];
          for (const id of listed) {
            if (search.isRead(id)) {
              continue;
            }
            try {
              deadline.signal.throwIfAborted();
              asked.push(id);
              await read(id);
              search.found(id, foundNodes([node(id.toLowerCase(), { instanceId: id })]));
            } catch {
              failures.push(broken(id));
            }
          }
          return {
            listed: new Set(listed),
            isListComplete: true,
            odd: new OddRecords(),
            failures,
          };
        },
        ...change,
      });

    beforeEach(() => {
      listed = instances;
      asked = [];
      read = () => clock.sleep(25 * SECOND);
    });

    it('knows the nodes of each instance within a second, and goes on where the search before stopped', async () => {
      read = async (id) => {
        await clock.sleep(25 * SECOND);
        if (id === 'C' && searches.length === 1) {
          throw broken('the deadline was after 60 s');
        }
      };
      discovery.setProjects([slowly(5 * SECOND)]);
      await clock.advance(27 * SECOND);
      assert.deepEqual(known(), ['a']);
      assert.equal(up(), undefined);
      await clock.advance(25 * SECOND);
      assert.deepEqual([known(), successes.length], [['a', 'b'], 0]);
      await clock.advance(110 * SECOND);
      assert.deepEqual(known(), ['a', 'b', 'c', 'd', 'e']);
      assert.deepEqual(asked.slice(0, 6), ['A', 'B', 'C', 'C', 'D', 'E']);
      assert.deepEqual(
        successes.map(([, nodes]) => nodes),
        [5],
      );
      // From the start again once all are read.
      await clock.advance(10 * SECOND);
      assert.deepEqual(asked.slice(6), ['A']);
    });

    it('tells of a change once a second at most', async () => {
      read = () => clock.sleep(100);
      listed = Array.from({ length: 40 }, (_, index) => `I${index}`);
      discovery.setProjects([slowly(HOUR)]);
      await clock.advance(10 * SECOND);
      assert.deepEqual([known().length, successes.length], [40, 1]);
      assert.ok(changes >= 3 && changes <= 5, String(changes));
      assert.equal(settled, 1);
      await clock.advance(2 * HOUR);
      assert.deepEqual([successes.length, settled], [2, 1]);
    });

    it('asks again for those that could not be read, and for the others at each refresh', async () => {
      let name = '';
      read = async (id) => {
        if (id === 'C') {
          throw broken('never');
        }
        name = `seen at ${clock.now() / MINUTE}`;
      };
      discovery.setProjects([slowly(10 * MINUTE)]);
      await clock.advance(25 * MINUTE);
      const ofA = asked.filter((id) => id === 'A').length;
      const ofC = asked.filter((id) => id === 'C').length;
      assert.deepEqual([ofA, ofC], [3, 26]);
      assert.equal(name, 'seen at 20');
      assert.deepEqual([known(), successes.length], [['a', 'b', 'd', 'e'], 0]);
    });

    it('takes instances away that are listed no more, while another cannot be read', async () => {
      discovery.setProjects([slowly(10 * MINUTE)]);
      await clock.advance(5 * MINUTE);
      assert.equal(known().length, 5);
      listed = ['A', 'C', 'D'];
      read = async (id) => {
        if (id === 'A') {
          throw broken('gone already');
        }
      };
      await clock.advance(10 * MINUTE);
      assert.deepEqual([known(), successes.length], [['a', 'c', 'd'], 1]);
    });

    for (const [what, change, goesOn] of [
      ['with what it has read, under another client', { source: {} }, true],
      [
        'with what it has read, under another name',
        { cloud: { ...cloudProject('production'), name: 'renamed' } },
        true,
      ],
      ['from the start, for another selection', { selection: { instanceName: 'orders-*' } }, false],
    ] as const) {
      it(`goes on after a reload ${what}`, async () => {
        discovery.setProjects([slowly(30 * SECOND)]);
        await clock.advance(55 * SECOND);
        assert.deepEqual(asked, ['A', 'B', 'C']);
        const { name } = 'cloud' in change ? change.cloud : { name: 'production' };
        discovery.setProjects([slowly(30 * SECOND, change)]);
        assert.deepEqual(known(name), ['a', 'b']);
        await clock.advance(5 * SECOND);
        assert.deepEqual(asked.slice(3), [goesOn ? 'C' : 'A']);
        await clock.advance(3 * MINUTE);
        assert.equal(known(name).length, 5);
      });
    }

    it('gives two projects that were one their own knowledge', async () => {
      read = async () => {};
      discovery.setProjects([slowly(HOUR)]);
      await clock.advance(MINUTE);
      const cloudOf = (name: string) => ({ cloud: { ...cloudProject('production'), name } });
      const onlyX = { discoverNodes: async (search: Search) => tell(search, complete('x')) };
      discovery.setProjects([slowly(HOUR, cloudOf('one')), slowly(HOUR, { ...cloudOf('two'), ...onlyX })]);
      assert.deepEqual([known('one').length, known('two').length], [5, 5]);
      await clock.advance(MINUTE);
      assert.deepEqual([known('one'), known('two')], [['a', 'b', 'c', 'd', 'e'], ['x']]);
      discovery.setProjects([slowly(MINUTE, cloudOf('one')), slowly(HOUR, { ...cloudOf('two'), ...onlyX })]);
      await clock.advance(10 * MINUTE);
      assert.deepEqual([known('one'), known('two')], [['a', 'b', 'c', 'd', 'e'], ['x']]);
    });
  });

  describe('of odd records', () => {
    it('warns once, and again of others, and is a success', async () => {
      let odd = oddRecords('instances with an id of another kind');
      answer = () => ({ ...complete('a'), odd });
      discovery.setProjects([project('production', HOUR)]);
      await clock.advance(10 * HOUR);
      assert.equal(successes.length, 11);
      odd = oddRecords('nodes without an id', 2);
      await clock.advance(10 * HOUR);
      assert.deepEqual(
        log.lines.filter((line) => !line.includes('nodes changed')),
        [
          'warn discovery: got odd records, expected none: the others are used project=production records=1 found=instances with an id of another kind: 1 (the first: record 7 of the list)',
          'warn discovery: got odd records, expected none: the others are used project=production records=2 found=nodes without an id: 2 (the first: record 7 of the list)',
        ],
      );
    });

    it('warns every ten minutes at most of those that come and go, and not again after a reload', async () => {
      answer = () => ({
        ...complete('a'),
        odd:
          searches.length % 2 === 0 ? new OddRecords() : oddRecords('nodes without an id', searches.length),
      });
      discovery.setProjects([project('production', 10 * SECOND)]);
      await clock.advance(25 * MINUTE);
      const warnings = () => log.lines.filter((line) => line.startsWith('warn ')).length;
      assert.equal(warnings(), 3);
      answer = () => ({ ...complete('a'), odd: oddRecords('nodes without a status') });
      await clock.advance(20 * MINUTE);
      assert.equal(warnings(), 4);
      discovery.setProjects([project('production', 10 * SECOND, { source: {} })]);
      await clock.advance(20 * MINUTE);
      assert.equal(warnings(), 4);
    });

    it('warns once of the same records in another order and at other positions', async () => {
      answer = () => {
        const odd = new OddRecords();
        const shift = searches.length;
        const list: [Oddity, string, string?][] = [
          ['instances without an id', 'the list', `record ${shift} of the list`],
          ['nodes without an id', 'instance A', `record ${shift} of instance A`],
          ['nodes without an id', 'instance B', `record ${9 - shift} of instance B`],
          ['instances without a status', 'C'],
          ['instances without a status', 'D'],
        ];
        for (const [what, about, place] of [...list.slice(shift % 5), ...list.slice(0, shift % 5)]) {
          odd.add(what, about, place);
        }
        return { ...complete('a'), odd };
      };
      discovery.setProjects([project('production', HOUR)]);
      await clock.advance(10 * HOUR);
      const warnings = log.lines.filter((line) => line.startsWith('warn '));
      assert.deepEqual(
        warnings.map((line) => line.replace(/^.* found=/u, '')),
        [
          'instances without a status: 2 (the first: C), instances without an id: 1 (the first: record 1 of the list), ' +
            'nodes without an id: 2 (the first: record 1 of instance A)',
        ],
      );
      answer = () => ({ ...complete('a'), odd: oddRecords('instances without an id', 2) });
      await clock.advance(10 * HOUR);
      assert.equal(log.lines.filter((line) => line.startsWith('warn ')).length, 2);
    });

    it('warns of a node that two instances have', async () => {
      const nodes = ['A', 'B'].map((instanceId) => node('a', { instanceId }));
      answer = () => ({ nodes, failures: [] });
      discovery.setProjects([project('production', HOUR)]);
      await clock.advance(5 * HOUR);
      assert.deepEqual(known(), ['a']);
      assert.deepEqual(
        discovery.nodesOf('production').map(({ instanceId }) => instanceId),
        ['A'],
      );
      const warnings = log.lines.filter((line) => line.startsWith('warn '));
      assert.equal(warnings.length, 1);
      assert.match(warnings[0] ?? '', /found=nodes in two instances: 1 \(the first: a\)$/u);
    });
  });

  it('remembers its last success beside the first failure since, also under another name', async () => {
    answer = () => complete('a');
    discovery.setProjects([project()]);
    await clock.advance(MINUTE);
    answer = () => ({ ...complete('a'), failures: [broken('got 500'), broken('got 502')] });
    await clock.advance(9 * MINUTE);
    const expected = {
      up: false,
      lastSuccessAt: { wall: 0, monotonic: 0 },
      found: 1,
      whyNone: undefined,
      lastError: {
        reason: 'api',
        message: 'got 500',
        details: { status: 500 },
        at: { wall: 10 * MINUTE, monotonic: 10 * MINUTE },
      },
    };
    assert.deepEqual(discovery.statusOf('production'), expected);
    discovery.setProjects([
      project('renamed', MINUTE, { cloud: cloudProject('renamed', 'id of production') }),
    ]);
    assert.deepEqual(discovery.statusOf('renamed'), expected);
    assert.equal(discovery.statusOf('production'), undefined);
    answer = () => complete('a');
    await clock.advance(MINUTE);
    assert.deepEqual([up('renamed'), discovery.statusOf('renamed')?.lastError], [true, undefined]);
    discovery.setProjects([]);
    discovery.setProjects([project('renamed')]);
    assert.equal(up('renamed'), undefined);
  });

  it('warns every ten minutes of a project without nodes, and at once when it is empty again', async () => {
    answer = () => complete();
    discovery.setProjects([project('production', MINUTE)]);
    const warning = 'warn discovery found no nodes project=production seen=4 instances seen, 0 match';
    const warnings = () => log.lines.filter((line) => line.startsWith(warning)).length;
    await clock.advance(9 * MINUTE);
    assert.equal(warnings(), 1);
    await clock.advance(MINUTE);
    assert.equal(warnings(), 2);
    answer = () => complete('a');
    await clock.advance(MINUTE);
    answer = () => complete();
    await clock.advance(MINUTE);
    assert.equal(warnings(), 3);
    answer = () => ({ ...complete(), failures: [broken('down')] });
    await clock.advance(20 * MINUTE);
    assert.equal(warnings(), 3);
  });

  it('has tried a project also when that failed', async () => {
    answer = () => {
      throw new TypeError('a secret');
    };
    discovery.setProjects([project(), project('test')]);
    assert.equal(up(), undefined);
    await clock.advance(0);
    assert.equal(up(), false);
    assert.deepEqual(known(), []);
    assert.doesNotMatch(log.lines.join(), /a secret/u);
  });

  it('gives up a discovery that does not end, and tries again', async () => {
    answer = (deadline) =>
      new Promise((_, reject) => {
        deadline.signal.addEventListener('abort', () => reject(deadline.signal.reason));
      });
    discovery.setProjects([project('production', 5 * SECOND)]);
    await clock.advance(59 * SECOND);
    assert.equal(up(), undefined);
    await clock.advance(SECOND);
    assert.equal(up(), false);
    assert.match(log.lines[0] ?? '', /error=deadline: got no end within 60 s/u);
    await clock.advance(5 * SECOND);
    assert.deepEqual(searches, [0, 65]);
  });

  it('discovers each project by itself', async () => {
    answer = () => complete('a');
    discovery.setProjects([
      project('production'),
      { ...project('test', MINUTE), discoverNodes: async (search) => tell(search, complete('x', 'y')) },
    ]);
    await clock.advance(0);
    assert.deepEqual([known(), known('test')], [['a'], ['x', 'y']]);
  });

  it('discovers nothing before it is started', async () => {
    answer = () => complete('a');
    discovery = new Discovery({ clock, log, onChange: () => {}, onSettled: () => {}, onEnd: () => {} });
    discovery.setProjects([project()]);
    await clock.advance(MINUTE);
    assert.deepEqual(searches, []);
    discovery.start();
    await clock.advance(0);
    assert.deepEqual(known(), ['a']);
  });

  describe('given other projects', () => {
    it('leaves those alone that stay as they are, forgets those that are gone and discovers new ones at once', async () => {
      answer = () => complete('a');
      discovery.setProjects([project('production'), project('test')]);
      await clock.advance(MINUTE);
      answer = () => complete('b');
      discovery.setProjects([project('production'), project('new')]);
      assert.deepEqual([known('production'), known('test'), known('new')], [['a'], [], []]);
      await clock.advance(0);
      assert.deepEqual([known('production'), known('test'), known('new')], [['a'], [], ['b']]);
      assert.deepEqual(searches, [0, 0, 60]);
      await clock.advance(9 * MINUTE);
      assert.deepEqual([known('production'), searches], [['b'], [0, 0, 60, 600]]);
    });

    for (const [what, change] of [
      ['another selection', { selection: { instanceName: 'orders-*' } }],
      ['another client', { source: {} }],
      ['another refresh', { refreshMs: MINUTE }],
    ] as const) {
      it(`keeps what is known of one with ${what}, and discovers it at once`, async () => {
        answer = () => complete('a');
        discovery.setProjects([project()]);
        await clock.advance(MINUTE);
        answer = () => complete('b');
        discovery.setProjects([project('production', 10 * MINUTE, change)]);
        assert.deepEqual(known(), ['a']);
        await clock.advance(0);
        assert.deepEqual([known(), searches], [['b'], [0, 60]]);
      });
    }

    it('keeps what is known of one that has another name now', async () => {
      answer = () => complete('a');
      discovery.setProjects([project('production')]);
      await clock.advance(MINUTE);
      discovery.setProjects([
        project('renamed', 10 * MINUTE, { cloud: { ...cloudProject('production'), name: 'renamed' } }),
      ]);
      assert.deepEqual([known('production'), known('renamed')], [[], ['a']]);
    });

    it('keeps what is known of two whose names are exchanged', async () => {
      answer = () => complete(`${searches.length}`);
      discovery.setProjects([project('a'), project('b')]);
      await clock.advance(MINUTE);
      const [ofA, ofB] = [known('a'), known('b')];
      assert.notDeepEqual(ofA, ofB);
      discovery.setProjects([
        project('b', 10 * MINUTE, { cloud: { ...cloudProject('a'), name: 'b' }, source: {} }),
        project('a', 10 * MINUTE, { cloud: { ...cloudProject('b'), name: 'a' }, source: {} }),
      ]);
      assert.deepEqual([known('b'), known('a')], [ofA, ofB]);
    });

    it('forgets the nodes of one that is another project of the cloud now', async () => {
      answer = () => complete('a');
      discovery.setProjects([project()]);
      await clock.advance(MINUTE);
      discovery.setProjects([
        project('production', 10 * MINUTE, { cloud: cloudProject('production', 'other'), source: {} }),
      ]);
      assert.deepEqual(known(), []);
    });

    it('lets a discovery go on that is under way where nothing changed', async () => {
      let finish = (_: Answer): void => {};
      answer = () =>
        new Promise((resolve) => {
          finish = resolve;
        });
      discovery.setProjects([project()]);
      await clock.advance(0);
      discovery.setProjects([project()]);
      finish(complete('a'));
      await clock.advance(0);
      assert.deepEqual([known(), searches], [['a'], [0]]);
    });

    it('takes no notice of a discovery that was under way for other settings', async () => {
      let finish = (_: Answer): void => {};
      answer = () =>
        new Promise((resolve) => {
          finish = resolve;
        });
      discovery.setProjects([project()]);
      await clock.advance(0);
      const finishFirst = finish;
      answer = () => complete('new');
      discovery.setProjects([project('production', 10 * MINUTE, { source: {} })]);
      await clock.advance(0);
      finishFirst(complete('old'));
      await clock.advance(0);
      assert.deepEqual(known(), ['new']);
      assert.equal(clock.sleeping, 1);
    });
  });

  it('discovers no more once it is stopped', async () => {
    answer = () => complete('a');
    discovery.setProjects([project()]);
    await clock.advance(0);
    discovery.stop();
    discovery.setProjects([project()]);
    await clock.advance(HOUR);
    assert.deepEqual(searches, [0]);
    assert.equal(clock.sleeping, 0);
  });
});
