import assert from 'node:assert/strict';
import { withStatementValues } from '../../src/sessions/counting/statement-values.js';
import type { Snapshot } from '../../src/sessions/snapshot.js';
import { SNAPSHOT, STATEMENT } from '../support/node-status-fixture.js';

/** Of sessions by digest; `rest` of them run statements that are not shown. */
function snapshotOf(sessions: Readonly<Record<string, number>>, rest = 0, active?: number): Snapshot {
  const shown = Object.entries(sessions).map(([digest, count]) => ({
    ...STATEMENT,
    statement: { ...STATEMENT.statement, digest },
    sessions: count,
  }));
  const all = shown.reduce((sum, one) => sum + one.sessions, rest);
  const { active: _, ...figures } = SNAPSHOT;
  return {
    ...figures,
    ...(active !== undefined && { active }),
    statements: { sessions: all, shown, rest: { sessions: rest }, distinct: shown.length, error: 0 },
  };
}

function valuesOf(snapshot: Snapshot, maxValues: number, previous?: Snapshot): Record<string, number> {
  const { values = [] } = withStatementValues(snapshot, maxValues, previous).statements ?? {};
  return Object.fromEntries(values.map(({ value, sessions }) => [value, sessions]));
}

describe('withStatementValues', () => {
  it('adds up to the active sessions: by digest, other statements, none', () => {
    const snapshot = snapshotOf({ bb: 5, aa: 9, cc: 2 }, 4, 30);
    assert.deepEqual(valuesOf(snapshot, 2), { aa: 9, bb: 5, none: 10, other: 6 });
    assert.deepEqual(valuesOf(snapshot, 3), { aa: 9, bb: 5, cc: 2, none: 10, other: 4 });
    assert.deepEqual(valuesOf(snapshotOf({ aa: 3 }, 0, 3), 3), { aa: 3 });
    assert.deepEqual(valuesOf(snapshotOf({}, 0, 3), 3), { none: 3 });
  });

  it('knows of no session without a statement where none is known to be active', () => {
    assert.deepEqual(valuesOf(snapshotOf({ aa: 3 }), 3), { aa: 3 });
  });

  it('sorts by digest, whatever the order of their sessions', () => {
    const { values = [] } = withStatementValues(snapshotOf({ cc: 3, aa: 2, bb: 1 }), 3).statements ?? {};
    assert.deepEqual(
      values.map(({ value }) => value),
      ['aa', 'bb', 'cc'],
    );
  });

  it('prefers those shown before among the less frequent, up to twice as many ranks', () => {
    const before = withStatementValues(snapshotOf({ aa: 9, bb: 8, dd: 4, ee: 1 }), 4);
    assert.deepEqual(Object.keys(valuesOf(snapshotOf({ aa: 9, bb: 8, cc: 7, dd: 4 }), 2, before)), [
      'aa',
      'bb',
      'other',
    ]);
    assert.deepEqual(Object.keys(valuesOf(snapshotOf({ aa: 9, ff: 8, gg: 7, dd: 4, ee: 1 }), 2, before)), [
      'aa',
      'dd',
      'other',
    ]);
    assert.deepEqual(Object.keys(valuesOf(snapshotOf({ aa: 9, ff: 8, gg: 7, hh: 5, ee: 1 }), 2, before)), [
      'aa',
      'ff',
      'other',
    ]);
  });

  it('leaves a snapshot without statements as it is', () => {
    const { statements: _, ...snapshot } = SNAPSHOT;
    assert.equal(withStatementValues(snapshot, 3), snapshot);
  });
});
