// The whole program in one sentence: submit → wait → download → parse → aggregate → publish. Everything else
// decides when this runs, how it reaches the API, or what becomes of its result.
import type { DatabaseNode } from '../model/node.js';
import { CsvError } from '../sessions/csv-error.js';
import type { ReadResult } from '../sessions/read-snapshot.js';
import type { CsvTally, Snapshot } from '../sessions/snapshot.js';
import type { PhaseTimer } from './phase-timer.js';
import type { SessionApi, SessionFile, SessionFilter } from './session-api.js';
import { type TaskWait, waitForTask } from './wait-for-task.js';

/** sessions/read-snapshot.ts with its settings: parses and aggregates the file while it streams. */
export type ReadSnapshot = (
  csv: AsyncIterable<Uint8Array>,
  tally: CsvTally,
  previous: Snapshot | undefined,
  node: DatabaseNode,
) => Promise<ReadResult>;

export interface Collection extends TaskWait {
  readonly api: SessionApi;
  /** Which sessions are asked for. */
  readonly filter: SessionFilter;
  readonly readSnapshot: ReadSnapshot;
  readonly publish: (result: ReadResult) => void;
  /** Of the node, for the values that stay on show from one snapshot to the next. */
  readonly previous: Snapshot | undefined;
  /** Filled while the file is read, also when the collection fails. */
  readonly tally: CsvTally;
  readonly phases: PhaseTimer;
}

/** Publishes one whole snapshot of one node, or rejects and publishes nothing. */
export async function runCollection(collection: Collection): Promise<void> {
  const { node, api, deadline, phases } = collection;

  const requestId = await phases.time('submit', () => api.submitTask(node, collection.filter, deadline));

  await phases.time('wait', () => waitForTask(requestId, collection));

  const result = await phases.time('download', async () => {
    return readFile(await api.downloadResult(node, requestId, deadline), collection);
  });

  collection.publish(result);
}

/** The names of its header are shown, in an error or as unknown ones: without what must not be seen. */
async function readFile(csv: SessionFile, collection: Collection): Promise<ReadResult> {
  const { node, tally, previous, readSnapshot } = collection;
  const { strikeOut = (text: string) => text } = csv;
  try {
    const result = await readSnapshot(csv, tally, previous, node);
    return { ...result, unknownHeaders: result.unknownHeaders.map(strikeOut) };
  } catch (error) {
    throw error instanceof CsvError ? new CsvError(strikeOut(error.message)) : error;
  }
}
