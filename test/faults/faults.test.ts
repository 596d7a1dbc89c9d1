// The fault table, acted out: each fault happens to one of two nodes between two good collections.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { requireProgram } from '../support/real-programs.js';
import { closeServers } from '../support/scripted-server.js';
import { canariesIn, printed } from './canaries.js';
import type { Fault } from './fault.js';
import { FAULTS } from './fault-table.js';
import { GOOD_SESSIONS, OPERATIONS } from './hostile-api.js';
import { Rehearsal } from './rehearsal.js';

const COLLECTION_LIMIT_MS = 47_777;
const A_MINUTE_MS = 60_000;

describe('fault table', () => {
  afterEach(() => closeServers());

  it('has as many rows for each reason as docs/reliability.md says', () => {
    const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/reliability.md'), 'utf8');
    const documented = [...page.matchAll(/^\| ((?:`[a-z_]+`(?:, )?)+) \| (\d+) \|/gmu)].map(
      ([, reasons = '', rows]) => [(reasons.match(/[a-z_]+/gu) ?? []).sort(), Number(rows)] as const,
    );
    const named = documented.flatMap(([reasons]) => reasons);
    assert.deepEqual(named.toSorted(), Object.keys(FAULTS).sort());
    for (const [reasons, rows] of documented) {
      const inTable = reasons.flatMap(
        (reason) => Object.entries(FAULTS).find(([name]) => name === reason)?.[1] ?? [],
      );
      assert.equal(inTable.length, rows, reasons.join(', '));
    }
    assert.match(page, new RegExp(`a table of ${Object.values(FAULTS).flat().length} faults`, 'u'));
  });

  for (const [reason, faults] of Object.entries<readonly Fault[]>(FAULTS)) {
    describe(reason, () => {
      for (const fault of faults) {
        it(fault.what, async function () {
          if (fault.needs !== undefined) {
            requireProgram(this, fault.needs);
          }
          await rehearse(reason, fault);
        });
      }
    });
  }
});

async function rehearse(reason: string, fault: Fault): Promise<void> {
  const fleet = await Rehearsal.start(fault);
  try {
    await fleet.collect();
    assert.deepEqual([fleet.sick.lastError, fleet.sick.up, fleet.healthy.up], [undefined, true, true]);
    const before = await fleet.sessionSeries();
    assert.ok(before.length > 10);
    await fleet.clock.advance(A_MINUTE_MS);

    await happen(fault, fleet);
    await checkFailure(reason, fault, fleet, before);

    fleet.sickApi.misbehave({});
    fleet.reconfigure({});
    await fleet.clock.advance(fault.lastsMs ?? A_MINUTE_MS);
    const lines = fleet.log.lines.length;
    await fleet.collect();
    assert.deepEqual([fleet.sick.lastError, fleet.sick.up], [undefined, true]);
    assert.deepEqual(await fleet.sessionSeries(), before);
    assert.match(fleet.log.lines.slice(lines).join('\n'), /^info node recovered /mu);
    await checkSecrecy(fleet);
  } finally {
    await fleet.close();
  }
}

async function happen(fault: Fault, fleet: Rehearsal): Promise<void> {
  const settings = await fault.meanwhile?.(fleet);
  if (settings !== undefined) {
    fleet.reconfigure(settings);
  }
  fleet.sickApi.misbehave(fault);
  fleet.log.lines.length = 0;
  const tookMs = Math.round(await fleet.collect(fault.hangs));
  assert.ok(tookMs <= COLLECTION_LIMIT_MS, `took ${tookMs} ms`);
}

async function checkFailure(
  reason: string,
  fault: Fault,
  fleet: Rehearsal,
  before: readonly string[],
): Promise<void> {
  const { sick, healthy, sickApi, log } = fleet;

  assert.match(sick.lastError?.message ?? '', fault.says);
  assert.equal(sick.lastError?.reason, reason);
  const counted = Object.entries(sick.errors).filter(([, count]) => count > 0);
  assert.deepEqual(counted, [[reason, 1]]);
  assert.deepEqual(sick.collections, { success: 1, error: 1, skipped: 0 });
  const page = await fleet.metricsPage();
  assert.match(page, new RegExp(`^taurusdb_up\\{.*node_id="${sick.node.nodeId}"\\} 0$`, 'mu'));

  assert.equal(sick.snapshot?.sessions, GOOD_SESSIONS);
  assert.deepEqual(await fleet.sessionSeries(), before);

  assert.deepEqual(healthy.collections, { success: 2, error: 0, skipped: 0 });
  assert.equal(healthy.up, true);

  for (const operation of OPERATIONS) {
    const expected = fault.requests?.[operation];
    if (expected !== undefined) {
      assert.equal(sickApi.seen(operation), expected, `requests to ${operation}`);
    }
  }

  const lines = log.lines.filter((line) => !line.startsWith('debug '));
  assert.equal(lines.length, 1 + (fault.moreLines ?? 0), lines.join('\n'));
  assert.match(lines.at(-1) ?? '', new RegExp(`^warn collection failed .*reason=${reason} error=`, 'u'));
  assert.ok((lines.at(-1) ?? '').length < 2_000);
  assert.ok(
    log.lines.every((line) => !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(line)),
    'a line is one line',
  );
  await checkSecrecy(fleet);
}

/** Before the log's own redaction, which is the last guard and not the first. */
async function checkSecrecy(fleet: Rehearsal): Promise<void> {
  assert.deepEqual(canariesIn(fleet.log.lines.join('\n')), [], 'in the log');
  assert.deepEqual(canariesIn(await fleet.pages()), [], 'on the pages');
  assert.deepEqual(canariesIn(fleet.errors.map(printed).join('\n')), [], 'in an error');
  assert.deepEqual(canariesIn(printed(fleet.printable)), [], 'in an object');
  assert.deepEqual(canariesIn(process.title), [], 'in the process title');
}
