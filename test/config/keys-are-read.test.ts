// A key that the schema takes and nothing reads would be documented, checked and without effect.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { configKeys } from '../../docs/config-reference.js';

const SRC = path.resolve(import.meta.dirname, '../../src');

/** What the configuration calls it once it is read. */
function readAs(key: string): string {
  return key.replace(/_file$/u, '');
}

/** Names in the code, without what stands in comments. */
function namesOutsideOfConfig(): Set<string> {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter(
    (file) => file.endsWith('.ts') && !file.startsWith(`config${path.sep}`),
  );
  const code = files.map((file) => readFileSync(path.join(SRC, file), 'utf8')).join('\n');
  return new Set(code.replace(/^\s*(?:\/\/|\/?\*).*$/gmu, '').match(/\b[a-z][a-z_]*\b/gu));
}

describe('every key of the configuration', () => {
  const names = namesOutsideOfConfig();

  for (const { path: key } of configKeys()) {
    const name = readAs(key.split('.').at(-1)?.replace('[]', '') ?? '');
    it(`${key} is read`, () => {
      assert.ok(names.has(name), `"${name}" is nowhere in src/ but in config/`);
    });
  }
});
