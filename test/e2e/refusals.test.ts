// What the API says when it refuses, in whatever form, and what it sends as a result under whatever type: through the built
// program, each case by a node of its own.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { runProgram } from '../support/program.js';
import { closeServers, type PlainAnswer, sendAnswer, startServer } from '../support/scripted-server.js';
import { writeConfig } from '../support/simulated-config.js';

const CSV = 'Id,User,Host,State\n1,app,10.0.0.1:5000,\n';
const TYPED_JSON = { 'content-type': 'application/json' };
const SUBMITTED = { request_id: 'r' };
const FINISHED = { status: 'finished' };

interface FieldRefusal {
  readonly status: number;
  readonly body: object;
  readonly want: readonly string[];
}

function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(path.resolve(import.meta.dirname, '../fixtures/answers', name), 'utf8'));
}

interface Case {
  readonly submit?: PlainAnswer;
  readonly wait?: PlainAnswer;
  /** Under the other path; as `wait` where it is left out. */
  readonly otherWait?: PlainAnswer;
  readonly download?: PlainAnswer;
  /** All of these are in the node's line. */
  readonly says: readonly (string | RegExp)[];
  readonly neverSays?: RegExp;
}

const OK = /: ok: 1 session,/u;

const refused = (status: number, body: PlainAnswer['body'], ...says: Case['says']): Case => ({
  submit: { status, body: body ?? '' },
  says: [/failed: (?:api|auth): submit: got /u, ...says],
});
const downloaded = (body: string | Buffer, type: string, ...says: Case['says']): Case => ({
  download: { headers: { 'content-type': type }, body },
  says,
});

const CASES: readonly Case[] = [
  ...fixture<FieldRefusal[]>('error-forms.json').map(({ status, body, want }) =>
    refused(status, body, ...want),
  ),
  refused(
    400,
    { error: { badRequest: { code: 'X.1', message: 'wrapped twice' } } },
    '400 X.1 "wrapped twice"',
  ),
  refused(400, { errors: [{ code: 400, message: 'in a list' }] }, 'got 400 "in a list"'),
  refused(400, { error: 'invalid_client', error_description: 'OAuth' }, 'invalid_client "OAuth"'),
  refused(409, { type: 'about:blank', title: 'Conflict', detail: 'a problem' }, 'got 409 "a problem"'),
  refused(
    400,
    iconv.encode('{"errCode": "DBS-200", "externalMessage": "参数错误"}', 'gbk'),
    'DBS-200 "参数错误"',
  ),
  refused(400, Buffer.from('\ufeff{"msg": "sixteen"}', 'utf16le'), 'got 400 "sixteen"'),
  refused(502, '<html><head><title>502 Bad Gateway</title></head></html>', 'got 502 "Bad Gateway"'),
  refused(503, 'no healthy upstream', 'got 503 "no healthy upstream"'),
  refused(400, `{"error_code":"BIG.1","error_msg":"w","pad":"${'x'.repeat(200_000)}"}`, 'got 400 BIG.1 "w"'),
  refused(400, '{"error_code":"TR.1","error_msg":"The quick wo', 'got 400 TR.1 "The quick wo…"'),
  ...['', 'a', 'aa'].map((pad) =>
    refused(
      400,
      JSON.stringify({ error_code: 'BIG.1', error_msg: '没有权限', pad: pad + '详'.repeat(30_000) }),
      'got 400 BIG.1 "没有权限"',
    ),
  ),
  refused(400, { badRequest: 'plain words' }, 'got 400 "plain words"'),
  ...['br', 'gzip', 'UTF-8'].map(
    (encoding): Case => ({
      submit: {
        status: 400,
        headers: { 'content-encoding': encoding },
        body: { error_code: 'E.1', error_msg: 'plain' },
      },
      says: ['got 400 E.1 "plain"'],
    }),
  ),
  refused(400, gzipSync('{"error_code":"GZ.1","error_msg":"zipped"}'), 'got 400 GZ.1 "zipped"'),
  refused(400, '<Error><Code>A.1</Code><Message>as OBS</Message></Error>', 'got 400 A.1 "as OBS"'),
  {
    ...refused(403, { error_code: 'X.1', error_msg: 'The account is frozen' }, /in arrears/u),
    neverSays: /permission/u,
  },
  {
    ...refused(403, { error_code: 'APIGW.0402', error_msg: 'no' }, /address that may call/u),
    neverSays: /permission/u,
  },
  refused(
    403,
    { code: 'X.1', message: '没有操作权限' },
    /permission gaussdbformysql:instance:getRealtimeSession/u,
  ),
  {
    ...refused(404, { error_code: 'APIGW.0101', error_msg: 'no API' }, /check endpoint/u),
    neverSays: /gone/u,
  },

  { submit: { body: { ...SUBMITTED, code: 200, message: 'OK' } }, says: [OK] },
  { submit: { body: { ...SUBMITTED, error_code: '0', error_msg: null } }, says: [OK] },
  { wait: { body: { ...FINISHED, errCode: '', error: null } }, says: [OK] },
  { submit: { headers: { 'content-type': 'text/html' }, body: JSON.stringify(SUBMITTED) }, says: [OK] },
  { submit: { body: { ...SUBMITTED, code: 'DBS.1' } }, says: ['got 200 with the error DBS.1'] },
  {
    submit: { body: { badRequest: { code: 400, message: 'in a 200' } } },
    says: ['with the error 400 "in a 200"'],
  },
  { wait: { body: { message: 'words alone' } }, says: ['wait: got 200 with the error "words alone"'] },
  { submit: { body: { ...SUBMITTED, code: 'common.success' } }, says: [OK] },
  { submit: { body: Buffer.from(`\ufeff${JSON.stringify(SUBMITTED)}`, 'utf16le') }, says: [OK] },
  { submit: { headers: { 'content-encoding': 'UTF-8' }, body: SUBMITTED }, says: [OK] },
  { wait: { headers: { 'content-encoding': 'aws-chunked' }, body: FINISHED }, says: [OK] },
  {
    wait: { body: { status: 'error', error_code: 'E.9', error_msg: 'too many connections' } },
    says: ['failed: task_error: task status: got "error" E.9 "too many connections"'],
  },
  {
    wait: { body: { status: 'unrecognized', message: 'request expired' } },
    says: ['failed: task_unrecognized: task status: got "unrecognized" "request expired" 4 times'],
  },
  { wait: { body: { status: '运行中' } }, says: ['failed: api: wait: got the task status "运行中"'] },
  {
    wait: { status: 404, body: { error_code: 'DBS.280404', error_msg: 'Node not found' } },
    otherWait: { status: 404, body: { error_code: 'APIGW.0101', error_msg: 'The API does not exist' } },
    says: ['wait: got 404 DBS.280404 "Node not found", expected the node and the task'],
  },
  ...[
    '<html><title>404 Not Found</title></html>',
    '',
    '{}',
    '404 page not found',
    { error_code: '404', error_msg: 'Not Found' },
    { timestamp: 7, status: 404, error: 'Not Found' },
    { error_code: 'APIGW.0101', error_msg: 'The API does not exist' },
  ].flatMap((body): Case[] => {
    const ofNode = { status: 404, body: { error_code: 'DBS.200013', error_msg: 'node gone' } };
    const says = ['wait: got 404 DBS.200013 "node gone", expected the node and the task'];
    return [
      { wait: { status: 404, body }, otherWait: ofNode, says },
      { wait: ofNode, otherWait: { status: 404, body }, says },
    ];
  }),
  { wait: { body: { code: 0, message: 'no task' } }, says: ['wait: got 200 without status: 0 "no task"'] },

  ...fixture<(string | null)[]>('content-types.json').map(
    (type): Case => ({
      download: { headers: type === null ? {} : { 'content-type': type }, body: CSV },
      says: [OK],
    }),
  ),
  downloaded(CSV, 'text/html', OK),
  ...[
    '[Id],[User],[Host],[State]',
    '{Id},User,Host,State',
    '<Id>,User,Host,State',
    '[会话ID],[用户],[主机],[状态]',
  ].map((header) => downloaded(CSV.replace('Id,User,Host,State', header), 'text/csv', OK)),
  downloaded(`\r\n${CSV}`, 'application/xml', OK),
  downloaded(
    '{"errCode": "DBS.1", "externalMessage": "expired"}',
    'text/csv',
    'failed: csv: download: got JSON of the type "text/csv" DBS.1 "expired"',
  ),
  downloaded(
    '\ufeff\n[{"code": "X.1"}]',
    'text/csv',
    /csv: download: got JSON of the type "text\/csv" X\.1/u,
  ),
  downloaded('<html><title>Sign in</title>', 'text/csv', /got HTML .*"Sign in", expected .*does a proxy/u),
  downloaded('<Error><Code>NoSuchKey</Code></Error>', 'text/csv', /got XML .* NoSuchKey/u),
  downloaded('BZh91AY&SY', 'text/csv', /got a bzip2 file/u),
  downloaded('PK\x03\x04\x14\0', 'text/csv', /csv: download: got a ZIP file, as spreadsheets/u),
  downloaded(gzipSync(CSV), 'text/csv', /csv: download: got a gzip file without Content-Encoding/u),
];

