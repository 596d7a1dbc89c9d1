import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { later, type MonotonicMs } from '../../src/clock.js';
import type { NodeStatus } from '../../src/collect/node-store.js';
import { Exposition } from '../../src/metrics/exposition.js';
import { END_OF_EXPOSITION, EXPOSITION_FORMATS } from '../../src/metrics/exposition-text.js';
import { METRIC_FAMILIES } from '../../src/metrics/metric-families.js';
import { SNAPSHOT_FAMILIES } from '../../src/metrics/snapshot-families.js';
import { INCIDENT_KINDS, incidentId } from '../../src/model/incident.js';
import type { Snapshot } from '../../src/sessions/snapshot.js';
import { FakeClock } from '../support/fake-clock.js';
import {
  counts,
  DATABASE_NODE,
  incidentStatus,
  NODE_STATUS,
  NOW,
  SNAPSHOT,
  STALE_AT,
  statusOf,
  UNTRIED_STATUS,
} from '../support/node-status-fixture.js';
import { readOneMember } from '../support/one-member.js';
import { parseSamples } from './parse-exposition.js';

/** As a label has it. */
const STATEMENT_TEXT = 'SELECT `\\"back\\\\slash\\"` FROM orders_2024 WHERE id = ?';

function expositionOf(nodes: () => readonly NodeStatus[], clock = new FakeClock(NOW)): Exposition {
  return new Exposition({ nodes, agentText: async () => '', showsTexts: () => true, clock });
}

async function render(nodes: readonly NodeStatus[], clock?: FakeClock): Promise<string> {
  return Buffer.concat(await expositionOf(() => nodes, clock).scrape('text', false)).toString();
}

/** Of a node whose third spike lasts, with every figure that there is of incidents. */
const SPIKING_STATUS: NodeStatus = {
  ...NODE_STATUS,
  incidents: incidentStatus({
    usual: { sessions: 5, active: 2 },
    begun: { ...incidentStatus().begun, spike: 3, lock_waiting: 1, manual: 2 },
    active: { id: incidentId(DATABASE_NODE.nodeId, NOW), kinds: ['spike'] },
    lastStartedAt: later(NOW, 250),
    suppressed: 4,
  }),
};

function golden(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
}

