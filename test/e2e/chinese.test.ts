// Texts of people who write Chinese, from the configuration, the API and session files in GB18030, to all that the program
// shows: each comes out as it went in, and tables stay straight.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { parse } from 'yaml';
import { parseSamples } from '../metrics/parse-exposition.js';
import { gb18030 } from '../support/gb18030.js';
import { addressOf, eventually, runProgram, startProgram } from '../support/program.js';
import { closeServers, type SeenRequest, sendAnswer, startServer } from '../support/scripted-server.js';
import { writeConfig } from '../support/simulated-config.js';

const id = (letter: string, end: string) => `${letter.repeat(32)}${end}`;
const LISTED = { instance_id: id('a', 'in07'), node_id: id('b', 'no07') };
const REFUSED = { instance_id: id('a', 'in07'), node_id: id('c', 'no07') };
const FOUND = { instance_id: id('d', 'in07'), node_id: id('e', 'no07') };

/** In UTF-16 of two units, in GB18030 of four bytes, composed and not, joined, from right to left, of full width. */
const TEXTS = [
  '订单_rw',
  '𠮷野家',
  'ĉeĥo',
  'caf\u00e9',
  'cafe\u0301',
  'か\u309a',
  '（测试），。“一”',
  '👨‍👩‍👧',
  'مستخدم',
  '\u3000全\u00a0角',
];
const LONG = '𠮷'.repeat(130);
const PROJECT = '生产_一';
const LISTED_NAME = '订单主库（一）𠮷';
const REFUSED_NAME = 'データベース\tcafe\u0301';
const INSTANCE_NAME = '订单-𠮷野（华北）';
const FOUND_NAME = '只读节点①👨‍👩‍👧';
/** Longer than what is shown of it: the 200th character would be cut in half by units. */
const WORDS = `实例不存在${'𠮷'.repeat(300)}`;
const SHOWN_WORDS = `实例不存在${'𠮷'.repeat(194)}…`;

const HEADER =
  '会话ID,用户名,访问主机,会话状态,库名（默认）,命令类型,时间（秒）,SQL语句,事务ID,事务状态,事务持续时间（秒）,事务锁等待时长（秒）,事务锁定行数,事务锁定表数量,事务更新行数';
const ROWS = [...TEXTS, LONG].map((text, index) => {
  const cell = `"${text}"`;
  return `${index},${cell},"${text}:5${index}000",${cell},${cell},Query,${index},"SELECT '${text}'",${index},LOCK WAIT,9,8,7,6,5`;
});
const SLEEPING = '99,订单_rw,10.0.0.1:50000,,,Sleep,20,,99,RUNNING,90,0,1,1,1';
const LIST = gb18030(`${[HEADER, ...ROWS, SLEEPING].join('\r\n')}\r\n`);
/** In chunks of these many bytes, characters of two and of four bytes are parted everywhere. */
const CHUNK = 5;

function answer({ target, method }: SeenRequest): object {
  if (target.includes('/auth/tokens')) {
    return { token: { expires_at: '2099-01-01T00:00:00Z' } };
  }
  if (target.includes('/instances?')) {
    const tags = [{ key: '环境', value: '生产𠮷' }];
    const instances = [
      { id: FOUND.instance_id, name: INSTANCE_NAME, status: 'ACTIVE', tags },
      { id: id('f', 'in07'), name: '报表-一', status: 'ACTIVE', tags },
      { id: id('0', 'in07'), name: '订单-二', status: 'ACTIVE', tags: [{ key: '环境', value: '测试' }] },
    ];
    return { instances, total_count: instances.length };
  }
  if (!target.includes('/nodes/')) {
    const nodes = [{ id: FOUND.node_id, name: FOUND_NAME, status: 'ACTIVE', type: 'master' }];
    return { instance: { id: FOUND.instance_id, name: INSTANCE_NAME, nodes } };
  }
  return method === 'POST' ? { request_id: 'r' } : { status: 'finished' };
}

