// What is made of a session list, and how it is labelled: settings that a reload changes.
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type RecordedCloud, startCloud } from '../support/recorded-cloud.js';
import {
  type Changes,
  type How,
  nodeIdsOf,
  ReloadableAgent,
  type Series,
  type Settings,
  seriesWith,
  settingsOf,
  sum,
  values,
} from '../support/reloadable-agent.js';

const SESSIONS = [
  'id,user,login,host,db,command,time,state,info,trx_id,trx_executed_time',
  '1,ann,Ann,10.0.0.1:4001,shop,Query,20,executing,,7,90',
  '2,ann,Ann,10.0.0.1:4002,shop,Query,5,executing,,8,30',
  '3,zoë,Zoë,10.0.0.2:4003,shop,Query,1,updating,,9,1',
].join('\n');

/** The label values of a dimension. */
const shown = (series: Series, dimension: string) =>
  seriesWith(series, `taurusdb_sessions_by_${dimension}{`)
    .map((name) => /,(?:user|client_host)="([^"]*)"/u.exec(name)?.[1])
    .sort();
const isLabelled = (series: Series, label: string) =>
  seriesWith(series, 'taurusdb_sessions{').every((name) => name.includes(label));

interface Case {
  readonly what: string;
  readonly how: How;
  readonly changes?: Changes;
  readonly ofNode?: Settings;
  /** What of the page tells. */
  readonly read: (series: Series) => readonly unknown[];
  readonly expected: readonly unknown[];
  /** All that the node has, unless the list is of some. */
  readonly sessions?: readonly number[];
}

const CASES: readonly Case[] = [
  {
    what: 'the thresholds',
    how: 'SIGHUP',
    changes: { collection: { slow_session_threshold: '3s', long_transaction_threshold: '20s' } },
    read: (series) => [sum(series, 'taurusdb_sessions_slow'), sum(series, 'taurusdb_transactions_long')],
    expected: [2, 2],
  },
  {
    what: 'metrics.labels',
    how: 'POST',
    changes: { metrics: { labels: { env: 'test' } } },
    read: (series) => [isLabelled(series, 'env="test"')],
    expected: [true],
  },
  {
    what: 'the labels and the name of a node',
    how: 'SIGHUP',
    ofNode: { labels: { tier: 'gold' }, name: 'other' },
    read: (series) => [
      isLabelled(series, 'tier="gold"'),
      values(series, 'taurusdb_node_info', 'node_name="other"').length,
    ],
    expected: [true, 1],
  },
  {
    what: 'dimensions switched off and shown with ports',
    how: 'POST',
    changes: { metrics: { dimensions: { user: { enabled: false }, host: { strip_port: false } } } },
    read: (series) => [shown(series, 'user').length, shown(series, 'host').length],
    expected: [0, 3],
  },
  {
    what: 'max_values',
    how: 'SIGHUP',
    changes: { metrics: { dimensions: { user: { max_values: 1 } } } },
    read: (series) => shown(series, 'user'),
    expected: ['ann', 'other'],
  },
  {
    what: 'csv.columns',
    how: 'POST',
    changes: { csv: { columns: { user: ['login'] } } },
    read: (series) => shown(series, 'user'),
    expected: ['Ann', 'Zoë'],
  },
  {
    what: 'groups of hosts',
    how: 'POST',
    changes: { metrics: { dimensions: { host: { groups: [{ name: 'pods', cidr: ['10.0.0.1'] }] } } } },
    read: (series) => shown(series, 'host'),
    expected: ['10.0.0.2', 'pods'],
  },
  {
    what: 'what is listed of a node',
    how: 'SIGHUP',
    ofNode: { max_connections: 5000, role: 'slave', instance_name: 'orders' },
    read: (series) => [
      ...values(series, 'taurusdb_node_max_connections'),
      ...values(series, 'taurusdb_node_info', 'instance_name="orders",node_name="",role="slave"'),
    ],
    expected: [5000, 1],
  },
  {
    what: 'collection.filter',
    how: 'POST',
    changes: { collection: { filter: 'active' } },
    read: (series) => [
      ...values(series, 'taurusdb_sessions_listed', 'filter="active"'),
      ...values(series, 'taurusdb_sessions_active'),
      ...shown(series, 'user'),
      ...values(series, 'taurusdb_transactions_open'),
    ],
    expected: [3, 3],
    sessions: [],
  },
  {
    what: 'csv.encoding',
    how: 'SIGHUP',
    changes: { csv: { encoding: 'latin1' } },
    read: (series) => shown(series, 'user'),
    expected: ['ann', 'zoÃ«'],
  },
];

describe('a reload of what is shown', () => {
  let cloud: RecordedCloud;
  let nodes: string[];
  let agent: ReloadableAgent;
  /** Before all reloads. */
  let asStarted: Series;

  const settings = (changes: Changes = {}, ofNode: Settings = {}) =>
    settingsOf(cloud, changes, ({ instances }) => ({
      nodes: instances.flatMap(({ id, nodes }) =>
        nodes.map((node) => ({ instance_id: id, node_id: node.id, ...ofNode })),
      ),
    }));

  before(async () => {
    const projects = sampleFleet({ nodesPerInstance: 1 }).map((project) => ({
      ...project,
      instances: project.instances.map((instance) => ({
        ...instance,
        nodes: instance.nodes.map((node) => ({ ...node, csvText: SESSIONS })),
      })),
    }));
    cloud = await startCloud({ projects });
    nodes = nodeIdsOf(cloud);
    agent = await ReloadableAgent.start(settings());
    asStarted = await agent.up(nodes);
  });
  after(async () => {
    await agent.stop();
    await cloud.close();
  });

  for (const { what, how, changes, ofNode, read, expected, sessions = [3] } of CASES) {
    it(`takes ${what} over at the next collection, by ${how}`, async () => {
      assert.notDeepEqual(read(asStarted), expected);
      await agent.reload(settings(changes, ofNode), how);
      await cloud.nextCollections(nodes);
      const series = await agent.seriesWhen((now) => isDeepStrictEqual(read(now), expected), what);
      assert.deepEqual(values(series, 'taurusdb_sessions'), sessions);
      assert.equal(sum(series, 'taurusdb_collections_total', 'result="error"'), 0);
    });
  }
});
