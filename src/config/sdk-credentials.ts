// Where the official SDKs of Huawei Cloud look for credentials: the environment, then the profile file
// (huaweicloud-sdk-python-v3, README, "Environment Variables" and "Configuration File").
import { homedir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ID } from '../model/ids.js';
import { readBoundedFile } from '../small-file.js';
import type { Auth } from './auth-schema.js';
import { Secret } from './secret.js';
import { quote } from './yaml/config-errors.js';

export interface SdkCredentials {
  readonly auth: Auth;
  readonly projectId: string | undefined;
}

const PROFILE = 'basic';
const MAX_PROFILE_BYTES = 64 * 1024;

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
    return text === '' ? undefined : explained(name, () => Secret.fromText(text));
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
  const secret = (key: string): Secret =>
    Secret.fromFile(path, (text) => {
      const value = parseProfile(text, PROFILE).get(key) ?? '';
      if (value === '') {
        throw new Error(`it has no ${key} under [${PROFILE}]`);
      }
      return value;
    });
  try {
    const ak = secret('ak');
    const sk = secret('sk');
    if (ak.isExposed) {
      warn(`profile file ${quote(path)} can be read by other users: take their permission away (chmod 600)`);
    }
    const { bytes } = readBoundedFile(path, MAX_PROFILE_BYTES);
    const profile = parseProfile(bytes.toString('utf8'), PROFILE);
    const isTemporary = (profile.get('security_token') ?? '') !== '';
    return {
      auth: {
        kind: 'access_key',
        ak,
        sk,
        security_token: isTemporary ? secret('security_token') : undefined,
      },
      projectId: projectId('project_id', profile.get('project_id')),
    };
  } catch (error) {
    throw new Error(
      'missing, and there are no credentials elsewhere: HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not both set, ' +
        `and the profile file ${quote(path)} does not help (${messageOf(error)}); ` +
        'HUAWEICLOUD_SDK_CREDENTIALS_FILE would name another one',
    );
  }
}

function projectId(name: string, text = ''): string | undefined {
  if (text === '' || PROJECT_ID.matches(text)) {
    return text || undefined;
  }
  throw new Error(`${name}: got ${quote(text)}, expected ${PROJECT_ID.kind}`);
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

// The INI format of the SDK's profile file, as far as the SDK writes it: sections, keys in any case, values on one
// line, comments on lines of their own.

/** The keys of one section, in lower case; empty where there is no such section. The last of several counts. */
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
