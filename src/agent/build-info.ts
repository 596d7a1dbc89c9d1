// Which build this is: for --version, the build_info metric and the page.
import { existsSync, readFileSync } from 'node:fs';
import type { BuildInfo } from '../metrics/agent-metrics.js';

const NAME = 'taurusdb-session-exporter';

interface Manifest {
  readonly name: string;
  readonly version: string;
  /** npm writes it into what it publishes. */
  readonly gitHead?: string;
}

export function buildInfo(): BuildInfo {
  const { version, gitHead } = ownManifest();
  return { version, revision: gitHead ?? 'unknown', nodeVersion: process.version };
}

/** The nearest package.json above that is ours: how far above depends on what the sources were built into. */
function ownManifest(): Manifest {
  let folder = new URL('./', import.meta.url);
  for (let above = new URL('../', folder); above.href !== folder.href; above = new URL('../', folder)) {
    folder = above;
    const file = new URL('package.json', folder);
    const manifest: Manifest | undefined = existsSync(file)
      ? JSON.parse(readFileSync(file, 'utf8'))
      : undefined;
    if (manifest?.name === NAME) {
      return manifest;
    }
  }
  throw new Error(`package.json: got none of ${NAME} above ${import.meta.url}, expected one`);
}
