// Where the official SDKs of Huawei Cloud look for credentials: the environment, then the profile file
// (huaweicloud-sdk-python-v3, README, "Environment Variables" and "Configuration File").
import { homedir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ID } from '../model/ids.js';
import type { Auth } from './auth-schema.js';
import { checkedSecret, HEADER_SECRET, Secret, textOf } from './secret.js';
import { exposureWarning, SecretFiles } from './secrets/secret-files.js';
import { quote } from './yaml/config-errors.js';

export interface SdkCredentials {
  readonly auth: Auth;
  readonly projectId: string | undefined;
}

const PROFILE = 'basic';

/**
 * Throws an Error that names all places looked at. The addresses that the SDKs also take from there are left alone:
 * where credentials are sent is for the configuration to say.
 */
export function findSdkCredentials(env: NodeJS.ProcessEnv, warn: (message: string) => void): SdkCredentials {
  return fromEnvironment(env) ?? fromProfile(env, warn);
}

function fromEnvironment(env: NodeJS.ProcessEnv): SdkCredentials | undefined {
  const secret = (name: string): Secret | undefined => {
    const text = env[name] ?? '';
    return text === '' ? undefined : explained(name, () => Secret.fromText(text, HEADER_SECRET));
  };
  const ak = secret('HUAWEICLOUD_SDK_AK');
  const sk = secret('HUAWEICLOUD_SDK_SK');
  if (ak === undefined || sk === undefined) {
    return undefined;
  }
  return {
    auth: { kind: 'access_key', ak, sk, security_token: secret('HUAWEICLOUD_SDK_SECURITY_TOKEN') },
    projectId: projectId('HUAWEICLOUD_SDK_PROJECT_ID', env.HUAWEICLOUD_SDK_PROJECT_ID),
  };
}

function fromProfile(env: NodeJS.ProcessEnv, warn: (message: string) => void): SdkCredentials {
  const path =
    env.HUAWEICLOUD_SDK_CREDENTIALS_FILE || join(env.HOME || homedir(), '.huaweicloud', 'credentials');
  try {
    const files = new SecretFiles([{ path, parse: readProfile }]);
    const { texts, exposed } = files.current();
    exposed.forEach((exposedPath) => {
      warn(exposureWarning(exposedPath));
    });
    return {
      auth: {
        kind: 'access_key',
        ak: Secret.of(files, 'ak'),
        sk: Secret.of(files, 'sk'),
        security_token: Secret.of(files, 'security_token'),
      },
      projectId: projectId('project_id', texts.project_id),
    };
  } catch (error) {
    throw new Error(
      'missing, and there are no credentials elsewhere: HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not both set, ' +
        `and the profile file ${quote(path)} cannot be used (${messageOf(error)}); ` +
        'set HUAWEICLOUD_SDK_CREDENTIALS_FILE to use another one',
    );
  }
}

/** What the profile file says; `security_token` and `project_id` are empty where it says nothing. */
function readProfile(bytes: Buffer): Readonly<Record<string, string>> {
  const values = parseProfile(textOf(bytes), PROFILE);
  const required = (key: string): string => {
    const value = values.get(key) ?? '';
    if (value === '') {
      throw new Error(`it has no ${key} under [${PROFILE}]`);
    }
    return checkedSecret(value, HEADER_SECRET);
  };
  const securityToken = values.get('security_token') ?? '';
  return {
    ak: required('ak'),
    sk: required('sk'),
    security_token: securityToken === '' ? '' : checkedSecret(securityToken, HEADER_SECRET),
    project_id: values.get('project_id') ?? '',
  };
}

function projectId(name: string, text = ''): string | undefined {
  if (text === '' || PROJECT_ID.matches(text)) {
    return text || undefined;
  }
  throw new Error(`${name}: got a text that is not shown, expected ${PROJECT_ID.kind}`);
}

function explained<Value>(name: string, read: () => Value): Value {
  try {
    return read();
  } catch (error) {
    throw new Error(`${name}: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * The keys of one section of a profile file, in lower case; empty where there is no such section; the last of several
 * counts. INI as far as the SDK writes it: sections, keys in any case, values on one line, comments on lines of their own.
 */
export function parseProfile(text: string, section: string): Map<string, string> {
  const values = new Map<string, string>();
  let isInSection = false;
  for (const line of text.replace(/^\ufeff/u, '').split(/\r?\n/u)) {
    const trimmed = line.trim();
    const header = /^\[(.*)\]$/u.exec(trimmed);
    if (header !== null) {
      isInSection = header[1] === section;
    } else if (isInSection && !/^[#;]/u.test(trimmed)) {
      const [, key, value] = /^([^=:]+)[=:](.*)$/u.exec(trimmed) ?? [];
      if (key !== undefined && value !== undefined) {
        values.set(key.trim().toLowerCase(), value.trim());
      }
    }
  }
  return values;
}
