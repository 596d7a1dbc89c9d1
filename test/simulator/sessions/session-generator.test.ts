import assert from 'node:assert/strict';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { type CsvFormat, csvChunks, csvRecord } from '../../../src/simulator/sessions/csv-text.js';
import { generateSessions, type SessionSource } from '../../../src/simulator/sessions/session-generator.js';
import type { SimulatedSession } from '../../../src/simulator/sessions/simulated-session.js';

const START = Date.UTC(2026, 0, 2, 3, 4, 5);
const MASTER: SessionSource = { seed: 7, role: 'master', sessions: 120 };
const ENGLISH: CsvFormat = { language: 'en-us', encode: (text) => Buffer.from(text), bom: false };

function sessionsAt(at: number, source = MASTER): SimulatedSession[] {
  return [...generateSessions(source, at)];
}

function csvAt(at: number, source = MASTER, format = ENGLISH): string {
  return Buffer.concat([...csvChunks(generateSessions(source, at), format)]).toString('utf8');
}

/** The moments of half an hour, one every ten seconds: a whole day of the simulated hours. */
const MOMENTS = Array.from({ length: 180 }, (_, index) => START + index * 10_000);

/** How many sessions the busiest pair of user and host has. */
function busiest(sessions: readonly SimulatedSession[]): number {
  const counts = new Map<string, number>();
  for (const { user, host } of sessions) {
    const key = `${user} ${host.replace(/:\d+$/, '')}`;
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Math.max(...counts.values());
}

describe('generateSessions', () => {
  it('gives the same sessions for the same seed and time, and others for any other', () => {
    assert.equal(csvAt(START), csvAt(START));
    assert.notEqual(csvAt(START), csvAt(START + 1000));
    assert.notEqual(csvAt(START), csvAt(START, { ...MASTER, seed: 8 }));
  });

  it('changes user and state counts with every collection', () => {
    const counts = MOMENTS.map((at) => {
      const sessions = sessionsAt(at);
      return JSON.stringify([
        sessions.map(({ user }) => user).sort(),
        sessions.map(({ state }) => state).sort(),
      ]);
    });
    const same = counts.filter((text, index) => text === counts[index - 1]).length;
    assert.equal(same, 0);
  });

  it('has clients come and go from collection to collection, in the quiet hours too', () => {
    const totals = MOMENTS.map((at) => sessionsAt(at, { ...MASTER, role: 'slave' }).length);
    const same = totals.filter((total, index) => total === totals[index - 1]).length;
    assert.ok(same < totals.length / 3, `${same} of ${totals.length} are as the one before`);
  });

  it('is flooded by one client from the moment told on, a replica too, and not before', () => {
    const floodedFrom = START + 600_000;
    for (const role of ['master', 'slave'] as const) {
      const source = { ...MASTER, role, floodedFrom };
      for (const at of MOMENTS) {
        const most = busiest(sessionsAt(at, source));
        const isFlooded = at >= floodedFrom + 5_000;
        assert.ok(
          isFlooded === most >= MASTER.sessions,
          `${most} sessions of one client at ${at - floodedFrom}`,
        );
      }
    }
  });

  it('gives every session an id of its own', () => {
    // Connection numbers start again every 600,000 s, and with them the ids.
    const newStart = Math.ceil(START / 600_000_000) * 600_000_000;
    for (const at of [...MOMENTS, ...MOMENTS.slice(0, 12).map((each) => newStart + each - START)]) {
      const ids = sessionsAt(at).map(({ id }) => id);
      assert.equal(new Set(ids).size, ids.length);
    }
  });

  it('follows a transaction from one collection to the next, older by the time between', () => {
    let followed = 0;
    for (const at of MOMENTS) {
      const later = new Map(sessionsAt(at + 10_000).map(({ id, transaction }) => [id, transaction]));
      for (const { id, user, transaction } of sessionsAt(at)) {
        const next = later.get(id);
        if (transaction === undefined || user === "o'brien" || next?.id !== transaction.id) {
          continue;
        }
        assert.equal(next.seconds - transaction.seconds, 10);
        followed += 1;
      }
    }
    assert.ok(followed > 100, `only ${followed} were followed`);
  });

  it('has busy and quiet hours', () => {
    const counts = MOMENTS.map((at) => sessionsAt(at).length - busiest(sessionsAt(at)));
    assert.ok(Math.max(...counts) > 2 * Math.min(...counts), `${Math.min(...counts)}–${Math.max(...counts)}`);
  });

  it('has a spike of one user from one host for 45 s of every two minutes', () => {
    const isSpike = MOMENTS.map((at) => busiest(sessionsAt(at)) >= 80);
    for (let first = 0; first + 12 <= MOMENTS.length; first += 1) {
      const spiking = isSpike.slice(first, first + 12).filter(Boolean).length;
      assert.ok(spiking >= 4 && spiking <= 5, `${spiking} of 12 moments from ${first}`);
    }
  });

  it('lets those who wait for a lock wait for one session of their database, which had it before', () => {
    const isWaiting = ({ state, transaction }: SimulatedSession) =>
      transaction?.state === 'LOCK WAIT' || state === 'Waiting for table metadata lock';
    let rows = 0;
    let tables = 0;
    for (const at of MOMENTS) {
      const sessions = sessionsAt(at);
      const waiting = sessions.filter(isWaiting);
      const holder = sessions.find(({ id }) => id === 999);
      for (const waiter of waiting) {
        assert.equal(waiter.database, holder?.database);
        assert.ok(holder?.transaction !== undefined && holder.transaction.seconds > waiter.seconds);
        assert.ok(holder.transaction.rowsLocked > 0);
        assert.equal(holder.command === 'Sleep', waiter.transaction !== undefined);
      }
      if (waiting.length >= 5) {
        rows += waiting[0]?.transaction === undefined ? 0 : 1;
        tables += waiting[0]?.transaction === undefined ? 1 : 0;
      }
    }
    assert.ok(rows > 10 && tables > 5, `${rows} and ${tables} moments in which five wait`);
  });

  it('keeps replicas calmer: fewer sessions, no writes, locks or spikes', () => {
    for (const at of MOMENTS) {
      const replica = sessionsAt(at, { ...MASTER, role: 'slave' });
      assert.ok(replica.length < 80);
      assert.ok(busiest(replica) < 40);
      for (const { transaction, user } of replica) {
        assert.ok(transaction === undefined || transaction.rowsModified === 0);
        assert.notEqual(user, 'rdsRepl');
      }
    }
  });

  it('shows all that a dashboard has a panel for', () => {
    const all = MOMENTS.flatMap((at) => sessionsAt(at, { ...MASTER, sessions: 300 }));
    const has = (what: string, wanted: (session: SimulatedSession) => boolean) =>
      assert.ok(all.some(wanted), `no ${what}`);
    has('lock wait', ({ transaction }) => transaction?.state === 'LOCK WAIT');
    has('metadata lock', ({ state }) => state === 'Waiting for table metadata lock');
    has('idle transaction', ({ command, transaction }) => command === 'Sleep' && transaction !== undefined);
    has('long transaction', ({ transaction }) => (transaction?.seconds ?? 0) > 120);
    has('slow query', ({ command, seconds }) => command === 'Query' && seconds > 60);
    has('daemon', ({ command }) => command === 'Daemon');
    has('replication', ({ command }) => command === 'Binlog Dump GTID');
    has('empty database', ({ database }) => database === '');
    has('IPv6 client', ({ host }) => /^\[2001:db8:.*\]:\d+$/.test(host));
    has('quote, comma and line break in a statement', ({ statement }) =>
      /"[\s\S]*,[\s\S]*\n/.test(statement),
    );
    has('other script', ({ user }) => user === '数据分析');
    assert.ok(new Set(all.map(({ user }) => user)).size >= 12);
    const hosts = new Set(all.map(({ host }) => host.replace(/:\d+$/, '')));
    assert.ok(hosts.size >= 15, `${hosts.size} hosts`);
  });

  it('lets states match commands', () => {
    for (const session of MOMENTS.flatMap((at) => sessionsAt(at))) {
      const isAsleep = session.command === 'Sleep';
      assert.equal(session.state === '', isAsleep);
      if (isAsleep) {
        assert.equal(session.statement, '');
      }
      if (session.command === 'Query') {
        assert.notEqual(session.statement, '');
      }
      assert.ok(Number.isInteger(session.seconds) && session.seconds >= 0);
    }
  });

  it('streams a hundred thousand sessions in bounded chunks', () => {
    let longest = 0;
    let bytes = 0;
    for (const chunk of csvChunks(generateSessions({ ...MASTER, sessions: 100_000 }, START), ENGLISH)) {
      longest = Math.max(longest, chunk.length);
      bytes += chunk.length;
    }
    assert.ok(bytes > 5_000_000);
    assert.ok(longest < 100_000);
  });
});

describe('csvChunks', () => {
  it('writes valid CSV that reads back as the sessions', () => {
    for (const at of MOMENTS.slice(0, 30)) {
      const rows = parse<Record<string, string>>(csvAt(at), { columns: true });
      const sessions = sessionsAt(at);
      assert.equal(rows.length, sessions.length);
      for (const [index, session] of sessions.entries()) {
        const row = rows[index];
        assert.equal(row?.user, session.user);
        assert.equal(row?.host, session.host);
        assert.equal(row?.state, session.state);
        assert.equal(row?.info, session.statement || 'NULL');
        assert.equal(row?.trx_id, session.transaction?.id ?? '');
      }
    }
  });

  it('quotes any text so that it reads back', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', '用', '😀') });
    fc.assert(
      fc.property(fc.array(text, { minLength: 2, maxLength: 5 }), (fields) => {
        assert.deepEqual(parse(csvRecord(fields), { record_delimiter: '\n' }), [fields]);
      }),
      { numRuns: 300 },
    );
  });

  it('names the columns in Chinese and begins with a byte-order mark where it is told so', () => {
    const text = csvAt(START, MASTER, { ...ENGLISH, language: 'zh-cn', bom: true });
    assert.match(text, /^\ufeff会话ID,用户,主机,数据库,命令,时间,状态,SQL语句,事务ID,事务状态,事务持续时间,/);
  });
});
