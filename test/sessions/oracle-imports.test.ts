// The fuzz tests of the core judge it by a reading of their own: what that borrowed would be wrong in both alike.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const TEST = path.resolve(import.meta.dirname, '..');
const ORACLE = path.join(TEST, 'sessions/plain-reading');

/** Names of columns are data, and what the tests are about. */
const BORROWED = new Set(['COLUMNS', 'HEADER_NAMES']);

interface Import {
  readonly file: string;
  readonly target: string;
  /** Without types, which are gone when the code runs. */
  readonly values: readonly string[];
}

function importsOf(file: string): Import[] {
  const code = readFileSync(file, 'utf8');
  return [...code.matchAll(/^import (type )?([^;'"]*?)from '([^']+)'/gmu)].map(
    ([, typeOnly, clause = '', target = '']) => ({
      file: path.relative(TEST, file),
      target: target.startsWith('.') ? path.resolve(path.dirname(file), target) : target,
      values:
        typeOnly === undefined
          ? clause
              .replace(/[{}]/gu, '')
              .split(',')
              .map((name) => name.trim())
              .filter((name) => name !== '' && !name.startsWith('type '))
          : [],
    }),
  );
}

function borrowedBy(files: readonly string[], allowed: ReadonlySet<string>): string[] {
  const core = path.resolve(TEST, '../src');
  return files
    .flatMap(importsOf)
    .filter(({ target }) => target.startsWith(core))
    .flatMap(({ file, values }) =>
      values.filter((name) => !allowed.has(name)).map((name) => `${file}: ${name}`),
    );
}

describe('the oracle of the core', () => {
  const files = readdirSync(ORACLE).map((name) => path.join(ORACLE, name));

  it('shares nothing with the core but the names of the columns', () => {
    assert.deepEqual(borrowedBy(files, BORROWED), []);
    assert.deepEqual(borrowedBy(files, new Set(['HEADER_NAMES'])).length, 2);
  });

  it('imports no file of the tests but its own', () => {
    const strangers = files
      .flatMap(importsOf)
      .filter(({ target }) => target.startsWith(TEST) && !target.startsWith(ORACLE));
    assert.deepEqual(strangers, []);
  });

  it('is all that the fuzz tests know besides what they judge, in both builds of the kernel', () => {
    const fuzz = ['scanner', 'session-bytes', 'random-sessions'].map((name) =>
      path.join(TEST, `fuzz/${name}.fuzz.ts`),
    );
    assert.deepEqual(borrowedBy(fuzz, new Set([...BORROWED, 'readSnapshot'])), []);
    const builds = path.join(TEST, 'sessions/kernel-builds.ts');
    assert.deepEqual(borrowedBy([builds], new Set(['compiledKernel', 'KernelPool'])), []);
    const others = fuzz
      .flatMap(importsOf)
      .filter(({ target }) => target.startsWith(TEST) && !target.startsWith(ORACLE))
      .map(({ target }) => path.relative(TEST, target));
    assert.deepEqual(
      new Set(others),
      new Set(['fuzz/fuzz-runs.js', 'sessions/kernel-builds.js', 'sessions/session-file.js']),
    );
  });
});
