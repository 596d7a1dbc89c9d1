// A secret as a header can carry it: line ends around it are an accident of its file, anything else that does not fit
// is a mistake that must not reach the API as a refused credential.
import { CollectionError } from '../../model/failure.js';

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
