import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { untilAborted } from '../../../src/model/deadline.js';
import type { Credentials } from '../../../src/taurusdb/call/credentials.js';
import { tokenCredentials } from '../../../src/taurusdb/credentials/token-credentials.js';
import { sampleNode } from '../../collect/sample-node.js';
import { FakeClock } from '../../support/fake-clock.js';
import { closeServers, type ScriptedServer, startServer } from '../../support/scripted-server.js';
import { closeClients, collectionError, sampleClient, until } from '../sample-client.js';

const node = sampleNode();

describe('a secret that changes while it is in use', () => {
  let clock: FakeClock;
  let token: string;
  let accepted: readonly string[];
  let server: ScriptedServer;
  /** Of the change that is under way. */
  let change: Promise<void>;
  let endChange: () => void;
  /** How many calls wait for it. */
  let waiting: number;
  /** Until when no answer is given. */
  let held: Promise<void>;

  beforeEach(async () => {
    clock = new FakeClock();
    token = 'OLD';
    accepted = ['OLD', 'NEW'];
    change = Promise.resolve();
    waiting = 0;
    held = Promise.resolve();
    server = await startServer([
      async (response, { headers }) => {
        await held;
        const isAccepted = accepted.includes(String(headers['x-auth-token']));
        response.writeHead(isAccepted ? 200 : 401, { 'content-type': 'application/json' });
        response.end(JSON.stringify(isAccepted ? { status: 'running' } : { error_code: 'APIGW.0301' }));
      },
    ]);
  });
  afterEach(async () => {
    await closeServers();
    await closeClients();
  });

  const startChange = (): void => {
    change = new Promise((resolve) => {
      endChange = resolve;
    });
  };
  const holdAnswers = (): (() => void) => {
    let release = (): void => {};
    held = new Promise((resolve) => {
      release = resolve;
    });
    return () => release();
  };
  const settled = (signal: AbortSignal): Promise<void> => {
    waiting += 1;
    return untilAborted(change, signal).finally(() => {
      waiting -= 1;
    });
  };
  const open = (credentials: Credentials = tokenCredentials(() => token, settled)) => {
    const { client, deadline } = sampleClient(server.url, { credentials, clock });
    return () => client.taskStatus(node, 'r', deadline());
  };
  const sent = (): unknown[] => server.requests.map(({ headers }) => headers['x-auth-token']);

  it('is waited for where the old one is refused, and the call succeeds', async () => {
    const ask = open();
    startChange();
    accepted = ['NEW'];
    const status = ask();
    await until(() => waiting === 1);
    token = 'NEW';
    endChange();
    assert.equal(await status, 'running');
    assert.deepEqual(sent(), ['OLD', 'NEW']);
  });

  it('costs none of many calls at once, and the new one is tried by one of them', async () => {
    const ask = open();
    await ask();
    startChange();
    accepted = ['NEW'];
    const statuses = Promise.all(Array.from({ length: 20 }, () => ask()));
    await until(() => waiting === 20);
    const refused = sent().length;
    token = 'NEW';
    const release = holdAnswers();
    endChange();
    await until(() => sent().length > refused);
    assert.deepEqual(sent().slice(refused), ['NEW']);
    release();
    assert.deepEqual(new Set(await statuses), new Set(['running']));
  });

  it('is waited for where others were refused with the old one', async () => {
    const ask = open();
    accepted = ['NEW'];
    await collectionError(ask());
    await collectionError(ask());
    startChange();
    const status = ask();
    await until(() => waiting === 1);
    token = 'NEW';
    endChange();
    assert.equal(await status, 'running');
    assert.deepEqual(sent(), ['OLD', 'OLD', 'NEW']);
  });

  it('is not waited for longer than ten seconds: then the refusal counts', async () => {
    const ask = open();
    startChange();
    accepted = ['NEW'];
    const error = collectionError(ask());
    await until(() => waiting === 1);
    await clock.advance(10_000);
    assert.match((await error).message, /got 401 APIGW\.0301/u);
    assert.deepEqual(sent(), ['OLD']);
  });

  it('sends nothing twice where it is the same after the change', async () => {
    accepted = [];
    await collectionError(open()());
    assert.deepEqual(sent(), ['OLD']);
  });

  it('is not sent with the permission of the one before', async () => {
    let changes = 1;
    const credentials: Credentials = {
      ...tokenCredentials(() => token),
      fingerprint: async () => {
        const fingerprint = token;
        // While the call waits for its turn.
        if (changes > 0) {
          changes -= 1;
          queueMicrotask(() => {
            token = 'NEW';
          });
        }
        return fingerprint;
      },
    };
    const ask = open(credentials);
    assert.equal(await ask(), 'running');
    assert.deepEqual(sent(), ['NEW']);
  });

  it('is an error where it never stays for as long as a call takes', async () => {
    const credentials = { ...tokenCredentials(() => token), fingerprint: async () => randomUUID() };
    const error = await collectionError(open(credentials)());
    assert.equal(error.reason, 'auth');
    assert.match(error.message, /^credential: got another secret each time/u);
    assert.deepEqual(sent(), []);
  });
});
