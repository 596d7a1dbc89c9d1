// The password of a proxy, written as it is instead of percent-encoded: no part of it is shown, whatever of it would be
// read as a host, a port or a path.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stringify } from 'yaml';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { startTunnels } from '../support/connect-proxy.js';
import { piecesOf } from '../support/echoes.js';
import { runProgram } from '../support/program.js';
import { type RecordedCloud, startCloud } from '../support/recorded-cloud.js';
import { ReloadableAgent, type Settings, settingsOf } from '../support/reloadable-agent.js';
import { closeServers, sendAnswer, startServer } from '../support/scripted-server.js';
import { piecesIn } from '../support/secret-pieces.js';

/** Each is looked for from both of its ends. */
const LEFT = 'Zx5vQj8K';
const RIGHT = 'wN3rPb6T';
const SIGNS = ['#', '/', '?', '@', '\\', ' ', '%0A', '%7f'];
const URLS: readonly string[] = [
  ...SIGNS.map((sign) => `http://user:${LEFT}${sign}${RIGHT}@127.0.0.1:9`),
  ...SIGNS.map((sign) => `http://user:1234${sign}${RIGHT}@127.0.0.1:9`),
  `http://user:${LEFT}#${RIGHT}@127.0.0.1:9`,
  `http://${LEFT}#user:${RIGHT}@127.0.0.1:9`,
  `http://user:${LEFT}${RIGHT}@127.0.0.1:9/${RIGHT}`,
  `http://user:${LEFT}${RIGHT}@127.0.0.1:9?${RIGHT}`,
  `http://user:${LEFT}${RIGHT}@127.0.0.1:9#${RIGHT}`,
  `http://user:${LEFT}${RIGHT}@`,
  `http://user:${LEFT}${RIGHT}`,
  `user:${LEFT}${RIGHT}@127.0.0.1:9`,
  `socks5://user:${LEFT}${RIGHT}@127.0.0.1:9`,
];

