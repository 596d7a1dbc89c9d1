// A TaurusDB API on a real socket, with IAM and the metadata service of an ECS, that serves one node well until it is
// told to misbehave: each operation answers by a step of its own.
import type { ServerResponse } from 'node:http';
import type { FakeClock } from '../support/fake-clock.js';
import { type SeenRequest, type Step, sendAnswer, startServer } from '../support/scripted-server.js';
import { CANARIES, CANARY_VALUE } from './canaries.js';

/** By the path that each is asked by, the first that fits. */
const PATHS = {
  token: /^\/v3\/auth\/tokens\?/u,
  projects: /^\/v3\/projects\?/u,
  session: /^\/meta-data\//u,
  key: /^\/openstack\//u,
  instances: /\/instances\?/u,
  instance: /\/instances\/\w+$/u,
  wait: /\/realtime-session-(task|status)\?/u,
  download: /\/realtime-session-result\?/u,
  /** And whatever nobody should ask for. */
  submit: /^/u,
} as const;
export type Operation = keyof typeof PATHS;
export const OPERATIONS = Object.keys(PATHS) as readonly Operation[];

/** What is not named goes well. */
export type Misbehaviour = Readonly<Partial<Record<Operation, Step>>>;

export interface HostileApi {
  readonly url: string;
  /** Requests since `misbehave` was called last. */
  readonly requests: readonly SeenRequest[];
  seen(operation: Operation): number;
  misbehave(how: Misbehaviour): void;
}

/** Sessions of the file that is served while all goes well. */
export const GOOD_SESSIONS = 3;

export const HEADER = 'Id,User,Host,db,Command,Time,State,Info,trx_id';
export const GOOD_FILE = [
  HEADER,
  `1,orders,10.0.0.1:5000,shop,Query,12,Sending data,"SELECT '${CANARY_VALUE}' FROM a, b",`,
  '2,orders,10.0.0.1:5001,shop,Sleep,3,,,421',
  '3,reports,10.0.0.2:5000,,Sleep,40,,NULL,',
  '',
].join('\n');

/** IAM's name for the project, and its id. */
export const REGION = 'cn-north-4';
export const PROJECT_ID = 'c'.repeat(32);
const A_DAY_MS = 86_400_000;

function goodAnswers(clock: FakeClock): Readonly<Record<Operation, Step>> {
  const expires_at = () => new Date(clock.now() + A_DAY_MS).toISOString();
  return {
    token: (response) =>
      sendAnswer(response, {
        status: 201,
        headers: { 'x-subject-token': CANARIES.token },
        body: { token: { expires_at: expires_at(), project: { id: PROJECT_ID } } },
      }),
    projects: { body: { projects: [{ id: PROJECT_ID, name: REGION }] } },
    session: { body: CANARIES.metadataToken },
    key: (response) =>
      sendAnswer(response, {
        body: {
          credential: {
            access: CANARIES.accessKey,
            secret: CANARIES.secretKey,
            securitytoken: CANARIES.securityToken,
            expires_at: expires_at(),
          },
        },
      }),
    instances: {
      body: { instances: [{ id: SICK.instance_id, name: 'orders', status: 'normal' }], total_count: 1 },
    },
    instance: {
      body: {
        instance: {
          id: SICK.instance_id,
          nodes: [{ id: SICK.node_id, name: SICK.name, type: 'master', status: 'ACTIVE' }],
        },
      },
    },
    submit: { body: { request_id: 'realtime_session-1' } },
    wait: { body: { status: 'finished' } },
    download: { headers: { 'content-type': 'text/csv' }, body: GOOD_FILE },
  };
}

/** The node that it serves, as the configuration lists it. */
export const SICK = { instance_id: `${'a'.repeat(32)}in07`, node_id: `${'a'.repeat(32)}no07`, name: 'sick' };

/** Its `Date` is that of the clock: a gateway whose time is right. */
export async function startHostileApi(clock: FakeClock): Promise<HostileApi> {
  let requests: SeenRequest[] = [];
  let misbehaviour: Misbehaviour = {};
  const good = goodAnswers(clock);
  const { url } = await startServer([
    (response, request) => {
      requests.push(request);
      response.setHeader('date', httpDate(clock.now()));
      const operation = operationOf(request.target);
      serve(misbehaviour[operation] ?? good[operation], response, request);
    },
  ]);
  return {
    url,
    get requests() {
      return requests;
    },
    seen: (operation) => requests.filter(({ target }) => operationOf(target) === operation).length,
    misbehave: (how) => {
      misbehaviour = how;
      requests = [];
    },
  };
}

export function httpDate(ms: number): string {
  return new Date(ms).toUTCString();
}

function serve(step: Step, response: ServerResponse, request: SeenRequest): void {
  if (typeof step === 'function') {
    step(response, request);
  } else {
    sendAnswer(response, step);
  }
}

function operationOf(target: string): Operation {
  return OPERATIONS.find((operation) => PATHS[operation].test(target)) ?? 'submit';
}