const nodeId = (index: number): string => `${String(index).padStart(32, '0')}no07`;

describe('what the API answers', () => {
  after(closeServers);

  it('is told of each node in its code and words, and a result goes by its bytes', async () => {
    const { url } = await startServer([
      (response, { target, method }) => {
        const one = CASES[Number(/\/nodes\/(\d+)no07/u.exec(target)?.[1])];
        const good =
          method === 'POST'
            ? one?.submit
            : target.includes('-result?')
              ? one?.download
              : target.includes('-status?')
                ? (one?.otherWait ?? one?.wait)
                : one?.wait;
        const fallback = method === 'POST' ? SUBMITTED : target.includes('-result?') ? CSV : FINISHED;
        sendAnswer(response, good ?? { headers: TYPED_JSON, body: fallback });
      },
    ]);
    const file = writeConfig({
      projects: [
        {
          name: 'p',
          region: 'eu-west-101',
          project_id: '0'.repeat(32),
          endpoint: url,
          auth: { token: { value: 'CANARYTOKEN0123456789' } },
          nodes: CASES.map((_, index) => ({ instance_id: `${'a'.repeat(32)}in07`, node_id: nodeId(index) })),
        },
      ],
      collection: { poll_interval: '100ms', timeout: '20s', splay: '0s', max_concurrent: 16 },
      api: { max_retries: 0, max_requests_per_second: 1_000 },
    });
    const { stdout, stderr, code } = await runProgram(['check-config', '--online', `--config.file=${file}`]);
    assert.equal(code, 1, stderr);
    const lines = stdout.split('\n');
    for (const [index, { says, neverSays }] of CASES.entries()) {
      const line = lines.find((one) => one.includes(nodeId(index))) ?? '';
      for (const said of says) {
        assert.ok(typeof said === 'string' ? line.includes(said) : said.test(line), `${said} in ${line}`);
      }
      if (neverSays !== undefined) {
        assert.doesNotMatch(line, neverSays);
      }
    }
  });
});
