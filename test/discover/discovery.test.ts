import assert from 'node:assert/strict';
import { type DiscoveredProject, Discovery } from '../../src/discover/discovery.js';
import type { DiscoveredNode, DiscoveryResult } from '../../src/discover/discovery-api.js';
import type { CloudProject } from '../../src/model/cloud-project.js';
import type { Deadline } from '../../src/model/deadline.js';
import { CollectionError } from '../../src/model/failure.js';
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
const complete = (...nodeIds: string[]): DiscoveryResult => ({
  nodes: nodeIds.map((nodeId) => node(nodeId)),
  failures: [],
});
const broken = (message: string): CollectionError => new CollectionError('api', message, { status: 500 });

describe('Discovery', () => {
  let clock: FakeClock;
  let log: RecordedLog;
  let discovery: Discovery;
  let changes: number;
  let successes: [project: string, nodes: number, at: number][];
  /** When a discovery began, and what the project answers to it. */
  let searches: number[];
  let answer: (deadline: Deadline) => DiscoveryResult | Promise<DiscoveryResult>;

  beforeEach(() => {
    clock = new FakeClock(0);
    log = new RecordedLog();
    changes = 0;
    successes = [];
    searches = [];
    discovery = new Discovery({
      clock,
      log,
      onChange: () => {
        changes += 1;
      },
      onSuccess: (...success) => successes.push(success),
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
    discoverNodes: async (deadline: Deadline) => {
      searches.push(clock.now() / SECOND);
      return answer(deadline);
    },
    ...change,
  });
  const known = (name = 'production') => discovery.nodesOf(name).map(({ nodeId }) => nodeId);

  it('discovers at the start and at every refresh', async () => {
    answer = () => complete('a', 'b');
    discovery.setProjects([project()]);
    assert.equal(discovery.tried, false);
    await clock.advance(25 * MINUTE);
    assert.equal(discovery.tried, true);
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
    const answers: (() => DiscoveryResult)[] = [
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
      'warn discovery failed: what is known stays status=500 project=production failed=1 error=list_instances: got 500, expected 200',
      'debug discovery failed: what is known stays status=500 project=production failed=1 error=list_instances: got 500, expected 200',
      'info discovery recovered project=production',
      'info discovery: nodes changed project=production nodes=1 added=0 gone=1',
    ]);
  });

  it('adds what an incomplete discovery found, and takes nothing away', async () => {
    const answers: DiscoveryResult[] = [
      complete('a', 'b'),
      { nodes: [node('b', { role: 'master' }), node('c')], failures: [broken('x'), broken('y')] },
    ];
    answer = () => answers.shift() ?? complete();
    discovery.setProjects([project()]);
    await clock.advance(10 * MINUTE);
    assert.deepEqual(
      discovery.nodesOf('production').map(({ nodeId, role }) => `${nodeId} ${role}`),
      ['a slave', 'b master', 'c slave'],
    );
    assert.equal(successes.length, 1);
    assert.match(log.lines[1] ?? '', /failed=2 error=x$/u);
  });

  it('has tried a project also when that failed', async () => {
    answer = () => {
      throw new TypeError('a secret');
    };
    discovery.setProjects([project(), project('test')]);
    assert.equal(discovery.tried, false);
    await clock.advance(0);
    assert.equal(discovery.tried, true);
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
    assert.equal(discovery.tried, false);
    await clock.advance(SECOND);
    assert.equal(discovery.tried, true);
    assert.match(log.lines[0] ?? '', /error=deadline: got no end within 60 s/u);
    await clock.advance(5 * SECOND);
    assert.deepEqual(searches, [0, 65]);
  });

  it('discovers each project by itself', async () => {
    answer = () => complete('a');
    discovery.setProjects([
      project('production'),
      { ...project('test', MINUTE), discoverNodes: async () => complete('x', 'y') },
    ]);
    await clock.advance(0);
    assert.deepEqual([known(), known('test')], [['a'], ['x', 'y']]);
  });

  it('discovers nothing before it is started', async () => {
    answer = () => complete('a');
    discovery = new Discovery({ clock, log, onChange: () => {}, onSuccess: () => {} });
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
      let finish = (_: DiscoveryResult): void => {};
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
      let finish = (_: DiscoveryResult): void => {};
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
