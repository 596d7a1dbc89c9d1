import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { redact, wholeRedactor } from '../src/redact.js';
import { ECHOES } from './support/echoes.js';

const SECRETS = {
  'a secret key': 'kT7/pW2+xQ9mZ4vB8nR1cL6yH3jD5fG0sA2uE7oI',
  'an access key': 'HPUAX7QZ93K2M5VN8RT1',
  'a password': 'Tr0ub4dor&3/<"x\\y>',
  'a password that looks escaped': 'aB%41c&d<e9%2Fz\\u0041"8k',
  'a password in another script': 'Pä55wörд-98765-λ',
  'a long token': randomBytes(9_000).toString('base64'),
};

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

  for (const [kind, secret] of Object.entries(SECRETS)) {
    for (const [way, write] of Object.entries(ECHOES)) {
      it(`strikes out ${kind} ${way}`, () => {
        const shown = redact(`got [${write(secret)}] here`, ['another-secret', secret]);
        // The ends of base64 depend on what stands beside it.
        assert.match(shown, /^got \[.{0,16}<secret>.{0,16}\] here$/su);
      });
    }
  }

  it('strikes out what a random secret is cut to, from eight characters with a digit on', () => {
    const secrets = fc.stringMatching(/^[A-Za-z0-9+/]{40}$/u).filter((text) => new Set(text).size > 20);
    fc.assert(
      fc.property(secrets, fc.nat(32), (secret, at) => {
        const piece = secret.slice(at, at + 8);
        fc.pre(/\d/u.test(piece) && new Set(piece.toLowerCase()).size >= 5);
        assert.equal(redact(`(${piece})`, [secret]), '(<secret>)');
      }),
    );
  });

  it('leaves words alone that are a piece of a secret, and rows of one character', () => {
    const secrets = ['taurusdb-password-2024-11', 'X0000000000000000000000000000Y'];
    const text = 'taurusdb: wrong password of 00000000000000000000000000000000';
    assert.equal(redact(text, secrets), text);
  });

  it('leaves text without a secret as it is, escapes and all', () => {
    const texts = fc.string({ unit: 'binary' });
    fc.assert(fc.property(texts, (text) => assert.equal(redact(text, [SECRETS['a secret key']]), text)));
  });

  it('ends soon with secrets and texts that repeat themselves', () => {
    const text = `${'abcde'.repeat(200)}f`.repeat(60);
    for (const secret of ['a'.repeat(60_000), 'ab'.repeat(30_000), `${'abcde'.repeat(20)}1`.repeat(600)]) {
      redact(text, [secret]);
      redact(secret, [text]);
      redact('\\'.repeat(60_000), [secret]);
    }
  });

  it('goes on to know a secret that many others came after', () => {
    for (let number = 0; number < 300; number += 1) {
      const secret = `secret-number-${number}-of-many`;
      assert.equal(redact(`got ${secret}`, [secret, SECRETS['a secret key']]), 'got <secret>');
    }
    assert.equal(redact(SECRETS['a secret key'], [SECRETS['a secret key']]), '<secret>');
  });
});

describe('wholeRedactor', () => {
  it('strikes out whole secrets in every form, and no piece of one', () => {
    const redactWhole = wholeRedactor(['collection-failed-42', 'hunter2x', 'abc'], 4);
    assert.equal(redactWhole('collection failed of collection-failed-42'), 'collection failed of <secret>');
    assert.equal(redactWhole(`Basic ${Buffer.from('me:hunter2x').toString('base64')}`), 'Basic <secret>');
    assert.equal(redactWhole('abc'), 'abc');
  });
});
