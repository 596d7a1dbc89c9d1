// Credentials of a project: the keys of `auth`.
import * as v from 'valibot';
import { type ConfigSurroundings, secretFile, secretText } from './file-schemas.js';
import { described, someText } from './kinds.js';
import { atMostOneOf, exactlyOneOf, section, theOne } from './section.js';

export type Auth = v.InferOutput<ReturnType<typeof authSection>>;

/** Read to a mapping with one of its keys. */
export function authSection(surroundings: ConfigSurroundings) {
  const kinds = {
    access_key: v.exactOptional(described('Access key, which signs every request', accessKey(surroundings))),
    token: v.exactOptional(described('A token made elsewhere; valid for 24 hours', token(surroundings))),
    password: v.exactOptional(
      described('An IAM user, whose password is exchanged for tokens', password(surroundings)),
    ),
    ecs_agency: v.exactOptional(
      described(
        'Temporary keys from the metadata service of the ECS that the program runs on; has no keys: `{}`',
        v.nullable(section({}), {}),
      ),
    ),
  };
  return v.pipe(section(kinds), exactlyOneOf(Object.keys(kinds)));
}

function accessKey(surroundings: ConfigSurroundings) {
  return v.pipe(
    section({
      ak: secretText('Access key id'),
      ak_file: secretFile('ak', surroundings),
      sk: secretText('Secret access key'),
      sk_file: secretFile('sk', surroundings),
      security_token: secretText('Token that comes with temporary keys'),
      security_token_file: secretFile('security_token', surroundings),
    }),
    exactlyOneOf(['ak', 'ak_file']),
    exactlyOneOf(['sk', 'sk_file']),
    atMostOneOf(['security_token', 'security_token_file']),
    v.transform((key) => ({
      ak: theOne(key.ak, key.ak_file),
      sk: theOne(key.sk, key.sk_file),
      security_token: key.security_token ?? key.security_token_file,
    })),
  );
}

function token(surroundings: ConfigSurroundings) {
  return v.pipe(
    section({
      value: secretText('The token'),
      value_file: secretFile('value', surroundings),
    }),
    exactlyOneOf(['value', 'value_file']),
    v.transform(({ value, value_file }) => ({ value: theOne(value, value_file) })),
  );
}

function password(surroundings: ConfigSurroundings) {
  return v.pipe(
    section({
      domain: described('Name of the account that the user belongs to', someText()),
      user: described('Name of the IAM user', someText()),
      password: secretText('Password of the IAM user'),
      password_file: secretFile('password', surroundings),
    }),
    exactlyOneOf(['password', 'password_file']),
    v.transform(({ domain, user, password, password_file }) => ({
      domain,
      user,
      password: theOne(password, password_file),
    })),
  );
}
