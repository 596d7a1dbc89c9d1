// A search for nodes that does not end in its time: its nodes are known as it finds them, and the next one reads the rest.
import assert from 'node:assert/strict';
import { type Wiring, wire } from '../../src/agent/wire.js';
import { loadConfig } from '../../src/config/load-config.js';
import { WHOLE_FLEET } from '../../src/discover/shard.js';
import { FakeClock } from '../support/fake-clock.js';
import { eventually } from '../support/program.js';
import { RecordedLog } from '../support/recorded-log.js';
import { closeServers, sendAnswer, startServer } from '../support/scripted-server.js';
import { writeConfig } from '../support/simulated-config.js';
import { instance, instanceId, node, pagesOf } from '../taurusdb/instance-server.js';

const INSTANCES = 12;
const SECOND = 1_000;

describe('a search for nodes that takes long', () => {
  let clock: FakeClock;
  let log: RecordedLog;
  let wiring: Wiring;
  /** The instances whose nodes were asked for, and up to which number there are answers. */
  let asked: number[];
  let answered: number;

  const settings = (change: object = {}) =>
    loadConfig(
      writeConfig({
        projects: [
          {
            name: 'production',
            region: 'cn-north-4',
            project_id: 'c'.repeat(32),
            endpoint: url,
            auth: { token: { value: 'a-token-0123456789' } },
            discovery: { enabled: true, refresh: '10s' },
            ...change,
          },
        ],
        api: { request_timeout: '5m', max_requests_per_second: 1_000 },
      }),
      {},
    ).config;
  let url = '';

  beforeEach(async () => {
    clock = new FakeClock();
    log = new RecordedLog();
    asked = [];
    answered = 3;
    const instances = Array.from({ length: INSTANCES }, (_, index) => instance(index));
    ({ url } = await startServer([
      (response, { target }) => {
        const [, shown] = /\/instances\/(\d+)in07$/u.exec(target) ?? [];
        if (shown === undefined) {
          return sendAnswer(response, pagesOf(instances)(0, 100));
        }
        const index = Number(shown);
        asked.push(index);
        if (index < answered) {
          sendAnswer(response, { body: { instance: { id: instanceId(index), nodes: [node(index)] } } });
        }
      },
    ]));
    wiring = wire(settings(), { shard: WHOLE_FLEET, clock, log });
    wiring.fleet.start();
  });
  afterEach(async () => {
    wiring.fleet.stop();
    await wiring.clients.close();
    await closeServers();
  });

  const nodes = () => wiring.store.list().length;
  const up = () => wiring.fleet.projects()[0]?.discovery?.up;
  const seconds = (count: number) => clock.advance(count * SECOND);
  /** In real time, while the budget's waits pass. */
  const until = (isDone: () => boolean, what: string) =>
    eventually(async () => {
      await clock.advance(2);
      return isDone() || undefined;
    }, what);

  it('shows what it has found within a second, and goes on with the rest', async () => {
    await until(() => asked.length === 7, 'four instances that hang');
    await seconds(1);
    assert.equal(nodes(), 3);
    assert.equal(up(), undefined);

    await seconds(60);
    await until(() => log.lines.length > 0, 'the end of the search');
    assert.equal(log.lines.filter((line) => line.startsWith('warn ')).length, 1);
    assert.match(
      log.lines[0] ?? '',
      /^warn discovery failed: what is known stays project=production failed=1 error=deadline: got no end within 60 s/u,
    );
    assert.deepEqual([nodes(), up()], [3, false]);

    answered = INSTANCES;
    asked = [];
    await seconds(10);
    await until(() => nodes() === INSTANCES, 'the rest');
    assert.deepEqual(
      asked.toSorted((a, b) => a - b),
      [3, 4, 5, 6, 7, 8, 9, 10, 11],
    );
  });

  it('goes on after a reload with another language and another name', async () => {
    await until(() => asked.length === 7, 'four instances that hang');
    answered = INSTANCES;
    asked = [];
    wiring = wire(
      settings({ name: 'renamed', language: 'zh-cn' }),
      { shard: WHOLE_FLEET, clock, log },
      wiring,
    );
    assert.equal(nodes(), 0);
    await until(() => nodes() === INSTANCES, 'all');
    assert.deepEqual(
      asked.toSorted((a, b) => a - b),
      [3, 4, 5, 6, 7, 8, 9, 10, 11],
    );
  });
});
