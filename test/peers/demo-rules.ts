// The shipped rules as `deploy/prometheus/try.sh` changes them for the demo's short spikes; thresholds that somebody edited
// change nothing here.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const SHIPPED = fileURLToPath(new URL('../../deploy/prometheus/', import.meta.url));
const RULE_FILES = ['tests/thresholds.rules.yml', 'taurusdb.rules.yml'];

/** Files in a new folder, which is the caller's. */
export function writeDemoRules(): { readonly folder: string; readonly files: readonly string[] } {
  const folder = mkdtempSync(path.join(tmpdir(), 'demo-rules-'));
  const files = RULE_FILES.map((name) => {
    const file = path.join(folder, path.basename(name));
    const script = path.join(SHIPPED, 'demo.sed');
    writeFileSync(file, execFileSync('sed', ['-E', '-f', script, path.join(SHIPPED, name)]));
    return file;
  });
  return { folder, files };
}
