// Answers, bad and good, that many faults of the table have in common.
import type { Socket } from 'node:net';
import { type PlainAnswer, type SeenRequest, type Step, sendAnswer } from '../support/scripted-server.js';
import { CANARIES } from './canaries.js';
import { GOOD_FILE } from './hostile-api.js';

/** In the gateway's own shape; it repeats the secrets of the request, as a careless gateway would. */
export function refusal(
  status: number,
  code: string,
  message = '',
  headers: Readonly<Record<string, string>> = {},
): Step {
  return (response, request) =>
    sendAnswer(response, {
      status,
      headers: { 'x-request-id': 'gateway-1', ...headers },
      body: { error_code: code, error_msg: `${message} ${secretsOf(request)}`, request_id: 'gateway-1' },
    });
}

/** Those that it proves itself with, and the one that it was signed with. */
function secretsOf({ headers, body }: SeenRequest): string {
  const { authorization, 'x-security-token': securityToken, 'x-auth-token': token } = headers;
  const secretKey = authorization === undefined ? '' : CANARIES.secretKey;
  const password = body.includes(CANARIES.password) ? CANARIES.password : '';
  return [authorization, securityToken, token, secretKey, password].join(' ').trim();
}

/** A result that calls itself CSV. */
export function csv(body: string | Buffer, headers: Record<string, string> = {}): PlainAnswer {
  return { headers: { 'content-type': 'text/csv', ...headers }, body };
}

/** Bytes in place of an answer, on the bare socket. */
export function raw(bytes: string, then: 'end' | 'reset' | 'stay' = 'end'): Step {
  return onSocket((socket) => {
    socket.write(bytes, () => {
      if (then === 'end') {
        socket.end();
      }
      if (then === 'reset') {
        socket.resetAndDestroy();
      }
    });
  });
}

export const reset: Step = onSocket((socket) => socket.resetAndDestroy());
export const hangUp: Step = onSocket((socket) => socket.end());
/** No answer, ever. */
export const silence: Step = () => {};

/** A beginning of a good file with nothing behind it; the connection stays. */
export const stalledFile: Step = (response) => {
  response.writeHead(200, { 'content-type': 'text/csv' });
  response.write(GOOD_FILE.slice(0, 80));
};

/** A good file, a byte now and a byte then, for ever. */
export const drippedFile: Step = (response) => {
  response.writeHead(200, { 'content-type': 'text/csv' });
  response.write(GOOD_FILE);
  const timer = setInterval(() => response.write('4'), 5);
  response.on('close', () => clearInterval(timer));
};

/** Writes `chunk` again and again, as fast as the client reads, with `headers` before it. */
export function endless(chunk: Buffer, headers: Record<string, string>, first = ''): Step {
  return (response) => {
    response.writeHead(200, headers);
    response.write(first);
    const more = () => {
      while (!response.destroyed && response.write(chunk)) {}
    };
    response.on('drain', more);
    more();
  };
}

function onSocket(act: (socket: Socket) => void): Step {
  return (response) => {
    if (response.socket !== null) {
      act(response.socket);
    }
  };
}
