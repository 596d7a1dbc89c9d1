// What the active sessions of whole lists run: those of a real server, and of a simulated one with statements of every class.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readSnapshot } from '../../src/sessions/read-snapshot.js';
import { emptyTally, type StatementCounts } from '../../src/sessions/snapshot.js';
import { HEX_MARK, NUMBER_MARK, TEXT_MARK } from '../../src/simulator/sessions/marked-values.js';
import { inChunks, SETTINGS, snapshotOf } from './session-file.js';

const FIXTURES = new URL('../fixtures/', import.meta.url);
const STATEMENTS = { sqlMode: 'auto', shapes: 256, maxText: 4_096, shown: 256 } as const;

async function statementsIn(file: string): Promise<StatementCounts> {
  const bytes = readFileSync(new URL(file, FIXTURES));
  const settings = { ...SETTINGS, statements: STATEMENTS };
  const { snapshot } = await readSnapshot(inChunks(bytes, [997]), settings, emptyTally());
  assert.ok(snapshot.statements !== undefined);
  return snapshot.statements;
}

describe('readSnapshot of statements', () => {
  it('counts those of a real server', async () => {
    const { sessions, shown, rest, error } = await statementsIn('captures/mixed200-notwin.csv');
    assert.deepEqual(
      shown.map((one) => [one.sessions, one.totalSeconds, one.statement.text]),
      [
        [43, 473, 'SELECT SLEEP(?)'],
        [7, 84, 'UPDATE orders SET note = ? WHERE id = ?'],
        [4, 44, 'SELECT * FROM mdl_t WHERE id = ?'],
        [3, 36, 'SELECT * FROM orders WHERE id = ? FOR UPDATE'],
        [3, 33, 'SELECT SLEEP(?), ?'],
        [3, 33, 'SELECT GET_LOCK(...)'],
        [2, 22, 'SELECT REPEAT(...) FROM orders LIMIT ?'],
        [1, 12, 'ALTER TABLE mdl_t COMMENT = ?'],
        [1, 11, 'SELECT SLEEP(?) FROM (SELECT ?) t WHERE ? IN (...)'],
      ],
    );
    assert.deepEqual({ sessions, rest: rest.sessions, error }, { sessions: 67, rest: 0, error: 0 });
  });

  it('refuses two columns of statements, unless they are not read', async () => {
    const file = 'user,host,state,info,info\nu,h,s,,DO 1\n';
    await assert.rejects(
      snapshotOf(file, { statements: STATEMENTS }),
      /^CsvError: csv header: got "info" in fields 4 and 5, expected one column for info$/u,
    );
    assert.equal((await snapshotOf(file)).sessions, 1);
  });

  it('shows the culprit of a simulated spike, and no value of any statement', async () => {
    const { sessions, shown } = await statementsIn('sessions/statements.csv');
    const [first = assert.fail()] = shown;
    assert.equal(
      first.statement.text,
      'SELECT i.id, i.total FROM invoices i JOIN customers c ON c.id = i.customer_id WHERE CONCAT(c.name, ?) = ?',
    );
    assert.equal(first.sessions, 26);
    assert.deepEqual(first.users, [{ value: 'svc@billing', sessions: 26 }]);
    assert.equal(sessions, 106);
    const isFlagged = ['isCut', 'isSensitive'] as const;
    for (const flag of isFlagged) {
      assert.ok(
        shown.some(({ statement }) => statement[flag]),
        flag,
      );
    }
    const texts = shown.map(({ statement }) => statement.text).join('\n');
    assert.doesNotMatch(texts, new RegExp(`${TEXT_MARK.slice(0, 4)}|${NUMBER_MARK}|${HEX_MARK}`, 'iu'));
  });
});
