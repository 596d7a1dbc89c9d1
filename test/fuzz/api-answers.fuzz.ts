// Whatever the API answers, each operation ends with what it promises or with one CollectionError: one line, of bounded
// length, without a secret that the server echoes.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { epochMs } from '../../src/clock.js';
import { TASK_STATUSES } from '../../src/collect/session-api.js';
import { KnownNodes } from '../../src/discover/known-nodes.js';
import { CollectionError } from '../../src/model/failure.js';
import type { CallApi } from '../../src/taurusdb/call/api-call.js';
import { refusedAnswer } from '../../src/taurusdb/call/refused-answer.js';
import { discoverNodes } from '../../src/taurusdb/discover-nodes.js';
import type { HttpAnswer } from '../../src/taurusdb/http/http-client.js';
import { downloadResult } from '../../src/taurusdb/operations/download-result.js';
import { submitTask } from '../../src/taurusdb/operations/submit-task.js';
import { TaskStatusQuery } from '../../src/taurusdb/operations/task-status.js';
import { inChunks } from '../sessions/session-file.js';
import { fuzzRuns } from './fuzz-runs.js';

const SECRET = 's3cr3t';
const NODE = { scope: [], path: '/v3/p/instances/i/nodes/n' };
const EVERYTHING = { instanceName: '*', tags: {}, statuses: [], role: 'both' } as const;
const LONGEST_MESSAGE = 1_000;

interface Wire {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly sizes: readonly number[];
}

