// Writes src/sessions/kernel/kernel.wasm.ts, which holds src/sessions/kernel/assembly compiled, once with SIMD and once
// without: `npm run wasm`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const COMPILER = 'node_modules/assemblyscript/bin/asc.js';
const FOLDER = 'src/sessions/kernel/assembly';
const TARGET = 'src/sessions/kernel/kernel.wasm.ts';

/** The text of kernel.wasm.ts. */
export function compiledKernels(): string {
  return `// assembly/kernel.ts as modules of WebAssembly, in base64; \`npm run wasm\` writes them.
export const KERNEL =
  '${compiled(['--enable', 'simd'])}';
export const KERNEL_WITHOUT_SIMD =
  '${compiled([])}';
`;
}

function compiled(features: readonly string[]): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'wasm-'));
  try {
    const outFile = path.join(folder, 'kernel.wasm');
    const settings = ['--config', `${FOLDER}/asconfig.json`, '--outFile', outFile, ...features];
    execFileSync(process.execPath, [COMPILER, `${FOLDER}/kernel.ts`, ...settings]);
    return readFileSync(outFile, 'base64');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(TARGET, compiledKernels());
}
