// What a reload or a discovery takes away is let go: nothing of nodes, projects and credentials that are gone stays in
// memory, however many come and go.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { start, stop, type Wiring, wire } from '../../src/agent/wire.js';
import { systemClock } from '../../src/clock.js';
import { loadConfig } from '../../src/config/load-config.js';
import { WHOLE_FLEET } from '../../src/discover/shard.js';
import { eventually } from '../support/program.js';
import { RecordedLog } from '../support/recorded-log.js';
import { closeServers, type SeenRequest, sendAnswer, startServer } from '../support/scripted-server.js';
import { writeConfig } from '../support/simulated-config.js';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const TIMES = 60;
/** The one in force, and one whose last request may still end. */
const MOST_ALIVE = 3;

const id = (number: number, end: string) => `${String(number).padStart(32, '0')}${end}`;

/** Refuses all but discovery, which finds another node at every request. */
function answerer(): (request: SeenRequest) => { status?: number; body: object } {
  let number = 0;
  return ({ target }) => {
    if (/\/instances\?/u.test(target)) {
      const instance = { id: id(1, 'in07'), name: 'orders', status: 'ACTIVE' };
      return { body: { instances: [instance], total_count: 1 } };
    }
    if (!target.includes('/nodes/')) {
      number += 1;
      const nodes = [{ id: id(number, 'no07'), name: `node-${number}`, status: 'ACTIVE', type: 'master' }];
      return { body: { instance: { id: id(1, 'in07'), nodes } } };
    }
    return { status: 400, body: { error_code: 'DBS.200001', error_msg: 'no' } };
  };
}

const noted = new WeakSet<object>();

/** What a reload left as it was is noted once. */
function note(refs: WeakRef<object>[], ...objects: readonly object[]): void {
  for (const object of objects) {
    if (!noted.has(object)) {
      noted.add(object);
      refs.push(new WeakRef(object));
    }
  }
}

type Change = (number: number) => Readonly<Record<string, unknown>>;

/** What differs from one reload to the next. */
const CHANGES: Readonly<Record<string, Change>> = {
  'the name of the project': (number) => ({ name: `project-${number}` }),
  'the id of the project': (number) => ({ project_id: id(number, '') }),
  'a node': (number) => ({ nodes: [{ instance_id: id(number, 'in07'), node_id: id(number, 'no07') }] }),
  'the name of a node': (number) => ({
    nodes: [{ instance_id: id(1, 'in07'), node_id: id(1, 'no07'), name: `node-${number}` }],
  }),
  'an access key': (number) => ({ auth: { access_key: { ak: `AK-${number}`, sk: `SK-${number}` } } }),
  'a setting of an access key': (number) => ({ language: number % 2 === 0 ? 'en-us' : 'zh-cn' }),
  'a setting of a password': (number) => ({
    auth: { password: { domain: 'account', user: 'exporter', password: 'the-password' } },
    language: number % 2 === 0 ? 'en-us' : 'zh-cn',
  }),
  'a setting of a project that is looked up': (number) => ({
    project_id: undefined,
    language: number % 2 === 0 ? 'en-us' : 'zh-cn',
  }),
  'a setting of an agency': (number) => ({
    auth: { ecs_agency: {} },
    language: number % 2 === 0 ? 'en-us' : 'zh-cn',
  }),
};

describe('what is gone', () => {
  let wiring: Wiring;
  let log: RecordedLog;
  let url: string;
  let file: string;

  beforeEach(async () => {
    const answer = answerer();
    ({ url } = await startServer([(response, request) => sendAnswer(response, answer(request))]));
    log = new RecordedLog();
    file = writeConfig({});
  });
  afterEach(async () => {
    await stop(wiring, 0);
    await wiring.clients.close();
    await closeServers();
  });

  function reload(project: Readonly<Record<string, unknown>>, previous?: Wiring): Wiring {
    writeConfig(
      {
        projects: [
          {
            name: 'production',
            region: 'eu-west-101',
            project_id: id(0, ''),
            endpoint: url,
            iam_endpoint: url,
            auth: { access_key: { ak: 'AK', sk: 'SK' } },
            nodes: [{ instance_id: id(1, 'in07'), node_id: id(1, 'no07') }],
            ...project,
          },
        ],
        collection: { schedule: '* * * * * *', splay: '0s', max_concurrent: 64 },
        api: { max_retries: 0, max_requests_per_second: 1000 },
      },
      file,
    );
    const { config } = loadConfig(file, process.env);
    const dependencies = { shard: WHOLE_FLEET, clock: systemClock, log, metadataEndpoint: url };
    return wire(config, dependencies, previous);
  }

  /** Those of the runtime itself come and go. */
  async function seriesOfAgent(): Promise<number> {
    return (await wiring.metrics.text('text')).match(/^taurusdb_/gmu)?.length ?? 0;
  }

  async function alive(refs: readonly WeakRef<object>[]): Promise<number> {
    // A WeakRef that was made or read keeps its object until the turn has ended.
    await sleep(0);
    collectGarbage();
    return refs.filter((ref) => ref.deref() !== undefined).length;
  }

  function assertLetGo(refs: readonly WeakRef<object>[], what: string): Promise<true> {
    return eventually(async () => (await alive(refs)) <= MOST_ALIVE || undefined, `${what} to be let go`);
  }

  for (const [what, change] of Object.entries(CHANGES)) {
    it(`leaves no client and no status after reloads that change ${what}`, async () => {
      wiring = reload(change(0));
      start(wiring);
      const sizeAtFirst = await seriesOfAgent();
      const clients: WeakRef<object>[] = [];
      const statuses: WeakRef<object>[] = [];
      for (let number = 1; number <= TIMES; number++) {
        wiring = reload(change(number), wiring);
        const [{ name = '' } = {}] = wiring.config.projects;
        note(clients, wiring.clients.of(name));
        note(statuses, ...wiring.store.list());
        // Time for a request.
        await sleep(5);
      }
      await assertLetGo(clients, 'the clients');
      await assertLetGo(statuses, 'the statuses');
      const size = await seriesOfAgent();
      assert.ok(size <= sizeAtFirst + 5, `${sizeAtFirst} series, then ${size}`);
      assert.equal(wiring.store.list().length, 1);
    });
  }

  it('leaves no status after discoveries that find other nodes each time', async () => {
    wiring = reload({ nodes: [], discovery: { enabled: true, refresh: '1m' } });
    start(wiring);
    const statuses: WeakRef<object>[] = [];
    for (let number = 1; number <= TIMES; number++) {
      // A setting that its discovery starts anew for.
      wiring = reload({ nodes: [], discovery: { enabled: true, refresh: `${60 + number}s` } }, wiring);
      const before = wiring.store.list();
      await eventually(() => wiring.store.list() !== before || undefined, 'another node');
      note(statuses, ...wiring.store.list());
    }
    await assertLetGo(statuses, 'the statuses');
    assert.equal(wiring.store.list().length, 1);
  });
});
