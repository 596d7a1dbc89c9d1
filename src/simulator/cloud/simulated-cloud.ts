// The services behind the port, wired: every request is routed, let through by the gateway and answered here.
import type { Clock } from '../../clock.js';
import { createRandom } from '../seeded-random.js';
import type { CsvFormat } from '../sessions/csv-text.js';
import { type Answer, apiRefusal, Refusal, refusalAnswer } from './answer.js';
import { CredentialStore } from './credential-store.js';
import { type Fault, FaultScript, randomServerError } from './fault.js';
import { Gateway, throttled } from './gateway.js';
import { Iam } from './iam.js';
import { findNode, listInstances, showInstance } from './instances.js';
import { MetadataService } from './metadata-service.js';
import { RequestStats } from './request-stats.js';
import { type InstancesVersion, type Route, routeOf, type StatusPath } from './route.js';
import { type Range, SessionTasks } from './session-tasks.js';
import type { SimulatedProject } from './simulated-fleet.js';
import type { SimulatorRequest } from './simulator-request.js';

export interface SimulatedCloudOptions {
  readonly clock: Clock;
  readonly seed: number;
  readonly projects: readonly SimulatedProject[];
  /** How long a task runs. */
  readonly taskSeconds: Range;
  /** Share, from 0 to 1, of the TaurusDB calls that a server error answers, and of the tasks that end with `error`. */
  readonly errorRate: number;
  /** Share of the TaurusDB calls that are answered 429, whatever the budget. */
  readonly throttleRate: number;
  readonly statusPath: StatusPath;
  readonly instancesVersion: InstancesVersion;
  /** Of a master in its busiest hour; a spike adds as many again, and a replica has half as many. */
  readonly sessionsPerNode: number;
  /** How generated sessions are written; without a language, as X-Language asks. */
  readonly resultFormat: Partial<CsvFormat>;
  /** False for a metadata service of the older kind, which knows no session tokens. */
  readonly metadataTokens: boolean;
  readonly fault: Fault;
}

export class SimulatedCloud {
  readonly stats: RequestStats;
  readonly #options: SimulatedCloudOptions;
  readonly #random: () => number;
  readonly #gateway: Gateway;
  readonly #iam: Iam;
  readonly #metadata: MetadataService;
  readonly #tasks: SessionTasks;
  readonly #faults: FaultScript;

  constructor(options: SimulatedCloudOptions) {
    const { clock, seed, projects } = options;
    const credentials = new CredentialStore(clock, seed, projects);
    this.#options = options;
    this.stats = new RequestStats(clock);
    this.#random = createRandom(seed);
    this.#gateway = new Gateway(clock, credentials);
    this.#iam = new Iam(clock, credentials, (project) => this.stats.tokenIssued(project));
    const hasSessionTokens = options.metadataTokens;
    this.#metadata = new MetadataService({ clock, seed, credentials, projects, hasSessionTokens });
    this.#tasks = new SessionTasks({ ...options, random: this.#random });
    this.#faults = new FaultScript(options.fault);
  }

  /** Never rejects: what goes wrong is an answer too. */
  async answer(request: SimulatorRequest, requestId: string): Promise<Answer | 'reset' | 'hang'> {
    const { statusPath, instancesVersion } = this.#options;
    const route = routeOf(request.method, request.path, statusPath, instancesVersion);
    const project = this.#options.projects.find(({ projectId }) => projectId === route?.projectId);
    const name = project?.name ?? '';
    const requestsThisSecond = this.stats.arrived(name);
    const answer = await this.#serve(request, route, project, requestsThisSecond).catch((error: unknown) =>
      refusalAnswer(error instanceof Refusal ? error : unexpected(error), requestId),
    );
    const status = typeof answer === 'string' ? answer : answer.status;
    this.stats.answered(name, route?.operation ?? 'unknown', status);
    return answer;
  }

  async #serve(
    request: SimulatorRequest,
    route: Route | undefined,
    project: SimulatedProject | undefined,
    requestsThisSecond: number,
  ): Promise<Answer | 'reset' | 'hang'> {
    if (route === undefined) {
      throw unpublished();
    }
    const { operation, nodeId } = route;
    const fault = this.#faults.next({ operation, project: project?.name ?? '', nodeId });
    if (fault !== undefined) {
      return fault;
    }
    if (!route.isPublished) {
      throw unpublished();
    }
    switch (operation) {
      case 'token':
        return this.#iam.createToken(request);
      case 'list_projects':
        return this.#iam.listProjects(request, this.#gateway.authenticate(request));
      case 'metadata_token':
        return this.#metadata.createToken(request);
      case 'security_key':
        return this.#metadata.securityKey(request);
      default:
        return this.#serveTaurusDb(request, route, this.#gateway.admit(request, project, requestsThisSecond));
    }
  }

  #serveTaurusDb(
    request: SimulatorRequest,
    route: Route,
    project: SimulatedProject,
  ): Answer | Promise<Answer> {
    const { throttleRate, errorRate } = this.#options;
    if (this.#random() < throttleRate) {
      throw throttled(project.maxRequestsPerSecond ?? 100);
    }
    if (this.#random() < errorRate) {
      throw randomServerError(this.#random);
    }
    if (route.operation === 'list_instances') {
      return listInstances(request, project, route.version);
    }
    if (route.operation === 'show_instance') {
      return showInstance(project, route.instanceId, route.version);
    }
    const node = findNode(project, route.instanceId, route.nodeId);
    if (route.operation === 'submit') {
      return this.#tasks.submit(request, node);
    }
    if (route.operation === 'wait') {
      return this.#tasks.status(request, node);
    }
    return this.#tasks.result(request, node);
  }
}

function unpublished(): Refusal {
  const message = 'The API does not exist or has not been published in the environment';
  return apiRefusal(404, 'APIGW.0101', message);
}

/** For instance a CSV file of the fleet that is not there: worth saying to the person who set it up. */
function unexpected(error: unknown): Refusal {
  return apiRefusal(500, 'DBS.05000000', `Internal server error: ${String(error)}`);
}
