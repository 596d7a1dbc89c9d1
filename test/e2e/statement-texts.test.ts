// Where texts of statements are shown, by the built program: as the configuration and the web configuration say at the moment.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hashSync } from 'bcryptjs';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { eventually, runProgram } from '../support/program.js';
import { type RecordedCloud, startCloud } from '../support/recorded-cloud.js';
import {
  HOWS,
  ONCE_A_YEAR,
  ReloadableAgent,
  type Settings,
  settingsOf,
} from '../support/reloadable-agent.js';
import { writeConfig } from '../support/simulated-config.js';

const NOTE = /Statements are shown by their digests alone, as anybody who reaches this page/u;
const AUTHORIZATION = `Basic ${btoa('scraper:right')}`;

describe('texts of statements', () => {
  let cloud: RecordedCloud;
  let agent: ReloadableAgent | undefined;
  let folder: string;
  before(async () => {
    cloud = await startCloud({ projects: sampleFleet({ nodesPerInstance: 1 }) });
    folder = mkdtempSync(path.join(tmpdir(), 'statement-texts-'));
  });
  afterEach(() => agent?.stop());
  after(async () => {
    rmSync(folder, { recursive: true });
    await cloud.close();
  });

  const settingsWith = (statements: Settings) =>
    settingsOf(cloud, { collection: { schedule: ONCE_A_YEAR }, statements });
  const start = async (statements: Settings, ...flags: string[]) => {
    agent = await ReloadableAgent.start(settingsWith(statements), ...flags);
    return agent;
  };
  const get = async (target: string) => {
    const headers = { authorization: AUTHORIZATION };
    return (await fetch(`${agent?.address}${target}`, { headers })).text();
  };
  const textsNow = async () => JSON.parse(await get('/api/v1/nodes')).summary.statement_texts;

  it('are shown on a loopback address, but not where anybody may read', async () => {
    await start({});
    assert.equal(await textsNow(), 'shown');
    assert.doesNotMatch(await get('/'), NOTE);
    await agent?.stop();
    await start({}, '--web.listen-address=0.0.0.0:0');
    assert.equal(await textsNow(), 'open_listener');
    assert.match(await get('/'), NOTE);
  });

  it('are shown once the web configuration asks for a password', async () => {
    const webConfig = path.join(folder, 'web.yaml');
    writeFileSync(webConfig, '', { mode: 0o600 });
    await start({}, '--web.listen-address=0.0.0.0:0', `--web.config.file=${webConfig}`);
    assert.equal(await textsNow(), 'open_listener');
    writeFileSync(webConfig, `basic_auth_users: { scraper: '${hashSync('right', 4)}' }\n`);
    await eventually(async () => ((await textsNow()) === 'shown' ? true : undefined), 'texts');
    assert.doesNotMatch(await get('/'), NOTE);
    assert.equal((await fetch(`${agent?.address}/api/v1/nodes`)).status, 401);
  });

  for (const how of HOWS) {
    it(`follow statements.mode at a reload by ${how}`, async () => {
      await start({ mode: 'normalized' }, '--web.listen-address=0.0.0.0:0');
      for (const [mode, texts] of [
        ['normalized', 'shown'],
        ['digest', 'digest'],
        ['auto', 'open_listener'],
        ['off', 'off'],
      ] as const) {
        await agent?.reload(settingsWith({ mode }), how);
        assert.equal(await textsNow(), texts);
        assert.equal(NOTE.test(await get('/')), texts === 'open_listener', mode);
      }
    });
  }

  it('are what check-config says they will be', async () => {
    const said = async (settings: Settings, ...flags: string[]) => {
      const { code, stdout } = await runProgram(['check-config', writeConfig(settings), ...flags]);
      assert.equal(code, 0);
      return /^statements: .*$/mu.exec(stdout)?.[0];
    };
    const webConfig = path.join(folder, 'users.yaml');
    writeFileSync(webConfig, `basic_auth_users: { a: '${hashSync('b', 4)}' }\n`, { mode: 0o600 });
    const texts =
      'statements: texts without values and digests on the page and in /api/v1/nodes, none in the metrics';
    assert.match((await said(settingsWith({}))) ?? '', /^statements: digests on the page .* as anybody/u);
    assert.equal(await said(settingsWith({}), `--web.config.file=${webConfig}`), texts);
    const web = { listen_address: '127.0.0.1:10104' };
    assert.equal(await said({ ...settingsWith({}), web }), texts);
    assert.equal(await said(settingsWith({ mode: 'off' })), 'statements: not read');
  });
});
