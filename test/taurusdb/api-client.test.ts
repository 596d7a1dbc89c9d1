import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { SessionFilter } from '../../src/collect/session-api.js';
import type { FailureReason } from '../../src/model/failure.js';
import { sampleNode } from '../collect/sample-node.js';
import { settle } from '../support/fake-clock.js';
import {
  closeServers,
  type PlainAnswer,
  type Step,
  startServer,
  startTcpServer,
} from '../support/scripted-server.js';
import {
  ALL_SESSIONS,
  closeClients,
  collectionError,
  PROJECT_ID,
  readText,
  sampleClient,
  until,
} from './sample-client.js';

const node = sampleNode();
const NODE_PATH = `/v3/${PROJECT_ID}/instances/${node.instanceId}/nodes/${node.nodeId}`;
const NOT_FOUND: Step = {
  status: 404,
  body: { error_code: 'APIGW.0101', error_msg: 'The API does not exist' },
};

describe('API client', () => {
  afterEach(async () => {
    await closeServers();
    await closeClients();
  });

  it('collects: submits a task, waits for it and downloads its result', async () => {
    const csv = 'user,host\nroot,10.0.0.1\n';
    const server = await startServer([
      { body: { request_id: 'realtime_session-1' } },
      { body: { status: 'finished' } },
      { headers: { 'content-type': 'application/octet-stream' }, body: csv },
    ]);
    const { client, deadline, observer } = sampleClient(server.url);
    const requestId = await client.submitTask(node, ALL_SESSIONS, deadline());
    assert.equal(await client.taskStatus(node, requestId, deadline()), 'finished');
    assert.equal(await readText(await client.downloadResult(node, requestId, deadline())), csv);

    assert.deepEqual(
      server.requests.map(({ method, target, body }) => [method, target, body]),
      [
        ['POST', `${NODE_PATH}/realtime-session`, '{"filter":"total"}'],
        ['GET', `${NODE_PATH}/realtime-session-task?request_id=realtime_session-1`, ''],
        ['GET', `${NODE_PATH}/realtime-session-result?request_id=realtime_session-1`, ''],
      ],
    );
    assert.deepEqual(observer.requests, ['submit 200', 'wait 200', 'download 200']);
  });

  it('sends the headers that the API asks for, and asks for no compression', async () => {
    const server = await startServer([{ body: { request_id: 'r' } }, { body: { status: 'running' } }]);
    const { client, deadline } = sampleClient(server.url, { language: 'zh-cn' });
    await client.submitTask(node, ALL_SESSIONS, deadline());
    await client.taskStatus(node, 'r', deadline());
    const [post, get] = server.requests.map(({ headers }) => headers);
    assert.equal(post?.['content-type'], 'application/json');
    assert.equal(get?.['content-type'], undefined);
    for (const headers of [post, get]) {
      assert.equal(headers?.['x-auth-token'], 'TOKEN');
      assert.equal(headers?.['x-language'], 'zh-cn');
      assert.equal(headers?.['accept-encoding'], 'identity');
    }
  });

  it('counts how long the API took', async () => {
    const server = await startServer([() => {}]);
    const { client, clock, deadline, observer } = sampleClient(server.url);
    const failed = collectionError(client.taskStatus(node, 'r', deadline()));
    await until(() => server.requests.length === 1);
    await clock.advance(10_000);
    await failed;
    assert.deepEqual(observer.requests, ['wait error']);
    assert.deepEqual(observer.seconds, [10]);
  });

  it('submits what it is told to', async () => {
    const server = await startServer([{ status: 202, body: { request_id: 'r' } }]);
    const filter: SessionFilter = { filter: 'slow', slow_process_threshold: 30 };
    const { client, deadline } = sampleClient(server.url);
    assert.equal(await client.submitTask(node, filter, deadline()), 'r');
    assert.equal(server.requests[0]?.body, '{"filter":"slow","slow_process_threshold":30}');
  });

  it('accepts a byte-order mark before JSON', async () => {
    const server = await startServer([{ body: '\ufeff{"request_id":"r"}' }]);
    const { client, deadline } = sampleClient(server.url);
    assert.equal(await client.submitTask(node, ALL_SESSIONS, deadline()), 'r');
  });

  it('keeps to its request budget', async () => {
    const server = await startServer([{ body: { status: 'running' } }]);
    const { client, clock, deadline } = sampleClient(server.url, { maxRequestsPerSecond: 1 });
    await client.taskStatus(node, 'r', deadline());
    const second = client.taskStatus(node, 'r', deadline());
    await settle();
    assert.ok(clock.remaining.map(Math.round).includes(1_053), 'the second waits');
    await clock.advance(1_053);
    assert.equal(await second, 'running');
  });

  describe('submitting', () => {
    for (const requestId of [undefined, null, 7, '', '../x?y', 'a b', 'r\n', 'x'.repeat(201), ['r']]) {
      it(`refuses the request_id ${JSON.stringify(requestId)?.slice(0, 20)}`, async () => {
        const server = await startServer([{ body: { request_id: requestId } }]);
        const { client, deadline } = sampleClient(server.url);
        const error = await collectionError(client.submitTask(node, ALL_SESSIONS, deadline()));
        assert.equal(error.reason, 'api');
        assert.match(
          error.message,
          /^submit: got (no request_id|a request_id of another form), expected 1 to 200/u,
        );
      });
    }

    it('does not take an error that calls itself a success for one', async () => {
      const body = { error_code: 'DBS.200001', error_msg: 'Parameter error.', request_id: 'abc' };
      const { client, deadline } = sampleClient((await startServer([{ body }])).url);
      const error = await collectionError(client.submitTask(node, ALL_SESSIONS, deadline()));
      assert.equal(error.reason, 'api');
      assert.match(
        error.message,
        /got 200 with the error DBS\.200001 "Parameter error\.", expected no error/u,
      );
      assert.equal(error.details.error_code, 'DBS.200001');
    });
  });

  describe('asking for the status', () => {
    for (const [word, status] of [
      ['running', 'running'],
      ['Finished', 'finished'],
      ['ERROR', 'error'],
      ['unrecognized', 'unrecognized'],
    ] as const) {
      it(`knows "${word}"`, async () => {
        const server = await startServer([{ body: { status: word } }]);
        const { client, deadline } = sampleClient(server.url);
        assert.equal(await client.taskStatus(node, 'r', deadline()), status);
      });
    }

    for (const status of ['queued', '', '\u001b[31m"x"'.repeat(20), null, 7, undefined, ['running']]) {
      it(`refuses the status ${JSON.stringify(status)?.slice(0, 20)}`, async () => {
        const server = await startServer([{ body: { status } }]);
        const { client, deadline } = sampleClient(server.url);
        const error = await collectionError(client.taskStatus(node, 'r', deadline()));
        assert.equal(error.reason, 'api');
        assert.match(
          error.message,
          /^wait: got (the|a) task status [ -~…]{2,80}, expected one of running, finished,/u,
        );
      });
    }

    it('asks under the second name where the first is not found, and remembers it', async () => {
      const server = await startServer([NOT_FOUND, { body: { status: 'running' } }]);
      const { client, deadline } = sampleClient(server.url);
      assert.equal(await client.taskStatus(node, 'r', deadline()), 'running');
      assert.equal(await client.taskStatus(node, 'r', deadline()), 'running');
      assert.deepEqual(
        server.requests.map(({ target }) => /realtime-session-(\w+)\?/u.exec(target)?.[1]),
        ['task', 'status', 'status'],
      );
    });

    it('remembers no name from a node that is gone', async () => {
      const server = await startServer([NOT_FOUND, NOT_FOUND, { body: { status: 'running' } }]);
      const { client, deadline } = sampleClient(server.url);
      const error = await collectionError(client.taskStatus(node, 'r', deadline()));
      assert.equal(error.reason, 'api');
      assert.match(
        error.message,
        /^wait: got 404 APIGW\.0101 "The API does not exist", expected an API that the gateway knows: check endpoint and region /u,
      );
      await client.taskStatus(node, 'r', deadline());
      assert.match(server.requests[2]?.target ?? '', /realtime-session-task/u);
    });

    it('shows an unknown status as it is', async () => {
      const server = await startServer([{ body: { status: '运行中' } }]);
      const { client, deadline } = sampleClient(server.url);
      const error = await collectionError(client.taskStatus(node, 'r', deadline()));
      assert.match(error.message, /got the task status "运行中", expected one of/u);
    });

    it('tells why a task has no result, in whatever form the API says it', async () => {
      for (const [body, answered] of [
        [{ status: 'error' }, 'error'],
        [
          { status: 'error', error_code: '0', error_msg: '' },
          { status: 'error', said: ' 0' },
        ],
        [
          { status: 'error', error_msg: 'too many' },
          { status: 'error', said: ' "too many"' },
        ],
        [
          { status: 'ERROR', errCode: 'E.9', externalMessage: 'why' },
          { status: 'error', said: ' E.9 "why"' },
        ],
        [
          { status: 'unrecognized', message: 'gone' },
          { status: 'unrecognized', said: ' "gone"' },
        ],
        [
          { status: 'unrecognized', error: { code: 'E.9', message: 'why' } },
          { status: 'unrecognized', said: ' E.9 "why"' },
        ],
      ] as const) {
        const { client, deadline } = sampleClient((await startServer([{ body }])).url);
        assert.deepEqual(await client.taskStatus(node, 'r', deadline()), answered);
      }
      for (const status of ['running', 'finished']) {
        const body = { status, error_code: 'E.9', error_msg: 'why' };
        const { client, deadline } = sampleClient((await startServer([{ body }])).url);
        const error = await collectionError(client.taskStatus(node, 'r', deadline()));
        assert.match(error.message, /with the error E\.9 "why"/u);
      }
    });

    describe('where neither name is found', () => {
      const gone = { status: 404, body: { error_code: 'DBS.280404', error_msg: 'Node not found' } };
      const html = { status: 404, body: '<html><title>404</title></html>' };
      const shown = async (...answers: PlainAnswer[]): Promise<string> => {
        const { client, deadline } = sampleClient((await startServer(answers)).url, { maxRetries: 0 });
        return (await collectionError(client.taskStatus(node, 'r', deadline()))).message;
      };

      it('shows what the service says, not what the gateway says of the other name', async () => {
        const ofNode = /got 404 DBS\.280404 "Node not found", expected the node and the task/u;
        assert.match(await shown(gone, NOT_FOUND), ofNode);
        assert.match(await shown(NOT_FOUND, gone), ofNode);
        assert.match(await shown(html, NOT_FOUND), /got 404 "404", expected an answer of the API/u);
        assert.match(await shown(NOT_FOUND, NOT_FOUND), /got 404 APIGW\.0101/u);
        assert.match(await shown(gone, { status: 500 }), /got 500/u);
      });

      it('shows what the name answers that was known, if that is the service', async () => {
        const second = { status: 404, body: { error_code: 'DBS.9', error_msg: 'another' } };
        for (const [first, message] of [
          [gone, /got 404 DBS\.280404/u],
          [NOT_FOUND, /got 404 DBS\.9 "another"/u],
        ] as const) {
          const server = await startServer([NOT_FOUND, { body: { status: 'running' } }, first, second]);
          const { client, deadline } = sampleClient(server.url);
          await client.taskStatus(node, 'r', deadline());
          const error = await collectionError(client.taskStatus(node, 'r', deadline()));
          assert.match(error.message, message);
        }
      });
    });

    it('encodes the request id', async () => {
      const server = await startServer([{ body: { status: 'running' } }]);
      const { client, deadline } = sampleClient(server.url);
      await client.taskStatus(node, 'a:b', deadline());
      assert.match(server.requests[0]?.target ?? '', /\?request_id=a%3Ab$/u);
    });
  });

  describe('downloading', () => {
    for (const type of [
      undefined,
      'text/csv;charset=gbk',
      'application/octet-stream',
      'text/plain',
      'garbage',
    ]) {
      it(`accepts the content type ${type}`, async () => {
        const headers: Record<string, string> = type === undefined ? {} : { 'content-type': type };
        const server = await startServer([{ headers, body: 'a\n' }]);
        const { client, deadline } = sampleClient(server.url);
        assert.equal(await readText(await client.downloadResult(node, 'r', deadline())), 'a\n');
      });
    }

    for (const [type, body, message] of [
      [
        'text/html; charset=utf-8',
        '<html>',
        /got HTML of the type "text\/html", expected a CSV file: does a proxy/u,
      ],
      ['application/xml', '<x/>', /got XML of the type "application\/xml", expected a CSV file \(/u],
      ['Application/JSON', '{"url":"http://x"}', /got JSON of the type "application\/json", expected/u],
      [
        'application/json',
        '{"error_code":"DBS.1","error_msg":"no"}',
        /"application\/json" DBS\.1 "no", expected/u,
      ],
    ] as const) {
      it(`refuses the content type ${type} with the body ${body}`, async () => {
        const server = await startServer([{ headers: { 'content-type': type }, body }]);
        const { client, deadline } = sampleClient(server.url);
        const error = await collectionError(readText(await client.downloadResult(node, 'r', deadline())));
        assert.equal(error.reason, 'csv');
        assert.match(error.message, message);
      });
    }

    it('frees the connection of what is no file', async () => {
      for (const start of ['PK\x03\x04', `{"error_code": "DBS.1", "a": "${'x'.repeat(70_000)}`]) {
        let isClosed = false;
        const server = await startServer([
          (response) => {
            response.on('close', () => {
              isClosed = true;
            });
            response.write(start);
          },
        ]);
        const { client, deadline } = sampleClient(server.url);
        const csv = await client.downloadResult(node, 'r', deadline());
        assert.equal((await collectionError(readText(csv))).reason, 'csv');
        await until(() => isClosed);
      }
    });

    it('ends a body that drips at the deadline, not at the limit of one request', async () => {
      let drip: () => void = () => {};
      const server = await startServer([
        (response) => {
          drip = () => response.write('a');
          drip();
        },
      ]);
      const { client, clock, deadline } = sampleClient(server.url);
      const chunks = (await client.downloadResult(node, 'r', deadline()))[Symbol.asyncIterator]();
      await chunks.next();
      await clock.advance(49_999);
      drip();
      assert.equal((await chunks.next()).done, false);
      const last = collectionError(chunks.next());
      await clock.advance(1);
      const error = await last;
      assert.equal(error.reason, 'timeout');
      assert.match(error.message, /^deadline: /u);
    });

    it('stops at max_csv_bytes', async () => {
      const server = await startServer([{ body: 'x'.repeat(1_000) }]);
      const { client, deadline } = sampleClient(server.url, { maxCsvBytes: 999 });
      const csv = await client.downloadResult(node, 'r', deadline());
      const error = await collectionError(readText(csv));
      assert.equal(error.reason, 'too_large');
    });

    it('does not take a cut body for a short one', async () => {
      const address = await startTcpServer((socket) =>
        socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\n\r\nuser,host\nroot,10.')),
      );
      const { client, deadline } = sampleClient(`http://${address}`);
      const csv = await client.downloadResult(node, 'r', deadline());
      assert.equal((await collectionError(readText(csv))).reason, 'network');
    });

    for (const encoding of ['identity', 'gzip']) {
      it(`frees the connection when the reader stops early (${encoding})`, async () => {
        const chunk = encoding === 'gzip' ? gzipSync(randomBytes(100_000)).subarray(0, 90_000) : 'a\n';
        const server = await startServer([
          (response) => response.setHeader('content-encoding', encoding).write(chunk),
        ]);
        const { client, deadline } = sampleClient(server.url);
        for await (const _ of await client.downloadResult(node, 'r', deadline())) {
          break;
        }
        await closeClients();
      });
    }
  });

  describe('fails for a reason', () => {
    const statuses: [status: number, reason: FailureReason, expected: RegExp][] = [
      [204, 'api', /got 204, expected 200/u],
      [206, 'api', /got 206, expected 200/u],
      [301, 'api', /got 301, expected no redirect \(/u],
      [400, 'api', /got 400, expected 200/u],
      [
        401,
        'auth',
        /got 401, expected an accepted credential: check it, and that its project is of this region/u,
      ],
      [403, 'auth', /got 403, expected the permission gaussdbformysql:instance:getRealtimeSession/u],
      [404, 'api', /got 404, expected the node: is it gone\? /u],
      [409, 'api', /got 409/u],
      [413, 'api', /got 413/u],
      [429, 'throttled', /got 429, expected room in the request quota/u],
      [500, 'api', /got 500/u],
      [503, 'api', /got 503/u],
    ];
    for (const [status, reason, message] of statuses) {
      it(`${status} is ${reason}`, async () => {
        const server = await startServer([{ status }]);
        const { client, deadline, observer } = sampleClient(server.url, { maxRetries: 0 });
        const error = await collectionError(client.submitTask(node, ALL_SESSIONS, deadline()));
        assert.equal(error.reason, reason);
        assert.match(error.message, message);
        assert.equal(error.details.status, status);
        assert.deepEqual(observer.requests, [`submit ${status}`]);
      });
    }

    for (const [name, body] of Object.entries({
      'an empty body': '',
      'invalid JSON': '{"status":',
      'a list': '[]',
      'a number': '7',
      'a web page': '<html></html>',
      'what is not UTF-8': Buffer.from('{"status":"running","x":"\xff"}', 'latin1'),
      'deep nesting': '['.repeat(500_000),
    })) {
      it(`${name} is api`, async () => {
        const server = await startServer([{ headers: { 'content-type': 'text/html' }, body }]);
        const { client, deadline } = sampleClient(server.url);
        const error = await collectionError(client.taskStatus(node, 'r', deadline()));
        assert.equal(error.reason, 'api');
        assert.match(
          error.message,
          /got \d+ bytes that are no JSON object, of the type "text\/html", expected/u,
        );
      });
    }

    it('JSON beyond 1 MiB is too_large', async () => {
      const server = await startServer([{ body: { status: 'x'.repeat(1024 * 1024) } }]);
      const { client, deadline } = sampleClient(server.url);
      const error = await collectionError(client.taskStatus(node, 'r', deadline()));
      assert.equal(error.reason, 'too_large');
    });

    it('an API that does not answer in time is timeout', async () => {
      const server = await startServer([() => {}]);
      const { client, clock, deadline } = sampleClient(server.url);
      const failed = collectionError(client.submitTask(node, ALL_SESSIONS, deadline()));
      await until(() => server.requests.length === 1);
      await clock.advance(10_000);
      const error = await failed;
      assert.equal(error.reason, 'timeout');
      assert.match(
        error.message,
        /^submit: got no whole answer within 10 s, expected one \(127\.0\.0\.1:\d+\)$/u,
      );
    });

    it('JSON that stalls is timeout', async () => {
      const server = await startServer([(response) => response.write('{"status"')]);
      const { client, clock, deadline, observer } = sampleClient(server.url);
      const failed = collectionError(client.taskStatus(node, 'r', deadline()));
      await until(() => observer.requests.length === 1);
      await clock.advance(10_000);
      assert.equal((await failed).reason, 'timeout');
    });

    it('the deadline is timeout', async () => {
      const server = await startServer([() => {}]);
      const { client, clock, deadline } = sampleClient(server.url, { requestTimeoutMs: 60_000 });
      const failed = collectionError(client.submitTask(node, ALL_SESSIONS, deadline()));
      await until(() => server.requests.length === 1);
      await clock.advance(50_000);
      const error = await failed;
      assert.equal(error.reason, 'timeout');
      assert.match(error.message, /^deadline: /u);
    });

    it('names the facts for the log: status, code, request id', async () => {
      const step = {
        status: 400,
        headers: { 'x-request-id': 'abc-123' },
        body: { error_code: 'DBS.200010', error_msg: 'No such node.' },
      };
      const server = await startServer([step]);
      const { client, deadline } = sampleClient(server.url);
      const error = await collectionError(client.submitTask(node, ALL_SESSIONS, deadline()));
      assert.match(error.message, /^submit: got 400 DBS\.200010 "No such node\.", expected 200 \(127/u);
      assert.deepEqual(error.details, {
        operation: 'submit',
        status: 400,
        error_code: 'DBS.200010',
        request_id: 'abc-123',
      });
    });

    it('names the host of a redirect, and does not go there', async () => {
      const other = await startServer([{}]);
      const server = await startServer([
        { status: 307, headers: { location: `${other.url}/secret?token=x` } },
      ]);
      const { client, deadline } = sampleClient(server.url);
      const error = await collectionError(client.submitTask(node, ALL_SESSIONS, deadline()));
      assert.match(error.message, /got 307, expected no redirect to "127\.0\.0\.1" \(/u);
      assert.equal(other.requests.length, 0);
    });

    it('an error whose explanation does not come in time keeps its status', async () => {
      const server = await startServer([(response) => response.writeHead(400).write('{')]);
      const { client, clock, deadline, observer } = sampleClient(server.url);
      const failed = collectionError(client.submitTask(node, ALL_SESSIONS, deadline()));
      await until(() => observer.requests.length === 1);
      await clock.advance(10_000);
      assert.match((await failed).message, /got 400, expected 200/u);
    });

    it('a page is told by its title, however long it is', async () => {
      const page = `<html><head><title>502 Bad Gateway</title></head>${'x'.repeat(200_000)}`;
      const server = await startServer([{ status: 502, body: page }]);
      const { client, deadline } = sampleClient(server.url, { maxRetries: 0 });
      const error = await collectionError(client.taskStatus(node, 'r', deadline()));
      assert.match(error.message, /got 502 "502 Bad Gateway", expected 200/u);
    });

    it('an error whose explanation is cut off, or endless, keeps its status', async () => {
      for (const step of [
        (response: ServerResponse) => {
          response.writeHead(500, { 'content-length': '100' });
          response.write('{"error_code', () => response.destroy());
        },
        { status: 500, body: 'x'.repeat(100_000) },
      ]) {
        const server = await startServer([step]);
        const { client, deadline } = sampleClient(server.url, { maxRetries: 0 });
        const error = await collectionError(client.taskStatus(node, 'r', deadline()));
        assert.match(error.message, /got 500, expected 200/u);
      }
    });
  });
});
