import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { compiledKernels } from '../../../build-wasm.js';

describe('kernel.wasm.ts', () => {
  it('holds what the assembly is compiled to, with SIMD and without: else run `npm run wasm`', () => {
    const file = new URL('../../../src/sessions/kernel/kernel.wasm.ts', import.meta.url);
    // Not by assert.equal, which would print all of both.
    assert.ok(readFileSync(file, 'utf8') === compiledKernels());
  });
});
