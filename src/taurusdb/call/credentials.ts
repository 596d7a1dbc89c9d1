// How a request proves who sends it: the port that each kind of credential fills.
import type { Deadline } from '../../model/deadline.js';

export interface Credentials {
  /**
   * Differs for each value of the secret, without giving it away. Rejects with reason `auth` where the secret cannot
   * be used, and as the fetching of a secret that has to be fetched first.
   */
  fingerprint(deadline: Deadline): Promise<string>;
  /**
   * Resolves once no change of the secret is under way, such as of a file that is being written; rejects with the
   * signal's reason when that aborts first. Left out where a secret changes at once.
   */
  settled?(signal: AbortSignal): Promise<void>;
  /** Called after each request that it was accepted for. */
  accepted?(): void;
  /** Rejects as `fingerprint` does. */
  authorize(request: CredentialRequest, deadline: Deadline): Promise<Authorization>;
}

export interface CredentialRequest {
  readonly method: string;
  /** Not encoded. */
  readonly path: string;
  /** Not encoded. */
  readonly query: Readonly<Record<string, string>>;
  /** Exactly the bytes to be sent; empty where there is no body. */
  readonly body: string;
  /** With the port, where it is not the scheme's own. */
  readonly host: string;
  /** The project that the request is about; undefined where it is about none. */
  readonly projectId: string | undefined;
  /** Of the body; undefined where there is none. */
  readonly contentType: string | undefined;
}

/** Good for one request. */
export interface Authorization {
  readonly headers: Readonly<Record<string, string>>;
  /** What must not be shown even when the server echoes it. */
  readonly secrets: readonly string[];
  /** After a 401 with this `Date` header: whether the same request, authorized anew, may be accepted. */
  recover(answerDate: string | undefined): Promise<boolean>;
}
