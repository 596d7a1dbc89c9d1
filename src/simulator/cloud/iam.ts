// IAM: tokens for passwords, and the ids of projects by name.
// https://support.huaweicloud.com/intl/en-us/api-iam/iam_30_0001.html
import type { Clock } from '../../clock.js';
import { seededHex } from '../seeded-random.js';
import { type Answer, apiRefusal, iamRefusal, jsonAnswer } from './answer.js';
import type { CredentialStore, TokenGrant } from './credential-store.js';
import { RefusalLock } from './refusal-lock.js';
import type { SimulatedProject } from './simulated-fleet.js';
import { at, parseJson, type SimulatorRequest } from './simulator-request.js';

const WRONG_PASSWORDS_TO_LOCK = 5;
const ACCOUNT_LOCK_MS = 15 * 60 * 1000;

export class Iam {
  readonly #credentials: CredentialStore;
  readonly #accountLock: RefusalLock;
  readonly #tokenIssued: (project: string) => void;

  constructor(clock: Clock, credentials: CredentialStore, tokenIssued: (project: string) => void) {
    this.#credentials = credentials;
    this.#accountLock = new RefusalLock(clock, WRONG_PASSWORDS_TO_LOCK, ACCOUNT_LOCK_MS);
    this.#tokenIssued = tokenIssued;
  }

  /** Answers with a token scoped to one project, given by its id or by its region's name. */
  createToken(request: SimulatorRequest): Answer {
    const body = parseJson(request.body);
    if (body === undefined) {
      throw invalidParameter('body');
    }
    const methods = at(body, 'auth', 'identity', 'methods');
    const user = at(body, 'auth', 'identity', 'password', 'user');
    const name = at(user, 'name');
    const domain = at(user, 'domain', 'name');
    const password = at(user, 'password');
    if (!Array.isArray(methods) || !methods.includes('password')) {
      throw invalidParameter('methods');
    }
    if (typeof name !== 'string' || typeof domain !== 'string' || typeof password !== 'string') {
      throw invalidParameter('user');
    }
    const projects = this.#projectsOf(domain, name, password);
    const project = scopedProject(projects, at(body, 'auth', 'scope', 'project'));
    const { token, ...grant } = this.#credentials.issueToken(project);
    this.#tokenIssued(project.name);
    return jsonAnswer(201, { token: tokenBody(grant, domain, name) }, { 'X-Subject-Token': token });
  }

  /** Of the projects that the caller may use, those of the name; all of them where none is given. */
  listProjects(request: SimulatorRequest, visible: readonly SimulatedProject[]): Answer {
    const name = request.query.get('name');
    const projects = visible
      .filter(({ region }) => name === null || region === name)
      .map((project) => ({
        id: project.projectId,
        name: project.region,
        domain_id: domainId(project.passwords[0]?.domain ?? ''),
        parent_id: domainId(project.passwords[0]?.domain ?? ''),
        is_domain: false,
        enabled: true,
        description: '',
      }));
    return jsonAnswer(200, { projects, links: { next: null, previous: null } });
  }

  #projectsOf(domain: string, user: string, password: string): SimulatedProject[] {
    const account = `${domain}/${user}`;
    if (this.#accountLock.isLocked(account)) {
      throw iamRefusal(401, 'Unauthorized', 'The account is locked. Try again 15 minutes later.');
    }
    const projects = this.#credentials.projectsOfPassword(domain, user, password);
    if (projects === undefined) {
      this.#accountLock.refused(account);
      throw iamRefusal(401, 'Unauthorized', 'The username or password is wrong.');
    }
    this.#accountLock.accepted(account);
    return projects;
  }
}

function scopedProject(projects: readonly SimulatedProject[], scope: unknown): SimulatedProject {
  const id = at(scope, 'id');
  const name = at(scope, 'name');
  const [project, ...others] = projects.filter(({ projectId, region }) =>
    id === undefined ? region === name : projectId === id,
  );
  if (project === undefined || others.length > 0) {
    throw invalidParameter('scope');
  }
  return project;
}

function tokenBody(grant: TokenGrant, domain: string, user: string): unknown {
  const owner = { id: domainId(domain), name: domain };
  return {
    methods: ['password'],
    issued_at: iamTime(grant.issuedAt),
    expires_at: iamTime(grant.expiresAt),
    catalog: [],
    roles: [],
    project: { id: grant.project.projectId, name: grant.project.region, domain: owner },
    user: { id: seededHex(0, `user ${domain}/${user}`, 32), name: user, domain: owner },
  };
}

/** IAM writes six digits of a second's fraction. */
export function iamTime(time: number): string {
  return new Date(time).toISOString().replace('Z', '000Z');
}

function domainId(domain: string): string {
  return seededHex(0, `domain ${domain}`, 32);
}

function invalidParameter(name: string): Error {
  return apiRefusal(400, 'IAM.0007', `Request parameter ${name} is invalid.`);
}
