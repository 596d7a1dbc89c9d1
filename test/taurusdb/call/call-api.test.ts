import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { startDeadline } from '../../../src/model/deadline.js';
import type { Credentials } from '../../../src/taurusdb/call/credentials.js';
import { accessKeyCredentials } from '../../../src/taurusdb/credentials/access-key-credentials.js';
import { ClockSkew } from '../../../src/taurusdb/credentials/signing-credentials.js';
import { tokenCredentials } from '../../../src/taurusdb/credentials/token-credentials.js';
import { sampleNode } from '../../collect/sample-node.js';
import { FakeClock, settle } from '../../support/fake-clock.js';
import {
  closedPort,
  closeServers,
  type PlainAnswer,
  type Step,
  sendAnswer,
  startServer,
} from '../../support/scripted-server.js';
import { ALL_SESSIONS, closeClients, collectionError, sampleClient, until } from '../sample-client.js';

const node = sampleNode();
const REFUSED: PlainAnswer = {
  status: 401,
  body: {
    error_code: 'APIGW.0301',
    error_msg: 'Incorrect IAM authentication information: verify aksk signature fail',
  },
};
const RUNNING: PlainAnswer = { body: { status: 'running' } };

describe('a call of the API', () => {
  afterEach(async () => {
    await closeServers();
    await closeClients();
  });

  describe('is repeated', () => {
    const reset: Step = (response) => response.socket?.resetAndDestroy();

    for (const [what, step] of [
      ['after a reset', reset],
      ['after 408', { status: 408 }],
      ['after 429', { status: 429 }],
      ['after 500', { status: 500 }],
      ['after 503', { status: 503 }],
      ['after JSON that is cut off', (response) => response.write('{', () => response.destroy())],
    ] as [string, Step][]) {
      it(`${what} when it is a GET`, async () => {
        const server = await startServer([step, RUNNING]);
        const { client, clock, deadline, observer } = sampleClient(server.url);
        const status = client.taskStatus(node, 'r', deadline());
        await until(() => clock.remaining.includes(500));
        await clock.advance(500);
        assert.equal(await status, 'running');
        assert.deepEqual(observer.retries, ['wait']);
      });
    }

    it('after 429 when it is the submitting POST', async () => {
      const server = await startServer([{ status: 429 }, { body: { request_id: 'r' } }]);
      const { client, clock, deadline, observer } = sampleClient(server.url);
      const submitted = client.submitTask(node, ALL_SESSIONS, deadline());
      await until(() => clock.remaining.includes(500));
      await clock.advance(500);
      assert.equal(await submitted, 'r');
      assert.deepEqual(observer.requests, ['submit 429', 'submit 200']);
    });

    it('while nothing listens, also the submitting POST', async () => {
      const { client, clock, deadline, observer } = sampleClient(`http://${await closedPort()}`);
      const failed = collectionError(client.submitTask(node, ALL_SESSIONS, deadline()));
      for (const waitMs of [500, 1_000, 2_000]) {
        await until(() => clock.remaining.includes(waitMs));
        await clock.advance(waitMs);
      }
      const error = await failed;
      assert.equal(error.reason, 'network');
      assert.match(error.message, /got ECONNREFUSED \(nothing listens there\).+, after 4 attempts$/u);
      assert.deepEqual(observer.requests, Array(4).fill('submit error'));
    });

    it('no more often than max_retries', async () => {
      const server = await startServer([{ status: 500 }]);
      const { client, clock, deadline } = sampleClient(server.url, { maxRetries: 1 });
      const failed = collectionError(client.taskStatus(node, 'r', deadline()));
      await until(() => clock.remaining.includes(500));
      await clock.advance(500);
      assert.match((await failed).message, /got 500.+, after 2 attempts$/u);
    });

    for (const [what, step] of [
      ['after a reset', reset],
      ['after 408', { status: 408 }],
      ['after 500', { status: 500 }],
    ] as [string, Step][]) {
      it(`not ${what} when it is the submitting POST: the task may have started`, async () => {
        const server = await startServer([step]);
        const { client, deadline } = sampleClient(server.url);
        await collectionError(client.submitTask(node, ALL_SESSIONS, deadline()));
        assert.equal(server.requests.length, 1);
      });
    }

    for (const status of [400, 403, 404, 409]) {
      it(`not after ${status}`, async () => {
        const server = await startServer([{ status }]);
        const { client, deadline, observer } = sampleClient(server.url);
        await collectionError(client.taskStatus(node, 'r', deadline()));
        assert.deepEqual(observer.retries, []);
      });
    }

    it('when Retry-After has passed', async () => {
      const server = await startServer([{ status: 503, headers: { 'retry-after': '7' } }, RUNNING]);
      const { client, clock, deadline } = sampleClient(server.url, { random: () => 0 });
      const status = client.taskStatus(node, 'r', deadline());
      await until(() => clock.remaining.includes(7_000));
      await clock.advance(7_000);
      assert.equal(await status, 'running');
    });

    it('by the clock of the API where Retry-After is a date', async () => {
      const headers = {
        date: 'Fri, 02 Jan 2026 00:00:00 GMT',
        'retry-after': 'Fri, 02 Jan 2026 00:00:07 GMT',
      };
      const server = await startServer([{ status: 503, headers }, RUNNING]);
      const { client, clock, deadline } = sampleClient(server.url, { random: () => 0 });
      const status = client.taskStatus(node, 'r', deadline());
      await until(() => clock.remaining.includes(7_000));
      await clock.advance(7_000);
      assert.equal(await status, 'running');
    });

    it("never past the deadline: a gateway's window of a minute fails the collection at once", async () => {
      const body = {
        error_code: 'APIGW.0308',
        error_msg: 'policy user over ratelimit,limit:10,time:1 minute',
      };
      const server = await startServer([{ status: 429, body }]);
      const { client, clock, deadline } = sampleClient(server.url);
      const error = await collectionError(client.submitTask(node, ALL_SESSIONS, deadline()));
      assert.equal(error.reason, 'throttled');
      assert.equal(clock.monotonic(), 0);
    });

    it('more slowly once the API throttles', async () => {
      const server = await startServer([{ status: 429 }, RUNNING]);
      const { client, clock, deadline } = sampleClient(server.url, {
        maxRequestsPerSecond: 4,
        maxRetries: 0,
      });
      await collectionError(client.taskStatus(node, 'r', deadline()));
      const status = client.taskStatus(node, 'r', deadline());
      await settle();
      assert.ok(clock.remaining.map(Math.round).includes(526), 'the second waits');
      await clock.advance(527);
      assert.equal(await status, 'running');
    });
  });

  describe('with a token', () => {
    it('that is refused is not repeated', async () => {
      const server = await startServer([REFUSED]);
      const { client, deadline } = sampleClient(server.url);
      const error = await collectionError(client.taskStatus(node, 'r', deadline()));
      assert.equal(error.reason, 'auth');
      assert.equal(server.requests.length, 1);
    });

    it('that was refused twice is not sent for 330 s, nor by 500 nodes at once', async () => {
      const server = await startServer([REFUSED]);
      const { client, clock } = sampleClient(server.url);
      const ask = () => collectionError(client.taskStatus(node, 'r', startDeadline(clock, 50_000)));
      const errors = await Promise.all(Array.from({ length: 500 }, ask));
      assert.deepEqual(new Set(errors.map(({ reason }) => reason)), new Set(['auth']));
      assert.equal(server.requests.length, 1);
      await ask();
      await ask();
      assert.equal(server.requests.length, 2);
      await clock.advance(330_000);
      await ask();
      assert.equal(server.requests.length, 3);
    });

    it('that changes is tried at once', async () => {
      let token = 'OLD';
      const server = await startServer([REFUSED, REFUSED, RUNNING]);
      const { client, deadline } = sampleClient(server.url, { credentials: tokenCredentials(() => token) });
      await collectionError(client.taskStatus(node, 'r', deadline()));
      await collectionError(client.taskStatus(node, 'r', deadline()));
      token = 'NEW';
      assert.equal(await client.taskStatus(node, 'r', deadline()), 'running');
      assert.equal(server.requests[2]?.headers['x-auth-token'], 'NEW');
    });

    it('that lacks a permission is not a wrong one', async () => {
      const server = await startServer([{ status: 403 }, () => {}]);
      const { client, clock, deadline } = sampleClient(server.url);
      await collectionError(client.taskStatus(node, 'r', deadline()));
      const both = [1, 2].map(() => collectionError(client.taskStatus(node, 'r', deadline())));
      await until(() => server.requests.length === 3);
      await clock.advance(50_000);
      await Promise.all(both);
    });

    it('that may be renewed is renewed once per call', async () => {
      const credentials: Credentials = {
        fingerprint: async () => 'key',
        authorize: async () => ({ headers: {}, secrets: [], recover: async () => true }),
      };
      const server = await startServer([REFUSED]);
      const { client, deadline } = sampleClient(server.url, { credentials });
      await collectionError(client.taskStatus(node, 'r', deadline()));
      assert.equal(server.requests.length, 2);
    });

    it('that is renewed by another one is tried by one request before all use that', async () => {
      let key = 'old';
      const credentials: Credentials = {
        fingerprint: async () => key,
        authorize: async () => ({
          headers: { 'x-auth-token': key },
          secrets: [],
          recover: async () => {
            key = 'new';
            return true;
          },
        }),
      };
      let isRevoked = false;
      const held: (() => void)[] = [];
      const server = await startServer([
        (response, { headers }) => {
          if (headers['x-auth-token'] === 'new') {
            held.push(() => sendAnswer(response, RUNNING));
          } else {
            sendAnswer(response, isRevoked ? REFUSED : RUNNING);
          }
        },
      ]);
      const { client, deadline } = sampleClient(server.url, { credentials });
      await client.taskStatus(node, 'r', deadline());
      isRevoked = true;
      const asked = Promise.all(Array.from({ length: 5 }, () => client.taskStatus(node, 'r', deadline())));
      await until(() => held.length > 0 && server.requests.length === 1 + 5 + 1);
      await settle();
      assert.equal(held.length, 1);
      held.pop()?.();
      await until(() => held.length === 4);
      for (const answer of held) {
        answer();
      }
      assert.deepEqual(new Set(await asked), new Set(['running']));
    });

    it('that cannot be read sends nothing', async () => {
      const server = await startServer([RUNNING]);
      const { client, deadline } = sampleClient(server.url, { credentials: tokenCredentials(() => '') });
      const error = await collectionError(client.taskStatus(node, 'r', deadline()));
      assert.equal(error.reason, 'auth');
      assert.equal(server.requests.length, 0);
    });
  });

  describe('with a signature', () => {
    let clock: FakeClock;
    let corrections: number[];
    let credentials: Credentials;

    beforeEach(() => {
      clock = new FakeClock();
      corrections = [];
      credentials = accessKeyCredentials({
        readAccessKey: () => 'CANARYAK',
        readSecretKey: () => 'CANARYSK',
        readSecurityToken: () => 'CANARYSTS',
        skew: new ClockSkew(clock),
        onClockCorrection: (offsetMs) => corrections.push(offsetMs),
      });
    });

    it('names the host with its port', async () => {
      const server = await startServer([RUNNING]);
      const { client, deadline } = sampleClient(server.url, { credentials, clock });
      await client.taskStatus(node, 'r', deadline());
      const headers = server.requests[0]?.headers;
      assert.equal(headers?.host, new URL(server.url).host);
      assert.match(
        headers?.authorization ?? '',
        /SignedHeaders=host;x-project-id;x-sdk-date;x-security-token,/u,
      );
    });

    it('refused for our clock is repeated once with that of the API, which is not a refusal', async () => {
      const date = new Date(clock.now() + 16 * 60_000).toUTCString();
      const server = await startServer([{ ...REFUSED, headers: { date } }, RUNNING]);
      const { client, deadline } = sampleClient(server.url, { credentials, clock });
      assert.equal(await client.taskStatus(node, 'r', deadline()), 'running');
      assert.deepEqual(
        server.requests.map(({ headers }) => headers['x-sdk-date']),
        ['20260102T030405Z', '20260102T032005Z'],
      );
      assert.deepEqual(corrections, [960_000]);
    });

    it('refused again by the right clock is a refusal', async () => {
      const date = new Date(clock.now() + 16 * 60_000).toUTCString();
      const server = await startServer([{ ...REFUSED, headers: { date } }]);
      const { client, deadline } = sampleClient(server.url, { credentials, clock });
      assert.equal((await collectionError(client.taskStatus(node, 'r', deadline()))).reason, 'auth');
      assert.equal(server.requests.length, 2);
      await collectionError(client.taskStatus(node, 'r', deadline()));
      const sent = server.requests.length;
      assert.ok(sent <= 4, 'fewer than the gateway locks a key for');
      await collectionError(client.taskStatus(node, 'r', deadline()));
      assert.equal(server.requests.length, sent);
    });

    it('never shows what it was made with, even when the API echoes it', async () => {
      const server = await startServer([
        (response, { headers }) => {
          const echo = Object.values(headers).join(' ');
          response.writeHead(400, { 'content-type': 'application/json', 'x-request-id': 'CANARYSTS' });
          response.end(JSON.stringify({ error_code: 'CANARYAK', error_msg: `CANARYSK ${echo}` }));
        },
      ]);
      const { client, deadline, log } = sampleClient(server.url, { credentials, clock });
      const error = await collectionError(client.submitTask(node, ALL_SESSIONS, deadline()));
      const signature =
        /Signature=(\w+)/u.exec(server.requests[0]?.headers.authorization ?? '')?.[1] ?? assert.fail();
      const shown = [
        inspect(error, { depth: 9, showHidden: true }),
        inspect(client, { depth: 9 }),
        ...log.lines,
      ];
      assert.doesNotMatch(shown.join('\n'), /CANARY/u);
      assert.ok(!shown.join('\n').includes(signature));
      assert.match(error.message, /<secret>/u);
    });
  });

  it("ends with the deadline's own reason, wherever it is", async () => {
    const server = await startServer([() => {}]);
    const { client, clock } = sampleClient(server.url);
    const stop = new AbortController();
    const deadline = startDeadline(clock, 50_000, stop.signal);
    const calls = Promise.allSettled([
      client.taskStatus(node, 'r', deadline),
      client.taskStatus(node, 'waits for the first to try the credential', deadline),
    ]);
    await until(() => server.requests.length === 1);
    const reason = new Error('stopping');
    stop.abort(reason);
    assert.deepEqual(await calls, [
      { status: 'rejected', reason },
      { status: 'rejected', reason },
    ]);
    await assert.rejects(client.submitTask(node, ALL_SESSIONS, deadline), reason);
    assert.equal(clock.sleeping, 0);
  });
});
