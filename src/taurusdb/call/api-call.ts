// A call of the API, as an operation asks for it, and the form of the layers that it passes on its way to the wire.
import type { ApiOperation } from '../../model/api-observer.js';
import type { Deadline } from '../../model/deadline.js';
import type { CallSite } from '../errors.js';
import type { HttpAnswer } from '../http/http-client.js';

/**
 * What a call is about, the widest first, as messages name it: a project, an instance, a node. What a credential is
 * refused for one of them alone does not shut it out of the others.
 */
export type CallScope = readonly string[];

export interface ApiCall {
  readonly operation: ApiOperation;
  readonly scope: CallScope;
  readonly method: 'GET' | 'POST';
  /** Not encoded. */
  readonly path: string;
  /** Not encoded. */
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: object;
  /** Of the secret that the call was let through with, and must be sent with; set by the layer that let it through. */
  readonly fingerprint?: string;
  /** Which one of the call this is, from 1; set by the layer that repeats it. */
  readonly attempt?: number;
  /** Undefined where the call is about no project in particular. */
  readonly projectId?: string;
  /** See CallSite. */
  readonly ofIam?: CallSite['ofIam'];
  /** See CallSite. */
  readonly region?: CallSite['region'];
  /** See CallSite. */
  readonly instanceId?: CallSite['instanceId'];
  /** May be repeated although it may have arrived; a GET always may. */
  readonly isRead?: boolean;
}

/** What several calls are about: the beginning of their paths, and their scope. */
export type CallTarget = Pick<ApiCall, 'path' | 'scope'>;

/**
 * What to make of a good answer, within the request's time. `secrets` are the request's: strike them out of what
 * the server wrote before it is shown.
 */
export type ReadAnswer<T> = (answer: HttpAnswer, secrets: readonly string[]) => Promise<T>;

export type CallApi = <T>(call: ApiCall, deadline: Deadline, read: ReadAnswer<T>) => Promise<T>;

/** Does its part of each call and leaves the rest to the next layer, once, again or not at all. */
export type Layer = (next: CallApi) => CallApi;
