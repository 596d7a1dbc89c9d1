// What sessions run, from their list to the page, the API, the metrics and the terminal, by the built program.
import assert from 'node:assert/strict';
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { runProgram } from '../support/program.js';
import { type RecordedCloud, startCloud } from '../support/recorded-cloud.js';
import { nodeIdsOf, ReloadableAgent, type Settings, settingsOf, sum } from '../support/reloadable-agent.js';
import { samplesOf } from '../support/scrape.js';
import { writeConfig } from '../support/simulated-config.js';

const SELECT = 'SELECT * FROM orders WHERE customer = ?';
const UPDATE = 'UPDATE accounts SET pin = ? WHERE id = ?';
const digestOf = (text: string) => hash('sha256', text.toLowerCase()).slice(0, 16);

const HEADER = 'id,user,host,db,command,time,state,info\n';
const ROWS = [
  "1,shop,10.0.0.7:4000,shop,Query,5,executing,SELECT * FROM orders WHERE customer = 'zq7secret'",
  '2,shop,10.0.0.7:4001,shop,Query,7,executing,select *  from orders /* zq7comment */ where customer=471100815',
  "3,batch,10.0.0.9:4002,shop,Execute,90,executing,UPDATE accounts SET pin = 'zq7pin' WHERE id = 471100816",
  '4,shop,10.0.0.7:4003,shop,Query,1,starting,NULL',
  "5,shop,10.0.0.7:4004,shop,Sleep,1000,,SELECT * FROM idle WHERE a = 'zq7idle'",
];
const LIST = HEADER + ROWS.map((row) => `${row}\n`).join('');
const SECRETS = /zq7|4711008/u;
const ENABLED = { dimensions: { statement: { enabled: true } } };

