// Prints the metrics that the agent would publish of saved session files, without an account.
import path from 'node:path';
import { openLog } from '../agent/open-log.js';
import { sessionSettings } from '../agent/settings.js';
import { wire } from '../agent/wire.js';
import { momentOf, systemClock } from '../clock.js';
import { countersWith } from '../collect/node-store.js';
import { defaultSettings } from '../config/config-schema.js';
import { loadConfig } from '../config/load-config.js';
import { WHOLE_FLEET } from '../discover/shard.js';
import { chunkBuffer, fileChunks, whyUnreadable } from '../file-chunks.js';
import { CollectionError, explainFailure } from '../model/failure.js';
import type { DatabaseNode } from '../model/node.js';
import { CsvError } from '../sessions/csv-error.js';
import { readSnapshot } from '../sessions/read-snapshot.js';
import {
  emptyTally,
  hasUndecodedText,
  UNDECODED_TEXT,
  UNREADABLE_NUMBERS,
  unreadableText,
} from '../sessions/snapshot.js';
import { UsageError } from './command-line.js';
import { configSource, type FlagValues, logSettings, outputOf } from './flags.js';
import { printNodes } from './print-nodes.js';
import { printError } from './terminal.js';

/** Prints the metrics of the files that can be read; resolves to 1 when one of them cannot. */
export async function replay(flags: FlagValues, files: readonly string[]): Promise<number> {
  const config =
    flags['config.file'] === undefined
      ? defaultSettings()
      : loadConfig(await configSource(flags), process.env).config;
  const named = files.map((file) => ({ file, node: nodeOf(file, config.metrics.labels) }));
  refuseRepeated(named.map(({ node }) => node));
  const readable = named.filter(({ file }) => isReadable(file));
  if (readable.length === 0) {
    return 1;
  }

  const { log } = openLog(logSettings(flags));
  const dependencies = { shard: WHOLE_FLEET, clock: systemClock, log };
  const wiring = wire({ ...config, projects: [] }, dependencies);
  const { store } = wiring;
  const settings = sessionSettings(config);
  store.setNodes(readable.map(({ node }) => node));
  const buffer = chunkBuffer();
  let exitCode = readable.length < files.length ? 1 : 0;
  for (const {
    file,
    node: { nodeId },
  } of readable) {
    const tally = emptyTally();
    try {
      const { snapshot } = await readSnapshot(fileChunks(file, buffer), settings, tally);
      if (hasUndecodedText(snapshot)) {
        printError(`${file}: warning: ${UNDECODED_TEXT}\n`);
      }
      store.update(nodeId, (status) => ({
        ...countersWith(status, tally),
        up: true,
        collections: { ...status.collections, success: 1 },
        lastSuccessAt: momentOf(systemClock),
        snapshot,
        freshForMs: Number.POSITIVE_INFINITY,
      }));
    } catch (error) {
      exitCode = 1;
      printError(`${file}: ${error instanceof Error ? error.message : String(error)}\n`);
      const { reason, message, details } =
        error instanceof CsvError ? new CollectionError('csv', error.message) : explainFailure(error);
      store.update(nodeId, (status) => ({
        ...countersWith(status, tally),
        up: false,
        lastError: { reason, message, details, at: momentOf(systemClock) },
      }));
    }
    const unreadable = unreadableText(tally);
    if (unreadable !== undefined) {
      printError(`${file}: warning: ${UNREADABLE_NUMBERS}: ${unreadable}\n`);
    }
  }
  await printNodes(wiring, outputOf(flags, 'replay'), []);
  return exitCode;
}

/** Says what is wrong with a file that cannot be opened. */
function isReadable(file: string): boolean {
  const reason = whyUnreadable(file);
  if (reason !== undefined) {
    const expected = reason === 'a folder' ? 'the CSV files in it' : 'a session list that was saved as CSV';
    printError(`${file}: ${reason}: name ${expected}\n`);
  }
  return reason === undefined;
}

function nodeOf(file: string, labels: DatabaseNode['labels']): DatabaseNode {
  return {
    project: '',
    instanceId: 'replay',
    nodeId: path.basename(file).replace(/\.csv$/iu, ''),
    name: '',
    instanceName: '',
    cloudRegion: '',
    role: '',
    labels,
    schedule: '',
  };
}

function refuseRepeated(nodes: readonly DatabaseNode[]): void {
  const ids = nodes.map(({ nodeId }) => nodeId);
  const repeated = ids.find((id, index) => ids.indexOf(id) !== index);
  if (repeated !== undefined) {
    throw new UsageError(
      `replay: got two files named "${repeated}", expected names that differ: they become node_id`,
    );
  }
}
