// Which build this is: for --version, the build_info metric and the page.
import { readFileSync } from 'node:fs';
import type { BuildInfo } from '../metrics/agent-metrics.js';

export function buildInfo(): BuildInfo {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  // npm writes `gitHead` into what it publishes.
  const { version, gitHead } = manifest as { version: string; gitHead?: string };
  return { version, revision: gitHead ?? 'unknown', nodeVersion: process.version };
}
