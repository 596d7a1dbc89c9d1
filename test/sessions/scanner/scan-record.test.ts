import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { SCAN_RECORD } from '../../../src/sessions/scanner/scan-record.wasm.js';

const COMPILER = 'node_modules/assemblyscript/bin/asc.js';
const ASSEMBLY = 'src/sessions/scanner/assembly';

describe('scan-record.wasm.ts', function () {
  this.timeout(60_000);

  it('holds what the assembly is compiled to: else run `npm run wasm`', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'wasm-'));
    try {
      const outFile = path.join(folder, 'scan-record.wasm');
      const settings = ['--config', `${ASSEMBLY}/asconfig.json`, '--outFile', outFile];
      execFileSync(process.execPath, [COMPILER, `${ASSEMBLY}/scan-record.ts`, ...settings]);
      assert.equal(SCAN_RECORD, readFileSync(outFile, 'base64'));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