describe('Exposition', () => {
  for (const format of EXPOSITION_FORMATS) {
    it(`writes every family of a node in ${format}`, async () => {
      const chunks = await expositionOf(() => [SPIKING_STATUS]).scrape(format, false);
      assert.equal(Buffer.concat(chunks).toString(), golden(`one-node.${format}`));
    });
  }

  it('shows of an untried node what it is and counters at 0, and nothing else', async () => {
    const samples = parseSamples(await render([{ ...UNTRIED_STATUS, incidents: incidentStatus() }]));
    const counters = METRIC_FAMILIES.filter(({ source, type }) => source === 'status' && type === 'counter');
    const shown = new Set(samples.map(({ name }) => name));
    assert.deepEqual(
      [...shown],
      [
        'taurusdb_node_info',
        'taurusdb_node_max_connections',
        ...counters.map(({ name }) => name).filter((name) => !name.includes('incident')),
        'taurusdb_collection_next_run_timestamp_seconds',
        'taurusdb_incident_active',
        ...counters.map(({ name }) => name).filter((name) => name.includes('incident')),
      ],
    );
    const counted = samples.filter(({ name }) => counters.some((counter) => counter.name === name));
    assert.equal(counted.length, 3 + 10 + 2 + 6 + 1 + INCIDENT_KINDS.length + 1);
    assert.ok(counted.every(({ value }) => value === 0));
  });

  it('has at most 12 series of incidents for a node', async () => {
    const samples = parseSamples(await render([SPIKING_STATUS]));
    const names = samples.map(({ name }) => name).filter((name) => /incident|_usual$/u.test(name));
    assert.equal(names.length, 4 + INCIDENT_KINDS.length);
    assert.ok(names.length <= 12);
  });

  it('shows of a list of some sessions that it is one, and what is true of all', async () => {
    const snapshot: Snapshot = {
      filter: 'slow',
      listed: 2,
      slow: 2,
      times: [{ command: 'Query', longestSeconds: 30 }],
      longest: [],
      dimensions: new Map(),
    };
    const node = { ...DATABASE_NODE, labels: {} };
    const text = await render([{ ...NODE_STATUS, node, snapshot }]);
    const ids = `instance_id="${node.instanceId}",node_id="${node.nodeId}"`;
    assert.deepEqual(
      text
        .slice(0, text.indexOf('# HELP taurusdb_node_info'))
        .split('\n')
        .filter((line) => !line.startsWith('#')),
      [
        `taurusdb_sessions_listed{${ids},filter="slow"} 2`,
        `taurusdb_sessions_slow{${ids}} 2`,
        `taurusdb_session_longest_seconds{${ids},command="Query"} 30`,
        '',
      ],
    );
  });

  it('leaves out what the file has no column for', async () => {
    const snapshot: Snapshot = {
      filter: 'total',
      listed: 3,
      sessions: 3,
      lockWaiting: 0,
      times: [{ command: undefined, totalSeconds: 7, longestSeconds: 5 }],
      longest: [],
      dimensions: new Map([['user', counts({ app: 3 })]]),
    };
    const node = { ...DATABASE_NODE, labels: {} };
    const text = await render([{ ...NODE_STATUS, node, snapshot }]);
    const ids = `instance_id="${node.instanceId}",node_id="${node.nodeId}"`;
    const beforeInfo = text.slice(0, text.indexOf('# HELP taurusdb_node_info'));
    assert.deepEqual(
      beforeInfo.split('\n').filter((line) => !line.startsWith('#')),
      [
        `taurusdb_sessions{${ids}} 3`,
        `taurusdb_sessions_by_user{${ids},user="app"} 3`,
        `taurusdb_session_time_seconds{${ids}} 7`,
        `taurusdb_session_longest_seconds{${ids}} 5`,
        `taurusdb_sessions_lock_waiting{${ids}} 0`,
        `taurusdb_dimension_values{${ids},dimension="user"} 1`,
        '',
      ],
    );
  });

  it('never writes a value that is no number', async () => {
    const text = await render([
      { ...NODE_STATUS, csvRows: Number.NaN, snapshot: { ...SNAPSHOT, active: Number.POSITIVE_INFINITY } },
    ]);
    assert.doesNotMatch(text, /NaN|Inf|undefined|taurusdb_sessions_active|taurusdb_csv_rows_total/);
  });

  it('drops the session series, and only them, at the moment the snapshot goes stale', async () => {
    const clock = new FakeClock(NOW);
    const nodes = [NODE_STATUS];
    const exposition = expositionOf(() => nodes, clock);
    const names = async () =>
      new Set(
        parseSamples(Buffer.concat(await exposition.scrape('text', false)).toString()).map(
          ({ name }) => name,
        ),
      );

    const fresh = await names();
    await clock.advance(STALE_AT - clock.monotonic() - 1);
    assert.deepEqual(await names(), fresh);
    await clock.advance(1);
    const stale = await names();
    const ofSnapshots = SNAPSHOT_FAMILIES.filter((family) => family.samples(SNAPSHOT).length > 0);
    assert.deepEqual(
      [...fresh].filter((name) => !stale.has(name)),
      [...ofSnapshots.map(({ name }) => name), 'taurusdb_statement_info'],
    );
    assert.ok(stale.has('taurusdb_up'));
  });

  it('groups series by family and keeps the nodes in the order given, over all groups', async () => {
    const nodes = Array.from({ length: 100 }, (_, number) => statusOf(99 - number));
    const text = await render(nodes);
    const families = [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name);
    assert.deepEqual(families, [...new Set(families)]);
    const upOrder = parseSamples(text).filter(({ name }) => name === 'taurusdb_up');
    assert.deepEqual(
      upOrder.map(({ labels }) => labels.node_id),
      nodes.map(({ node }) => node.nodeId),
    );
  });

  it('follows every change of the nodes, compressed or not', async () => {
    let nodes = Array.from({ length: 70 }, (_, number) => statusOf(number));
    const exposition = expositionOf(() => nodes);
    const sessionsOf = async (number: number) => {
      const [plain, gzip] = await Promise.all([
        exposition.scrape('text', false),
        exposition.scrape('text', true),
      ]);
      const text = Buffer.concat(plain).toString();
      assert.equal(readOneMember(Buffer.concat(gzip)).toString(), text);
      const id = statusOf(number).node.nodeId;
      return parseSamples(text).find(
        ({ name, labels }) => name === 'taurusdb_sessions' && labels.node_id === id,
      )?.value;
    };

    assert.equal(await sessionsOf(40), 6);
    nodes = nodes.with(40, statusOf(40, { snapshot: { ...SNAPSHOT, sessions: 7 } }));
    assert.equal(await sessionsOf(40), 7);
    nodes = nodes.with(40, statusOf(40, { snapshot: undefined }));
    assert.equal(await sessionsOf(40), undefined);
    nodes = nodes.slice(0, 10);
    assert.equal(await sessionsOf(9), 6);
    assert.equal(await sessionsOf(10), undefined);
    nodes = [];
    assert.equal(await sessionsOf(9), undefined);
  });

  it('says after any changes what one that is new says', async () => {
    const change = fc.record({
      what: fc.constantFrom('come', 'go', 'go together', 'turn', 'status', 'snapshot', 'none'),
      number: fc.nat(60),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 6 }), async (rounds) => {
        let nodes: readonly NodeStatus[] = Array.from({ length: 64 }, (_, number) => statusOf(number));
        const exposition = expositionOf(() => nodes);
        let counter = 0;
        for (const round of [[], ...rounds]) {
          for (const { what, number } of round) {
            const index = number % Math.max(1, nodes.length);
            const { [index]: status = NODE_STATUS } = nodes;
            counter += 1;
            const changes = {
              come: () => nodes.toSpliced(index, 0, statusOf(100 + counter)),
              go: () => nodes.toSpliced(index, 1),
              'go together': () => nodes.toSpliced(0, 16),
              turn: () => nodes.toReversed(),
              status: () => nodes.toSpliced(index, 1, { ...status, csvRows: counter }),
              snapshot: () =>
                nodes.toSpliced(index, 1, { ...status, snapshot: { ...SNAPSHOT, sessions: counter } }),
              none: () => nodes.toSpliced(index, 1, { ...status, snapshot: undefined }),
            };
            nodes = changes[what]();
          }
          const [plain, gzip] = [
            Buffer.concat(await exposition.scrape('text', false)).toString(),
            readOneMember(Buffer.concat(await exposition.scrape('text', true))).toString(),
          ];
          assert.equal(plain, await render(nodes));
          assert.equal(gzip, plain);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('renders a node whose labels changed again, though its snapshot is the same', async () => {
    let nodes = [NODE_STATUS];
    const exposition = expositionOf(() => nodes);
    await exposition.scrape('text', false);
    nodes = [{ ...NODE_STATUS, node: { ...DATABASE_NODE, labels: { team: 'payments' } } }];
    const text = Buffer.concat(await exposition.scrape('text', false)).toString();
    assert.match(text, /taurusdb_sessions\{.*team="payments"\} 6/);
    assert.doesNotMatch(text, /team="orders"/);
  });

  it('hands out the same chunks while nothing changes, and those of other nodes after one changed', async () => {
    let nodes = Array.from({ length: 100 }, (_, number) => statusOf(number));
    const exposition = expositionOf(() => nodes);
    const before = new Set(await exposition.scrape('text', false));
    const again = await exposition.scrape('text', false);
    assert.equal(again.filter((chunk) => !before.has(chunk)).length, 1, 'only the agent’s own');

    nodes = nodes.with(0, statusOf(0, { snapshot: { ...SNAPSHOT, sessions: 7, active: 5 } }));
    const after = await exposition.scrape('text', false);
    assert.equal(after.filter((chunk) => !before.has(chunk)).length, 3, 'two families, and the agent’s own');
  });

  it('compresses nothing again while nothing changes', async () => {
    const nodes = [NODE_STATUS];
    const exposition = expositionOf(() => nodes);
    const before = new Set(await exposition.nodeSeries('text', true));
    const again = await exposition.nodeSeries('text', true);
    assert.deepEqual(
      again.filter((chunk) => !before.has(chunk)).map(({ length }) => length),
      [10],
      'only the last block and the check sum',
    );
  });

  it('renders a change soon after it, and leaves nothing of that to the scrape', async () => {
    let looks = 0;
    const watched = (status: NodeStatus): NodeStatus =>
      new Proxy(status, {
        get: (target, name, receiver) => {
          looks++;
          return Reflect.get(target, name, receiver);
        },
      });
    const clock = new FakeClock(NOW);
    let nodes: readonly NodeStatus[] = [];
    const exposition = expositionOf(() => nodes, clock);
    await exposition.scrape('text', true);

    nodes = [watched(NODE_STATUS)];
    exposition.noteChange();
    exposition.noteChange();
    assert.equal(clock.sleeping, 1);
    await clock.advance(100);
    assert.ok(looks > 0);
    looks = 0;
    const text = readOneMember(Buffer.concat(await exposition.scrape('text', true))).toString();
    assert.match(text, /^taurusdb_sessions\{.*\} 6$/m);
    assert.equal(looks, 0);
    exposition.noteChange();
    assert.equal(clock.sleeping, 1);
  });

  it('shows a snapshot as long as ever, however the wall clock is set meanwhile', async () => {
    for (const stepMs of [-3_600_000, 3_600_000]) {
      const clock = new FakeClock(NOW);
      const nodes = [NODE_STATUS];
      const exposition = expositionOf(() => nodes, clock);
      const isShown = async () =>
        Buffer.concat(await exposition.scrape('text', false)).includes('taurusdb_sessions{');
      assert.equal(await isShown(), true);
      clock.jump(stepMs);
      await clock.advance(STALE_AT - clock.monotonic() - 1);
      assert.equal(await isShown(), true);
      await clock.advance(1);
      assert.equal(await isShown(), false);
    }
  });

  it('ends with the agent’s own metrics and the end mark', async () => {
    for (const format of EXPOSITION_FORMATS) {
      const agentText = async (asked: string) => `agent_${asked} 1\n`;
      const exposition = new Exposition({
        nodes: () => [NODE_STATUS],
        agentText,
        showsTexts: () => true,
        clock: new FakeClock(NOW),
      });
      const chunks = await exposition.scrape(format, true);
      const text = readOneMember(Buffer.concat(chunks)).toString();
      assert.ok(
        text.endsWith(`text="${STATEMENT_TEXT}"} 1\nagent_${format} 1\n${END_OF_EXPOSITION[format]}`),
      );
    }
  });

  it('lets other work get on while it renders a large fleet', async () => {
    const clock = new FakeClock(NOW);
    let monotonic = 0;
    // Every look at the clock takes a millisecond.
    clock.monotonic = () => monotonic++ as MonotonicMs;
    const nodes = Array.from({ length: 100 }, (_, number) => statusOf(number));
    let turns = 0;
    const timer = setInterval(() => turns++, 0);
    const immediate = () => {
      turns++;
      next = setImmediate(immediate);
    };
    let next = setImmediate(immediate);
    await expositionOf(() => nodes, clock).scrape('text', false);
    clearInterval(timer);
    clearImmediate(next);
    assert.ok(turns >= 10, `${turns} turns of the event loop`);
  });

  it('renders for one at a time, and once for all who wait meanwhile, however often the nodes change', async () => {
    const clock = new FakeClock(NOW);
    let monotonic = 0;
    clock.monotonic = () => monotonic++ as MonotonicMs;
    let renderings = 0;
    let nodes: readonly NodeStatus[] = [];
    const change = (sessions: number) => {
      const counted = Array.from({ length: 64 }, (_, number) =>
        statusOf(number, { snapshot: { ...SNAPSHOT, sessions } }),
      );
      nodes = new Proxy(counted, {
        get: (target, name, receiver) => {
          // Each rendering goes through the nodes in groups, from the first on.
          renderings += name === 'slice' ? 1 / 4 : 0;
          return Reflect.get(target, name, receiver);
        },
      });
    };
    const exposition = expositionOf(() => nodes, clock);
    const scrapes: Promise<string>[] = [];
    for (let sessions = 1; sessions <= 20; sessions++) {
      change(sessions);
      exposition.noteChange();
      scrapes.push(exposition.scrape('text', false).then((chunks) => Buffer.concat(chunks).toString()));
    }
    const texts = await Promise.all(scrapes);
    assert.equal(renderings, 2);
    for (const text of texts.slice(1)) {
      assert.equal(text.match(/^taurusdb_sessions\{.*\} 20$/gmu)?.length, 64);
    }
  });

  it('keeps label sets apart that look alike when strung together', async () => {
    const node = (number: number, instanceName: string, name: string) => {
      const status = statusOf(number);
      return { ...status, node: { ...status.node, instanceName, name } };
    };
    const values = [
      'a',
      'a",user="b',
      'a\\',
      'a\\\\',
      'a,user:b',
      '__proto__',
      'constructor',
      'toString',
      ' ',
    ];
    const user = counts(Object.fromEntries(values.map((value, index) => [value, index + 1])));
    const snapshot: Snapshot = { ...SNAPSHOT, dimensions: new Map([['user', user]]) };
    const samples = parseSamples(
      await render([
        { ...node(1, '1,node_name:2', '3'), snapshot },
        { ...node(2, '1', '2,node_name:3'), snapshot: undefined },
      ]),
    );
    const names = samples.filter(({ name }) => name === 'taurusdb_node_info');
    assert.deepEqual(
      names.map(({ labels }) => [labels.instance_name, labels.node_name]),
      [
        ['1,node_name:2', '3'],
        ['1', '2,node_name:3'],
      ],
    );
    const users = samples.filter(({ name }) => name === 'taurusdb_sessions_by_user');
    assert.deepEqual(
      users.map(({ labels, value }) => [labels.user, value]),
      user.values.map(({ value, sessions }) => [value, sessions]),
    );
  });

  it('gives every label value back unchanged, whatever it holds', async () => {
    const text = fc.string({
      unit: fc.constantFrom('\\', '"', '\n', '\r', '\t', '\0', ',', '{', '}', '#', ' ', 'n', 'é', '用', '😀'),
    });
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(text, { minLength: 1, maxLength: 8 }), text, async (users, label) => {
        const dimension = {
          values: users.map((value, index) => ({ value, sessions: index })),
          distinct: users.length,
        };
        const samples = parseSamples(
          await render([
            {
              ...NODE_STATUS,
              node: { ...DATABASE_NODE, labels: { label } },
              snapshot: { ...SNAPSHOT, dimensions: new Map([['user', dimension]]) },
            },
          ]),
        );
        const rendered = samples.filter(({ name }) => name === 'taurusdb_sessions_by_user');
        assert.deepEqual(
          rendered.map(({ labels, value }) => [labels.user, labels.label, value]),
          users.map((user, index) => [user, label, index]),
        );
      }),
      { numRuns: 200 },
    );
  });
});
