import assert from 'node:assert/strict';
import fc from 'fast-check';
import { matchesGlob } from '../src/glob.js';

describe('matchesGlob', () => {
  it('matches the whole text, minding case', () => {
    assert.ok(matchesGlob('orders', 'orders'));
    assert.ok(!matchesGlob('orders', 'orders-2'));
    assert.ok(!matchesGlob('orders', 'my-orders'));
    assert.ok(!matchesGlob('orders', 'Orders'));
    assert.ok(matchesGlob('', ''));
    assert.ok(!matchesGlob('', 'a'));
  });

  it('reads * as any text and ? as one character', () => {
    for (const text of ['orders-', 'orders-2', 'orders-orders-']) {
      assert.ok(matchesGlob('orders-*', text));
    }
    assert.ok(matchesGlob('*', ''));
    assert.ok(matchesGlob('*-prod-*', 'eu-prod-prod-1'));
    assert.ok(!matchesGlob('*-prod', 'eu-prod-1'));
    assert.ok(matchesGlob('db-?', 'db-1'));
    assert.ok(!matchesGlob('db-?', 'db-'));
    assert.ok(!matchesGlob('db-?', 'db-12'));
    assert.ok(matchesGlob('?', '订'));
    assert.ok(matchesGlob('?', '😀'));
  });

  it('knows no other signs', () => {
    assert.ok(matchesGlob('a.b', 'a.b'));
    assert.ok(!matchesGlob('a.b', 'axb'));
    assert.ok(!matchesGlob('[ab]', 'a'));
    assert.ok(matchesGlob('(a+)+$', '(a+)+$'));
  });

  it('judges as a regular expression made of the glob does', () => {
    const glob = fc.string({ unit: fc.constantFrom('a', 'b', '😀', '*', '?'), maxLength: 8 });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '😀'), maxLength: 10 });
    fc.assert(
      fc.property(glob, text, (pattern, candidate) => {
        const expression = new RegExp(`^${pattern.replaceAll('*', '.*').replaceAll('?', '.')}$`, 'u');
        assert.equal(matchesGlob(pattern, candidate), expression.test(candidate));
      }),
      { numRuns: 1_000 },
    );
  });

  it('comes back from a pattern that would keep a regular expression busy for years', () => {
    assert.ok(!matchesGlob(`${'*a'.repeat(100)}b`, 'a'.repeat(5_000)));
  });
});
