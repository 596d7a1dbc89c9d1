// Sessions of a list → what a collection says of them: as CSV, through the program's own reader.
import { createHash } from 'node:crypto';
import { sessionSettings } from '../../src/agent/settings.js';
import { defaultSettings } from '../../src/config/config-schema.js';
import type { Observed } from '../../src/incidents/observation.js';
import { readSnapshot } from '../../src/sessions/read-snapshot.js';
import { emptyTally, type Snapshot, type ValueCount } from '../../src/sessions/snapshot.js';

export interface SessionRow {
  readonly user: string;
  readonly host: string;
  readonly database: string;
  readonly command: string;
  readonly state: string;
  /** Without values; empty while it sleeps. */
  readonly statement: string;
}

const HEADER = 'id,user,host,db,command,state,info\n';
const SETTINGS = sessionSettings(defaultSettings());

/** `previous`: the node's snapshot before, as it decides which values stay shown. */
export async function observe(rows: readonly SessionRow[], previous?: Snapshot): Promise<Observed> {
  const lines = rows.map(({ user, host, database, command, state, statement }, id) =>
    [String(id), user, host, database, command, state, statement].map(quoted).join(','),
  );
  async function* file() {
    yield Buffer.from(`${HEADER}${lines.join('\n')}\n`);
  }
  const { snapshot, details } = await readSnapshot(file(), SETTINGS, emptyTally(), previous);
  return { snapshot, details };
}

function quoted(cell: string): string {
  return `"${cell.replaceAll('"', '""')}"`;
}

export function digestOf(statement: string): string {
  return createHash('sha256').update(statement.toLowerCase()).digest('hex').slice(0, 16);
}

export function isActive({ command }: SessionRow): boolean {
  return command !== 'Sleep';
}

/** The most first. */
export function counts(rows: readonly SessionRow[], nameOf: (row: SessionRow) => string): ValueCount[] {
  const sessions = new Map<string, number>();
  for (const row of rows) {
    const value = nameOf(row);
    sessions.set(value, (sessions.get(value) ?? 0) + 1);
  }
  return [...sessions]
    .map(([value, some]) => ({ value, sessions: some }))
    .sort((a, b) => b.sessions - a.sessions || (a.value < b.value ? -1 : 1));
}
