// Oddities that look like faults, or pass: the collection succeeds, and counts what is there.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { resolveAs } from '../support/fake-resolver.js';
import { eventually } from '../support/program.js';
import { closeServers, type Step, sendAnswer } from '../support/scripted-server.js';
import { csv, raw, refusal, reset } from './answers.js';
import { canariesIn } from './canaries.js';
import {
  GOOD_FILE,
  GOOD_SESSIONS,
  HEADER,
  httpDate,
  type Misbehaviour,
  type Operation,
} from './hostile-api.js';
import { Rehearsal, type Settings, WITH_PASSWORD } from './rehearsal.js';

interface Oddity extends Misbehaviour {
  readonly what: string;
  /** As many as in the good file, unless it says otherwise. */
  readonly sessions?: number;
  readonly rejectedRows?: number;
  readonly requests?: Readonly<Partial<Record<Operation, number>>>;
  readonly project?: Settings;
  readonly meanwhile?: (fleet: Rehearsal) => Promise<void>;
  /** Until what the collection set off has ended. */
  readonly afterwards?: (fleet: Rehearsal) => Promise<void>;
  /** Lines above the level of information that it is worth. */
  readonly lines?: number;
}

/** `first`, and then all goes well. */
function once(first: Step, then: Step): Step {
  let requests = 0;
  return (response, request) => {
    requests += 1;
    const step = requests === 1 ? first : then;
    if (typeof step === 'function') {
      step(response, request);
    } else {
      sendAnswer(response, step);
    }
  };
}

/** By IAM, for a day. */
function issued(token: string): Step {
  return (response) => {
    const expires_at = new Date(Date.parse(String(response.getHeader('date'))) + 86_400_000).toISOString();
    sendAnswer(response, {
      status: 201,
      headers: { 'x-subject-token': token },
      body: { token: { expires_at } },
    });
  };
}

const SUBMITTED = { body: { request_id: 'realtime_session-1' } };
const FINISHED = { body: { status: 'finished' } };
const FILE = csv(GOOD_FILE);

/** The odd value `value` in each row's `User` and `Host`. */
function oddText(value: string): Step {
  const cell = `"${value.replaceAll('"', '""')}"`;
  return csv(`${HEADER}\n1,${cell},${cell},d,Query,1,s,,\n2,${cell},h,d,Query,1,s,,\n`);
}

