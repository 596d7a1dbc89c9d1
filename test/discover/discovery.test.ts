import assert from 'node:assert/strict';
import { Discovery } from '../../src/discover/discovery.js';
import type { Findings, FoundNode } from '../../src/discover/node-finder.js';
import type { Deadline } from '../../src/model/deadline.js';
import { CollectionError } from '../../src/model/failure.js';
import { FakeClock } from '../support/fake-clock.js';
import { RecordedLog } from '../support/recorded-log.js';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const node = (nodeId: string, change: Partial<FoundNode> = {}): FoundNode => ({
  instanceId: 'instance',
  instanceName: 'orders',
  nodeId,
  name: nodeId,
  role: 'slave',
  maxConnections: 2500,
  ...change,
});
const complete = (...nodeIds: string[]): Findings => ({
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
  /** When a search began, and what the project answers to it. */
  let searches: number[];
  let answer: (deadline: Deadline) => Findings | Promise<Findings>;

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
  });
  afterEach(() => discovery.stop());

  const project = (name = 'production', refreshMs = 10 * MINUTE) => ({
    project: name,
    refreshMs,
    findNodes: async (deadline: Deadline) => {
      searches.push(clock.now() / SECOND);
      return answer(deadline);
    },
  });
  const known = (name = 'production') => discovery.nodesOf(name).map(({ nodeId }) => nodeId);

  it('searches at the start and at every refresh', async () => {
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

  it('keeps what is known while searches fail, and forgets a node when a complete one lacks it', async () => {
    const answers: (() => Findings)[] = [
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
      'info discovery recovered project=production',
      'info discovery: nodes changed project=production nodes=1 added=0 gone=1',
    ]);
  });

  it('adds what an incomplete search found, and takes nothing away', async () => {
    const answers: Findings[] = [
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

  it('gives up a search that does not end, and searches again', async () => {
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

  it('searches each project by itself', async () => {
    answer = () => complete('a');
    discovery.setProjects([
      project('production'),
      { ...project('test', MINUTE), findNodes: async () => complete('x', 'y') },
    ]);
    await clock.advance(0);
    assert.deepEqual([known(), known('test')], [['a'], ['x', 'y']]);
  });

  describe('given other projects', () => {
    it('keeps what it knows of those that stay, forgets the others and searches at once', async () => {
      answer = () => complete('a');
      discovery.setProjects([project('production'), project('test')]);
      await clock.advance(MINUTE);
      answer = () => complete('b');
      discovery.setProjects([project('production'), project('new')]);
      assert.deepEqual([known('production'), known('test'), known('new')], [['a'], [], []]);
      await clock.advance(0);
      assert.deepEqual([known('production'), known('test'), known('new')], [['b'], [], ['b']]);
      assert.deepEqual(searches, [0, 0, 60, 60]);
    });

    it('takes no notice of a search that was under way', async () => {
      let finish = (_: Findings): void => {};
      answer = () =>
        new Promise((resolve) => {
          finish = resolve;
        });
      discovery.setProjects([project()]);
      await clock.advance(0);
      const finishFirst = finish;
      answer = () => complete('new');
      discovery.setProjects([project()]);
      await clock.advance(0);
      finishFirst(complete('old'));
      await clock.advance(0);
      assert.deepEqual(known(), ['new']);
      assert.equal(clock.sleeping, 1);
    });
  });

  it('searches no more once it is stopped', async () => {
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
