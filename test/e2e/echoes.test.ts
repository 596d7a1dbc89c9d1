// An API that repeats the secret of each request, written in one way or another, in all that it can be made to say.
import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { ECHOES, piecesOf } from '../support/echoes.js';
import { addressOf, eventually, runProgram, startProgram } from '../support/program.js';
import { closeServers, type PlainAnswer, sendAnswer, startServer } from '../support/scripted-server.js';
import { writeConfig } from '../support/simulated-config.js';

const INSTANCE_ID = `${'a'.repeat(32)}in07`;
const refusal = (body: object, headers: Record<string, string> = {}): PlainAnswer => ({
  status: 400,
  headers,
  body,
});

/** What can be read of a server: its answers to all requests, or to those of the operation. */
const PLACES: Readonly<Record<string, (echo: string, operation: string) => PlainAnswer>> = {
  'the words of an error': (echo) => refusal({ error_code: 'DBS.1', error_msg: `wrong [${echo}]` }),
  'the words of an error, behind much else': (echo) =>
    refusal({ error_code: 'DBS.1', error_msg: `${'x'.repeat(185)} ${echo}` }),
  'the code of an error': (echo) => refusal({ error_code: echo, error_msg: 'no' }),
  'an error that calls itself a success': (echo) => ({ body: { error_code: 'DBS.1', error_msg: echo } }),
  'the id of the request': (echo) => refusal({ error_code: 'DBS.1' }, { 'x-request-id': printable(echo) }),
  'the type of the body': (echo) => ({ headers: { 'content-type': `text/${printable(echo)}` }, body: '-' }),
  'the encoding of the body': (echo) => ({ headers: { 'content-encoding': printable(echo) }, body: '-' }),
  'a redirect': (echo) => ({
    status: 302,
    headers: { location: `https://${encodeURIComponent(echo)}.example/` },
  }),
  'the id of the task': (echo, operation) =>
    operation === 'submit' ? { body: { request_id: echo } } : { body: { status: 'error' } },
  'the status of the task': (echo, operation) =>
    operation === 'submit' ? { body: { request_id: 'r' } } : { body: { status: echo } },
  'the header of the result': (echo, operation) => result(operation, `user,${echo},host\n1,2,3\n`),
  'the header of a result that could be read': (echo, operation) =>
    result(operation, `user,host,state,${echo}\n1,2,3,4\n`),
  'a name with a line end in the header of the result': (echo, operation) =>
    result(operation, `"user\n",host,state,"${echo.replaceAll('"', '""')}"\n1,2,3,4\n`),
  'the header of the result behind a line that is none': (echo, operation) =>
    result(operation, `""\nuser,host,"${echo.replaceAll('"', '""')}"\n1,2,3\n`),
  'an HTML page as the result': (echo, operation) => ({
    ...result(operation, `<html>${echo}`),
    ...(operation === 'download' ? { headers: { 'content-type': `text/html+${printable(echo)}` } } : {}),
  }),
  'the names of instance and node': (echo, operation) => named(operation, echo),
};

function result(operation: string, csv: string): PlainAnswer {
  return operation === 'download' ? { body: csv } : { body: { request_id: 'r', status: 'finished' } };
}

function named(operation: string, name: string): PlainAnswer {
  if (operation === 'list') {
    return {
      body: { instances: [{ id: INSTANCE_ID, name, status: 'ACTIVE', tags: [] }], total_count: 1 },
    };
  }
  const nodes = [{ id: `${'b'.repeat(32)}no07`, name, status: 'ACTIVE', type: 'master' }];
  return { body: { instance: { id: INSTANCE_ID, nodes } } };
}

/** As a header can carry it. */
function printable(text: string): string {
  return text.replace(/[^\x21-\x7e]/gu, '');
}

function operationOf(target: string, method: string): string {
  if (/\/instances\?/u.test(target)) {
    return 'list';
  }
  if (!target.includes('/nodes/')) {
    return 'show';
  }
  if (method === 'POST') {
    return 'submit';
  }
  return target.includes('-result') ? 'download' : 'wait';
}

interface Case {
  readonly token: string;
  readonly echo: string;
  readonly place: string;
  readonly isDiscovered: boolean;
}

/** Every way at the place that shows most, and every place in some ways. */
const CASES: readonly Case[] = [
  ...Object.keys(ECHOES).map((way) => ['the words of an error', way] as const),
  ...Object.keys(PLACES).flatMap((place) =>
    ['as it is', 'in lower case', 'cut to its beginning', 'as base64 for URLs', 'with blanks in between'].map(
      (way) => [place, way] as const,
    ),
  ),
].map(([place, way], index) => {
  const token = `k${String(index).padStart(3, '0')}T7pW2xQ9mZ4vB8nR1cL6yH3jD5fG0sA2uE7`;
  return { token, echo: ECHOES[way]?.(token) ?? '', place, isDiscovered: place.startsWith('the names') };
});

describe('what a server repeats of a secret', () => {
  let file: string;

  before(async () => {
    const answer = (response: ServerResponse, token: unknown, operation: string) => {
      const one = CASES.find((known) => known.token === token);
      sendAnswer(response, PLACES[one?.place ?? '']?.(one?.echo ?? '', operation) ?? { status: 404 });
    };
    const { url } = await startServer([
      (response, { headers, target, method }) =>
        answer(response, headers['x-auth-token'], operationOf(target, method)),
    ]);
    const nodes = (index: number) => [
      { instance_id: INSTANCE_ID, node_id: `${String(index).padStart(32, '0')}no07` },
    ];
    file = writeConfig({
      projects: CASES.map(({ token, isDiscovered }, index) => ({
        name: `project-${index}`,
        region: 'eu-west-101',
        project_id: '0'.repeat(32),
        endpoint: url,
        auth: { token: { value: token } },
        ...(isDiscovered ? { discovery: { enabled: true } } : { nodes: nodes(index) }),
      })),
      collection: { poll_interval: '100ms', timeout: '20s', splay: '0s', max_concurrent: 64 },
      api: { max_retries: 0 },
    });
  });
  after(closeServers);

  function assertNothingIn(text: string): void {
    const left = CASES.flatMap(({ echo, place }) =>
      piecesOf(echo, text).map((piece) => `${place}: ${piece}`),
    );
    assert.deepEqual(left, []);
  }

  for (const command of ['check-config', 'collect', 'discover']) {
    it(`is not in the output of ${command}`, async () => {
      const online = command === 'check-config' ? ['--online'] : [];
      const { stdout, stderr } = await runProgram([
        command,
        ...online,
        `--config.file=${file}`,
        '--log.level=debug',
      ]);
      assert.match(`${stdout}${stderr}`, /<secret>/u, 'the API did repeat them');
      assertNothingIn(`${stdout}\n${stderr}`);
    });
  }

  it('is not in the log and on the pages of the agent', async () => {
    const agent = startProgram([
      `--config.file=${file}`,
      '--log.level=debug',
      '--web.listen-address=127.0.0.1:0',
    ]);
    try {
      const address = await addressOf(agent);
      const get = async (target: string) => (await fetch(`${address}${target}`)).text();
      await eventually(
        async () => (await fetch(`${address}/-/ready`)).status === 200 || undefined,
        'every node tried',
        30_000,
      );
      const pages = await Promise.all(['/metrics', '/', '/api/v1/nodes'].map(get));
      assert.match(pages.join('\n'), /<secret>/u);
      assertNothingIn([...pages, agent.stderr(), agent.stdout()].join('\n'));
    } finally {
      agent.child.kill('SIGKILL');
      await agent.ended;
    }
  });
});