/** As the client calls: a bad status is an error, of anything else the operation makes what it can. */
function apiThatAnswers({ status, headers, body, sizes }: Wire): CallApi {
  return async ({ operation }, _deadline, read) => {
    const answer: HttpAnswer = {
      site: { operation, where: 'api.example' },
      status,
      header: (name) => headers[name],
      body: inChunks(body, sizes),
      isDelimited: true,
      discard: () => {},
    };
    if (status !== 200) {
      throw await refusedAnswer(answer, [SECRET], epochMs(Date.UTC(2026, 0, 1)));
    }
    return read(answer, [SECRET]);
  };
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    'running',
    'FINISHED',
    'error',
    'unrecognized',
    'ACTIVE',
    'master',
    '../..',
    `a\n${SECRET}\u001b[1m`,
  ),
  fc.constantFrom('x'.repeat(5_000), '0'.repeat(32).concat('in07'), '0'.repeat(32).concat('no07'), SECRET),
);
const key = fc.oneof(
  fc.constantFrom('request_id', 'status', 'error_code', 'error_msg', 'errorCode', 'code', 'message', 'error'),
  fc.constantFrom(
    'errCode',
    'externalMessage',
    'badRequest',
    'errors',
    'error_description',
    'detail',
    'title',
  ),
  fc.constantFrom(
    'instances',
    'total_count',
    'instance',
    'nodes',
    'id',
    'name',
    'tags',
    'type',
    'max_connections',
  ),
  fc.constantFrom('__proto__', 'constructor', 'toString', 'length', ''),
);
const json = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    text,
    fc.constantFrom(null, true, 0, 1, -1, 1e300, 2 ** 53),
    fc.array(tie('value'), { maxLength: 4 }),
    tie('object'),
  ),
  object: fc.dictionary(key, tie('value'), { maxKeys: 6 }),
}));
/** Answers of the right shape, whose texts may be anything. */
const shaped = fc.record({
  request_id: text,
  status: text,
  total_count: fc.nat(3),
  instances: fc.array(fc.record({ id: text, name: text, status: text, tags: json.value }), { maxLength: 3 }),
  instance: fc.record({
    id: text,
    nodes: fc.array(fc.record({ id: text, status: text, max_connections: text }), { maxLength: 3 }),
  }),
});
const written = fc.oneof(json.object, shaped).map((value) => JSON.stringify(value));
const body = fc.oneof(
  { weight: 4, arbitrary: written },
  { weight: 1, arbitrary: fc.tuple(written, fc.nat(200)).map(([whole, at]) => whole.slice(0, at)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.constantFrom('', '<html>', '['.repeat(50_000), `{"a":${'['.repeat(50_000)}`) },
  {
    weight: 1,
    arbitrary: text.chain((said) =>
      fc.constantFrom(
        `<html><title>${said}</title>`,
        `<Error><Code>${said}</Code><Message>${said}`,
        said,
        JSON.stringify(said),
        `PK\u0003\u0004${said}`,
      ),
    ),
  },
);
const wire: fc.Arbitrary<Wire> = fc.record({
  status: fc.oneof(fc.constant(200), fc.constantFrom(201, 302, 400, 401, 403, 404, 408, 409, 429, 500, 503)),
  headers: fc.dictionary(
    fc.constantFrom('content-type', 'content-encoding', 'retry-after', 'date', 'location', 'x-request-id'),
    fc.oneof(
      fc.constantFrom(
        'application/json',
        'text/html',
        `text/${SECRET}`,
        'gzip',
        'identity',
        'br',
        '1',
        '-1',
        '1e99',
        'soon',
      ),
      fc.constantFrom(
        'Fri, 02 Jan 2026 03:04:05 GMT',
        'http://169.254.169.254/',
        `http://${SECRET}/`,
        '//x',
        SECRET,
      ),
      fc.string({ maxLength: 10 }),
    ),
  ),
  body: fc.oneof(
    { weight: 9, arbitrary: body.map((whole) => Buffer.from(whole)) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
  ),
  sizes: fc.array(fc.integer({ min: 1, max: 4_000 }), { maxLength: 3 }),
});

describe('any answer of the API', () => {
  const deadline = { signal: new AbortController().signal, remainingMs: () => 1_000 };

  async function check<T>(work: () => Promise<T>, isRight: (value: T) => boolean): Promise<void> {
    try {
      const value = await work();
      assert.ok(isRight(value), JSON.stringify(value));
    } catch (error) {
      assert.ok(error instanceof CollectionError, String(error));
      const said = `${error.message} ${Object.values(error.details).join(' ')}`;
      assert.ok(said.length < LONGEST_MESSAGE, said);
      assert.doesNotMatch(said, /[\p{Cc}\p{Zl}\p{Zp}]/u);
      assert.ok(!said.includes(SECRET), said);
    }
  }

  it('ends each operation as promised', async () => {
    await fc.assert(
      fc.asyncProperty(wire, async (answer) => {
        const callApi = apiThatAnswers(answer);
        await check(
          () => submitTask(callApi, NODE, { filter: 'total' }, deadline),
          (requestId) => /^[\w.:-]{1,200}$/u.test(requestId),
        );
        await check(
          () => new TaskStatusQuery(callApi).ask(NODE, 'r-1', deadline),
          (answered) => TASK_STATUSES.includes(typeof answered === 'string' ? answered : answered.status),
        );
        await check(
          async () => {
            let bytes = 0;
            const file = await downloadResult(
              callApi,
              { node: NODE, requestId: 'r-1', maxBytes: 1_000 },
              deadline,
            );
            for await (const chunk of file) {
              bytes += chunk.length;
            }
            return bytes;
          },
          (bytes) => bytes <= 1_000,
        );
        await check(
          async () => {
            const known = new KnownNodes();
            const end = await discoverNodes(callApi, EVERYTHING, known, deadline);
            known.end(end);
            for (const failure of end.failures) {
              await check(
                () => Promise.reject(failure),
                () => false,
              );
            }
            return known.summary();
          },
          ({ nodes, odd }) =>
            nodes.every(({ nodeId }) => /^[A-Za-z0-9]{32}no07$/u.test(nodeId)) &&
            String(odd).length < LONGEST_MESSAGE &&
            !String(odd).includes(SECRET),
        );
        assert.ok(!('polluted' in {}));
      }),
      fuzzRuns(300),
    );
  });
});
