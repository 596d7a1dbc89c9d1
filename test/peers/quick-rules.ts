// The shipped rules, made quick in one of two ways; thresholds that somebody edited change nothing here.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const SHIPPED = fileURLToPath(new URL('../../deploy/prometheus/', import.meta.url));
const RULE_FILES = ['tests/thresholds.rules.yml', 'taurusdb.rules.yml'];

/** Files in a new folder, which is the caller's. */
export interface QuickRules {
  readonly folder: string;
  readonly files: readonly string[];
}

/** As `deploy/prometheus/try.sh` changes them for the demo's short spikes. */
export function writeDemoRules(): QuickRules {
  const script = path.join(SHIPPED, 'demo.sed');
  return writeRules((file) => execFileSync('sed', ['-E', '-f', script, file], { encoding: 'utf8' }));
}

/** With some seconds for each minute that an alert waits or is kept. */
export function writeScaledRules(secondsForMinute: number): QuickRules {
  return writeRules((file) =>
    readFileSync(file, 'utf8').replace(
      /^( +(?:for|keep_firing_for): )(\d+)([sm])$/gm,
      (_, key: string, count: string, unit: string) =>
        `${key}${Math.round((Number(count) / (unit === 'm' ? 1 : 60)) * secondsForMinute * 1000)}ms`,
    ),
  );
}

function writeRules(changed: (file: string) => string): QuickRules {
  const folder = mkdtempSync(path.join(tmpdir(), 'quick-rules-'));
  const files = RULE_FILES.map((name) => {
    const file = path.join(folder, path.basename(name));
    writeFileSync(file, changed(path.join(SHIPPED, name)));
    return file;
  });
  return { folder, files };
}
