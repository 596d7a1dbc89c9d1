// Answers that are whole, but not what was asked for; and tasks that fail.
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { COLLECTION_PHASES } from '../../src/collect/node-store.js';
import { raw, refusal } from './answers.js';
import { CANARIES } from './canaries.js';
import type { Fault } from './fault.js';

const ONE_REQUEST = { submit: 1, wait: 0, download: 0 };
const REQUEST_ID = /a request_id of another form|no request_id/u;

function json(value: unknown): { readonly headers: Record<string, string>; readonly body: string } {
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(value) };
}

export const THROTTLED_FAULTS: readonly Fault[] = [
  {
    what: 'H4 throttled for a minute, which is past the deadline',
    submit: refusal(429, 'APIGW.0308', 'policy user over ratelimit,limit:10,time:1 minute'),
    requests: ONE_REQUEST,
    says: /submit: got 429 APIGW\.0308/u,
  },
  ...COLLECTION_PHASES.map(
    (operation): Fault => ({
      what: `H4 throttled for a second, again and again, at ${operation}`,
      [operation]: refusal(429, 'APIGW.0308', 'policy user over ratelimit,limit:10,time:1 second'),
      requests: { [operation]: 4 },
      says: new RegExp(`${operation}: got 429 .*after 4 attempts`, 'u'),
    }),
  ),
  {
    what: 'H5 Retry-After of an hour',
    wait: refusal(429, 'APIGW.0308', '', { 'retry-after': '3600' }),
    requests: { wait: 1 },
    // Nothing is sent for as long as the API asks, but for 5 minutes at most.
    lastsMs: 300_000,
    says: /wait: got 429/u,
  },
  ...['soon', '-1', '1e9', 'Thu, 01 Jan 1970 00:00:00 GMT', ''].map(
    (retryAfter): Fault => ({
      what: `H5 Retry-After: ${JSON.stringify(retryAfter)}`,
      submit: refusal(429, 'APIGW.0308', '', { 'retry-after': retryAfter }),
      requests: { submit: 4, wait: 0 },
      says: /submit: got 429 .*after 4 attempts/u,
    }),
  ),
  {
    what: 'H21 Retry-After twice',
    submit: raw('HTTP/1.1 429 No\r\nRetry-After: 3600\r\nRetry-After: 7200\r\nContent-Length: 0\r\n\r\n'),
    requests: { submit: 4 },
    says: /submit: got 429, expected room in the request quota/u,
  },
];