describe('statements of sessions', () => {
  let cloud: RecordedCloud;
  let folder: string;
  before(async () => {
    const projects = sampleFleet({ nodesPerInstance: 1 }).map((project) => ({
      ...project,
      instances: project.instances.map((instance) => ({
        ...instance,
        nodes: instance.nodes.map((node) => ({ ...node, csvText: LIST })),
      })),
    }));
    cloud = await startCloud({ projects });
    folder = mkdtempSync(path.join(tmpdir(), 'statements-'));
    writeFileSync(path.join(folder, 'list.csv'), LIST);
  });
  after(async () => {
    rmSync(folder, { recursive: true });
    await cloud.close();
  });

  const replay = async (settings: Settings, ...flags: string[]) => {
    const config = writeConfig(settingsOf(cloud, settings));
    const file = path.join(folder, 'list.csv');
    const { code, stdout, stderr } = await runProgram(['replay', `--config.file=${config}`, file, ...flags]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.doesNotMatch(stdout, SECRETS);
    return stdout;
  };

  it('are counted by digest on the page, in JSON and in metrics, as a reload has it', async () => {
    const agent = await ReloadableAgent.start(settingsOf(cloud, { metrics: ENABLED }), '--log.level=debug');
    const nodeIds = nodeIdsOf(cloud);
    const [id = ''] = nodeIds;
    const get = async (target: string) => (await fetch(agent.address + target)).text();
    const seen: string[] = [];
    const statementsNow = async () => {
      const text = await get('/api/v1/nodes');
      seen.push(text);
      return JSON.parse(text).nodes[0].statements;
    };
    try {
      const series = await agent.up(nodeIds);
      const sessionsOf = (statement: string) =>
        sum(series, 'taurusdb_sessions_by_statement', id, `statement="${statement}"`);
      assert.deepEqual([digestOf(SELECT), digestOf(UPDATE), 'none'].map(sessionsOf), [2, 1, 1]);
      assert.equal(
        sum(series, 'taurusdb_sessions_by_statement', id),
        sum(series, 'taurusdb_sessions_active', id),
      );
      const infos = [...series.keys()].filter((name) => name.startsWith('taurusdb_statement_info'));
      assert.deepEqual(
        infos.sort(),
        [SELECT, UPDATE]
          .map((text) => `taurusdb_statement_info{statement="${digestOf(text)}",text="${text}"}`)
          .sort(),
      );

      const { top, ...counts } = await statementsNow();
      assert.deepEqual(counts, {
        sessions: 3,
        distinct: 2,
        error: 0,
        rest: { sessions: 0, seconds: 0 },
      });
      const [select, update] = top;
      assert.deepEqual(
        { ...select, family: '' },
        {
          digest: digestOf(SELECT),
          text: SELECT,
          family: '',
          cut: false,
          ambiguous: false,
          sensitive: false,
          sessions: 2,
          seconds: 12,
          longest_seconds: 7,
          users: [{ value: 'shop', sessions: 2 }],
          hosts: [{ value: '10.0.0.7', sessions: 2 }],
        },
      );
      assert.deepEqual([update.text, update.sessions, update.longest_seconds], [UPDATE, 1, 90]);
      const page = await get('/');
      assert.ok(page.includes(`<bdi>${SELECT}</bdi>`));
      seen.push(page, await get('/metrics'));

      await agent.reload(settingsOf(cloud, { statements: { mode: 'digest' } }), 'SIGHUP');
      assert.equal((await statementsNow()).top[0].text, null);
      // A collection that was under way counts by the configuration before.
      await agent.seriesWhen(
        (now) => sum(now, 'taurusdb_sessions_by_statement') === 0,
        'no series of statements',
      );
      assert.deepEqual((await statementsNow()).top[0], { ...select, text: null });
      await agent.reload(settingsOf(cloud, { statements: { mode: 'off' } }), 'SIGHUP');
      assert.equal(await statementsNow(), null);
      assert.doesNotMatch([...seen, agent.program.stderr()].join('\n'), SECRETS);
    } finally {
      await agent.stop();
    }
  });

  it('are printed by --top, below the table', async () => {
    const lines = [
      'SESSIONS  SECONDS  LONGEST  DIGEST            FLAGS  STATEMENT',
      `2         12       7        ${digestOf(SELECT)}  -      ${SELECT}  [by shop 2]  [from 10.0.0.7 2]`,
      `1         90       90       ${digestOf(UPDATE)}  -      ${UPDATE}  [by batch 1]  [from 10.0.0.9 1]`,
      '',
    ].join('\n');
    const replayed = await replay({}, '--top');
    assert.match(
      replayed,
      /^PROJECT .*\n.*\n\nlist: 3 active sessions with a statement, 2 distinct statements\n/u,
    );
    assert.ok(replayed.endsWith(lines), replayed);

    const config = writeConfig(settingsOf(cloud));
    const { code, stdout } = await runProgram(['collect', `--config.file=${config}`, '--top']);
    assert.equal(code, 0);
    assert.equal(stdout.split(lines).length - 1, nodeIdsOf(cloud).length);
    assert.doesNotMatch(stdout, SECRETS);
  });

  it('are in what replay prints, as the configuration has it', async () => {
    const json = JSON.parse(await replay({ statements: { max_text: 40 } }, '--output=json', '--top'));
    assert.equal(json.nodes[0].statements.top[0].digest, digestOf(SELECT));
    assert.ok([...json.nodes[0].statements.top[1].text].length <= 40 && !UPDATE.endsWith('…'));
    const digests = JSON.parse(await replay({ statements: { mode: 'digest' } }, '--output=json'));
    assert.equal(digests.nodes[0].statements.top[0].text, null);
    const samples = samplesOf(await replay({ metrics: ENABLED }));
    assert.equal(sum(samples, 'taurusdb_sessions_by_statement', digestOf(SELECT)), 2);
    assert.equal(sum(samples, 'taurusdb_statement_info', digestOf(SELECT)), 1);
    const off = JSON.parse(await replay({ statements: { mode: 'off' } }, '--output=json'));
    assert.equal(off.nodes[0].statements, null);
    assert.match(await replay({ statements: { mode: 'off' } }, '--top'), /\nlist: .*mode is off\n$/u);
  });
});
