// How a request proves who sends it: the port that the API client sees.
import type { Deadline } from '../../model/deadline.js';
import { CollectionError } from '../../model/failure.js';
import type { RequestToSign } from './sign-request.js';

export interface Credentials {
  /**
   * Differs for each value of the secret, without giving it away. Rejects with reason `auth` where the secret cannot
   * be used, and as the fetching of a secret that has to be fetched first.
   */
  fingerprint(deadline: Deadline): Promise<string>;
  /** Rejects as `fingerprint` does. */
  authorize(request: CredentialRequest, deadline: Deadline): Promise<Authorization>;
}

export interface CredentialRequest extends RequestToSign {
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

// Secrets come from files and environments: line ends around them are an accident, anything else that a header
// cannot carry is a mistake that must not reach the API as a refused credential.

/** `name` is how the message calls the secret. */
export function secretText(name: string, read: () => string): string {
  const text = read().replace(/^[\r\n]+|[\r\n]+$/gu, '');
  if (text === '') {
    throw new CollectionError('auth', `${name}: got an empty value, expected the secret`);
  }
  if (!/^[\x21-\x7e]+$/u.test(text)) {
    throw new CollectionError(
      'auth',
      `${name}: got blanks or characters outside ASCII, expected printable ASCII without blanks`,
    );
  }
  return text;
}
