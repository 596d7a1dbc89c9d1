// The id of a project that the configuration knows by its region alone (IAM API reference, page iam_06_0001).
// A project that is not there is never created.
import type { Clock } from '../../clock.js';
import { isObject, type JsonObject } from '../../json.js';
import type { Deadline } from '../../model/deadline.js';
import { PROJECT_ID } from '../../model/ids.js';
import { readJsonAnswer } from '../call/answer.js';
import type { CallApi } from '../call/api-call.js';
import { SharedAttempt } from '../call/shared-attempt.js';
import { ApiError, type CallSite } from '../errors.js';
import { noProject } from '../refusal/expectation.js';

const SET_ID = 'set project_id';

export type FindProjectId = (deadline: Deadline) => Promise<string>;

export interface ProjectLookupOptions {
  /** Calls of IAM, with the project's credentials. */
  readonly callIam: CallApi;
  /** IAM calls each region's own project by the name of the region. */
  readonly region: string;
  readonly clock: Clock;
  /** Ends a lookup that is no longer needed. */
  readonly closing: AbortSignal;
}

/** Asks once for all; after a failure again, for the next caller. */
export class ProjectLookup {
  readonly #lookup: SharedAttempt<string>;
  #found: string | undefined;

  /** `previous`: of the same project; what it has found is not asked again. */
  constructor({ callIam, region, clock, closing }: ProjectLookupOptions, previous?: ProjectLookup) {
    if (previous !== undefined) {
      this.#found = previous.#found;
    }
    this.#lookup = new SharedAttempt({
      what: 'project id',
      attempt: (deadline) =>
        callIam(
          {
            operation: 'token',
            ofIam: 'projects',
            region,
            scope: [`region "${region}"`, 'project id'],
            method: 'GET',
            path: '/v3/projects',
            query: { name: region },
          },
          deadline,
          async (answer, secrets) =>
            onlyProject(await readJsonAnswer(answer, secrets, 'projects'), region, answer.site),
        ),
      clock,
      closing,
    });
  }

  async find({ signal }: Deadline): Promise<string> {
    this.#found ??= await this.#lookup.ask(signal);
    return this.#found;
  }
}

function onlyProject({ projects }: JsonObject, region: string, site: CallSite): string {
  const ofRegion = (Array.isArray(projects) ? projects : []).filter(
    (project) => isObject(project) && project.name === region,
  );
  if (ofRegion.length !== 1) {
    const advice = ofRegion.length === 0 ? noProject(region) : SET_ID;
    throw lookupError(
      site,
      `${ofRegion.length} projects of the name "${region}", expected exactly one that the credential may use: ${advice}`,
    );
  }
  const { id } = ofRegion[0];
  if (PROJECT_ID.matches(id)) {
    return id;
  }
  throw lookupError(site, `something else, expected ${PROJECT_ID.kind}: ${SET_ID}`);
}

function lookupError({ operation, where }: CallSite, gotAndExpected: string): ApiError {
  const message = `project id: got ${gotAndExpected} (${where})`;
  return new ApiError('api', message, { operation }, {});
}
