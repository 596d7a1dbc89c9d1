// A session list in a file → what incidents see of it.

import { sessionSettings } from '../../src/agent/settings.js';
import { defaultSettings } from '../../src/config/config-schema.js';
import { chunkBuffer, fileChunks } from '../../src/file-chunks.js';
import type { Observed } from '../../src/incidents/observation.js';
import { readSnapshot } from '../../src/sessions/read-snapshot.js';
import { emptyTally } from '../../src/sessions/snapshot.js';

export async function readFileDetails(file: string): Promise<Observed> {
  const settings = sessionSettings(defaultSettings());
  const { snapshot, details } = await readSnapshot(fileChunks(file, chunkBuffer()), settings, emptyTally());
  return { snapshot, details };
}
