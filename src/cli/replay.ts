// Prints the metrics that the agent would publish of saved session files, without an account.
import { createReadStream } from 'node:fs';
import path from 'node:path';
import { openLog } from '../agent/open-log.js';
import { sessionSettings } from '../agent/settings.js';
import { wire } from '../agent/wire.js';
import { momentOf, systemClock } from '../clock.js';
import { countersWith } from '../collect/node-store.js';
import { defaultSettings } from '../config/config-schema.js';
import { loadConfig } from '../config/load-config.js';
import { WHOLE_FLEET } from '../discover/shard.js';
import type { DatabaseNode } from '../model/node.js';
import { readSnapshot } from '../sessions/read-snapshot.js';
import {
  emptyTally,
  hasUndecodedText,
  UNDECODED_TEXT,
  UNREADABLE_NUMBERS,
  unreadableText,
} from '../sessions/snapshot.js';
import { UsageError } from './command-line.js';
import { type FlagValues, logSettings } from './flags.js';
import { nodeSeriesText } from './print-nodes.js';
import { printError, printMetrics } from './terminal.js';

// Fewer, larger chunks than Node's 64 KiB: a file of a gigabyte is read twice as fast.
const CHUNK_BYTES = 256 * 1024;

/** Prints the metrics of the files that can be read; resolves to 1 when one of them cannot. */
export async function replay(flags: FlagValues, files: readonly string[]): Promise<number> {
  const file = flags['config.file'];
  const config = file === undefined ? defaultSettings() : loadConfig(file, process.env).config;
  const nodes = files.map((file) => nodeOf(file, config.metrics.labels));
  refuseRepeated(nodes);

  const { log } = openLog(logSettings(flags));
  const dependencies = { shard: WHOLE_FLEET, clock: systemClock, log };
  const wiring = wire({ ...config, projects: [] }, dependencies);
  const { store } = wiring;
  const settings = sessionSettings(config);
  store.setNodes(nodes);
  let exitCode = 0;
  for (const [index, { nodeId }] of nodes.entries()) {
    const file = files[index] ?? '';
    const tally = emptyTally();
    try {
      const { snapshot } = await readSnapshot(
        createReadStream(file, { highWaterMark: CHUNK_BYTES }),
        settings,
        tally,
      );
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
      store.update(nodeId, (status) => ({ ...countersWith(status, tally), up: false }));
    }
    const unreadable = unreadableText(tally);
    if (unreadable !== undefined) {
      printError(`${file}: warning: ${UNREADABLE_NUMBERS}: ${unreadable}\n`);
    }
  }
  printMetrics(await nodeSeriesText(wiring));
  return exitCode;
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