const ODDITIES: readonly Oddity[] = [
  {
    what: 'N3 a name whose IPv6 address leads nowhere',
    meanwhile: async (fleet) => {
      resolveAs('localhost', ['2001:db8::1', '127.0.0.1']);
      fleet.reconfigure({ endpoint: fleet.sickApi.url.replace('127.0.0.1', 'localhost') });
    },
    requests: { submit: 1, wait: 1, download: 1 },
  },
  { what: 'N5 one reset at wait', wait: once(reset, FINISHED), requests: { wait: 2 } },
  { what: 'N5 one reset at download', download: once(reset, FILE), requests: { download: 2 } },
  {
    what: 'N7 a connection closed while idle, noticed at the next request',
    wait: (response) => {
      sendAnswer(response, { headers: { connection: 'keep-alive' }, ...FINISHED });
      response.on('finish', () => response.socket?.destroySoon());
    },
  },
  {
    what: 'H4 throttled once',
    submit: once(refusal(429, 'APIGW.0308', 'time:1 second'), SUBMITTED),
    requests: { submit: 2 },
  },
  { what: 'H6 503 once', download: once({ status: 503 }, FILE), requests: { download: 2 } },
  { what: 'H10 JSON with a byte-order mark', wait: { body: '\ufeff{"status": "finished"}' } },
  {
    what: 'H14 not known yet',
    wait: once({ body: { status: 'unrecognized' } }, FINISHED),
    requests: { wait: 2 },
  },
  { what: 'H15 Finished, with a capital', wait: { body: { status: 'Finished' } } },
  {
    what: 'H2 the other name of the task status',
    wait: once({ status: 404 }, FINISHED),
    requests: { wait: 2 },
  },
  {
    what: 'H21 early hints',
    submit: raw(
      'HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\n{"request_id":"a"}',
    ),
  },
  {
    what: 'H21 headers named like what objects have',
    wait: { headers: { ['__proto__']: 'x', constructor: 'y' }, ...FINISHED },
  },
  { what: 'H1 202 at submit', submit: { status: 202, ...SUBMITTED } },
  ...[
    { code: 200, message: 'OK' },
    { error_code: '0', error_msg: 'success' },
    { error_code: '', error_msg: null, error: null },
    { errCode: '0000', errors: [] },
  ].map(
    (success): Oddity => ({
      what: `H8 a success that says so: ${JSON.stringify(success)}`,
      submit: { body: { ...SUBMITTED.body, ...success } },
      wait: { headers: { 'content-type': 'text/html' }, body: { ...FINISHED.body, ...success } },
    }),
  ),
  ...[
    '',
    'application/octet-stream',
    'text/plain; charset=gbk',
    'application/vnd.ms-excel',
    'application/json;charset=UTF-8',
    'text/html',
    'text/xml',
    'nonsense',
  ].map(
    (type): Oddity => ({
      what: `H17 a file of the type ${JSON.stringify(type)}`,
      download: { ...(type === '' ? {} : { headers: { 'content-type': type } }), body: GOOD_FILE },
    }),
  ),
  {
    what: 'H22 gzip, though nothing was asked for',
    download: csv(gzipSync(GOOD_FILE), { 'content-encoding': 'gzip' }),
  },
  {
    what: 'A3 the clock is 16 minutes slow',
    submit: (response, { headers }) => {
      const ours = String(headers['x-sdk-date']).replace(/^(....)(..)(..T..)(..)(..Z)$/u, '$1-$2-$3:$4:$5');
      const date = httpDate(Date.parse(String(response.getHeader('date'))) + 16 * 60_000);
      const isLate = Date.parse(date) - Date.parse(ours) > 15 * 60_000;
      sendAnswer(response, isLate ? { status: 401, headers: { date } } : { headers: { date }, ...SUBMITTED });
    },
    requests: { submit: 2 },
    lines: 1,
  },
  {
    what: 'A4 a token is rejected, and the next one is not',
    project: { auth: WITH_PASSWORD },
    submit: once(refusal(401, 'APIGW.0307', 'The token must be updated'), SUBMITTED),
    token: issued('another-token'),
    requests: { submit: 2, token: 1 },
  },
  {
    what: 'A4 a token is rejected as soon as it was issued, and the next one is not',
    project: { auth: WITH_PASSWORD },
    meanwhile: ({ clock }) => clock.advance(86_400_000),
    submit: once(refusal(401, 'APIGW.0307', 'The token must be updated'), SUBMITTED),
    token: once(issued('a-token'), issued('another-token')),
    requests: { submit: 2, token: 2 },
  },
  {
    what: 'A9 IAM is down while the token is still good',
    project: { auth: WITH_PASSWORD },
    meanwhile: ({ clock }) => clock.advance(86_400_000 - 600_000),
    token: { status: 503 },
    // The renewal goes on beside the collection, and may end after it.
    afterwards: async ({ clock, log }) => {
      await eventually(async () => {
        await clock.advance(1_000);
        return log.lines.some((line) => line.includes('token not renewed')) || undefined;
      }, 'a warning of the renewal');
    },
    lines: 1,
  },
  {
    what: 'A11 a metadata service without session tokens',
    project: { auth: { ecs_agency: {} } },
    meanwhile: ({ clock }) => clock.advance(2 * 86_400_000),
    session: { status: 404 },
    requests: { key: 1 },
  },
  {
    what: 'B6 a file in chunks of one byte',
    download: (response) => {
      for (const byte of GOOD_FILE) {
        response.write(byte);
      }
      response.end();
    },
  },
  { what: 'C2 a header without rows', download: csv(`${HEADER}\n`), sessions: 0 },
  { what: 'C2 a header without rows and without a line end', download: csv(HEADER), sessions: 0 },
  { what: 'C3 a byte-order mark', download: csv(`\ufeff${GOOD_FILE}`) },
  { what: 'C3 UTF-16', download: csv(Buffer.from(`\ufeff${GOOD_FILE}`, 'utf16le')) },
  {
    what: 'C4 other cases, blanks and one column more',
    download: csv(GOOD_FILE.replace('Id,User', 'colour, USER ')),
  },
  {
    what: 'C8 columns named like what objects have',
    download: csv(GOOD_FILE.replace('Id,', '__proto__,').replace('db', 'constructor')),
  },
  {
    what: 'C9 a short row and a long one',
    download: csv(`${GOOD_FILE}1,2\n1,2,3,4,5,6,7,8,9,10\n`),
    rejectedRows: 2,
  },
  {
    what: 'C12 mixed line ends, blank lines and line breaks in a statement',
    download: csv(`${GOOD_FILE.replace('a, b', 'a,\r\nb').replace('\n2', '\r\n\r\n\n2')}\n \n`),
  },
  {
    what: 'C13 control characters and broken UTF-8 in names, which is told of',
    download: csv(Buffer.from(`${HEADER}\n1,\x00\x1b[31m\xff\xed\xa0\x80,\xfe,d,Query,1,s,,\n`, 'latin1')),
    sessions: 1,
    lines: 1,
    afterwards: async ({ log }) =>
      assert.match(log.lines.join('\n'), /warn values of the session list that are no text .*gb18030/u),
  },
  ...['18446744073709551615', '2147483647', '12 s', '0:00:12', 'NULL', '\\N', ' 5 '].map(
    (time): Oddity => ({
      what: `C14 the time ${time}`,
      download: csv(GOOD_FILE.replace('Query,12', `Query,${time}`)),
    }),
  ),
  ...['-1', '1e9', '0x10', '"1,234"', 'NaN', '2 min'].map(
    (time): Oddity => ({
      what: `C14 the time ${time}, which is told of`,
      download: csv(GOOD_FILE.replace('Query,12', `Query,${time}`)),
      lines: 1,
      afterwards: async ({ sick }) => assert.equal(sick.csvUnreadableNumbers.time, 1),
    }),
  ),
  ...[
    '__proto__',
    'constructor',
    'toString',
    'a\nb',
    '"',
    '\\',
    '1,user:2',
    'x'.repeat(65_536),
    'other',
    'none',
    '{}',
    '\u202e',
  ].map(
    (value): Oddity => ({
      what: `L the user ${JSON.stringify(value).slice(0, 20)}`,
      download: oddText(value),
      sessions: 2,
    }),
  ),
];

