// A TaurusDB API on a real socket that serves one node well until it is told to misbehave: each of the three
// operations answers by a step of its own.
import type { ServerResponse } from 'node:http';
import type { FakeClock } from '../support/fake-clock.js';
import { type SeenRequest, type Step, sendAnswer, startServer } from '../support/scripted-server.js';
import { CANARY_SQL } from './canaries.js';

export const OPERATIONS = ['submit', 'wait', 'download'] as const;
export type Operation = (typeof OPERATIONS)[number];

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
  `1,orders,10.0.0.1:5000,shop,Query,12,Sending data,"${CANARY_SQL} FROM a, b",`,
  '2,orders,10.0.0.1:5001,shop,Sleep,3,,,421',
  '3,reports,10.0.0.2:5000,,Sleep,40,,NULL,',
  '',
].join('\n');

const GOOD: Readonly<Record<Operation, Step>> = {
  submit: { body: { request_id: 'realtime_session-1' } },
  wait: { body: { status: 'finished' } },
  download: { headers: { 'content-type': 'text/csv' }, body: GOOD_FILE },
};

/** Its `Date` is that of the clock: a gateway whose time is right. */
export async function startHostileApi(clock: FakeClock): Promise<HostileApi> {
  let requests: SeenRequest[] = [];
  let misbehaviour: Misbehaviour = {};
  const { url } = await startServer([
    (response, request) => {
      requests.push(request);
      response.setHeader('date', httpDate(clock.now()));
      const operation = operationOf(request.target);
      serve(misbehaviour[operation] ?? GOOD[operation], response, request);
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
  if (typeof step === 'function') step(response, request);
  else sendAnswer(response, step);
}

function operationOf(target: string): Operation {
  if (target.includes('/realtime-session-result?')) return 'download';
  return target.includes('?') ? 'wait' : 'submit';
}
