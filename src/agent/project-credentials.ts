// Configuration → the credentials of a project.
import type { Clock } from '../clock.js';
import type { ProjectConfig } from '../config/config-schema.js';
import { secretsIn } from '../config/secret.js';
import type { Log } from '../log.js';
import type { ApiObserver } from '../model/api-observer.js';
import { RepeatedLines } from '../repeated-lines.js';
import type { CircuitBreaker } from '../taurusdb/call/circuit-breaker.js';
import type { Credentials } from '../taurusdb/call/credentials.js';
import { accessKeyCredentials } from '../taurusdb/credentials/access-key-credentials.js';
import { agencyCredentials } from '../taurusdb/credentials/agency-credentials.js';
import { PasswordCredentials } from '../taurusdb/credentials/password-credentials.js';
import type { ClockSkew } from '../taurusdb/credentials/signing-credentials.js';
import { tokenCredentials } from '../taurusdb/credentials/token-credentials.js';
import type { Service } from '../taurusdb/service.js';

export interface CredentialDependencies {
  readonly clock: Clock;
  readonly random: () => number;
  readonly observer: ApiObserver;
  readonly log: Log;
  /** Throws where the project has none. */
  readonly iam: () => Service;
  /** Of the API's clock. */
  readonly skew: ClockSkew;
  /** Shared by all projects. */
  readonly passwordBreaker: CircuitBreaker;
  readonly metadataEndpoint: string;
  readonly closing: AbortSignal;
}

/** `previous`: of the same configuration but for its connections. */
export function projectCredentials(
  project: ProjectConfig,
  dependencies: CredentialDependencies,
  previous?: Credentials,
): Credentials {
  const { observer, log, clock, iam, passwordBreaker } = dependencies;
  const lines = new RepeatedLines(log, clock);
  const signing = {
    ...dependencies,
    project: project.name,
    onClockCorrection: (offsetMs: number) => {
      observer.clockCorrection(project.name);
      lines.tell('warn', project.name, 'clock', "clock: signing by the API's clock from now on", {
        project: project.name,
        offset_seconds: Math.round(offsetMs / 1000),
      });
    },
  };
  const { auth } = project;
  switch (auth.kind) {
    case 'access_key': {
      const { ak, sk, security_token: securityToken } = auth;
      return accessKeyCredentials({
        ...signing,
        settled: settledOf(auth),
        readAccessKey: () => ak.read(),
        readSecretKey: () => sk.read(),
        readSecurityToken: () => securityToken?.read() || undefined,
      });
    }
    case 'token':
      return tokenCredentials(() => auth.value.read(), settledOf(auth));
    case 'password':
      return new PasswordCredentials(
        {
          ...dependencies,
          project: project.name,
          domain: auth.domain,
          user: auth.user,
          readPassword: () => auth.password.read(),
          settled: settledOf(auth),
          scope: project.project_id === undefined ? { name: project.region } : { id: project.project_id },
          iam: iam(),
          breaker: passwordBreaker,
        },
        previous instanceof PasswordCredentials ? previous : undefined,
      );
    case 'ecs_agency':
      return agencyCredentials(signing);
    default:
      return auth satisfies never;
  }
}

/** Resolves once no file of the credentials is being written. */
function settledOf(auth: ProjectConfig['auth']): (signal: AbortSignal) => Promise<void> {
  return async (signal) => {
    await Promise.all(secretsIn(auth).map((secret) => secret.settled(signal)));
  };
}
