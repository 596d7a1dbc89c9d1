// The services that hand out what requests prove themselves with: IAM and the metadata service of an ECS.
import type { FailureReason } from '../../src/model/failure.js';
import type { Step } from '../support/scripted-server.js';
import { endless, hangUp, refusal, reset, silence } from './answers.js';
import { CANARIES } from './canaries.js';
import type { Fault } from './fault.js';
import { REGION } from './hostile-api.js';
import { type Rehearsal, WITH_PASSWORD } from './rehearsal.js';

const A_DAY_MS = 86_400_000;
/** Until the token has ended: a reload would keep it. */
const ANEW = {
  project: { auth: WITH_PASSWORD },
  meanwhile: async ({ clock }: Rehearsal) => {
    await clock.advance(A_DAY_MS);
    return {};
  },
};
/** Another client, which has no key yet. */
const WITH_AGENCY = { project: { auth: { ecs_agency: {} } }, meanwhile: () => ({ language: 'zh-cn' }) };
/** The project's id has to be asked for. */
const WITHOUT_ID = { meanwhile: () => ({ project_id: undefined }) };
const NOTHING_SENT = { submit: 0, wait: 0, download: 0 };

function subjectToken(token: Record<string, string>, body: object): Step {
  return { status: 201, headers: token, body };
}

export const IDENTITY_FAULTS = {
  auth: [
    {
      what: 'A6 a new token is refused like the old one',
      project: { auth: WITH_PASSWORD },
      submit: refusal(401, 'APIGW.0307', 'The token must be updated'),
      // The same token comes again: the request is not repeated with it.
      requests: { submit: 1, token: 1 },
      says: /submit: got 401 APIGW\.0307/u,
    },
    {
      what: 'A7 the password is refused: one request, and none for a quarter of an hour',
      ...ANEW,
      token: refusal(401, 'IAM.0001', `The username or password is wrong: ${CANARIES.password}`),
      requests: { ...NOTHING_SENT, token: 1 },
      lastsMs: 900_000,
      says: /token: got 401 IAM\.0001 "The username or password is wrong: <secret>/u,
    },
    {
      what: 'A14 IAM forbids',
      ...ANEW,
      token: refusal(403, 'IAM.0002', 'You are not authorized'),
      requests: { ...NOTHING_SENT, token: 1 },
      says: /token: got 403 IAM\.0002/u,
    },
    {
      what: 'A11 the ECS has no agency',
      ...WITH_AGENCY,
      key: { status: 401, body: 'Please configure Cloud Service Agency first' },
      requests: { ...NOTHING_SENT, key: 1 },
      says: /token: got 401, no agency, expected the ECS to have an agency/u,
    },
    {
      what: 'A11 the metadata service wants another session token, again and again',
      ...WITH_AGENCY,
      key: { status: 401 },
      requests: { ...NOTHING_SENT, session: 2, key: 2 },
      says: /token: got 401, expected a temporary key/u,
    },
  ],
  throttled: [
    {
      what: 'A15 IAM throttles',
      ...ANEW,
      token: refusal(429, 'APIGW.0308', 'limit:10,time:1 second'),
      requests: { ...NOTHING_SENT, token: 4 },
      says: /token: got 429 APIGW\.0308 .*after 4 attempts/u,
    },
  ],
  network: [
    {
      what: 'A15 IAM resets',
      ...ANEW,
      token: reset,
      requests: { ...NOTHING_SENT, token: 4 },
      says: /token: got ECONNRESET/u,
    },
    {
      what: 'A11 the metadata service hangs up',
      ...WITH_AGENCY,
      session: hangUp,
      requests: { ...NOTHING_SENT, key: 0 },
      says: /token: got UND_ERR_SOCKET.*metadata service/u,
    },
  ],
  timeout: [
    {
      what: 'A15 IAM is silent',
      ...ANEW,
      token: silence,
      hangs: true,
      requests: NOTHING_SENT,
      says: /token: got no whole answer within/u,
    },
    {
      what: 'A11 the metadata service is silent',
      ...WITH_AGENCY,
      session: silence,
      hangs: true,
      requests: NOTHING_SENT,
      says: /token: got no answer within 3 s, expected one: is this an ECS/u,
    },
  ],
  api: [
    {
      what: 'A15 IAM fails',
      ...ANEW,
      token: refusal(503, 'IAM.0003', 'Service unavailable'),
      requests: { ...NOTHING_SENT, token: 4 },
      says: /token: got 503 IAM\.0003/u,
    },
    {
      what: 'A8 IAM gives no token',
      ...ANEW,
      token: subjectToken({}, { token: {} }),
      requests: { ...NOTHING_SENT, token: 1 },
      says: /token: got 201 without a token that can be sent/u,
    },
    {
      what: 'A8 IAM gives a token that has ended',
      ...ANEW,
      token: subjectToken(
        { 'x-subject-token': CANARIES.token },
        { token: { expires_at: '2020-01-01T00:00:00Z' } },
      ),
      requests: { ...NOTHING_SENT, token: 1 },
      says: /token: got a token that ended \d+ s ago/u,
    },
    {
      what: 'A8 IAM answers a page',
      ...ANEW,
      token: { headers: { 'content-type': 'text/html', 'x-subject-token': CANARIES.token }, body: '<html>' },
      says: /token: got 6 bytes that are no JSON object, of the type "text\/html"/u,
    },
    {
      what: 'H19 IAM redirects the password elsewhere',
      ...ANEW,
      token: (response, { headers }) => {
        response.writeHead(307, { location: `http://${headers.host}/stolen` });
        response.end();
      },
      requests: { ...NOTHING_SENT, token: 1 },
      says: /token: got 307, expected no redirect to "127\.0\.0\.1"/u,
    },
    {
      what: 'A10 no project of the region',
      ...WITHOUT_ID,
      projects: { body: { projects: [] } },
      requests: { ...NOTHING_SENT, projects: 1 },
      says: /project id: got 0 projects of the name "cn-north-4"/u,
    },
    {
      what: 'A10 two projects of the region',
      ...WITHOUT_ID,
      projects: { body: { projects: [{ name: REGION }, { name: REGION }] } },
      requests: { ...NOTHING_SENT, projects: 1 },
      says: /project id: got 2 projects/u,
    },
    {
      what: 'A10 a project whose id leads elsewhere',
      ...WITHOUT_ID,
      projects: { body: { projects: [{ name: REGION, id: '../../x' }] } },
      requests: { ...NOTHING_SENT, projects: 1 },
      says: /project id: got something else, expected 32 letters and digits/u,
    },
    {
      what: 'A11 the metadata service gives half a key',
      ...WITH_AGENCY,
      key: { body: { credential: { access: CANARIES.accessKey, secret: CANARIES.secretKey } } },
      requests: { ...NOTHING_SENT, key: 1 },
      says: /bytes that hold no whole key/u,
    },
    {
      what: 'A12 the temporary key has ended and the metadata service is down',
      project: { auth: { ecs_agency: {} } },
      meanwhile: async ({ clock }) => {
        await clock.advance(2 * A_DAY_MS);
        return {};
      },
      key: { status: 500 },
      requests: NOTHING_SENT,
      says: /token: got 500, expected a temporary key/u,
    },
  ],
  too_large: [
    {
      what: 'H11 IAM answers without an end',
      ...ANEW,
      token: endless(Buffer.alloc(65_536, ' '), { 'x-subject-token': CANARIES.token }),
      requests: NOTHING_SENT,
      says: /token: got a body of more than 1048576 bytes/u,
    },
  ],
} satisfies Partial<Record<FailureReason, readonly Fault[]>>;
