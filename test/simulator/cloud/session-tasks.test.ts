import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import iconv from 'iconv-lite';
import type { SimulatedNode, SimulatedProject } from '../../../src/simulator/cloud/simulated-fleet.js';
import { sampleFleet } from '../../../src/simulator/sample-fleet.js';
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../../src/simulator/start-simulator.js';
import { FakeClock } from '../../support/fake-clock.js';
import { call, nodeUrl, only, type Reply, textOf, tokenHeaders } from '../api-client.js';

describe('the simulated session tasks', () => {
  let clock: FakeClock;
  let simulator: Simulator;
  let project: SimulatedProject;

  async function start(options: Partial<SimulatorOptions> = {}): Promise<void> {
    clock = new FakeClock();
    const taskSeconds = { min: 2, max: 2 };
    simulator = await startSimulator({ projects: sampleFleet(), clock, taskSeconds, ...options });
    project = only(simulator.projects);
  }
  afterEach(() => simulator.close());

  function submit(body = '{}', node?: SimulatedNode): Promise<Reply> {
    const headers = { ...tokenHeaders(project), 'Content-Type': 'application/json' };
    return call(`${nodeUrl(simulator.url, project, node)}/realtime-session`, {
      method: 'POST',
      headers,
      body,
    });
  }

  function ask(what: string, requestId: string, headers = {}, node?: SimulatedNode): Promise<Reply> {
    const query = new URLSearchParams({ request_id: requestId });
    const url = `${nodeUrl(simulator.url, project, node)}/realtime-session-${what}?${query}`;
    return call(url, { headers: { ...tokenHeaders(project), ...headers } });
  }

  async function collect(body = '{}', headers = {}, node?: SimulatedNode): Promise<Reply> {
    const requestId = textOf((await submit(body, node)).json, 'request_id');
    await clock.advance(2000);
    return ask('result', requestId, headers, node);
  }

  function withNode(change: Partial<SimulatedNode>): SimulatedProject[] {
    return sampleFleet({ nodesPerInstance: 1 }).map((each) => ({
      ...each,
      instances: each.instances.map((instance) => ({
        ...instance,
        nodes: instance.nodes.map((node) => ({ ...node, ...change })),
      })),
    }));
  }

  it('fail of a node that is down', async () => {
    await start({ projects: withNode({ isDown: true }) });
    const requestId = textOf((await submit()).json, 'request_id');
    assert.deepEqual((await ask('task', requestId)).json, { status: 'running' });
    await clock.advance(2000);
    assert.deepEqual((await ask('task', requestId)).json, { status: 'error' });
  });

  it('runs, finishes, and hands out the sessions', async () => {
    await start();
    const requestId = textOf((await submit('{"filter":"total"}')).json, 'request_id');
    assert.match(requestId, /^realtime_session-[0-9a-f]{32}$/);
    assert.deepEqual((await ask('task', requestId)).json, { status: 'running' });
    const early = await ask('result', requestId);
    assert.deepEqual([early.status, textOf(early.json, 'error_code')], [409, 'DBS.200019']);
    await clock.advance(2000);
    assert.deepEqual((await ask('task', requestId)).json, { status: 'finished' });
    const result = await ask('result', requestId);
    assert.equal(result.status, 200);
    assert.match(result.text, /^id,user,host,db,command,time,state,info,trx_id,/);
    assert.equal((await ask('result', requestId)).text, result.text, 'a second download is the same');
  });

  it('serves another collection later, and another node, with other sessions', async () => {
    await start();
    const replica = project.instances[0]?.nodes[1];
    assert.ok(replica);
    const results = [await collect(), await collect(), await collect('{}', {}, replica)];
    assert.equal(new Set(results.map(({ text }) => text)).size, 3);
  });

  for (const [statusPath, right, wrong] of [
    ['task', 'task', 'status'],
    ['status', 'status', 'task'],
  ] as const) {
    it(`knows the wait call as '${right}' alone where it is told so`, async () => {
      await start({ statusPath });
      const requestId = textOf((await submit()).json, 'request_id');
      assert.equal((await ask(right, requestId)).status, 200);
      const reply = await ask(wrong, requestId);
      assert.deepEqual([reply.status, textOf(reply.json, 'error_code')], [404, 'APIGW.0101']);
    });
  }

  it('knows the wait call under both names where it is told so', async () => {
    await start({ statusPath: 'both' });
    const requestId = textOf((await submit()).json, 'request_id');
    assert.equal((await ask('task', requestId)).status, 200);
    assert.equal((await ask('status', requestId)).status, 200);
  });

  it('does not recognise a request id that it never gave, or gave for another node', async () => {
    await start();
    const requestId = textOf((await submit()).json, 'request_id');
    const other = project.instances[0]?.nodes[1];
    for (const [id, node] of [
      ['realtime_session-0', undefined],
      [requestId, other],
    ] as const) {
      assert.deepEqual((await ask('task', id, {}, node)).json, { status: 'unrecognized' });
      const result = await ask('result', id, {}, node);
      assert.deepEqual([result.status, textOf(result.json, 'error_code')], [400, 'DBS.200001']);
    }
  });

  it('answers 404 for a node that is not there', async () => {
    await start();
    const gone = { ...only(only(project.instances).nodes), id: `${'0'.repeat(32)}no07` };
    const reply = await submit('{}', gone);
    assert.deepEqual([reply.status, textOf(reply.json, 'error_code')], [404, 'DBS.200002']);
  });

  it('refuses a body that is no object, or holds what is not documented', async () => {
    await start();
    for (const body of ['', '[]', '7', '{', '{"filter":"all"}', '{"slow_process_threshold":0}']) {
      const reply = await submit(body);
      assert.deepEqual([reply.status, textOf(reply.json, 'error_code')], [400, 'DBS.200001'], body);
    }
  });

  it('collects only what the filter asks for', async () => {
    await start({ sessionsPerNode: 400 });
    const rows = async (body: string) =>
      parse<Record<string, string>>((await collect(body)).text, { columns: true });
    for (const row of await rows('{"filter":"active"}')) {
      assert.notEqual(row.command, 'Sleep');
    }
    const slow = await rows('{"filter":"slow","slow_process_threshold":5}');
    assert.ok(slow.length > 3 && slow.every((row) => Number(row.time) >= 5 && row.command !== 'Sleep'));
    const long = await rows('{"filter":"long","slow_process_threshold":60}');
    assert.ok(long.length > 0 && long.every((row) => Number(row.trx_executed_time) >= 60));
  });

  it('names the columns in the language asked for', async () => {
    await start();
    assert.match((await collect('{}', { 'X-Language': 'zh-cn' })).text, /^会话ID,用户,主机,数据库,命令,/);
    assert.match((await collect('{}', { 'X-Language': 'en-us' })).text, /^id,user,host,/);
  });

  it('encodes the result as it is told, whatever language is asked for', async () => {
    await start({
      resultFormat: { language: 'zh-cn', encode: (text) => iconv.encode(text, 'gb18030'), bom: true },
    });
    const requestId = textOf((await submit()).json, 'request_id');
    await clock.advance(2000);
    const url = `${nodeUrl(simulator.url, project)}/realtime-session-result?request_id=${requestId}`;
    const bytes = Buffer.from(await (await fetch(url, { headers: tokenHeaders(project) })).arrayBuffer());
    assert.deepEqual([...bytes.subarray(0, 4)], [0x84, 0x31, 0x95, 0x33]);
    assert.match(new TextDecoder('gb18030').decode(bytes), /^\ufeff?会话ID,用户,主机/);
  });

  it('serves a text or a file instead, the file as it is at each download', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
    try {
      const csvFile = join(folder, 'sessions.csv');
      writeFileSync(csvFile, 'user,host,state\na,h,s\n');
      await start({ projects: withNode({ csvFile }) });
      const first = await collect();
      assert.equal(first.text, 'user,host,state\na,h,s\n');
      assert.equal(first.headers.get('content-length'), '22');
      appendFileSync(csvFile, 'b,h,s\n');
      assert.equal((await collect()).text, 'user,host,state\na,h,s\nb,h,s\n');
      writeFileSync(csvFile, '');
      assert.equal((await collect()).text, '');
      rmSync(csvFile);
      assert.equal((await collect()).status, 500);
      await simulator.close();
      await start({ projects: withNode({ csvText: 'user,host,state\n"x,y",h,s\n' }) });
      assert.equal((await collect()).text, 'user,host,state\n"x,y",h,s\n');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('lets tasks end with an error at the given rate', async () => {
    await start({ errorRate: 0.5 });
    const statuses: string[] = [];
    while (statuses.length < 40) {
      const submitted = await submit();
      if (submitted.status !== 200) {
        continue;
      }
      await clock.advance(2000);
      const reply = await ask('task', textOf(submitted.json, 'request_id'));
      if (reply.status === 200) {
        statuses.push(textOf(reply.json, 'status'));
      }
    }
    const errors = statuses.filter((status) => status === 'error').length;
    assert.ok(errors > 8 && errors < 32, `${errors} of 40 tasks failed`);
  });

  it('repeats itself for the same seed and clock', async () => {
    const texts: string[] = [];
    for (let run = 0; run < 2; run += 1) {
      await start({ seed: 42 });
      texts.push((await submit()).text + (await collect()).text);
      if (run === 0) {
        await simulator.close();
      }
    }
    assert.equal(texts[0], texts[1]);
  });
});
