import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { epochMs } from '../../../src/clock.js';
import { RecentValues } from '../../../src/incidents/attribution/recent-values.js';
import { Timeline } from '../../../src/incidents/attribution/timeline.js';
import type { Observed } from '../../../src/incidents/observation.js';
import { type Group, type Lacks, many, observed } from './observed.js';

const MAX_BYTES = 16 * 1024;

function recentOf(...collections: readonly Observed[]): RecentValues {
  const recent = new RecentValues();
  for (const one of collections) {
    recent.add(one);
  }
  return recent;
}

function sessionsOf(user: string, ...counts: readonly number[]): RecentValues {
  return recentOf(...counts.map((count) => observed([{ count, user, host: 'h' }])));
}

describe('RecentValues', () => {
  it('says the median of the five collections before the last ones', () => {
    const before = sessionsOf('svc', 900, 10, 30, 20, 50, 40, 700, 800).before(2);
    assert.equal(before?.of('user', 'svc', 'sessions'), 30);
    assert.equal(before?.total('sessions'), 30);
    assert.equal(before?.total('active'), 0);
  });

  it('says that of fewer where there are no more, and nothing where there are none', () => {
    assert.equal(sessionsOf('svc', 10, 21, 700).before(1)?.of('user', 'svc', 'sessions'), 16);
    assert.equal(sessionsOf('svc', 700).before(1), undefined);
    assert.equal(sessionsOf('svc', 700).before(5), undefined);
    assert.equal(new RecentValues().before(0), undefined);
  });

  it('forgets all but the last 15 collections, and what it said before stays', () => {
    const recent = sessionsOf('svc', ...Array.from({ length: 20 }, (_, number) => number));
    assert.equal(recent.before(12)?.of('user', 'svc', 'sessions'), 6);
    assert.equal(recent.before(14)?.of('user', 'svc', 'sessions'), 5);
    assert.equal(recent.before(15), undefined);
    const before = recent.before(0);
    for (let number = 0; number < 20; number++) {
      recent.add(observed([{ count: 1_000, user: 'svc' }]));
    }
    assert.equal(before?.of('user', 'svc', 'sessions'), 17);
    assert.equal(before?.total('sessions'), 17);
  });

  it('knows sessions, active ones, statements and pairs', () => {
    const groups: Group[] = [
      {
        count: 3,
        user: 'a',
        host: 'x',
        database: 'd',
        command: 'Query',
        state: 'executing',
        statement: 's1',
      },
      { count: 4, user: 'a', host: 'y' },
      { count: 300, user: 'b', host: 'x' },
    ];
    const before = recentOf(observed(groups)).before(0);
    const asked = [
      before?.of('user', 'a', 'sessions'),
      before?.of('user', 'a', 'active'),
      before?.of('user', 'b', 'active'),
      before?.of('host', 'x', 'sessions'),
      before?.of('database', 'd', 'active'),
      before?.of('database', 'none', 'sessions'),
      before?.of('state', 'executing', 'sessions'),
      before?.of('command', 'Sleep', 'sessions'),
      before?.of('statement', 's1', 'sessions'),
      before?.of('statement', 's1', 'active'),
      before?.of('pairs', '1 bx', 'sessions'),
      before?.of('pairs', '1 bx', 'active'),
      before?.of('pairs', '1 by', 'sessions'),
    ];
    assert.deepEqual(asked, [7, 3, 0, 303, 3, 304, 3, 304, 3, 3, 300, 0, 0]);
  });

  it('takes a value that was not shown for as many as it can have had', () => {
    const hosts = many(8, (number) => ({ count: 20 - number, user: 'svc', host: `h${number}` }));
    const lacking = recentOf(observed(hosts, { maxValues: 4 })).before(0);
    // Of four shown the first two are surely the most frequent ones; the second has 19.
    assert.equal(lacking?.of('host', 'h7', 'sessions'), 19);
    assert.equal(lacking?.of('host', 'h0', 'sessions'), 20);
    assert.equal(recentOf(observed(hosts)).before(0)?.of('host', 'new', 'sessions'), 0);
    const few = many(5, (number) => ({ count: number === 4 ? 2 : 30, user: 'svc', host: `h${number}` }));
    assert.equal(
      recentOf(observed(few, { maxValues: 4 }))
        .before(0)
        ?.of('host', 'h4', 'sessions'),
      2,
    );
  });

  it('takes a value that there was no room for in the same way', () => {
    const hosts = many(400, (number) => ({ count: 1_000 - number, user: 'svc', host: `h${number}` }));
    const before = recentOf(observed(hosts, { maxValues: 1_000 })).before(0);
    assert.equal(before?.of('host', 'h0', 'sessions'), 1_000);
    const last = before?.of('host', 'h399', 'sessions') ?? 0;
    assert.ok(last > 601 && last < 1_000);
    assert.equal(before?.of('host', 'h200', 'sessions'), last);
  });

  it('does not know values of what was not counted', () => {
    const groups = [{ count: 9, user: 'a', host: 'x', command: 'Query', statement: 's' }];
    const lacks: Lacks = { dimensions: ['user'], statements: true, details: true, active: true };
    const before = recentOf(observed(groups, lacks)).before(0);
    assert.equal(before?.of('user', 'a', 'sessions'), undefined);
    assert.equal(before?.of('host', 'x', 'active'), undefined);
    assert.equal(before?.of('statement', 's', 'active'), undefined);
    assert.equal(before?.of('pairs', '1 ax', 'sessions'), undefined);
    assert.equal(before?.total('active'), undefined);
    assert.equal(before?.of('host', 'x', 'sessions'), 9);
  });

  it('leaves out collections that did not count, not the others', () => {
    const groups = [{ count: 9, user: 'a', host: 'x' }];
    const recent = recentOf(observed(groups), observed(groups, { dimensions: ['user'] }));
    assert.equal(recent.before(0)?.of('user', 'a', 'sessions'), 9);
  });

  it('never says less than there was, whatever the list', () => {
    const group = fc.record({
      count: fc.integer({ min: 1, max: 5_000 }),
      user: fc.oneof(fc.constantFrom('__proto__', 'none', 'other', 'toString'), fc.string({ maxLength: 4 })),
      host: fc.string({ unit: 'binary', maxLength: 3 }),
      command: fc.constantFrom('Sleep', 'Query'),
      statement: fc.string({ minLength: 1, maxLength: 2 }),
    });
    fc.assert(
      fc.property(
        fc.array(group, { maxLength: 150 }),
        fc.integer({ min: 1, max: 30 }),
        (groups, maxValues) => {
          const before = recentOf(observed(groups, { maxValues })).before(0);
          const whole = observed(groups, { maxValues: 1_000 });
          for (const list of ['user', 'host'] as const) {
            for (const { value, sessions } of whole.snapshot.dimensions.get(list)?.values ?? []) {
              // The label of a value of that name is that of the others.
              if (value !== 'other') {
                assert.ok((before?.of(list, value, 'sessions') ?? 0) >= sessions, `${list} ${value}`);
              }
            }
            for (const { value, sessions } of whole.details?.active.get(list) ?? []) {
              assert.ok(value === 'other' || (before?.of(list, value, 'active') ?? 0) >= sessions);
            }
          }
          for (const { user, host, sessions, active } of whole.details?.pairs ?? []) {
            const key = `${user.length} ${user}${host}`;
            assert.ok((before?.of('pairs', key, 'sessions') ?? 0) >= sessions);
            assert.ok((before?.of('pairs', key, 'active') ?? 0) >= active);
          }
        },
      ),
    );
  });

  it('keeps a node in 16 KiB, the timeline with it, whatever the names', () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage: () => void = runInNewContext('gc');
    const nodes = 500;
    const hostile = (turn: number) =>
      observed(
        many(60, (number) => ({
          count: 4_000_000 + number,
          user: `\u0000\u202e${turn}-${number}`.padEnd(128, '\u{1f42c}'.repeat(64)),
          host: `${number}\u001b[2J${turn}`.padEnd(128, 'x'),
          database: `__proto__${turn}${number}`.padEnd(128, '\u05d0'),
          command: number % 2 === 0 ? 'Query' : `C${number}`,
          state: `${turn}${number}`.padEnd(128, 'y'),
          statement: `${number}`.padEnd(16, '0'),
        })),
      );
    const lists = Array.from({ length: 16 }, (_, turn) => hostile(turn));
    const used = () => {
      collectGarbage();
      collectGarbage();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const fill = () =>
      Array.from({ length: nodes }, () => {
        const timeline = new Timeline();
        const recent = recentOf(...lists);
        for (let at = 0; at < 20; at++) {
          timeline.add(epochMs(at), { sessions: at, active: 1, lockWaiting: 0, usual: 1.5 });
        }
        return { recent, timeline };
      });
    fill();
    const start = used();
    const kept = fill();
    const bytes = (used() - start) / nodes;
    assert.equal(kept.length, nodes);
    assert.ok(bytes > 12 * 1_024 && bytes <= MAX_BYTES, `got ${bytes} bytes a node`);
  });
});

describe('Timeline', () => {
  it('has the last 15 collections, the oldest first, with null for what is not known', () => {
    const timeline = new Timeline();
    const start = Date.UTC(2026, 0, 1);
    for (let number = 0; number < 17; number++) {
      const usual = number === 16 ? undefined : 80;
      timeline.add(epochMs(start + number * 60_000), {
        sessions: number,
        active: undefined,
        lockWaiting: 0,
        usual,
      });
    }
    const points = timeline.points();
    assert.equal(points.length, 15);
    assert.deepEqual(points[0], {
      at: '2026-01-01T00:02:00.000Z',
      sessions: 2,
      active: null,
      lock_waiting: 0,
      usual: 80,
    });
    assert.deepEqual([points[14]?.sessions, points[14]?.usual], [16, null]);
  });
});