describe('what is odd but no fault', () => {
  afterEach(() => closeServers());

  it('is as much as docs/reliability.md says', () => {
    const page = readFileSync(new URL('../../docs/reliability.md', import.meta.url), 'utf8');
    assert.ok(page.includes(`\`test/faults/harmless.test.ts\` has ${ODDITIES.length} oddities more`));
  });

  for (const oddity of ODDITIES) {
    it(oddity.what, () => rehearse(oddity));
  }
});

async function rehearse(oddity: Oddity): Promise<void> {
  const { sessions = GOOD_SESSIONS, rejectedRows = 0, requests = {}, lines = 0 } = oddity;
  const fleet = await Rehearsal.start(oddity);
  try {
    await fleet.collect();
    await fleet.clock.advance(60_000);
    await oddity.meanwhile?.(fleet);
    fleet.sickApi.misbehave(oddity);
    fleet.log.lines.length = 0;
    await fleet.collect();
    await oddity.afterwards?.(fleet);

    const { sick, log, sickApi } = fleet;
    assert.equal(sick.lastError, undefined);
    assert.deepEqual(sick.collections, { success: 2, error: 0, skipped: 0 });
    assert.equal(sick.snapshot?.sessions, sessions);
    assert.equal(sick.csvRowsRejected, rejectedRows);
    for (const [dimension, { values }] of sick.snapshot?.dimensions ?? []) {
      const sum = values.reduce((total, value) => total + value.sessions, 0);
      assert.equal(sum, sessions, `the sum over ${dimension}`);
    }
    for (const [operation, count] of Object.entries(requests)) {
      assert.equal(sickApi.seen(operation as Operation), count, `requests to ${operation}`);
    }
    const told = log.lines.filter((line) => /^(warn|error) /u.test(line));
    assert.equal(told.length, lines, told.join('\n'));
    const page = await fleet.metricsPage();
    for (const line of page.split('\n').filter((line) => line !== '' && !line.startsWith('#'))) {
      assert.match(line, /^\w+(\{.*\})? \d\S*$/u, 'a sample is one line, and its value a number');
    }
    assert.deepEqual(canariesIn(`${log.lines.join('\n')}\n${await fleet.pages()}`), []);
  } finally {
    await fleet.close();
  }
}
