// Every kind of credentials against the simulated cloud, on one clock that the tests move.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { ProjectClients } from '../../src/agent/project-clients.js';
import { loadConfig } from '../../src/config/load-config.js';
import { STILL_MS } from '../../src/followed-files.js';
import { startDeadline } from '../../src/model/deadline.js';
import type { Fault } from '../../src/simulator/cloud/fault.js';
import type { SimulatedProject } from '../../src/simulator/cloud/simulated-fleet.js';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { sampleNode } from '../collect/sample-node.js';
import { ConfigFolder } from '../config/config-folder.js';
import { FakeClock } from '../support/fake-clock.js';
import { RecordedLog } from '../support/recorded-log.js';
import { closeServers, startTcpServer } from '../support/scripted-server.js';
import { simulatedConfig, writeConfig } from '../support/simulated-config.js';
import { collectionError, RecordedApi, until } from '../taurusdb/sample-client.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NODES = 70;

describe('ProjectClients', () => {
  let folder: ConfigFolder;
  let clock: FakeClock;
  let log: RecordedLog;
  let simulator: Simulator;
  let clients: ProjectClients;
  let fault: Fault;

  beforeEach(() => {
    folder = new ConfigFolder();
    clock = new FakeClock();
    log = new RecordedLog();
    fault = () => undefined;
  });
  afterEach(async () => {
    await clients.close();
    await simulator.close();
    await closeServers();
    folder.remove();
  });

  const startCloud = async (projects: readonly SimulatedProject[]): Promise<void> => {
    simulator = await startSimulator({
      projects,
      clock,
      taskSeconds: { min: 0, max: 0 },
      fault: (request) => fault(request),
    });
    clients = new ProjectClients({
      clock,
      log,
      observer: new RecordedApi(),
      metadataEndpoint: simulator.metadataUrl,
    });
  };

  /** What `settings` give replaces what each project has by default: its id and its access key. */
  const configure = (
    settings: (project: SimulatedProject) => Readonly<Record<string, unknown>>,
    env: NodeJS.ProcessEnv = {},
  ): void => {
    const file = writeConfig(
      simulatedConfig(simulator, { api: { max_requests_per_second: 1000, max_retries: 0 } }, settings),
      `${folder.path}/config.yaml`,
    );
    clients.prepare(loadConfig(file, { HOME: folder.path, ...env }).config)();
  };

  const submit = async (project: SimulatedProject, index = 0): Promise<string> => {
    const [instance] = project.instances;
    const node = instance?.nodes[index];
    assert.ok(instance && node);
    const deadline = startDeadline(clock, 50_000);
    try {
      const at = sampleNode({ project: project.name, instanceId: instance.id, nodeId: node.id });
      return await clients.of(project.name).submitTask(at, { filter: 'total' }, deadline);
    } finally {
      deadline.clear();
    }
  };

  /** By operation and status: how many requests the cloud has seen. */
  const seen = (wanted: RegExp): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { operation, status, count } of simulator.stats().requests) {
      const name = `${operation} ${status}`;
      if (wanted.test(name)) {
        counts[name] = (counts[name] ?? 0) + count;
      }
    }
    return counts;
  };

  describe('with 6 projects of 70 nodes, each with another kind of credentials', () => {
    const CREDENTIALS = /^(token|list_projects|metadata_token|security_key) /u;
    let projects: SimulatedProject[];

    beforeEach(async () => {
      projects = sampleFleet({ projects: 6, nodesPerInstance: NODES }).map((project, index) =>
        index === 3
          ? {
              ...project,
              accessKeys: [{ ak: 'HSTTEMPORARY', sk: 'sk-temporary', securityToken: 'sts-token' }],
            }
          : project,
      );
      await startCloud(projects);
      const [, , , , , archive] = projects;
      const kinds: readonly ((project: SimulatedProject) => object)[] = [
        ({ tokens }) => ({ auth: { token: { value: tokens[0] } } }),
        ({ passwords }) => ({ auth: { password: passwords[0] } }),
        () => ({}),
        ({ accessKeys: [key] }) => ({
          auth: { access_key: { ak: key?.ak, sk: key?.sk, security_token: key?.securityToken } },
        }),
        () => ({ auth: { ecs_agency: {} } }),
        () => ({ auth: undefined }),
      ];
      configure((project) => ({ project_id: undefined, ...kinds[projects.indexOf(project)]?.(project) }), {
        HUAWEICLOUD_SDK_AK: archive?.accessKeys[0]?.ak,
        HUAWEICLOUD_SDK_SK: archive?.accessKeys[0]?.sk,
      });
    });

    /** As many at once as the budget lets through while the clock stands still, then the others. */
    const submitAll = async (): Promise<void> => {
      for (let first = 0; first < NODES; first += NODES / 2) {
        const some = Array.from({ length: NODES / 2 }, (_, index) => first + index);
        await Promise.all(projects.flatMap((project) => some.map((index) => submit(project, index))));
        await clock.advance(1_000);
      }
    };

    /** Of each project; what goes on behind has ended, too. */
    const submitOne = async (): Promise<void> => {
      await Promise.all(projects.map((project) => submit(project)));
      await until(() => clock.sleeping === 0);
    };

    it('lets all 420 nodes in, with one token, one id and one key per project that needs it', async () => {
      await submitAll();
      assert.deepEqual(seen(/^submit /u), { 'submit 200': 420 });
      assert.deepEqual(seen(CREDENTIALS), {
        'list_projects 200': 6,
        'token 201': 1,
        'metadata_token 200': 1,
        'security_key 200': 1,
      });
      assert.deepEqual([...simulator.stats().tokensIssued], [['staging', 1]]);
    });

    it('renews token and key once a day, and no request fails', async () => {
      await submitAll();
      for (let hour = 0; hour < 47; hour += 1) {
        await clock.advance(HOUR_MS - 10 * MINUTE_MS);
        for (let turn = 0; turn < 10; turn += 1) {
          await clock.advance(MINUTE_MS);
          await submitOne();
        }
      }
      assert.deepEqual(Object.keys(seen(/^submit /u)), ['submit 200']);
      assert.deepEqual(seen(CREDENTIALS), {
        'list_projects 200': 6,
        'token 201': 2,
        // A session ends before it is needed again: refused, opened again, asked again.
        'metadata_token 200': 2,
        'security_key 200': 2,
        'security_key 401': 1,
      });
    });

    it('goes on without IAM and metadata service until token and key end', async () => {
      await submitAll();
      fault = ({ operation }) =>
        ['token', 'list_projects', 'metadata_token', 'security_key'].includes(operation)
          ? 'reset'
          : undefined;
      for (let minute = 0; minute < 24 * 60; minute += 10) {
        await submitOne();
        await clock.advance(10 * MINUTE_MS);
      }
      assert.deepEqual(Object.keys(seen(/^submit /u)), ['submit 200']);
      const [token, password, key, temporary, agency, environment] = projects;
      for (const project of [token, key, temporary, environment]) {
        assert.ok(project && (await submit(project)));
      }
      for (const project of [password, agency]) {
        assert.ok(project);
        const error = await collectionError(submit(project));
        assert.equal(error.reason, 'network');
        assert.match(error.message, /^token: got ECONNRESET/u);
      }
      fault = () => undefined;
      await clock.advance(MINUTE_MS);
      await submitAll();
    });
  });

  it('sends a wrong password once, also for two projects of one user, and not again for 15 minutes', async () => {
    await startCloud(sampleFleet({ projects: 2 }));
    configure(() => ({
      auth: { password: { domain: 'production-account', user: 'exporter', password: 'wrong' } },
    }));
    const askAll = () =>
      Promise.all(
        simulator.projects.flatMap((project) =>
          [0, 1, 2].map((index) => collectionError(submit(project, index))),
        ),
      );
    for (let minute = 0; minute < 15; minute += 1) {
      const errors = await askAll();
      assert.deepEqual(new Set(errors.map(({ reason }) => reason)), new Set(['auth']));
      await clock.advance(MINUTE_MS);
    }
    assert.deepEqual(seen(/./u), { 'token 401': 1 });
    await askAll();
    assert.deepEqual(seen(/./u), { 'token 401': 2 });
  });

  it('keeps what is known of a refused password over a reload', async () => {
    await startCloud(sampleFleet());
    const password = { domain: 'production-account', user: 'exporter', password: 'wrong' };
    configure(() => ({ auth: { password } }));
    const [project] = simulator.projects;
    assert.ok(project);
    await collectionError(submit(project));
    configure(() => ({ auth: { password }, language: 'zh-cn' }));
    await collectionError(submit(project));
    assert.deepEqual(seen(/./u), { 'token 401': 1 });
    configure(() => ({ auth: { password: project.passwords[0] } }));
    await submit(project);
    assert.deepEqual(seen(/./u), { 'token 401': 1, 'token 201': 1, 'submit 200': 1 });
  });

  it('waits for a secret file that is being changed while the secret before is shut out', async () => {
    await startCloud(sampleFleet());
    const [project] = simulator.projects;
    assert.ok(project);
    const file = folder.write('token', 'not-yet\n');
    configure(() => ({ auth: { token: { value_file: file } } }));
    await clock.advance(STILL_MS);
    assert.equal((await collectionError(submit(project))).reason, 'auth');
    assert.equal((await collectionError(submit(project))).reason, 'auth');
    writeFileSync(file, `${project.tokens[0]}\n`);
    const submitted = submit(project);
    await until(() => clock.remaining.includes(STILL_MS));
    await clock.advance(STILL_MS);
    await submitted;
    assert.deepEqual(seen(/./u), { 'submit 401': 2, 'submit 200': 1 });
  });

  it('goes through the proxy that a secret file names now, and says which, without its password', async () => {
    const refusing = () =>
      startTcpServer((socket) => socket.once('data', () => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n')));
    const [first, second] = [await refusing(), await refusing()];
    await startCloud(sampleFleet());
    const [project] = simulator.projects;
    assert.ok(project);
    const file = folder.write('proxy', `http://user:password@${first}\n`);
    configure(() => ({ api: { max_retries: 0, proxy_url_file: file } }));
    await clock.advance(STILL_MS);
    const refusedBy = async (address: string): Promise<void> => {
      const { message } = await collectionError(submit(project));
      assert.ok(
        message.includes(
          `: check api.proxy_url (${new URL(simulator.url).host} through the proxy ${address})`,
        ),
        message,
      );
      assert.ok(!message.includes('password'));
    };
    await refusedBy(first);
    writeFileSync(file, `http://user:another-password@${second}\n`);
    // A refusal while the file changes waits for the new content.
    const refusedOnceStill = async (address: string): Promise<void> => {
      const refused = refusedBy(address);
      await until(() => clock.remaining.includes(STILL_MS));
      await clock.advance(STILL_MS);
      await refused;
    };
    await refusedOnceStill(second);
    writeFileSync(file, 'half-a-url\n');
    await refusedOnceStill(second);
    await refusedBy(second);
    assert.deepEqual(seen(/./u), {});
  });

  it('knows the budget of each project', async () => {
    await startCloud(sampleFleet({ projects: 2 }));
    configure(({ name }) => ({ api: { max_requests_per_second: name === 'staging' ? 7 : 20 } }));
    assert.deepEqual(
      [...clients.budgets()].map(([name, { requestsPerSecond, usedRatio }]) => [
        name,
        requestsPerSecond,
        usedRatio,
      ]),
      [
        ['production', 20, 0],
        ['staging', 7, 0],
      ],
    );
    const [project] = simulator.projects;
    assert.ok(project);
    await submit(project);
    assert.ok((clients.budgets().get('production')?.usedRatio ?? 0) > 0);
  });
});
