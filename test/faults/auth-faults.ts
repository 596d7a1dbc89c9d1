// Credentials that are refused.

import type { Step } from '../support/scripted-server.js';
import { refusal } from './answers.js';
import { CANARIES } from './canaries.js';
import type { Fault } from './fault.js';
import { httpDate } from './hostile-api.js';

const ONE_REQUEST = { submit: 1, wait: 0, download: 0 };
const WITH_TOKEN = { auth: { token: { value: CANARIES.token } } };

/** A gateway whose clock is `minutes` from ours. */
function skewed(minutes: number): Step {
  return (response) => {
    const date = httpDate(Date.parse(String(response.getHeader('date'))) + minutes * 60_000);
    response.writeHead(401, { date, 'content-type': 'application/json' });
    response.end(
      JSON.stringify({ error_code: 'APIGW.0301', error_msg: 'Incorrect IAM authentication information' }),
    );
  };
}

/** A gateway whose clock goes on by an hour with each answer: to follow it would never end. */
function restless(): Step {
  let answers = 0;
  return (response, request) => {
    answers += 1;
    const step = skewed(answers * 60);
    if (typeof step === 'function') {
      step(response, request);
    }
  };
}

export const AUTH_FAULTS: readonly Fault[] = [
  {
    what: 'A1 the signature is refused at submit',
    submit: refusal(401, 'APIGW.0301', 'verify aksk signature fail'),
    requests: ONE_REQUEST,
    says: /submit: got 401 APIGW\.0301 "verify aksk signature fail .*expected an accepted credential/u,
  },
  {
    what: 'A1 the signature is refused at wait',
    wait: refusal(401, 'APIGW.0301', 'verify aksk signature fail'),
    requests: { submit: 1, wait: 1, download: 0 },
    says: /wait: got 401 APIGW\.0301/u,
  },
  {
    what: 'A1 the signature is refused at download',
    download: refusal(401, 'APIGW.0301', 'verify aksk signature fail'),
    requests: { submit: 1, wait: 1, download: 1 },
    says: /download: got 401 APIGW\.0301/u,
  },
  {
    what: 'A1 a refusal without a word',
    submit: { status: 401 },
    requests: ONE_REQUEST,
    says: /submit: got 401, expected an accepted credential/u,
  },
  {
    what: 'A2 the key does not exist',
    submit: refusal(401, 'APIGW.0301', `ak ${CANARIES.accessKey} not exist`),
    requests: ONE_REQUEST,
    says: /ak <secret> not exist/u,
  },
  {
    what: 'A3 the clock is 16 minutes slow, and the signature wrong besides',
    submit: skewed(16),
    requests: { submit: 2, wait: 0, download: 0 },
    moreLines: 1,
    says: /submit: got 401 APIGW\.0301/u,
  },
  {
    what: 'A3 the clock is 16 minutes fast, and the signature wrong besides',
    submit: skewed(-16),
    requests: { submit: 2, wait: 0, download: 0 },
    moreLines: 1,
    says: /submit: got 401 APIGW\.0301/u,
  },
  {
    what: 'A3 the clock of the gateway is another one at every answer',
    submit: restless(),
    requests: { submit: 2, wait: 0, download: 0 },
    moreLines: 1,
    says: /submit: got 401 APIGW\.0301/u,
  },
  {
    what: 'A3 a refusal with a date that is none',
    submit: refusal(401, 'APIGW.0301', '', { date: 'yesterday' }),
    requests: ONE_REQUEST,
    says: /submit: got 401/u,
  },
  {
    what: 'A4 a token from elsewhere has expired',
    project: WITH_TOKEN,
    submit: refusal(401, 'APIGW.0307', 'The token must be updated'),
    requests: ONE_REQUEST,
    says: /got 401 APIGW\.0307 "The token must be updated .*of this region/u,
  },
  {
    what: 'A4 a token expires between submit and download',
    project: WITH_TOKEN,
    download: refusal(401, 'APIGW.0301', `decrypt token fail: ${CANARIES.token}`),
    requests: { submit: 1, wait: 1, download: 1 },
    says: /decrypt token fail: <secret>/u,
  },
  {
    what: 'A14 the permission is missing',
    submit: refusal(403, 'DBS.200403', 'Policy does not allow it'),
    requests: ONE_REQUEST,
    says: /got 403 DBS\.200403 .*expected the permission gaussdbformysql:instance:getRealtimeSession/u,
  },
  {
    what: 'A14 the permission is missing at download',
    download: refusal(403, 'APIGW.0302', 'no permission'),
    requests: { download: 1 },
    says: /download: got 403 APIGW\.0302/u,
  },
  {
    what: 'A14 a web application firewall forbids',
    submit: { status: 403, headers: { 'content-type': 'text/html' }, body: '<html>Request blocked</html>' },
    requests: ONE_REQUEST,
    says: /got 403, expected the permission/u,
  },
];
