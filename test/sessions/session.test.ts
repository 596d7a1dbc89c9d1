import assert from 'node:assert/strict';
import type { ColumnName } from '../../src/sessions/columns.js';
import { type Session, sessionReader } from '../../src/sessions/session.js';

function read(cells: Partial<Record<ColumnName, string>>, stripPort = true): Session {
  const columns = Object.keys(cells) as ColumnName[];
  const indexes = new Map(columns.map((column, index) => [column, index]));
  return sessionReader(indexes, stripPort)(Object.values(cells));
}

describe('sessionReader', () => {
  it('reads every column', () => {
    const session = read({
      id: '7',
      user: ' app ',
      host: '10.0.0.1:5000',
      state: 'updating',
      db: 'shop',
      command: 'Query',
      time: '12',
      info: 'SELECT 1',
      trx_id: '0',
      trx_state: 'RUNNING',
      trx_executed_time: '3.5',
      trx_lock_duration: '0',
      trx_lock_rows: '1',
      trx_lock_tables: '2',
      trx_update_rows: '3',
    });
    assert.deepEqual(session, {
      state: 'updating',
      user: 'app',
      host: '10.0.0.1',
      database: 'shop',
      command: 'Query',
      isActive: true,
      isSleeping: false,
      seconds: 12,
      hasTransaction: true,
      transactionSeconds: 3.5,
      rowsLocked: 1,
      tablesLocked: 2,
      rowsModified: 3,
      isLockWaiting: false,
      lockWaitSeconds: 0,
    });
  });

  it('says nothing of columns that the file lacks', () => {
    const session = read({ user: 'app', host: 'h', state: '' });
    assert.equal(session.database, 'none');
    assert.equal(session.seconds, undefined);
    assert.equal(session.hasTransaction, false);
    assert.equal(session.isLockWaiting, false);
  });

  it('names NULL "none"', () => {
    const session = read({ user: 'NULL', host: '\\N', state: ' ', db: '' });
    assert.deepEqual(
      [session.user, session.host, session.state, session.database],
      ['none', 'none', 'none', 'none'],
    );
  });

  it('keeps the port unless told otherwise', () => {
    assert.equal(read({ host: ' 10.0.0.1:5000 ' }, false).host, '10.0.0.1:5000');
    assert.equal(read({ host: ' 10.0.0.1:5000 ' }).host, '10.0.0.1');
  });

  it('names a host that is but a port "none"', () => {
    assert.equal(read({ host: ':5000' }).host, 'none');
  });

  for (const command of ['Sleep', ' SLEEP', 'Daemon', 'Binlog Dump', 'binlog dump gtid']) {
    it(`takes ${JSON.stringify(command)} for idle`, () => {
      assert.equal(read({ command }).isActive, false);
      assert.equal(read({ command }).isSleeping, command.trim().toLowerCase() === 'sleep');
    });
  }

  for (const command of ['Query', 'Execute', 'Connect', 'Sleeping', '', 'NULL']) {
    it(`takes ${JSON.stringify(command)} for active`, () => {
      assert.equal(read({ command }).isActive, true);
      assert.equal(read({ command }).isSleeping, false);
    });
  }

  it('sees a transaction in any id, 0 too', () => {
    assert.equal(read({ trx_id: '0' }).hasTransaction, true);
    for (const trx_id of ['', ' ', 'NULL', '\\N']) assert.equal(read({ trx_id }).hasTransaction, false);
  });

  const waiting: readonly Partial<Record<ColumnName, string>>[] = [
    { state: 'Waiting for table metadata lock' },
    { state: ' waiting for GLOBAL READ LOCK ' },
    { state: 'Waiting for lock/aria/THR_LOCK' },
    { trx_state: 'LOCK WAIT' },
    { trx_state: ' lock wait' },
    { trx_lock_duration: '0.5' },
    { state: 'updating', trx_state: 'RUNNING', trx_lock_duration: '7' },
  ];
  for (const cells of waiting) {
    it(`takes ${JSON.stringify(cells)} for a wait for a lock`, () => {
      assert.equal(read(cells).isLockWaiting, true);
    });
  }

  const notWaiting: readonly Partial<Record<ColumnName, string>>[] = [
    { state: 'Waiting for table flush' },
    { state: 'Waiting for the clock' },
    { state: 'Waiting for blocks' },
    { state: 'System lock' },
    { state: 'Not Waiting for a lock' },
    { state: 'Waiting foreign lock' },
    { trx_state: 'LOCK WAITED' },
    { trx_lock_duration: '0' },
    { trx_lock_duration: '-1' },
    { state: '', trx_state: '', trx_lock_duration: '' },
  ];
  for (const cells of notWaiting) {
    it(`does not take ${JSON.stringify(cells)} for one`, () => {
      assert.equal(read(cells).isLockWaiting, false);
    });
  }
});
