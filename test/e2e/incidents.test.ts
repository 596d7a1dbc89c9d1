// Incidents through the built program: from the session list that shows a flood to its record over HTTP, in the directory, in metrics and in the log.
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { IncidentSummary } from '../../src/incidents/record.js';
import {
  ACTIVE,
  begun,
  CALM,
  CELLS,
  ended,
  FLOOD,
  IncidentScene,
  LAST,
  list,
  listed,
  OLD,
  recordOf,
  SECRET,
  STORE_ERRORS,
  TOTAL,
  USUAL,
} from '../support/incident-scene.js';
import { addressOf, startProgram } from '../support/program.js';
import { ONCE_A_YEAR, type ReloadableAgent, sum, values } from '../support/reloadable-agent.js';

async function restarted(
  scene: IncidentScene,
  agent: ReloadableAgent,
  signal: NodeJS.Signals,
): Promise<ReloadableAgent> {
  agent.child.kill(signal);
  const code = await agent.program.ended;
  assert.equal(code, signal === 'SIGTERM' ? 0 : null);
  return scene.start();
}

describe('incidents', () => {
  let scene: IncidentScene;

  beforeEach(async () => {
    scene = await IncidentScene.open();
  });
  afterEach(() => scene.close());

  it('are there with their record at the second flood: over HTTP, in the directory, in metrics and in the log', async () => {
    const agent = await scene.collecting();
    const calm = await scene.learnt(agent);
    assert.equal(sum(calm, USUAL), CALM.length);
    assert.deepEqual([sum(calm, ACTIVE), values(calm, LAST), sum(calm, TOTAL)], [0, [], 0]);
    assert.deepEqual(await listed(agent), []);

    scene.show(list(CALM, FLOOD));
    const record = await begun(agent);
    assert.deepEqual(record.kinds, ['spike', 'active_spike']);
    const sums = { usual: 20, before: 20, now: 100, peak: 100 };
    assert.deepEqual(record.sessions, sums);
    const { verdict, user, host, database, statement } = record.culprit;
    assert.deepEqual([verdict, user, host, database], ['one', 'billing_svc', 'billing-7.internal', 'ledger']);
    assert.equal(statement?.text, 'SELECT * FROM invoices WHERE iban = ?');
    const first = record.timeline.find(({ sessions }) => sessions === 100);
    assert.equal(Math.floor(Date.parse(first?.at ?? '') / 1000) * 1000, Date.parse(record.started_at));
    assert.equal(record.recorded_at, first?.at);

    const page = await fetch(`${agent.address}/incidents/${record.id}`);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /billing_svc/u);
    const overview = await (await fetch(`${agent.address}/incidents`)).text();
    assert.ok(overview.includes(record.id));

    const file = path.join(scene.directory, `${record.id}.json`);
    await agent.seriesWhen(() => existsSync(file), 'the file');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(scene.directory).mode & 0o777, 0o700);
    assert.equal(JSON.parse(readFileSync(file, 'utf8')).id, record.id);

    const series = await agent.series();
    assert.deepEqual(
      [sum(series, TOTAL, 'kind="spike"'), sum(series, TOTAL, 'kind="active_spike"'), sum(series, TOTAL)],
      [1, 1, 2],
    );
    const ofIncidents = [...series.keys()].filter(
      (name) => /^taurusdb_(?:incident|sessions_usual)/u.test(name) && name.includes(scene.nodeId),
    );
    assert.ok(ofIncidents.length <= 12, `${ofIncidents.length} series`);

    scene.show(list(CALM));
    await ended(agent);
    const after = await recordOf(agent, record.id);
    assert.ok(after.ended_at !== null && after.ended_at > after.started_at);
    assert.deepEqual(after.sessions, sums);
    assert.equal((await listed(agent)).length, 1);
    assert.match(agent.program.stderr(), /msg="incident began".* incident=\S+-\d+ kinds=spike,active_spike/u);
    assert.match(agent.program.stderr(), /msg="incident ended"/u);
    for (const cell of CELLS) {
      assert.ok(!agent.program.stderr().includes(cell), `${cell} in the log`);
      assert.ok(!ofIncidents.some((name) => name.includes(cell)));
    }
    const pages = [
      '/',
      '/metrics',
      '/incidents',
      `/incidents/${record.id}`,
      `/api/v1/incidents/${record.id}`,
    ];
    for (const target of pages) {
      const text = await (await fetch(`${agent.address}${target}`)).text();
      assert.ok(!text.includes(SECRET), target);
    }
    assert.ok(!readFileSync(file, 'utf8').includes(SECRET));
  });

  it('outlive a stop: the same record goes on, and what is usual is known at once', async () => {
    const agent = await scene.collecting();
    await scene.learnt(agent);
    scene.show(list(CALM, FLOOD));
    const { id } = await begun(agent);
    const next = await restarted(scene, agent, 'SIGTERM');
    const atOnce = await next.series();
    assert.equal(sum(atOnce, LAST), Number(id.slice(-10)));
    const series = await next.collected([scene.nodeId]);
    assert.ok(sum(series, USUAL) >= 20);
    assert.deepEqual([sum(series, ACTIVE), sum(series, TOTAL)], [1, 0]);
    scene.show(list(CALM));
    await ended(next);
    assert.deepEqual(
      (await listed(next)).map((one) => [one.id, one.ended_at === null]),
      [[id, false]],
    );
    const third = await restarted(scene, next, 'SIGTERM');
    await third.collected([scene.nodeId], 2);
    assert.deepEqual([sum(await third.series(), ACTIVE), (await listed(third)).length], [0, 1]);
  });

  it('outlive kill -9: the same record goes on', async () => {
    const agent = await scene.collecting();
    scene.show(list(CALM, OLD));
    const record = await begun(agent);
    assert.deepEqual(record.kinds, ['long_transaction']);
    assert.equal(record.culprit.user, 'report_ro');
    await agent.seriesWhen(() => scene.files().length === 1, 'the file');
    const next = await restarted(scene, agent, 'SIGKILL');
    assert.equal(sum(await next.series(), LAST), Number(record.id.slice(-10)));
    const series = await next.collected([scene.nodeId], 3);
    assert.deepEqual([sum(series, ACTIVE), sum(series, TOTAL, 'kind="long_transaction"')], [1, 0]);
    scene.show(list(CALM));
    await ended(next);
    assert.deepEqual(
      (await listed(next)).map((one) => [one.id, one.ended_at === null]),
      [[record.id, false]],
    );
    assert.equal(scene.files().length, 1);
  });

  it('are not begun by a start, nor by a reload, but by what turns true', async () => {
    scene.show(list(CALM, OLD));
    const agent = await scene.collecting();
    const started = await agent.collected([scene.nodeId], 3);
    assert.equal(sum(started, TOTAL), 0);
    scene.show(list(CALM));
    await agent.collected([scene.nodeId], 2);
    // Of 20 sessions that sleep up to 19 s.
    scene.show(list(CALM, '78,app,h,d,Query,30,executing,,4712,RUNNING,30,1,'));
    await agent.collected([scene.nodeId], 2);
    await agent.reload(scene.settings({ long_transaction: '20s', long_query: '20s' }), 'SIGHUP');
    const reloaded = await agent.collected([scene.nodeId], 4);
    assert.equal(sum(reloaded, TOTAL), 0);
    scene.show(list(CALM));
    await agent.collected([scene.nodeId], 2);
    scene.show(list(CALM, OLD));
    const record = await begun(agent);
    assert.deepEqual(record.kinds.slice(0, 1), ['long_transaction']);
    // Switched off: it has ended; and on again: what holds then begins nothing.
    await agent.reload(scene.settings({ enabled: false }), 'POST');
    const off = await agent.collected([scene.nodeId]);
    assert.deepEqual(values(off, ACTIVE), []);
    assert.equal((await fetch(`${agent.address}/api/v1/incidents`)).status, 404);
    await agent.reload(scene.settings(), 'POST');
    const on = await agent.collected([scene.nodeId], 3);
    assert.deepEqual([sum(on, ACTIVE), sum(on, TOTAL)], [0, 0]);
    const [kept, ...others] = await listed(agent);
    assert.deepEqual([kept?.id, others], [record.id, []]);
    assert.notEqual(kept?.ended_at, null);
  });

  it('end within the time of a stop when they were switched off', async () => {
    const agent = await scene.collecting();
    await agent.reload(scene.settings({ enabled: false }), 'SIGHUP');
    agent.child.kill('SIGTERM');
    assert.equal(await agent.program.ended, 0);
  });

  it('are recorded by hand where that is allowed, and once for a snapshot', async () => {
    const agent = await scene.collecting();
    const post = (query: string, headers: Record<string, string> = {}) =>
      fetch(`${agent.address}/api/v1/incidents${query}`, { method: 'POST', headers });
    await agent.reload(scene.settings({}, { collection: { schedule: ONCE_A_YEAR } }), 'SIGHUP');
    const answer = await post(`?node_id=${scene.nodeId}`);
    assert.equal(answer.status, 201);
    const summary = (await answer.json()) as IncidentSummary;
    assert.deepEqual(summary.kinds, ['manual']);
    assert.equal(((await (await post(`?node_id=${scene.nodeId}`)).json()) as IncidentSummary).id, summary.id);
    assert.equal((await listed(agent)).length, 1);
    const series = await agent.series();
    assert.deepEqual(
      [sum(series, TOTAL, 'kind="manual"'), sum(series, ACTIVE), sum(series, LAST)],
      [1, 0, Number(summary.id.slice(-10))],
    );
    const location = answer.headers.get('location') ?? '';
    assert.equal((await fetch(new URL(location, `${agent.address}/api/v1/incidents`))).status, 200);
    assert.equal((await post(`?node_id=${'0'.repeat(32)}no07`)).status, 404);
    assert.equal((await post(`?node_id=${scene.nodeId}`, { origin: 'https://evil.example' })).status, 403);
    assert.equal((await listed(agent)).length, 1);
  });

  it('are not recorded by hand without --web.enable-lifecycle', async () => {
    const { file } = await scene.collecting();
    const program = startProgram([`--config.file=${file}`, '--web.listen-address=127.0.0.1:0']);
    try {
      const url = `${await addressOf(program)}/api/v1/incidents?node_id=${scene.nodeId}`;
      assert.equal((await fetch(url, { method: 'POST' })).status, 403);
    } finally {
      program.child.kill('SIGKILL');
      await program.ended;
    }
  });

  it('show no text of a statement where anybody may listen', async () => {
    const agent = await scene.collecting(scene.settings(), '--web.listen-address=0.0.0.0:0');
    await scene.learnt(agent);
    scene.show(list(CALM, FLOOD));
    const series = await agent.seriesWhen((now) => sum(now, ACTIVE) === 1, 'an incident');
    const record = await recordOf(agent, `${scene.nodeId}-${sum(series, LAST)}`);
    assert.equal(record.culprit.statement?.text, null);
    assert.match(record.culprit.statement?.digest ?? '', /^[0-9a-f]{16}$/u);
    assert.ok(record.statements.length > 0 && record.statements.every(({ text }) => text === null));
    for (const target of [`/incidents/${record.id}`, `/api/v1/incidents/${record.id}`, '/api/v1/incidents']) {
      const text = await (await fetch(`${agent.address}${target}`)).text();
      assert.ok(!/invoices/iu.test(text), target);
    }
  });

  for (const [what, directoryIn] of [
    ['is a file', ({ directory }: IncidentScene) => directory],
    // Not even by the administrator.
    ['cannot be made', () => '/proc/incidents'],
  ] as const) {
    it(`go on in memory where the directory ${what}, and the metrics with them`, async () => {
      writeFileSync(scene.directory, 'something else');
      const agent = await scene.collecting(scene.settings({ directory: directoryIn(scene) }));
      await scene.learnt(agent);
      scene.show(list(CALM, FLOOD));
      const { id } = await begun(agent);
      const series = await agent.collected([scene.nodeId], 2);
      assert.ok(sum(series, STORE_ERRORS) > 0);
      assert.equal((await recordOf(agent, id)).id, id);
      assert.equal(readFileSync(scene.directory, 'utf8'), 'something else');
      const warnings = agent.program.stderr().match(/level=warn msg="incidents: .*$/gmu) ?? [];
      const messages = warnings.map((line) => /msg="([^"]+)"/u.exec(line)?.[1]);
      assert.equal(new Set(messages).size, messages.length, 'each once');
      assert.ok(messages.length > 0);
    });
  }

  it('are written again where the directory vanishes while the program runs', async () => {
    const agent = await scene.collecting();
    scene.show(list(CALM, OLD));
    const { id } = await begun(agent);
    await agent.seriesWhen(() => scene.files().length === 1, 'the file');
    rmSync(scene.directory, { recursive: true });
    const series = await agent.collected([scene.nodeId], 2);
    assert.equal(sum(series, 'taurusdb_up'), 1);
    await agent.seriesWhen(
      () => existsSync(scene.directory) && scene.files().length === 1,
      'the file, again',
    );
    assert.equal((await recordOf(agent, id)).id, id);
    assert.ok(sum(await agent.series(), STORE_ERRORS) > 0);
  });
});
