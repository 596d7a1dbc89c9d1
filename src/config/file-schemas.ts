// Keys that name a file, and secrets with their `_file` twins. Relative paths start from the configuration's folder.
import { X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import * as v from 'valibot';
import { readBoundedFile } from '../small-file.js';
import { described, type Kind } from './kinds.js';
import { ANY_SECRET, Secret } from './secret.js';
import { exposureWarning } from './secrets/secret-files.js';
import type { ConfigDependencies } from './yaml/read-settings.js';

const MAX_FILE_BYTES = 1024 * 1024;
const BEGIN = '-----BEGIN CERTIFICATE-----';
const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/gu;

/** Read to the text of its certificates: a reload sees when they changed, and cannot fail over them later. */
export function certificatesFile({ directory }: ConfigDependencies) {
  return converted('a file of certificates (PEM)', (written) => {
    const text = readBoundedFile(resolve(directory, written), MAX_FILE_BYTES).bytes.toString('latin1');
    const certificates = text.match(CERTIFICATE) ?? [];
    const broken = certificates.findIndex((certificate) => !isCertificate(certificate));
    if (text.trim() === '') {
      throw new Error('it is empty');
    }
    if (certificates.length === 0) {
      throw new Error(text.includes(BEGIN) ? 'it has no whole certificate' : `it has no ${BEGIN}`);
    }
    // OpenSSL passes over what it does not understand.
    if (broken >= 0) {
      throw new Error(`certificate ${broken + 1} in it cannot be read`);
    }
    return certificates.join('\n');
  });
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

/** Written in the configuration itself, or in a variable of the environment. */
export function secretText(description: string, kind = ANY_SECRET) {
  return v.exactOptional(
    described(
      description,
      v.pipe(
        converted(kind.expected, (text) => Secret.fromText(text, kind)),
        v.metadata({ secretPart: kind.secretPart }),
      ),
    ),
  );
}

/** The twin of `name`. */
export function secretFile(
  name: string,
  { directory, warn }: ConfigDependencies,
  kind: Kind<string> = ANY_SECRET,
) {
  return v.exactOptional(
    described(
      `File that holds \`${name}\`, instead of it; read again when it changes`,
      converted(`a file with ${kind.expected}`, (written) => {
        const secret = Secret.fromFile(resolve(directory, written), kind, name);
        for (const path of secret.files?.current().exposed ?? []) {
          warn(exposureWarning(path));
        }
        return secret;
      }),
    ),
  );
}

/** Text that `convert` reads; the message of what it throws says why the text will not do. */
function converted<Output>(kind: string, convert: (text: string) => Output) {
  return v.pipe(
    v.string(`expected ${kind}`),
    v.rawTransform<string, Output>(({ dataset, addIssue, NEVER }) => {
      try {
        return convert(dataset.value);
      } catch (error) {
        addIssue({ message: `expected ${kind} (${error instanceof Error ? error.message : 'unreadable'})` });
        return NEVER;
      }
    }),
    v.metadata({ kind }),
  );
}