export const API_FAULTS: readonly Fault[] = [
  ...[400, 405, 413, 414, 494, 409, 418].map(
    (status): Fault => ({
      what: `H1 ${status}`,
      submit: refusal(status, 'DBS.200001', 'Parameter error'),
      requests: ONE_REQUEST,
      says: new RegExp(`submit: got ${status} DBS\\.200001 "Parameter error `, 'u'),
    }),
  ),
  {
    what: 'H1 an explanation that never ends',
    submit: (response) => {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.write(`{"error_msg": "${CANARIES.secretKey}`);
    },
    hangs: true,
    requests: ONE_REQUEST,
    says: /submit: got 400 "<secret>…", expected 200/u,
  },
  {
    what: 'H1 an explanation of 1 MB with line breaks and terminal colours',
    submit: refusal(400, 'DBS.200001', `\u001b[31mred\r\nlevel=error msg=forged ${'x'.repeat(1_000_000)}`),
    says: /^submit: got 400 DBS\.200001 "\[31mred level=error msg=forged x+…", expected 200/u,
  },
  {
    what: 'H1 an explanation with line breaks and terminal colours',
    submit: refusal(400, 'DBS.200001', '\u001b[31mred\r\nlevel=error \u2028forged'),
    says: /^submit: got 400 DBS\.200001 "\[31mred level=error {2}forged .*<secret>/u,
  },
  {
    what: 'H2 the node is gone',
    submit: refusal(404, 'DBS.280404', 'Instance not found'),
    requests: ONE_REQUEST,
    says: /submit: got 404 .*expected the node: is it gone/u,
  },
  {
    what: 'H2 the task is gone, by either name',
    wait: refusal(404, 'APIGW.0101', 'The API does not exist'),
    requests: { submit: 1, wait: 2, download: 0 },
    says: /wait: got 404/u,
  },
  {
    what: 'H16 the task is finished, its result is not there',
    download: refusal(404, 'DBS.280404', 'Not found'),
    requests: { download: 1 },
    says: /download: got 404/u,
  },
  ...[500, 502, 503, 504].map(
    (status): Fault => ({
      what: `H6 ${status} at submit: who knows whether the task runs`,
      submit: refusal(status, 'APIGW.0201', 'Backend unavailable'),
      requests: ONE_REQUEST,
      says: new RegExp(`submit: got ${status} APIGW\\.0201`, 'u'),
    }),
  ),
  ...[500, 503, 408].map(
    (status): Fault => ({
      what: `H6 ${status} at wait`,
      wait: refusal(status, 'DBS.05000000', 'Server failure'),
      requests: { submit: 1, wait: 4, download: 0 },
      says: new RegExp(`wait: got ${status} .*after 4 attempts`, 'u'),
    }),
  ),
  {
    what: 'H6 502 at download, as HTML',
    download: { status: 502, headers: { 'content-type': 'text/html' }, body: '<html>Bad Gateway</html>' },
    requests: { download: 4 },
    says: /download: got 502, expected 200 .*after 4 attempts/u,
  },
  ...[
    {},
    { request_id: 7 },
    { request_id: null },
    { request_id: '' },
    { request_id: 'x'.repeat(10_000) },
  ].map(
    (body): Fault => ({
      what: `H7 the request id of ${JSON.stringify(body).slice(0, 30)}`,
      submit: { body },
      requests: ONE_REQUEST,
      says: REQUEST_ID,
    }),
  ),
  {
    what: 'H7 a request id that leads elsewhere',
    submit: { body: { request_id: '../../x?y#z' } },
    requests: ONE_REQUEST,
    says: REQUEST_ID,
  },
  {
    what: 'H8 an error that calls itself a success, at submit',
    submit: refusal(200, 'DBS.200002', 'An operation runs'),
    requests: ONE_REQUEST,
    says: /submit: got 200 with the error DBS\.200002 "An operation runs/u,
  },
  {
    what: 'H8 an error that calls itself a success, at wait',
    wait: refusal(200, 'DBS.05000000', 'Server failure'),
    requests: { wait: 1 },
    says: /wait: got 200 with the error DBS\.05000000/u,
  },
  {
    what: 'H9 a login page at submit',
    submit: { headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' },
    requests: ONE_REQUEST,
    says: /submit: got 20 bytes that are no JSON object, of the type "text\/html"/u,
  },
  { what: 'H10 204', submit: { status: 204 }, requests: ONE_REQUEST, says: /submit: got 204/u },
  {
    what: 'H10 an empty answer',
    wait: { status: 200 },
    requests: { wait: 1 },
    says: /wait: got 0 bytes that are no JSON/u,
  },
  {
    what: 'H10 JSON that is cut off',
    submit: { body: '{"request_id": "a' },
    says: /submit: got 17 bytes that are no JSON/u,
  },
  { what: 'H10 a JSON list', wait: json([{ status: 'finished' }]), says: /wait: got .* no JSON object/u },
  { what: 'H10 a JSON null', wait: json(null), says: /wait: got 4 bytes that are no JSON object/u },
  {
    what: 'H10 JSON that is not UTF-8',
    wait: { body: Buffer.from('{"status": "finished", "x": "\xff"}', 'latin1') },
    says: /no JSON object/u,
  },
  {
    what: 'H10 JSON of a hundred thousand brackets',
    wait: { body: '['.repeat(100_000) },
    says: /wait: got 100000 bytes that are no JSON object/u,
  },
  ...[undefined, null, 7, {}, 'queued', ''].map(
    (status): Fault => ({
      what: `H15 the task status ${JSON.stringify(status)}`,
      wait: json({ status }),
      requests: { submit: 1, wait: 1, download: 0 },
      says: /wait: got (the task status "(queued)?"|a task status that is no text), expected one of running/u,
    }),
  ),
  {
    what: 'X1 a task status that is one of our secrets',
    wait: json({ status: CANARIES.accessKey }),
    says: /wait: got the task status "<secret>"/u,
  },
  {
    what: 'X1 a content type that is one of our secrets',
    submit: { headers: { 'content-type': `${CANARIES.accessKey}/html` }, body: '<' },
    says: /submit: got 1 bytes that are no JSON object/u,
  },
  {
    what: 'X1 an encoding that is one of our secrets',
    download: { headers: { 'content-encoding': `${CANARIES.securityToken}, br` }, body: 'x' },
    says: /an answer encoded as "br"/u,
  },
  ...[301, 302, 303, 307, 308].map(
    (status): Fault => ({
      what: `H19 ${status} to somewhere else`,
      submit: (response, { headers }) => {
        response.writeHead(status, { location: `http://${headers.host}/stolen?ak=${CANARIES.accessKey}` });
        response.end();
      },
      requests: ONE_REQUEST,
      says: new RegExp(`submit: got ${status}, expected no redirect to "127\\.0\\.0\\.1"`, 'u'),
    }),
  ),
  {
    what: 'H19 a redirect to a host named like one of our secrets',
    wait: { status: 302, headers: { location: `https://${CANARIES.accessKey}.example/` } },
    requests: { wait: 1 },
    says: /wait: got 302, expected no redirect to "/u,
  },
  {
    what: 'H19 a download that is redirected to itself',
    download: (response, { target }) => {
      response.writeHead(302, { location: target });
      response.end();
    },
    requests: { download: 1 },
    says: /download: got 302, expected no redirect/u,
  },
  {
    what: 'H22 brotli, though nothing was asked for',
    download: { headers: { 'content-encoding': 'br' }, body: brotliCompressSync('x') },
    says: /encoded as "br", expected identity or gzip/u,
  },
  {
    what: 'H22 six encodings on top of each other',
    wait: { headers: { 'content-encoding': 'gzip, gzip, gzip, gzip, gzip, gzip' }, body: gzipSync('x') },
    says: /encoded as "gzip, gzip/u,
  },
  {
    what: 'H22 a part of the file',
    download: { status: 206, body: 'a,b' },
    says: /download: got 206, expected 200/u,
  },
  {
    what: 'H10 a file that is only accepted',
    download: { status: 202, headers: { 'content-type': 'text/csv' }, body: 'id,user,host,state\n' },
    says: /download: got 202, expected 200/u,
  },
];

export const TASK_FAULTS: Readonly<Record<'error' | 'unrecognized', readonly Fault[]>> = {
  error: [
    {
      what: 'H13 the task fails',
      wait: json({ status: 'error' }),
      requests: { submit: 1, wait: 1, download: 0 },
      says: /task status: got "error", expected "finished"/u,
    },
    { what: 'H13 the task FAILS', wait: json({ status: 'ERROR' }), says: /task status: got "error"/u },
  ],
  unrecognized: [
    {
      what: 'H14 nobody knows the task',
      wait: json({ status: 'unrecognized' }),
      requests: { submit: 1, wait: 4, download: 0 },
      says: /task status: got "unrecognized" 4 times/u,
    },
  ],
};
