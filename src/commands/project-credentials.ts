// Configuration → the credentials of a project.
import type { Clock } from '../clock.js';
import type { ProjectConfig } from '../config/config-schema.js';
import { accessKeyCredentials } from '../taurusdb/access-key-credentials.js';
import type { Credentials } from '../taurusdb/credentials.js';
import { tokenCredentials } from '../taurusdb/token-credentials.js';

export interface CredentialSurroundings {
  readonly clock: Clock;
  readonly onClockCorrection: (offsetMs: number) => void;
}

export function projectCredentials(
  project: ProjectConfig,
  surroundings: CredentialSurroundings,
): Credentials {
  const { access_key: accessKey, token } = project.auth ?? {};
  if (accessKey !== undefined) {
    const { ak, sk, security_token: securityToken } = accessKey;
    return accessKeyCredentials({
      readAccessKey: () => ak.read(),
      readSecretKey: () => sk.read(),
      ...(securityToken === undefined ? {} : { readSecurityToken: () => securityToken.read() }),
      projectId: project.project_id ?? '',
      ...surroundings,
    });
  }
  if (token !== undefined) {
    return tokenCredentials(() => token.value.read());
  }
  throw new Error(`projects: got "${project.name}" without access_key or token, expected one of them`);
}
