// Where the official SDKs of Huawei Cloud look for credentials: the environment, then the profile file
// (huaweicloud-sdk-python-v3, README, "Environment Variables" and "Configuration File").
import { homedir } from 'node:os';
import { join } from 'node:path';
import { PROJECT_ID } from '../model/ids.js';
import { FollowedValue } from '../small-file.js';
import type { Auth } from './auth-schema.js';
import { checkedSecret, Secret } from './secret.js';
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
  try {
    const file = followProfile(path);
    const profile = file.read();
    if (file.isExposed) {
      warn(`profile file ${quote(path)} can be read by other users: take their permission away (chmod 600)`);
    }
    const current = onceATurn(() => file.read());
    const secret = (key: SecretKey) => new Secret(() => current()[key]);
    return {
      auth: {
        kind: 'access_key',
        ak: secret('ak'),
        sk: secret('sk'),
        security_token: isTemporary(profile) ? secret('security_token') : undefined,
      },
      projectId: projectId('project_id', profile.project_id),
    };
  } catch (error) {
    throw new Error(
      'missing, and there are no credentials elsewhere: HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK are not both set, ' +
        `and the profile file ${quote(path)} does not help (${messageOf(error)}); ` +
        'HUAWEICLOUD_SDK_CREDENTIALS_FILE would name another one',
    );
  }
}

type SecretKey = 'ak' | 'sk' | 'security_token';

/** What the profile file says; empty where it says nothing. */
type Profile = Readonly<Record<SecretKey | 'project_id', string>>;

function followProfile(path: string): FollowedValue<Profile> {
  let first: Profile | undefined;
  return new FollowedValue(path, MAX_PROFILE_BYTES, (text) => {
    const profile = readProfile(text);
    first ??= profile;
    // Requests go on being signed with or without a token: a new key of the other sort waits for a reload.
    if (isTemporary(profile) !== isTemporary(first)) {
      throw new Error('it has become a key of another sort');
    }
    return profile;
  });
}

function isTemporary({ security_token: securityToken }: Profile): boolean {
  return securityToken !== '';
}

function readProfile(text: string): Profile {
  const values = parseProfile(text, PROFILE);
  const required = (key: string): string => {
    const value = values.get(key) ?? '';
    if (value === '') {
      throw new Error(`it has no ${key} under [${PROFILE}]`);
    }
    return checkedSecret(value);
  };
  return {
    ak: required('ak'),
    sk: required('sk'),
    security_token: values.get('security_token') ? required('security_token') : '',
    project_id: values.get('project_id') ?? '',
  };
}

/** What is read in one turn of the event loop, such as the key of one signature, is of one state of the file. */
function onceATurn<Value>(read: () => Value): () => Value {
  let held: { readonly value: Value } | undefined;
  return () => {
    if (held === undefined) {
      held = { value: read() };
      queueMicrotask(() => {
        held = undefined;
      });
    }
    return held.value;
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
