// Secret files that change while the agent collects: whole and together, or not at all, and never in silence.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type RecordedCloud, startCloud } from '../support/recorded-cloud.js';
import {
  nodeIdsOf,
  ReloadableAgent,
  type Settings,
  settingsOf,
  sum,
  until,
} from '../support/reloadable-agent.js';

const OLD = { ak: 'HSTOLDKEY', sk: 'old-secret-key', securityToken: 'old-security-token' };
const NEW = { ak: 'HSTNEWKEY', sk: 'new-secret-key', securityToken: 'new-security-token' };
const PERMANENT = { ak: 'HPUAPERMANENT', sk: 'permanent-secret-key' };
const [OLD_TOKEN, NEW_TOKEN] = ['old-static-token', 'new-static-token'];

describe('secret files that change', () => {
  let folder: string;
  let cloud: RecordedCloud;
  let nodes: string[];
  let agent: ReloadableAgent;

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'taurusdb-secrets-'));
    const fleet = sampleFleet({ nodesPerInstance: 4 });
    cloud = await startCloud({
      projects: fleet.map((project) => ({
        ...project,
        accessKeys: [OLD, NEW, PERMANENT],
        tokens: [OLD_TOKEN, NEW_TOKEN],
        passwords: [OLD_TOKEN, NEW_TOKEN].map((password) => ({ domain: 'acme', user: 'exporter', password })),
      })),
    });
    nodes = nodeIdsOf(cloud);
  });
  afterEach(async () => {
    await agent.stop();
    await cloud.close();
    rmSync(folder, { recursive: true });
  });

  const at = (name: string): string => path.join(folder, name);
  const write = (name: string, content: string | Buffer): string => {
    writeFileSync(at(name), content, { mode: 0o600 });
    return at(name);
  };
  /** Without `auth`: with what the SDK would use. */
  const start = async (auth: Settings | undefined): Promise<void> => {
    agent = await ReloadableAgent.start(settingsOf(cloud, {}, () => ({ auth })));
    await agent.up(nodes);
  };
  const failed = async (): Promise<number> => sum(await agent.series(), 'taurusdb_collection_errors_total');
  const linesOf = (file: string): string[] =>
    agent.program
      .stderr()
      .split('\n')
      .filter((line) => line.includes(file));

  it('are not used before they are whole, also when a reload comes between', async () => {
    const value_file = write('token', OLD_TOKEN);
    await start({ token: { value_file } });
    write('token', NEW_TOKEN.slice(0, 5));
    await agent.askForReload('POST');
    await sleep(1_500);
    write('token', NEW_TOKEN);
    await until(() => cloud.requests.some(({ token }) => token === NEW_TOKEN), 'the new token');
    await agent.collected(nodes);
    assert.deepEqual([...new Set(cloud.requests.map(({ token }) => token))], [OLD_TOKEN, NEW_TOKEN]);
    assert.equal(await failed(), 0);
    assert.deepEqual(
      linesOf(value_file).map((line) => /level=(\S+) .*?msg="([^"]+)"/u.exec(line)?.slice(1)),
      [['info', 'secret changed with its file: the new value is in force from now on']],
    );
  });

  for (const [what, authOf] of [
    ['a token', (value_file: string) => ({ token: { value_file } })],
    [
      'a password',
      (password_file: string) => ({ password: { domain: 'acme', user: 'exporter', password_file } }),
    ],
  ] as const) {
    it(`are waited for where a reload names ${what} first while it is being written`, async () => {
      await start(authOf(write('before', OLD_TOKEN)));
      const sent = (secret: string): boolean =>
        cloud.requests.some(({ token, body }) => token === secret || body.includes(`"${secret}"`));
      const half = NEW_TOKEN.slice(0, 5);
      const auth = authOf(write('next', half));
      await agent.reload(
        settingsOf(cloud, {}, () => ({ auth })),
        'SIGHUP',
      );
      await until(() => sent(half), 'half a secret');
      write('next', NEW_TOKEN);
      await until(() => sent(NEW_TOKEN), 'the whole secret');
      await agent.collected(nodes, 2);
      assert.equal(await failed(), 0);
    });
  }

  it('of the SDK are not used before they have their token, and may lose it, without another reload', async () => {
    const section = ({ ak, sk }: typeof PERMANENT) => `[basic]\nak = ${ak}\nsk = ${sk}\n`;
    const tokenOf = ({ securityToken }: typeof OLD) => `security_token = ${securityToken}\n`;
    process.env.HUAWEICLOUD_SDK_CREDENTIALS_FILE = write('profile', section(OLD) + tokenOf(OLD));
    try {
      await start(undefined);
    } finally {
      delete process.env.HUAWEICLOUD_SDK_CREDENTIALS_FILE;
    }
    write('profile', section(NEW));
    assert.ok((await agent.askForReload('SIGHUP')).ok);
    await sleep(1_000);
    write('profile', section(NEW) + tokenOf(NEW));
    await until(() => cloud.requests.some(({ ak }) => ak === NEW.ak), 'the new key');
    write('profile', section(PERMANENT));
    await until(() => cloud.requests.some(({ ak }) => ak === PERMANENT.ak), 'the permanent key');
    await agent.collected(nodes, 2);
    assert.equal(await failed(), 0);
    assert.deepEqual(
      [...new Set(cloud.requests.map(({ ak, securityToken }) => `${ak} ${securityToken}`))],
      [`${OLD.ak} ${OLD.securityToken}`, `${NEW.ak} ${NEW.securityToken}`, `${PERMANENT.ak} `],
    );
  });

  for (const [how, replace] of [
    ['in place', (name: string, content: string) => write(name, content)],
    ['by renaming', (name: string, content: string) => renameSync(write('next', content), at(name))],
  ] as const) {
    it(`of one key, replaced ${how} one after the other, cost no collection though the old key is refused at once`, async () => {
      write('ak', OLD.ak);
      write('sk', OLD.sk);
      write('token', OLD.securityToken);
      await start({
        access_key: { ak_file: at('ak'), sk_file: at('sk'), security_token_file: at('token') },
      });
      const begun = cloud.requests.length;
      const release = cloud.hold(({ operation }) => operation === 'submit');
      await until(
        () => cloud.requests.slice(begun).some(({ operation }) => operation === 'submit'),
        'a collection',
      );
      cloud.refuse(({ ak }) => ak === OLD.ak);
      replace('ak', NEW.ak);
      release();
      await sleep(200);
      replace('sk', NEW.sk);
      await sleep(200);
      replace('token', NEW.securityToken);
      await until(() => cloud.requests.some(({ ak }) => ak === NEW.ak), 'the new key');
      await agent.collected(nodes, 2);
      assert.equal(await failed(), 0);
      assert.deepEqual(
        [...new Set(cloud.requests.map(({ ak, securityToken }) => `${ak} ${securityToken}`))],
        [OLD, NEW].map(({ ak, securityToken }) => `${ak} ${securityToken}`),
      );
      // The new one was accepted at once.
      const refusals = sum(await agent.series(), 'taurusdb_api_requests_total', 'code="401"');
      assert.equal(
        refusals,
        cloud.requests.filter(({ ak, status }) => ak === OLD.ak && status === 401).length,
      );
    });
  }

  for (const [what, change, reason] of [
    ['empty', () => write('token', ''), 'it is empty'],
    ['blank', () => write('token', '  \n'), 'it has a blank, a line break or a byte that is not text'],
    [
      'with a byte-order mark',
      () => write('token', `\ufeff${NEW_TOKEN}`),
      'it starts with the byte-order mark of UTF-8: save it without one',
    ],
    [
      'in UTF-16',
      () => write('token', Buffer.from(`\ufeff${NEW_TOKEN}`, 'utf16le')),
      'it starts with the byte-order mark of UTF-16: save it as UTF-8',
    ],
    ['gone', () => rmSync(at('token')), 'no such file'],
    [
      'a directory',
      () => {
        rmSync(at('token'));
        mkdirSync(at('token'));
      },
      'not a regular file',
    ],
  ] as const) {
    it(`to one that is ${what} leave the old value in force, and the log tells once`, async () => {
      const value_file = write('token', OLD_TOKEN);
      await start({ token: { value_file } });
      change();
      await agent.program.says(/secret file cannot be used/u);
      await agent.collected(nodes);
      const lines = linesOf(value_file);
      assert.equal(lines.length, 1, lines.join('\n'));
      assert.match(lines[0] ?? '', /level=warn .*the previous value stays in force; correct the file/u);
      assert.ok(lines[0]?.includes(`error="${reason}"`), lines[0]);
      assert.doesNotMatch(agent.program.stderr(), /new-static|bmV3LXN0YXRpYw/u);
      assert.deepEqual(new Set(cloud.requests.map(({ token }) => token)), new Set([OLD_TOKEN]));
      assert.equal(await failed(), 0);
    });
  }

  it('are taken again once they are mended', async () => {
    const value_file = write('token', OLD_TOKEN);
    await start({ token: { value_file } });
    rmSync(value_file);
    await agent.program.says(/secret file cannot be used/u);
    cloud.refuse(({ token }) => token === OLD_TOKEN);
    write('token', NEW_TOKEN);
    await until(() => cloud.requests.some(({ token }) => token === NEW_TOKEN), 'the new token');
    await agent.collected(nodes);
    assert.equal(await failed(), 0);
  });
});
