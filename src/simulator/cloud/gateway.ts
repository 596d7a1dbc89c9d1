// The API gateway in front of the services: who calls, whether they may, and how often.
// Messages: https://support.huaweicloud.com/intl/en-us/devg-apisign/api-sign-0001.html
import type { Clock } from '../../clock.js';
import { apiRefusal, type Refusal } from './answer.js';
import type { CredentialStore } from './credential-store.js';
import { RefusalLock } from './refusal-lock.js';
import type { SimulatedProject } from './simulated-fleet.js';
import { header, type SimulatorRequest } from './simulator-request.js';
import { canonicalRequest, isSignatureRight, signatureClaim, signingTime } from './verify-signature.js';

const MAX_DATE_SKEW_MS = 15 * 60 * 1000;
/** "more than five consecutive times": https://support.huaweicloud.com/intl/en-us/sis_faq/sis_04_0082.html */
const REFUSALS_TO_LOCK_KEY = 6;
const KEY_LOCK_MS = 5 * 60 * 1000;

export class Gateway {
  readonly #clock: Clock;
  readonly #credentials: CredentialStore;
  readonly #keyLock: RefusalLock;

  constructor(clock: Clock, credentials: CredentialStore) {
    this.#clock = clock;
    this.#credentials = credentials;
    this.#keyLock = new RefusalLock(clock, REFUSALS_TO_LOCK_KEY, KEY_LOCK_MS);
  }

  /** Returns the project where the request may use it and its budget has room; throws a Refusal otherwise. */
  admit(
    request: SimulatorRequest,
    project: SimulatedProject | undefined,
    requestsThisSecond: number,
  ): SimulatedProject {
    const allowed = this.authenticate(request);
    const declaredId = header(request, 'x-project-id') ?? project?.projectId;
    if (project === undefined || !allowed.includes(project) || declaredId !== project.projectId) {
      const isOfAnotherRegion = !allowed.some(({ region }) => region === project?.region);
      throw header(request, 'x-auth-token') !== undefined && isOfAnotherRegion
        ? apiRefusal(401, 'APIGW.0307', 'The token must be updated')
        : apiRefusal(403, 'APIGW.0302', 'The IAM user is not authorized to access the API');
    }
    const limit = project.maxRequestsPerSecond ?? Number.POSITIVE_INFINITY;
    if (requestsThisSecond > limit) {
      throw throttled(limit);
    }
    return project;
  }

  /** The projects that the request's credential may use; throws a Refusal where it has none or a wrong one. */
  authenticate(request: SimulatorRequest): readonly SimulatedProject[] {
    if (header(request, 'authorization') !== undefined) {
      return this.#verifySignature(request);
    }
    return [this.#verifyToken(request)];
  }

  #verifySignature(request: SimulatorRequest): readonly SimulatedProject[] {
    const claim = signatureClaim(request);
    if (claim === undefined) {
      throw unauthenticated('verify aksk signature fail');
    }
    const key = this.#credentials.key(claim.ak);
    if (
      key === undefined ||
      key.expiresAt <= this.#clock.now() ||
      key.securityToken !== header(request, 'x-security-token')
    ) {
      throw unauthenticated(`ak ${claim.ak} not exist`);
    }
    if (this.#keyLock.isLocked(claim.ak)) {
      throw unauthenticated('AK access failed to reach the limit,forbidden.');
    }
    const signedAt = signingTime(request, claim);
    // A date too far off reads as any bad signature: only the answer's own Date tells the two apart.
    const isTimely = signedAt !== undefined && Math.abs(signedAt - this.#clock.now()) <= MAX_DATE_SKEW_MS;
    if (!isTimely || !isSignatureRight(request, claim, key.sk)) {
      this.#keyLock.refused(claim.ak);
      // The real gateway, too, says what it hashed, line breaks as bars: secrets in signed headers included.
      const hashed = canonicalRequest(request, claim.signedHeaders).replaceAll('\n', '|');
      throw unauthenticated(`verify aksk signature fail, canonicalRequest:${hashed}`);
    }
    this.#keyLock.accepted(claim.ak);
    return key.projects;
  }

  #verifyToken(request: SimulatorRequest): SimulatedProject {
    const token = header(request, 'x-auth-token');
    if (token === undefined) {
      throw unauthenticated('x-auth-token not found');
    }
    const grant = this.#credentials.token(token);
    if (grant === undefined) {
      throw unauthenticated('decrypt token fail');
    }
    if (grant.expiresAt <= this.#clock.now()) {
      throw unauthenticated(`token expires, expires_at: ${new Date(grant.expiresAt).toISOString()}`);
    }
    return grant.project;
  }
}

export function throttled(limit: number): Refusal {
  const message = `The throttling threshold has been reached: policy user over ratelimit,limit:${limit},time:1 second`;
  return apiRefusal(429, 'APIGW.0308', message);
}

function unauthenticated(why: string): Refusal {
  return apiRefusal(401, 'APIGW.0301', `Incorrect IAM authentication information: ${why}`);
}