describe("a proxy's password that is not percent-encoded", () => {
  let folder: string;
  let cloud: RecordedCloud;

  before(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'taurusdb-proxy-'));
    cloud = await startCloud({ projects: sampleFleet({ projects: 1, nodesPerInstance: 1 }) });
  });
  after(async () => {
    await cloud.close();
    rmSync(folder, { recursive: true });
  });

  function write(name: string, text: string): string {
    const file = path.join(folder, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  }

  /** All the places for a proxy's URL. */
  function places(url: string, index = 0): [key: string, settings: Settings][] {
    const file = write(`proxy-${index}`, `${url}\n`);
    return [
      ['api.proxy_url', settingsOf(cloud, { api: { proxy_url: url } })],
      ['api.proxy_url_file', settingsOf(cloud, { api: { proxy_url_file: file } })],
      ['projects[0].api.proxy_url', settingsOf(cloud, {}, () => ({ api: { proxy_url: url } }))],
      ['projects[0].api.proxy_url_file', settingsOf(cloud, {}, () => ({ api: { proxy_url_file: file } }))],
    ];
  }

  const isHidden = (text: string) => piecesIn(text, [LEFT, RIGHT]).length === 0;

  it('is refused by check-config, with its line and what to do', async () => {
    // All of them, in all places, are given to the reloads below, which take no process each.
    for (const [index, url] of URLS.slice(0, 8).entries()) {
      const [key, settings] = places(url)[index % 4] ?? [];
      const text = stringify(settings, { aliasDuplicateObjects: false });
      const file = write('config.yaml', text);
      const { code, stdout, stderr } = await runProgram(['check-config', `--config.file=${file}`]);
      assert.equal(code, 1, url);
      assert.ok(isHidden(stdout + stderr), stderr);
      const line = text.split('\n').findIndex((one) => /proxy_url/u.test(one)) + 1;
      assert.ok(
        stderr.startsWith(`${file}:${line}: ${key}: got a text that is not shown, expected `),
        stderr,
      );
      assert.match(stderr, /percent-encoded/u);
    }
  });

  it('is refused by a reload, and not shown by it', async () => {
    const agent = await ReloadableAgent.start(settingsOf(cloud));
    try {
      for (const [index, url] of URLS.entries()) {
        for (const [, settings] of places(url, index)) {
          agent.write(settings);
          const { status, log, answer } = await agent.askForReload('POST');
          assert.equal(status, 500, url);
          assert.ok(isHidden(log + answer), answer);
          assert.match(answer, /percent-encoded/u);
        }
      }
    } finally {
      await agent.stop();
    }
  });

  it('is not shown where the file of a proxy becomes wrong later: the last good URL stays', async () => {
    const file = write('proxy', 'http://user:pass@127.0.0.1:9\n');
    const changes = { api: { proxy_url_file: file, max_retries: 0 } };
    const agent = await ReloadableAgent.start(settingsOf(cloud, changes), '--log.level=debug');
    try {
      const failed = (times: number) =>
        agent.seriesWhen(
          (series) =>
            [...series].some(([name, value]) => name.includes('reason="network"') && value >= times),
          `${times} collections that failed at the proxy`,
        );
      await failed(1);
      // With a port before the sign: `user` would be a host.
      for (const url of [`http://user:1234/${RIGHT}@127.0.0.1:9`, `http://user:1234#${RIGHT}@127.0.0.1:9`]) {
        write('proxy', `${url}\n`);
        const series = await agent.series();
        const [, before = 0] = [...series].find(([name]) => name.includes('reason="network"')) ?? [];
        await failed(before + 2);
        assert.ok(isHidden([...(await agent.series()).keys()].join('\n')));
      }
      const page = await (await fetch(`${agent.address}/api/v1/nodes`)).text();
      assert.match(page, /127\.0\.0\.1:9/u);
      assert.ok(isHidden(page + agent.program.stderr()));
    } finally {
      await agent.stop();
    }
  });

  it('may have a % of its own and bytes of another encoding, and is not shown, however it is repeated', async () => {
    // As it stands in the URL, and the bytes that it comes to.
    const passwords = [
      [`100%${LEFT}`, `100%${LEFT}`],
      [`${LEFT}%`, `${LEFT}%`],
      [`%zz${LEFT}%4`, `%zz${LEFT}%4`],
      [`p%23s%3As${LEFT}`, `p#s:s${LEFT}`],
      [`pässwörd${LEFT}`, `pässwörd${LEFT}`],
      [`p%E4%FFss${LEFT}`, Buffer.from(`p\u00e4\u00ffss${LEFT}`, 'latin1')],
      [`%25%2525${LEFT}`, `%%25${LEFT}`],
      [LEFT.replace(/./gu, (sign) => `%${sign.charCodeAt(0).toString(16)}`), LEFT],
      ['%E4%F6%FC%DF%E9%E8%E0%C7%F1%D8', Buffer.from('äöüßéèàÇñØ', 'latin1')],
    ] as const;
    const proxy = await startTunnels();
    const users = ['user', ''];
    const echoesOf = ([written, sent]: (typeof passwords)[number]) => [
      written,
      sent.toString(),
      Buffer.from(sent).toString('latin1'),
      encodeURIComponent(written),
      encodeURIComponent(sent.toString()),
      JSON.stringify(written),
      Buffer.from(written).toString('base64'),
      ...users.map((user) => Buffer.concat([Buffer.from(`${user}:`), Buffer.from(sent)]).toString('base64')),
    ];
    const api = await startServer([
      (response, { target }) => {
        const index = Number(/^\/v3\/0*(\d+)\//u.exec(target)?.[1]);
        const echoes = passwords.flatMap((one, at) => (index % passwords.length === at ? echoesOf(one) : []));
        const echo = echoes[Math.floor(index / passwords.length) % echoes.length];
        sendAnswer(response, { status: 400, body: { error_code: 'DBS.1', error_msg: `repeated [${echo}]` } });
      },
    ]);
    const projects = Array.from({ length: passwords.length * 9 }, (_, index) => {
      const [written = ''] = passwords[index % passwords.length] ?? [];
      const user = users[(Math.floor(index / passwords.length) + 1) % 2];
      const id = String(index).padStart(32, '0');
      return {
        name: `project-${index}`,
        region: 'eu-west-101',
        project_id: id,
        endpoint: api.url,
        auth: { token: { value: `t0ken-${index}` } },
        api: { proxy_url: `http://${user}:${written}@${new URL(proxy.url).host}` },
        nodes: [{ instance_id: `${'a'.repeat(32)}in07`, node_id: `${id}no07` }],
      };
    });
    const file = write('config.yaml', stringify({ projects, api: { max_retries: 0 } }));
    const { stdout, stderr } = await runProgram([
      'check-config',
      '--online',
      `--config.file=${file}`,
      '--log.level=debug',
    ]);
    await closeServers();
    assert.equal(stdout.match(/got 400 DBS\.1 "repeated \[.*<secret>/gu)?.length, projects.length, stdout);
    assert.ok(isHidden(stdout + stderr), stdout);
    const left = passwords.flatMap((one) => echoesOf(one).flatMap((echo) => piecesOf(echo, stdout)));
    assert.deepEqual(left, []);
  });

  it('is no matter of a user without a password, nor of a % that encodes nothing', async () => {
    for (const url of [
      'http://user@127.0.0.1:9',
      'http://user:@127.0.0.1:9',
      'http://user:a%23b@127.0.0.1:9',
      'http://user:100%@127.0.0.1:9',
    ]) {
      const file = write('config.yaml', stringify(settingsOf(cloud, { api: { proxy_url: url } })));
      const { code, stderr } = await runProgram(['check-config', `--config.file=${file}`]);
      assert.deepEqual([code, stderr], [0, '']);
    }
  });
});
