// Sessions of a real server, exported as CSV, against what mysqld_exporter 0.14 counted at the same moment. It
// writes states and commands in lower case with `_`, leaves out punctuation, and calls nothing `unknown`.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { countsOf, snapshotOf } from './session-file.js';

interface Expected {
  readonly rows: number;
  readonly trx_rows: number;
  readonly mysql_info_schema_processlist_processes_by_user: Readonly<Record<string, number>>;
  readonly mysql_info_schema_processlist_processes_by_host: Readonly<Record<string, number>>;
  /** By `command|state`. */
  readonly mysql_info_schema_processlist_threads: Readonly<Record<string, number>>;
}

const CAPTURES = new URL('../fixtures/captures/', import.meta.url);

function asMysqldExporterWrites(counts: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return sumBy(counts, (value) =>
    value === 'none'
      ? 'unknown'
      : value
          .toLowerCase()
          .replaceAll(/[;,:.()]/g, '')
          .replaceAll(/[ -]/g, '_'),
  );
}

function sumBy(
  counts: Readonly<Record<string, number>>,
  key: (name: string) => string | undefined,
): Readonly<Record<string, number>> {
  const sums: Record<string, number> = {};
  for (const [name, count] of Object.entries(counts)) {
    const sum = key(name) ?? '';
    sums[sum] = (sums[sum] ?? 0) + count;
  }
  return sums;
}

describe('readSnapshot of a captured file', () => {
  const captures = { 'mixed200-notwin': { lockWaiting: 15 }, sleep200: { lockWaiting: 0 } };
  for (const [name, { lockWaiting }] of Object.entries(captures)) {
    it(`counts the users, hosts, commands and states of ${name} as mysqld_exporter did`, async () => {
      const expected: Expected = JSON.parse(readFileSync(new URL(`${name}.expected.json`, CAPTURES), 'utf8'));
      const snapshot = await snapshotOf(readFileSync(new URL(`${name}.csv`, CAPTURES)));
      const threads = expected.mysql_info_schema_processlist_threads;

      assert.equal(snapshot.sessions, expected.rows);
      assert.deepEqual(countsOf(snapshot, 'user'), expected.mysql_info_schema_processlist_processes_by_user);
      assert.deepEqual(countsOf(snapshot, 'host'), expected.mysql_info_schema_processlist_processes_by_host);
      assert.deepEqual(
        asMysqldExporterWrites(countsOf(snapshot, 'command')),
        sumBy(threads, (thread) => thread.split('|')[0]),
      );
      assert.deepEqual(
        asMysqldExporterWrites(countsOf(snapshot, 'state')),
        sumBy(threads, (thread) => thread.split('|')[1]),
      );
      assert.equal(snapshot.transactionsOpen, expected.trx_rows);
      assert.equal(snapshot.lockWaiting, lockWaiting);
    });
  }
});
