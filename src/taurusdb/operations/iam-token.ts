// A token of IAM for a user's password, good for one project (IAM API reference, page iam_30_0001).
import { isObject } from '../../json.js';
import type { Deadline } from '../../model/deadline.js';
import { readJsonAnswer } from '../call/answer.js';
import type { CallApi } from '../call/api-call.js';
import { type LifeReader, remainingLife } from '../call/remaining-life.js';
import { apiError } from '../errors.js';

export interface IamUser {
  /** Name of the account that the user belongs to. */
  readonly domain: string;
  readonly user: string;
  readonly password: string;
}

/** By its id; or by its name, which is its region's. */
export type ProjectScope = { readonly id: string } | { readonly name: string };

export interface IamToken {
  readonly token: string;
  /** From now. */
  readonly lifeMs: number;
}

export function fetchIamToken(
  callIam: CallApi,
  { domain, user, password }: IamUser,
  project: ProjectScope,
  life: () => LifeReader,
  deadline: Deadline,
): Promise<IamToken> {
  const body = {
    auth: {
      identity: {
        methods: ['password'],
        password: { user: { name: user, password, domain: { name: domain } } },
      },
      scope: { project },
    },
  };
  return callIam(
    {
      operation: 'token',
      scope: [],
      region: 'name' in project ? project.name : undefined,
      method: 'POST',
      path: '/v3/auth/tokens',
      // Without the list of services that the token opens, which would be many times the answer's size.
      query: { nocatalog: 'true' },
      body,
      // One token more does no harm.
      isRead: true,
    },
    deadline,
    async (answer, secrets) => {
      const token = answer.header('x-subject-token');
      const { token: description } = await readJsonAnswer(answer, [...secrets, token ?? ''], 'token');
      if (token === undefined || !/^[\x21-\x7e]+$/u.test(token)) {
        throw apiError(answer.site, 'api', {
          got: `${answer.status} without a token that can be sent`,
          expected: 'one in the header X-Subject-Token',
        });
      }
      const expiresAt = isObject(description) ? description.expires_at : undefined;
      return { token, lifeMs: remainingLife('token', expiresAt, answer, life()) };
    },
  );
}
