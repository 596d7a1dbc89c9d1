// Writes src/sessions/scanner/scan-record.wasm.ts, which holds src/sessions/scanner/assembly compiled: `npm run wasm`.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

const FOLDER = 'src/sessions/scanner/assembly';

const temporary = mkdtempSync(path.join(tmpdir(), 'wasm-'));
const outFile = path.join(temporary, 'scan-record.wasm');
execFileSync('npx', [
  'asc',
  `${FOLDER}/scan-record.ts`,
  '--config',
  `${FOLDER}/asconfig.json`,
  '-o',
  outFile,
]);
const text = readFileSync(outFile, 'base64');
rmSync(temporary, { recursive: true });

writeFileSync(
  'src/sessions/scanner/scan-record.wasm.ts',
  `// assembly/scan-record.ts as a module of WebAssembly; \`npm run wasm\` writes it.\nexport const SCAN_RECORD =\n  '${text}';\n`,
);
