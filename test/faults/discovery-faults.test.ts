// What goes wrong while a project is searched for nodes: those known stay, one line says why, and it passes. And what is odd
// there and no failure: it is told of once.
import assert from 'node:assert/strict';
import { closeServers, type Step } from '../support/scripted-server.js';
import { endless, hangUp, refusal, reset, silence } from './answers.js';
import { canariesIn } from './canaries.js';
import { type Misbehaviour, SICK } from './hostile-api.js';
import { Rehearsal } from './rehearsal.js';

interface DiscoveryFault extends Misbehaviour {
  readonly what: string;
  readonly says: RegExp;
  readonly hangs?: true;
  /** A second line tells of odd records. */
  readonly isOdd?: true;
}

const OTHER_ID = `${'b'.repeat(32)}in07`;
const LISTED = { id: SICK.instance_id, name: 'orders', status: 'normal' };

const FAULTS: readonly DiscoveryFault[] = [
  {
    what: 'S12 more instances are counted than listed, and none is listed',
    instances: { body: { instances: [], total_count: 2 } },
    says: /list_instances: got 0 instances, then a page without others, expected 2/u,
  },
  {
    what: 'S12 null for a list, and instances are counted',
    instances: { body: { instances: null, total_count: 2 } },
    says: /list_instances: got no list of instances/u,
  },
  {
    what: 'S12 a list that is only accepted',
    instances: { status: 202, body: { instances: [], total_count: 0 } },
    says: /list_instances: got 202, expected 200/u,
  },
  {
    what: 'S12 an instance that is only accepted',
    instance: { status: 202, body: { instance: { id: SICK.instance_id, nodes: [] } } },
    says: /instance_id=a{32}in07 .*show_instance: got 202, expected 200 \(instance a{32}in07, /u,
  },
  {
    what: 'S12 an instance that is counted and not listed, and that cannot be read',
    instances: { body: { instances: [{ ...LISTED, id: OTHER_ID, status: 'frozen' }], total_count: 2 } },
    instance: refusal(403, 'DBS.200403', 'Policy does not allow it'),
    says: /show_instance: got 403 .*\(instance a{32}in07, /u,
    isOdd: true,
  },
  {
    what: 'S12 no list',
    instances: { body: { total_count: 1 } },
    says: /list_instances: got no list of instances/u,
  },
  {
    what: 'S12 a page in place of a list',
    instances: { headers: { 'content-type': 'text/html' }, body: '<html>' },
    says: /list_instances: got 6 bytes that are no JSON object/u,
  },
  {
    what: 'S12 an instance that cannot be read',
    instance: refusal(500, 'DBS.05000000', 'Server failure'),
    says: /show_instance: got 500 DBS\.05000000 .*\(instance a{32}in07, /u,
  },
  {
    what: 'S12 an instance that is gone already',
    instance: refusal(404, 'DBS.280404', 'Instance not found'),
    says: /show_instance: got 404 .*expected the instance: is it gone\?/u,
  },
  {
    what: 'A1 the signature is refused',
    instances: refusal(401, 'APIGW.0301', 'verify aksk signature fail'),
    says: /list_instances: got 401 APIGW\.0301/u,
  },
  {
    what: 'A14 the permission is missing',
    instances: refusal(403, 'DBS.200403', 'Policy does not allow it'),
    says: /expected the permission gaussdbformysql:instance:list/u,
  },
  { what: 'N5 a reset', instances: reset, says: /list_instances: got ECONNRESET/u },
  {
    what: 'N5 a hang-up',
    instance: hangUp,
    says: /show_instance: got UND_ERR_SOCKET.*\(instance a{32}in07, /u,
  },
  {
    what: 'N4 silence',
    instances: silence,
    hangs: true,
    says: /list_instances: got no whole answer within/u,
  },
  {
    what: 'H11 a list without an end',
    instances: endless(Buffer.alloc(65_536, ' '), {}),
    says: /list_instances: got a body of more than \d+ bytes/u,
  },
  { what: 'H19 a redirect', instances: redirect(), says: /list_instances: got 302, expected no redirect/u },
];

interface Oddity extends Misbehaviour {
  readonly what: string;
  /** What the one warning tells; nothing is told where nothing is left out. */
  readonly says?: RegExp;
}

const FOREIGN = { id: `${'a'.repeat(32)}in14`, name: 'b', status: 'ACTIVE' };
const NODE = { id: SICK.node_id, name: SICK.name, type: 'master', status: 'ACTIVE' };
const listing = (instances: readonly unknown[], total_count: unknown = instances.length) => ({
  instances: { body: { instances, total_count } },
});
const showing = (...nodes: readonly unknown[]) => ({
  instance: { body: { instance: { id: SICK.instance_id, nodes } } },
});

const ODDITIES: readonly Oddity[] = [
  {
    what: 'an instance of another service',
    ...listing([FOREIGN, LISTED]),
    says: /another kind: 1 \(the first: record 1 of the list\)$/u,
  },
  {
    what: 'an instance whose id leads elsewhere',
    ...listing([LISTED, { ...LISTED, id: '../../x' }]),
    says: /another kind: 1/u,
  },
  {
    what: 'null in place of an instance',
    ...listing([null, LISTED]),
    says: /no objects: 1 \(the first: record 1/u,
  },
  { what: 'null in place of the known instance', ...listing([null]), says: /no objects: 1/u },
  {
    what: 'the known instance without a status',
    ...listing([{ ...LISTED, status: null }]),
    says: /without a status: 1/u,
  },
  {
    what: 'the known instance without a name',
    ...listing([{ ...LISTED, name: null }]),
    says: /without a name of at most 256 characters: 1/u,
  },
  {
    what: 'the known instance without an id',
    ...listing([{ ...LISTED, id: null }]),
    says: /instances without an id: 1/u,
  },
  { what: 'the known instance twice', ...listing([LISTED, LISTED]), says: /instances listed twice: 1/u },
  {
    what: 'the known instance counted and not listed',
    ...listing([{ ...LISTED, id: OTHER_ID, status: 'frozen' }], 2),
    says: /instances counted and not listed: 1 \(the first: after 1 of 2\)$/u,
  },
  {
    what: 'the known instance first deleted, then not',
    ...listing([{ ...LISTED, status: 'DELETED' }, LISTED]),
    says: /instances listed twice: 1/u,
  },
  {
    what: 'the known node first deleted, then not',
    ...showing({ ...NODE, status: ' deleted' }, NODE),
    says: /nodes listed twice: 1/u,
  },
  { what: 'fewer instances counted than listed', ...listing([LISTED], 0) },
  { what: 'instances counted in text', ...listing([LISTED], '1') },
  { what: 'instances not counted', ...listing([LISTED], null) },
  { what: 'an instance that is FAILED', ...listing([{ ...LISTED, status: 'FAILED' }]) },
  { what: 'a node that is failed', ...showing({ ...NODE, status: 'failed' }) },
  {
    what: 'a node that is being added',
    ...showing(NODE, { id: null, name: 'm', type: 'slave', status: 'creating' }),
    says: /nodes without an id: 1 \(the first: record 2 of instance a+in07\)$/u,
  },
  {
    what: 'the known node without a status',
    ...showing({ ...NODE, status: null }),
    says: /nodes without a status: 1/u,
  },
  {
    what: 'the known node without an id',
    ...showing({ ...NODE, id: null }),
    says: /nodes without an id: 1/u,
  },
  { what: 'a number in place of the known node', ...showing(7), says: /nodes that are no objects: 1/u },
  { what: 'the known node twice', ...showing(NODE, NODE), says: /nodes listed twice: 1/u },
  {
    what: 'no list of nodes',
    instance: { body: { instance: { id: SICK.instance_id, nodes: null } } },
    says: /instances without a list of nodes: 1/u,
  },
  {
    what: 'a node with nothing else',
    ...showing({ id: SICK.node_id, status: 'ACTIVE', name: null, type: null, max_connections: {} }),
  },
];

function redirect(): Step {
  return (response, { headers }) => {
    response.writeHead(302, { location: `http://${headers.host}/stolen` });
    response.end();
  };
}

describe('faults of discovery', () => {
  afterEach(() => closeServers());

  for (const fault of FAULTS) {
    it(fault.what, () => rehearse(fault));
  }
});

describe('oddities of discovery', () => {
  afterEach(() => closeServers());

  for (const oddity of ODDITIES) {
    it(oddity.what, () => rehearseOddity(oddity));
  }
});

const WITH_DISCOVERY = { project: { nodes: [], discovery: { enabled: true, refresh: '1m' } } };

/** The known node stays, each search is a success, and one line in many searches tells what was left out. */
async function rehearseOddity({ says, ...oddity }: Oddity): Promise<void> {
  const fleet = await Rehearsal.start(WITH_DISCOVERY);
  const { log, sickApi } = fleet;
  try {
    fleet.discover();
    await fleet.passUntil(() => fleet.nodesOfSickProject.length > 0);
    sickApi.misbehave(oddity);
    log.lines.length = 0;
    const firstSuccess = await lastSuccess(fleet);
    await fleet.passUntil(() => sickApi.seen('instances') > 8);
    assert.notEqual(await lastSuccess(fleet), firstSuccess);
    assert.deepEqual(fleet.nodesOfSickProject, [SICK.node_id]);
    const told = log.lines.filter((line) => !line.startsWith('debug '));
    assert.equal(told.length, says === undefined ? 0 : 1, told.join('\n'));
    assert.match(told[0] ?? '', says ?? /^$/u);
  } finally {
    await fleet.close();
  }
}

/** When the metrics say that a discovery succeeded last. */
async function lastSuccess(fleet: Rehearsal): Promise<string | undefined> {
  return /^taurusdb_discovery_last_success_timestamp_seconds\{project="sick-project"\} (.*)$/mu.exec(
    await fleet.metricsPage(),
  )?.[1];
}

async function rehearse(fault: DiscoveryFault): Promise<void> {
  const discovery = { enabled: true, refresh: '10m' };
  const fleet = await Rehearsal.start({ project: { nodes: [], discovery } });
  const { log, sickApi } = fleet;
  try {
    assert.deepEqual(fleet.nodesOfSickProject, []);
    fleet.discover();
    await fleet.passUntil(() => fleet.nodesOfSickProject.length > 0);
    assert.deepEqual(fleet.nodesOfSickProject, [SICK.node_id]);
    const firstSuccess = await lastSuccess(fleet);
    assert.ok(firstSuccess !== undefined);

    sickApi.misbehave(fault);
    log.lines.length = 0;
    const isTold = () => log.lines.some((line) => line.startsWith('warn '));
    await fleet.passUntil(isTold, fault.hangs);
    assert.deepEqual(fleet.nodesOfSickProject, [SICK.node_id]);
    const told = log.lines.filter((line) => !line.startsWith('debug '));
    assert.equal(told.length, fault.isOdd ? 2 : 1, told.join('\n'));
    assert.match(told[0] ?? '', /^warn discovery failed: what is known stays /u);
    assert.match(told[0] ?? '', fault.says);
    assert.ok(sickApi.requests.every(({ target }) => !target.includes('stolen')));
    assert.equal(await lastSuccess(fleet), firstSuccess);

    sickApi.misbehave({});
    await fleet.passUntil(() => log.lines.some((line) => line.startsWith('info discovery recovered ')));
    assert.deepEqual(fleet.nodesOfSickProject, [SICK.node_id]);
    assert.notEqual(await lastSuccess(fleet), firstSuccess);
    assert.deepEqual(canariesIn(log.lines.join('\n')), []);
  } finally {
    await fleet.close();
  }
}