describe('Chinese', () => {
  let config: Parameters<typeof writeConfig>[0];
  let file: string;
  let requests: readonly SeenRequest[];

  before(async () => {
    const server = await startServer([
      async (response, request) => {
        if (request.target.includes(REFUSED.node_id)) {
          sendAnswer(response, { status: 400, body: { error_code: 'DBS.200001', error_msg: WORDS } });
        } else if (request.target.includes('-result')) {
          for (let at = 0; at < LIST.length; at += CHUNK) {
            response.write(LIST.subarray(at, at + CHUNK));
            await turn();
          }
          response.end();
        } else {
          sendAnswer(response, { headers: { 'x-subject-token': 'TOKEN' }, body: answer(request) });
        }
      },
    ]);
    requests = server.requests;
    config = {
      projects: [
        {
          name: PROJECT,
          region: 'eu-west-101',
          project_id: '0'.repeat(32),
          endpoint: server.url,
          iam_endpoint: server.url,
          language: 'zh-cn',
          auth: { password: { domain: '账号', user: '用户𠮷', password: '密码〇' } },
          nodes: [
            { ...LISTED, name: LISTED_NAME, labels: { team: '订单组𠮷' } },
            { ...REFUSED, name: REFUSED_NAME },
          ],
          discovery: { enabled: true, instance_name: '订单-??（*', tags: { 环境: '生*' } },
        },
      ],
      collection: { poll_interval: '100ms', splay: '0s' },
      csv: { encoding: 'gb18030', columns: { db: ['库名 (默认)'] } },
      metrics: { labels: { site: '上海（浦东）' } },
    };
    file = writeConfig(config);
  });
  after(closeServers);

  it('is on /metrics, on the page, in the JSON and in the log as it was written', async () => {
    const agent = startProgram([`--config.file=${file}`, '--web.listen-address=127.0.0.1:0']);
    try {
      const address = await addressOf(agent);
      const get = async (target: string) => (await fetch(`${address}${target}`)).text();
      await eventually(
        async () => ((await fetch(`${address}/-/ready`)).ok ? true : undefined),
        'a collection of each node',
      );
      assertLabels(await get('/metrics'));
      assertJson(JSON.parse(await get('/api/v1/nodes')));
      const page = await get('/');
      for (const text of [PROJECT, LISTED_NAME, INSTANCE_NAME, FOUND_NAME, SHOWN_WORDS, '订单_rw']) {
        assert.ok(page.includes(text), text);
      }
      const log = agent.stderr();
      assert.match(log, new RegExp(`project="?${PROJECT}"? .*DBS\\.200001 .*${SHOWN_WORDS}`, 'u'));
    } finally {
      agent.child.kill('SIGKILL');
      await agent.ended;
    }
    const calls = requests.filter(({ target }) => !target.includes('/auth/tokens'));
    for (const part of ['/instances?', `/instances/${FOUND.instance_id}`, '-session', '-task?', '-result?']) {
      const languages = calls
        .filter(({ target }) => target.includes(part))
        .map(({ headers }) => headers['x-language']);
      assert.deepEqual(new Set(languages), new Set(['zh-cn']), part);
    }
    assert.deepEqual(bodyOf(requests).auth.identity.password.user, {
      name: '用户𠮷',
      password: '密码〇',
      domain: { name: '账号' },
    });
  });

  function assertLabels(metrics: string): void {
    const samples = parseSamples(metrics);
    const named = (name: string, nodeId: string) =>
      samples.filter(({ name: other, labels }) => other === name && labels.node_id === nodeId);
    const [info] = named('taurusdb_node_info', LISTED.node_id);
    assert.deepEqual(info?.labels, {
      ...LISTED,
      site: '上海（浦东）',
      team: '订单组𠮷',
      project: PROJECT,
      cloud_region: 'eu-west-101',
      instance_name: '',
      node_name: LISTED_NAME,
      role: '',
    });
    const [found] = named('taurusdb_node_info', FOUND.node_id);
    assert.equal(found?.labels.instance_name, INSTANCE_NAME);
    assert.equal(found?.labels.node_name, FOUND_NAME);
    for (const [dimension, label] of [
      ['user', 'user'],
      ['host', 'client_host'],
      ['state', 'state'],
      ['database', 'database'],
    ] as const) {
      const values = named(`taurusdb_sessions_by_${dimension}`, LISTED.node_id).map(
        ({ labels }) => labels[label] ?? '',
      );
      const cut = values.filter((value) => /^𠮷+…[0-9a-f]+$/u.test(value));
      assert.equal(cut.length, 1, dimension);
      assert.equal([...(cut[0] ?? '')].length, 128);
      const expected = TEXTS.map((text) => text.trim());
      const others = values.filter((value) => !['none', '10.0.0.1', ...cut].includes(value));
      assert.deepEqual(others.sort(), expected.sort(), dimension);
    }
    const figure = (name: string) => named(name, LISTED.node_id).map(({ value }) => value);
    assert.deepEqual(figure('taurusdb_sessions'), [TEXTS.length + 2]);
    assert.deepEqual(figure('taurusdb_sessions_active'), [TEXTS.length + 1]);
    assert.deepEqual(figure('taurusdb_sessions_lock_waiting'), [TEXTS.length + 1]);
    assert.deepEqual(figure('taurusdb_sessions_idle_in_transaction'), [1]);
    assert.deepEqual(figure('taurusdb_transaction_longest_seconds'), [90]);
    assert.deepEqual(figure('taurusdb_transaction_lock_wait_longest_seconds'), [8]);
    assert.deepEqual(figure('taurusdb_transaction_rows_locked'), [7 * (TEXTS.length + 1) + 1]);
    assert.deepEqual(figure('taurusdb_transaction_tables_locked'), [6 * (TEXTS.length + 1) + 1]);
    assert.deepEqual(figure('taurusdb_transaction_rows_modified'), [5 * (TEXTS.length + 1) + 1]);
  }

  function assertJson({ nodes }: { nodes: Record<string, string | Record<string, string>>[] }): void {
    const names = nodes.map(({ project, node_name, instance_name }) => [project, instance_name, node_name]);
    assert.deepEqual(
      new Set(names.map(String)),
      new Set(
        [
          [PROJECT, '', LISTED_NAME],
          [PROJECT, '', REFUSED_NAME],
          [PROJECT, INSTANCE_NAME, FOUND_NAME],
        ].map(String),
      ),
    );
    const { last_error: error } = nodes.find(({ node_id }) => node_id === REFUSED.node_id) ?? {};
    assert.ok(typeof error === 'object' && error.message?.includes(`DBS.200001 "${SHOWN_WORDS}"`));
  }

  it('keeps the table of collect straight, and is whole in the JSON of its log', async () => {
    const { code, stdout, stderr } = await runProgram([
      'collect',
      `--config.file=${file}`,
      '--log.format=json',
    ]);
    assert.equal(code, 1);
    const names = [LISTED_NAME, 'データベース cafe\u0301', FOUND_NAME, 'NAME'];
    // What a terminal gives to each: Chinese and Japanese two columns, what combines none, a family two.
    const widths = [16, 17, 11, 4];
    const lines = stdout.trimEnd().split('\n');
    assert.equal(lines.length, names.length);
    for (const [index, name] of names.entries()) {
      const line = lines.find((text) => text.includes(`  ${name} `));
      assert.ok(line !== undefined, `${name}\n${stdout}`);
      const [before = '', after = ''] = line.split(`  ${name}`);
      assert.equal(/^ */u.exec(after)?.[0].length, 17 + 2 - (widths[index] ?? 0), stdout);
      assert.match(before, new RegExp(`^(?:${PROJECT}  \\w{36}|PROJECT  NODE {32})$`, 'u'));
    }
    const records = stderr
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const failure = records.find(({ msg }) => msg === 'collection failed');
    assert.equal(failure?.project, PROJECT);
    assert.ok(String(failure?.error).includes(SHOWN_WORDS), stderr);
  });

  it('is in the report of check-config and in the YAML of discover', async () => {
    const report = await runProgram(['check-config', '--online', `--config.file=${file}`]);
    assert.equal(report.code, 1);
    assert.match(report.stdout, new RegExp(`^.*${PROJECT} ${LISTED_NAME} \\w+: ok: 12 sessions`, 'mu'));
    assert.ok(report.stdout.includes(SHOWN_WORDS), report.stdout);
    const found = await runProgram(['discover', `--config.file=${file}`]);
    assert.ok(found.stdout.includes(`# ${INSTANCE_NAME}\n`), found.stdout);
    assert.deepEqual(parse(found.stdout), {
      projects: [{ name: PROJECT, nodes: [{ ...FOUND, name: FOUND_NAME, instance_name: INSTANCE_NAME }] }],
    });
  });

  it('in a file that is not UTF-8 is refused with what to do', async () => {
    const text = `# ASCII\n# ${PROJECT}\n`;
    const asGbk =
      /: cannot be read: not UTF-8 text \(line 2\): save it as UTF-8, not as GBK, GB18030 or ANSI$/mu;
    const refusals = [
      ['config.file', gb18030(text), asGbk],
      ['web.config.file', gb18030(text), asGbk],
      [
        'config.file',
        Buffer.from(`\ufeff${text}`, 'utf16le'),
        /: cannot be read: it starts with the byte-order mark of UTF-16: save it as UTF-8$/mu,
      ],
      [
        'config.file',
        Buffer.from(text, 'utf16le').swap16(),
        /: cannot be read: it has a NUL byte, as UTF-16 text has: save it as UTF-8$/mu,
      ],
    ] as const;
    await Promise.all(
      refusals.map(async ([flag, bytes, message]) => {
        const odd = writeConfig({});
        writeFileSync(odd, bytes);
        const { code, stdout, stderr } = await runProgram([
          'check-config',
          `--config.file=${file}`,
          `--${flag}=${odd}`,
        ]);
        assert.equal(code, 1);
        assert.match(stdout + stderr, message);
      }),
    );
  });

  it('in a list whose encoding the configuration does not say is an error that asks for it', async () => {
    const list = path.join(path.dirname(file), 'list.csv');
    writeFileSync(list, LIST);
    const { code, stderr } = await runProgram(['replay', list]);
    assert.equal(code, 1);
    assert.match(stderr, /list\.csv: csv header: got 15 names, .*csv\.encoding.*gb18030/u);
  });

  it('in a list whose header is ASCII are told of where the configuration does not say their encoding', async () => {
    const list = path.join(path.dirname(file), 'rows.csv');
    const rows = 'User,Host,State\n张三,10.0.0.1:5,executing\n李四,10.0.0.1:6,executing\n';
    for (const [written, told] of [
      [gb18030(rows), /rows\.csv: warning: values of the session list that are no text .*gb18030\?\n$/u],
      [Buffer.from(rows), /^$/u],
    ] as const) {
      writeFileSync(list, written);
      const { code, stderr } = await runProgram(['replay', list]);
      assert.equal(code, 0);
      assert.match(stderr, told);
    }
  });
});

function bodyOf(requests: readonly SeenRequest[]) {
  return JSON.parse(requests.find(({ target }) => target.includes('/auth/tokens'))?.body ?? '');
}
