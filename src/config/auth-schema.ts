// Credentials of a project: the keys of `auth`, of which it takes one. A new kind is an entry here, a file of its own in
// taurusdb/credentials, and a case in agent/project-credentials, which does not compile without.
import * as v from 'valibot';
import { secretFile, secretText } from './file-schemas.js';
import { described, someText } from './kinds.js';
import { HEADER_SECRET, Secret } from './secret.js';
import { atMostOneOf, exactlyOneOf, section, theOne } from './section.js';
import type { ConfigDependencies } from './yaml/read-settings.js';

/** Tagged by its `kind`. */
export type Auth = v.InferOutput<ReturnType<typeof authSection>>;

/** Which kinds ask IAM for something: their projects need its address. */
export const NEEDS_IAM = {
  access_key: false,
  token: false,
  password: true,
  ecs_agency: false,
} as const satisfies Record<Auth['kind'], boolean>;

/** Of the keys of each kind, how they are written. */
const PLACES: Readonly<Record<string, string>> = {
  ...placesOf('access_key: { ak: …, sk: … }', ['ak', 'ak_file', 'sk', 'sk_file', 'security_token']),
  ...placesOf('token: { value: … }', ['value', 'value_file']),
  ...placesOf('password: { domain: …, user: …, password: … }', ['domain', 'user', 'password_file']),
};

function placesOf(written: string, keys: readonly string[]): Record<string, string> {
  return Object.fromEntries(keys.map((key) => [key, written]));
}

export function authSection(dependencies: ConfigDependencies) {
  const kinds = {
    access_key: v.exactOptional(described('Access key, which signs every request', accessKey(dependencies))),
    token: v.exactOptional(described('A token made elsewhere; valid for 24 hours', token(dependencies))),
    password: v.exactOptional(
      described('An IAM user, whose password is exchanged for tokens', password(dependencies)),
    ),
    ecs_agency: v.exactOptional(
      described(
        'Temporary keys from the metadata service of the ECS that the exporter runs on; has no keys: `{}`',
        v.pipe(
          v.nullable(section({}), {}),
          v.transform(() => ({ kind: 'ecs_agency' as const })),
        ),
      ),
    ),
  };
  return v.pipe(
    section(kinds, PLACES),
    exactlyOneOf(Object.keys(kinds)),
    v.transform((auth) => theOne<NonNullable<(typeof auth)[keyof typeof auth]>>(...Object.values(auth))),
  );
}

function accessKey(dependencies: ConfigDependencies) {
  return v.pipe(
    section({
      ak: secretText('Access key id', HEADER_SECRET),
      ak_file: secretFile('ak', dependencies, HEADER_SECRET),
      sk: secretText('Secret access key', HEADER_SECRET),
      sk_file: secretFile('sk', dependencies, HEADER_SECRET),
      security_token: secretText('Token that comes with temporary keys', HEADER_SECRET),
      security_token_file: secretFile('security_token', dependencies, HEADER_SECRET),
    }),
    exactlyOneOf(['ak', 'ak_file']),
    exactlyOneOf(['sk', 'sk_file']),
    atMostOneOf(['security_token', 'security_token_file']),
    v.transform((key) => ({
      kind: 'access_key' as const,
      ...Secret.together({
        ak: theOne(key.ak, key.ak_file),
        sk: theOne(key.sk, key.sk_file),
        security_token: key.security_token ?? key.security_token_file,
      }),
    })),
  );
}

function token(dependencies: ConfigDependencies) {
  return v.pipe(
    section({
      value: secretText('The token', HEADER_SECRET),
      value_file: secretFile('value', dependencies, HEADER_SECRET),
    }),
    exactlyOneOf(['value', 'value_file']),
    v.transform(({ value, value_file }) => ({ kind: 'token' as const, value: theOne(value, value_file) })),
  );
}

function password(dependencies: ConfigDependencies) {
  return v.pipe(
    section({
      domain: described('Name of the account that the user belongs to', someText()),
      user: described('Name of the IAM user', someText()),
      password: secretText('Password of the IAM user'),
      password_file: secretFile('password', dependencies),
    }),
    exactlyOneOf(['password', 'password_file']),
    v.transform(({ domain, user, password, password_file }) => ({
      kind: 'password' as const,
      domain,
      user,
      password: theOne(password, password_file),
    })),
  );
}
