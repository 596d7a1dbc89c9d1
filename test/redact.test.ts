import assert from 'node:assert/strict';
import { redact } from '../src/redact.js';

describe('redact', () => {
  it('strikes out each occurrence of each secret, in any case', () => {
    const text = 'key KeyOne of host keyone.example, token T.2';
    assert.equal(redact(text, ['keyone', 'T.2']), 'key <secret> of host <secret>.example, token <secret>');
  });

  it('leaves nothing of a secret that begins or ends with another one', () => {
    assert.equal(redact('KEYLONG LONG', ['', 'KEY', 'LONG', 'KEYLONG']), '<secret> <secret>');
  });

  it('takes no character of a secret for a pattern', () => {
    assert.equal(redact('a.c abc (a|b)+$', ['a.c', '(a|b)+$']), '<secret> abc <secret>');
  });

  it('leaves what it writes itself alone', () => {
    assert.equal(redact('password: hunter2', ['hunter2', 'secret', 'e']), 'password: <secret>');
  });

  it('leaves secrets that are shorter than it is told', () => {
    assert.equal(redact('abc and abcd', ['abc', 'abcd'], 4), 'abc and <secret>');
  });
});
