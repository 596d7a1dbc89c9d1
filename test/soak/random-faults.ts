// What can go wrong with an API, at random: the simulator's answers in place of the good ones.
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { type Answer, jsonAnswer } from '../../src/simulator/cloud/answer.js';
import type { Fault } from '../../src/simulator/cloud/fault.js';

/** Of the requests. Throttling is rarer: each answer of it halves the rate for a while. */
const FAULT_SHARE = 0.08;
const THROTTLE_SHARE = 0.0005;
const DRIP_MS = 200;
const NEW_USERS = 200;

const CSV = { 'Content-Type': 'application/octet-stream' };
const HEADER = 'Id,User,Host,db,Command,Time,State,Info\n';

type FaultKind = () => ReturnType<Fault>;

const ANY_REQUEST: readonly FaultKind[] = [
  () => 'reset',
  () => 'hang',
  () => refused(500, 'DBS.05000000'),
  () => refused(503, 'APIGW.0201'),
  () => refused(403, 'DBS.200032'),
  () => ({ status: 200, headers: { 'Content-Type': 'application/json' }, body: '{"request_id":' }),
  () => ({ status: 200, headers: { 'Content-Type': 'text/html' }, body: '<html>a captive portal</html>' }),
  () => ({ status: 302, headers: { Location: 'http://192.0.2.1/' } }),
];

const DOWNLOADS: readonly FaultKind[] = [
  () => ({ status: 200, headers: CSV, body: cut() }),
  () => ({ status: 200, headers: CSV, body: drip() }),
  () => ({ status: 200, headers: CSV, body: '{"error_code":"DBS.200001","error_msg":"Parameter error."}' }),
  () => ({ status: 200, headers: CSV }),
  () => ({ status: 200, headers: CSV, body: `${HEADER}1,"app` }),
  () => ({ status: 200, headers: CSV, body: `${HEADER}${'too,short\n'.repeat(20)}` }),
  () => ({ status: 200, headers: { ...CSV, 'Content-Encoding': 'gzip' }, body: cutGzip() }),
  newUsers,
  newUsers,
  newUsers,
];

/** `random` in [0, 1). */
export function randomFaults(random: () => number): Fault {
  const pick = (kinds: readonly FaultKind[]) => kinds[Math.floor(random() * kinds.length)]?.();
  return ({ operation }) => {
    if (random() < THROTTLE_SHARE) {
      return refused(429, 'APIGW.0308');
    }
    if (random() >= FAULT_SHARE) {
      return undefined;
    }
    return pick(operation === 'download' && random() < 0.8 ? DOWNLOADS : ANY_REQUEST);
  };
}

function refused(status: number, code: string): Answer {
  return jsonAnswer(status, { error_code: code, error_msg: 'a fault on purpose' });
}

/** A good file whose users are never seen again: what would make series grow if nothing limited them. */
function newUsers(): Answer {
  const rows = Array.from(
    { length: NEW_USERS },
    (_, index) => `${index},u${Math.random()},10.0.0.1:${index},shop,Sleep,${index},,\n`,
  );
  return { status: 200, headers: CSV, body: HEADER + rows.join('') };
}

async function* cut(): AsyncGenerator<Uint8Array> {
  yield Buffer.from(`${HEADER}1,app,10.0.0.1:1,shop,Sleep,1,,\n`);
  await sleep(10);
  throw new Error('cut on purpose');
}

async function* drip(): AsyncGenerator<Uint8Array> {
  yield Buffer.from(HEADER);
  for (;;) {
    await sleep(DRIP_MS);
    yield Buffer.from('1');
  }
}

function* cutGzip(): Generator<Uint8Array> {
  yield gzipSync(`${HEADER}1,app,10.0.0.1:1,shop,Sleep,1,,\n`).subarray(0, 40);
}
