// This project's core, which works out more than the others: transactions, lock waits, slow sessions.

import { chunkBuffer, fileChunks } from '../../../src/file-chunks.js';
import { byDimension, type Dimension } from '../../../src/sessions/dimensions.js';
import type { SessionSettings } from '../../../src/sessions/read-snapshot.js';
import { readSnapshot } from '../../../src/sessions/read-snapshot.js';
import { emptyTally } from '../../../src/sessions/snapshot.js';
import { type Figures, maxValuesOf, record, type ValueCounts } from '../figures.js';
import type { FileKind } from '../session-files.js';

const buffer = chunkBuffer();

export function settingsFor(maxValues: number): SessionSettings {
  return {
    encoding: 'utf-8',
    columnNames: {},
    filter: 'total',
    dimensions: byDimension(({ enabledByDefault }) => ({ enabled: enabledByDefault, maxValues })),
    stripPort: true,
    hostGroups: [],
    slowSeconds: 10,
    longTransactionSeconds: 60,
  };
}

export async function run(file: string, kind: FileKind): Promise<() => Figures> {
  const { snapshot } = await readSnapshot(
    fileChunks(file, buffer),
    settingsFor(maxValuesOf(kind)),
    emptyTally(),
  );
  const counts = (dimension: Dimension): ValueCounts => {
    const { values = [], distinct = 0 } = snapshot.dimensions.get(dimension) ?? {};
    return { distinct, sessions: record(values.map(({ value, sessions }) => [value, sessions])) };
  };
  return () => ({
    user: counts('user'),
    host: counts('host'),
    database: counts('database'),
    command: counts('command'),
    state: counts('state'),
    longest: record(snapshot.times.map(({ command = '', longestSeconds = 0 }) => [command, longestSeconds])),
  });
}
