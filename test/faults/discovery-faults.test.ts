// What goes wrong while a project is searched for nodes: those known stay, one line says why, and it passes.
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
}

const LISTED = { id: SICK.instance_id, name: 'orders', status: 'normal' };

const FAULTS: readonly DiscoveryFault[] = [
  {
    what: 'S12 more instances are counted than listed',
    instances: { body: { instances: [LISTED], total_count: 2 } },
    says: /list_instances: got 1 instances, then a page without others, expected 2/u,
  },
  {
    what: 'S12 fewer instances are counted than listed',
    instances: { body: { instances: [LISTED], total_count: 0 } },
    says: /list_instances: got 1 instances, expected total_count, 0/u,
  },
  {
    what: 'S12 an instance whose id leads elsewhere',
    instances: { body: { instances: [{ ...LISTED, id: '../../x' }], total_count: 1 } },
    says: /list_instances: got an instance whose id cannot be one/u,
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
    says: /show_instance: got 500 DBS\.05000000/u,
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
  { what: 'N5 a hang-up', instance: hangUp, says: /show_instance: got UND_ERR_SOCKET/u },
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

async function rehearse(fault: DiscoveryFault): Promise<void> {
  const discovery = { enabled: true, refresh: '10m' };
  const fleet = await Rehearsal.start({ project: { nodes: [], discovery } });
  const { log, sickApi } = fleet;
  /** When the metrics say that a discovery succeeded last. */
  const lastSuccess = async () =>
    /^taurusdb_discovery_last_success_timestamp_seconds\{project="sick-project"\} (.*)$/mu.exec(
      await fleet.metricsPage(),
    )?.[1];
  try {
    assert.deepEqual(fleet.nodesOfSickProject, []);
    fleet.discover();
    await fleet.passUntil(() => fleet.nodesOfSickProject.length > 0);
    assert.deepEqual(fleet.nodesOfSickProject, [SICK.node_id]);
    const firstSuccess = await lastSuccess();
    assert.ok(firstSuccess !== undefined);

    sickApi.misbehave(fault);
    log.lines.length = 0;
    const isTold = () => log.lines.some((line) => line.startsWith('warn '));
    await fleet.passUntil(isTold, fault.hangs);
    assert.deepEqual(fleet.nodesOfSickProject, [SICK.node_id]);
    const told = log.lines.filter((line) => !line.startsWith('debug '));
    assert.equal(told.length, 1, told.join('\n'));
    assert.match(told[0] ?? '', /^warn discovery failed: what is known stays /u);
    assert.match(told[0] ?? '', fault.says);
    assert.ok(sickApi.requests.every(({ target }) => !target.includes('stolen')));
    assert.equal(await lastSuccess(), firstSuccess);

    sickApi.misbehave({});
    await fleet.passUntil(() => log.lines.some((line) => line.startsWith('info discovery recovered ')));
    assert.deepEqual(fleet.nodesOfSickProject, [SICK.node_id]);
    assert.notEqual(await lastSuccess(), firstSuccess);
    assert.deepEqual(canariesIn(log.lines.join('\n')), []);
  } finally {
    await fleet.close();
  }
}
