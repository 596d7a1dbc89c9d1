import assert from 'node:assert/strict';
import type { Shape } from '../../src/statements/shape.js';
import type { Statement } from '../../src/statements/statement.js';
import { ShapeCache, StatementCache } from '../../src/statements/statement-cache.js';

const SHAPE: Shape = { bytes: Buffer.from('DO 0'), isCut: false, isAmbiguous: false };

function statement(text: string): Statement {
  return { digest: '', text, family: '', isCut: false, isAmbiguous: false, isSensitive: false };
}

/** A cache with room for `most` numbers, and what it was asked to make. */
function countingCache(most: number) {
  const asked: bigint[] = [];
  const cache = new ShapeCache<number>(
    () => asked.length,
    () => 1000,
    most * 1120,
  );
  const ask = (hash: bigint) =>
    cache.valueOf(hash, () => {
      asked.push(hash);
      return SHAPE;
    });
  return { ask, asked };
}

describe('ShapeCache', () => {
  it('makes a value once of each shape, and asks for no shape that it knows', () => {
    const { ask, asked } = countingCache(10);
    assert.deepEqual([ask(1n), ask(2n), ask(1n), ask(2n)], [1, 2, 1, 2]);
    assert.deepEqual(asked, [1n, 2n]);
  });

  it('tells hashes apart that differ in their highest or in their lowest bit', () => {
    const { ask, asked } = countingCache(10);
    const hashes = [0n, 1n, 1n << 63n, (1n << 63n) | 1n, 1n << 53n];
    for (const hash of [...hashes, ...hashes]) {
      ask(hash);
    }
    assert.deepEqual(asked, hashes);
  });

  it('has at most half of its memory for what is asked for, and as much for what was', () => {
    const { ask, asked } = countingCache(10);
    for (let hash = 0n; hash <= 10n; hash++) {
      ask(hash);
    }
    asked.length = 0;
    ask(5n);
    ask(4n);
    assert.deepEqual(asked, [4n]);
  });

  it('keeps what is asked for and drops what was asked for longest ago', () => {
    const { ask, asked } = countingCache(10);
    for (let hash = 0n; hash < 100n; hash++) {
      ask(hash);
      ask(0n);
    }
    assert.equal(asked.filter((hash) => hash === 0n).length, 1);
    asked.length = 0;
    for (let hash = 95n; hash < 100n; hash++) {
      ask(hash);
    }
    ask(1n);
    assert.deepEqual(asked, [1n]);
  });
});

describe('StatementCache', () => {
  it('takes into account what a statement takes besides its text', () => {
    const made: bigint[] = [];
    const cache = new StatementCache(() => statement(''), 20_000);
    const ask = (hash: bigint) =>
      cache.statementOf(hash, () => {
        made.push(hash);
        return SHAPE;
      });
    for (let hash = 0n; hash < 50n; hash++) {
      ask(hash);
    }
    ask(49n);
    ask(0n);
    assert.deepEqual(made.slice(50), [0n]);
  });

  it('holds no more than its bytes, also of distinct statements without an end', () => {
    let made = 0;
    const cache = new StatementCache(() => {
      made++;
      return statement('x'.repeat(4096));
    }, 1024 * 1024);
    const count = 1000;
    for (let hash = 0; hash < count; hash++) {
      cache.statementOf(BigInt(hash), () => SHAPE);
    }
    assert.equal(made, count);
    // From the newest on: what is still there was not made anew.
    let known = 0;
    for (let hash = count - 1; hash >= 0 && made === count; hash--, known++) {
      cache.statementOf(BigInt(hash), () => SHAPE);
    }
    assert.ok(known >= 60 && known <= (1024 * 1024) / (2 * 4096), `${known} statements`);
  });
});
