import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { FollowedSecrets } from '../../src/agent/followed-secrets.js';
import { wire } from '../../src/agent/wire.js';
import { later } from '../../src/clock.js';
import type { Config } from '../../src/config/config-schema.js';
import { WHOLE_FLEET } from '../../src/discover/shard.js';
import { RESTLESS_MS, STILL_MS } from '../../src/followed-files.js';
import { ConfigFolder } from '../config/config-folder.js';
import { authOf, projectWith } from '../config/sample-config.js';
import { FakeClock } from '../support/fake-clock.js';
import { RecordedLog } from '../support/recorded-log.js';

const DISCOVERED = '    discovery: { enabled: true }\n';
const KEY_FILES = '    auth: { access_key: { ak_file: ak, sk_file: sk, security_token_file: token } }\n';

describe('FollowedSecrets', () => {
  let folder: ConfigFolder;
  let clock: FakeClock;
  let log: RecordedLog;
  let secrets: FollowedSecrets;

  beforeEach(() => {
    folder = new ConfigFolder();
    clock = new FakeClock();
    log = new RecordedLog();
    secrets = new FollowedSecrets(clock, log);
  });
  afterEach(() => folder.remove());

  const follow = (keys: string, rest = '', env: NodeJS.ProcessEnv = {}): Config => {
    const { config } = folder.load(projectWith(`${keys}${DISCOVERED}`) + rest, env);
    secrets.prepare(config)();
    return config;
  };
  const writeKey = (version: number): void => {
    folder.write('ak', `ak-${version}`);
    folder.write('sk', `sk-${version}`);
    folder.write('token', `token-${version}`);
  };
  const keyOf = async (config: Config): Promise<unknown[]> => {
    // What is read in one turn of the event loop is of one state of the files.
    await Promise.resolve();
    const { ak, sk, security_token: token } = authOf(config.projects[0], 'access_key');
    return [ak.read(), sk.read(), token?.read()];
  };
  /** Looks twice, as two requests would. */
  const still = async (config: Config): Promise<unknown[]> => {
    await keyOf(config);
    await clock.advance(STILL_MS);
    return keyOf(config);
  };

  it('takes the files of a key together once all are still, and says so in one line', async () => {
    writeKey(1);
    const config = follow(KEY_FILES);
    folder.write('ak', 'ak-2');
    await keyOf(config);
    await clock.advance(1_900);
    folder.write('sk', 'sk-2');
    folder.write('token', 'token-2');
    await keyOf(config);
    await clock.advance(1_900);
    assert.deepEqual(await keyOf(config), ['ak-1', 'sk-1', 'token-1']);
    await clock.advance(100);
    assert.deepEqual(await keyOf(config), ['ak-2', 'sk-2', 'token-2']);
    assert.deepEqual(log.lines, [
      `info secret changed with its file: the new value is in force from now on file=${['ak', 'sk', 'token'].map((name) => `${folder.path}/${name}`).join(', ')}`,
    ]);
  });

  it('takes none of the files while one of them is wrong', async () => {
    writeKey(1);
    const config = follow(KEY_FILES);
    writeKey(2);
    folder.write('sk', 'sk 2');
    assert.deepEqual(await still(config), ['ak-1', 'sk-1', 'token-1']);
    folder.write('sk', 'sk-2');
    assert.deepEqual(await still(config), ['ak-2', 'sk-2', 'token-2']);
  });

  it('does not tear what is read in one turn', async () => {
    writeKey(1);
    let at = clock.monotonic();
    secrets = new FollowedSecrets(
      { now: () => clock.now(), monotonic: () => at, sleep: (ms, signal) => clock.sleep(ms, signal) },
      log,
    );
    const config = follow(KEY_FILES);
    writeKey(2);
    await keyOf(config);
    const { ak, sk } = authOf(config.projects[0], 'access_key');
    assert.equal(ak.read(), 'ak-1');
    at = later(at, STILL_MS);
    assert.equal(sk.read(), 'sk-1');
    assert.deepEqual(await keyOf(config), ['ak-2', 'sk-2', 'token-2']);
  });

  it('says nothing where a file was written anew with what it held', async () => {
    writeKey(1);
    const config = follow(KEY_FILES);
    writeKey(1);
    await still(config);
    assert.deepEqual(log.lines, []);
  });

  for (const [what, change, reason] of [
    ['empty', (path: string) => folder.write(path, ''), 'it is empty'],
    [
      'blank',
      (path: string) => folder.write(path, ' \n'),
      'it has a blank, a line break or a byte that is not text',
    ],
    [
      'with a byte-order mark',
      (path: string) => folder.write(path, '\ufeffCANARY'),
      'it starts with the byte-order mark of UTF-8: save it without one',
    ],
    [
      'in UTF-16',
      (path: string) => folder.write(path, Buffer.from('\ufeffCANARY', 'utf16le')),
      'it starts with the byte-order mark of UTF-16: save it as UTF-8',
    ],
    [
      'with a letter that no header carries',
      (path: string) => folder.write(path, 'CANARYÜ'),
      'it has a character outside ASCII',
    ],
    ['gone', (path: string) => rmSync(`${folder.path}/${path}`), 'no such file'],
    [
      'a folder',
      (path: string) => {
        rmSync(`${folder.path}/${path}`);
        mkdirSync(`${folder.path}/${path}`);
      },
      'not a regular file',
    ],
    ['too large', (path: string) => folder.write(path, 'CANARY'.repeat(20_000)), 'larger than 65536 bytes'],
  ] as const) {
    it(`tells once of a file that is ${what} now, without its content`, async () => {
      writeKey(1);
      const config = follow(KEY_FILES);
      change('sk');
      for (let looks = 0; looks < 5; looks += 1) {
        assert.deepEqual(await still(config), ['ak-1', 'sk-1', 'token-1']);
      }
      assert.deepEqual(log.lines, [
        `warn secret file cannot be used: the previous value stays in force; correct the file, which is read again when it changes file=${folder.path}/sk error=${reason}`,
      ]);
    });
  }

  it('tells once of a file that is written again and again, through the wiring', async () => {
    writeKey(1);
    const { config } = folder.load(projectWith(`${KEY_FILES}${DISCOVERED}`));
    wire(config, { shard: WHOLE_FLEET, clock, log });
    for (let second = 0; second < (3 * RESTLESS_MS) / 1_000; second += 1) {
      folder.write('sk', 'x'.repeat(1 + second));
      assert.deepEqual(await keyOf(config), ['ak-1', 'sk-1', 'token-1']);
      await clock.advance(1_000);
    }
    assert.deepEqual(log.lines, [
      `warn secret file cannot be used: the previous value stays in force; write the file only when the secret changes file=${folder.path}/sk error=it has not been still for 2 s within the last 30 s`,
    ]);
  });

  it('warns of a new file that other users can read', async () => {
    writeKey(1);
    const config = follow(KEY_FILES);
    folder.write('sk', 'sk-2', 0o644);
    await still(config);
    await still(config);
    assert.deepEqual(
      log.lines.filter((line) => line.startsWith('warn')),
      [
        `warn secret file can be read by other users: take their permission away (chmod 600) file=${folder.path}/sk`,
      ],
    );
  });

  it('follows the URL of a proxy, not to one that is none', async () => {
    folder.write('proxy', 'http://first');
    const config = follow('', 'api: { proxy_url_file: proxy }\n');
    const urls = async () => {
      config.api.proxy_url?.read();
      await clock.advance(STILL_MS);
      return [config.api.proxy_url?.read(), config.projects[0]?.api.proxy_url?.read()];
    };
    for (const wrong of ['ftp://second', 'http://user:#@second', 'second']) {
      folder.write('proxy', wrong);
      assert.deepEqual(await urls(), ['http://first', 'http://first']);
    }
    assert.equal(log.lines.length, 3);
    folder.write('proxy', 'http://second');
    assert.deepEqual(await urls(), ['http://second', 'http://second']);
  });

  describe('of the profile file', () => {
    const profile = (text: string) => ({
      HUAWEICLOUD_SDK_AK: '',
      HUAWEICLOUD_SDK_CREDENTIALS_FILE: folder.write('profile', text),
    });

    it('follows all of it, or nothing', async () => {
      const config = follow('', '', profile('[basic]\nak = FIRST\nsk = SK1\nsecurity_token = STS1\n'));
      profile('[basic]\nak = SECOND\nsk = SK2\nsecurity_token = STS2\n');
      assert.deepEqual(await still(config), ['SECOND', 'SK2', 'STS2']);
      for (const wrong of ['ak = THIRD\n', 'ak = THIRD\nsk = with a blank\nsecurity_token = STS3\n']) {
        profile(`[basic]\n${wrong}`);
        assert.deepEqual(await still(config), ['SECOND', 'SK2', 'STS2']);
      }
    });

    it('follows it from a permanent key to a temporary one and back', async () => {
      const config = follow('', '', profile('[basic]\nak = FIRST\nsk = SK1\n'));
      assert.deepEqual(await keyOf(config), ['FIRST', 'SK1', '']);
      profile('[basic]\nak = SECOND\nsk = SK2\nsecurity_token = STS\n');
      assert.deepEqual(await still(config), ['SECOND', 'SK2', 'STS']);
      profile('[basic]\nak = THIRD\nsk = SK3\nsecurity_token =\n');
      assert.deepEqual(await still(config), ['THIRD', 'SK3', '']);
      assert.ok(log.lines.every((line) => line.startsWith('info secret changed with its file')));
    });

    it('takes no part of it at a reload that comes before its token is written', async () => {
      follow('', '', profile('[basic]\nak = FIRST\nsk = SK1\nsecurity_token = STS1\n'));
      const half = '[basic]\nak = SECOND\nsk = SK2\n';
      const config = follow('', '', profile(half));
      assert.deepEqual(await keyOf(config), ['FIRST', 'SK1', 'STS1']);
      await clock.advance(1_000);
      profile(`${half}security_token = STS2\n`);
      assert.deepEqual(await still(config), ['SECOND', 'SK2', 'STS2']);
    });
  });

  describe('over a reload', () => {
    it('does not take what a file says in the middle of a change', async () => {
      writeKey(1);
      follow(KEY_FILES);
      folder.write('ak', 'ak-2');
      const config = follow(`${KEY_FILES}    language: zh-cn\n`);
      assert.deepEqual(await keyOf(config), ['ak-1', 'sk-1', 'token-1']);
      writeKey(2);
      assert.deepEqual(await still(config), ['ak-2', 'sk-2', 'token-2']);
      assert.equal(log.lines.length, 1);
    });

    it('reads files that it did not follow at once', async () => {
      writeKey(1);
      follow(KEY_FILES);
      folder.write('other', 'other-sk');
      const config = follow(KEY_FILES.replace('sk_file: sk', 'sk_file: other'));
      assert.deepEqual(await keyOf(config), ['ak-1', 'other-sk', 'token-1']);
    });

    it('forgets the files that the configuration no longer names', async () => {
      writeKey(1);
      follow(KEY_FILES);
      follow('    auth: { token: { value: text } }\n');
      writeKey(2);
      assert.deepEqual(await keyOf(follow(KEY_FILES)), ['ak-2', 'sk-2', 'token-2']);
    });

    it('changes nothing by one that is not put in force', async () => {
      writeKey(1);
      const config = follow(KEY_FILES);
      const { config: other } = folder.load(projectWith(DISCOVERED));
      secrets.prepare(other);
      writeKey(2);
      assert.deepEqual(await keyOf(follow(KEY_FILES)), ['ak-1', 'sk-1', 'token-1']);
      assert.deepEqual(await still(config), ['ak-2', 'sk-2', 'token-2']);
    });
  });
});
