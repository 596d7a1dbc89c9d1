import assert from 'node:assert/strict';
import fc from 'fast-check';
import { type Attribution, attribute } from '../../../src/incidents/attribution/attribute.js';
import { RecentValues } from '../../../src/incidents/attribution/recent-values.js';
import type { Measure } from '../../../src/incidents/observation.js';
import { MAX_GROWTH } from '../../../src/incidents/record.js';
import { type Group, type Lacks, many, observed } from './observed.js';

interface Case {
  readonly before?: readonly Group[];
  readonly now: readonly Group[];
  readonly measure?: Measure;
  readonly lacks?: Lacks;
}

function attributed({ before, now, measure = 'sessions', lacks = {} }: Case): Attribution {
  const recent = new RecentValues();
  for (let number = 0; before !== undefined && number < 5; number++) {
    recent.add(observed(before, lacks));
  }
  return attribute(observed(now, lacks), recent.before(0), measure);
}

/** Twelve users, each from hosts of its own. */
function usual(factor = 1): Group[] {
  return many(24, (number) => ({
    count: 5 * factor,
    user: `svc_${number % 12}`,
    host: `app-${number}`,
    database: `db_${number % 4}`,
  }));
}

const FLOOD: Group = { count: 122, user: 'svc@billing', host: 'billing-1', database: 'billing' };
const RUNS = { command: 'Query', state: 'executing' };

/** Verdict and names, the statement's digest. */
function namesOf({ culprit }: Attribution): readonly unknown[] {
  const { verdict, user, host, database, statement } = culprit;
  return [verdict, user, host, database, statement?.digest ?? null];
}

describe('attribute', () => {
  it('names user, host, database and statement of a flood', () => {
    const before = [...usual(), { ...FLOOD, count: 7 }];
    const now = [...before, { ...FLOOD, ...RUNS, statement: 'aa' }];
    const attribution = attributed({ before, now });
    assert.deepEqual(attribution.culprit, {
      verdict: 'one',
      share: 1,
      user: 'svc@billing',
      host: 'billing-1',
      database: 'billing',
      statement: { digest: 'aa', text: 'SELECT * FROM secret_table WHERE id = ?' },
      headline: 'svc@billing from billing-1: 7 → 129 sessions, 100 % of the growth',
    });
    assert.deepEqual(attribution.before, { sessions: 127, active: 0 });
    const share = 1;
    const { growth } = attribution;
    assert.deepEqual(growth.user, [{ value: 'svc@billing', before: 7, now: 129, share }]);
    assert.deepEqual(growth.pairs, [{ user: 'svc@billing', host: 'billing-1', before: 7, now: 129, share }]);
    assert.deepEqual(
      growth.statement.map(({ digest, before: then, now: some }) => [digest, then, some]),
      [['aa', 0, 122]],
    );
    assert.deepEqual(
      growth.state.map(({ value }) => value),
      ['executing'],
    );
  });

  it('names a user whose sessions come from many hosts, and no host', () => {
    const flood = many(20, (number) => ({ count: 6, user: 'svc_1', host: `pod-${number}` }));
    const attribution = attributed({ before: usual(), now: [...usual(), ...flood] });
    assert.deepEqual(namesOf(attribution), ['one', 'svc_1', null, 'none', null]);
    assert.equal(
      attribution.culprit.headline,
      'user svc_1: 10 → 130 sessions, 100 % of the growth, nearly all asleep',
    );
  });

  it('knows those asleep in whatever case the server writes it', () => {
    const now = [...usual(), { ...FLOOD, command: 'SLEEP' }];
    assert.match(attributed({ before: usual(), now }).culprit.headline, /, nearly all asleep$/u);
  });

  it('names a host that many users come from', () => {
    const flood = many(12, (number) => ({
      count: 10,
      user: `svc_${number}`,
      host: 'bastion',
      database: `db_${number % 4}`,
    }));
    const attribution = attributed({ before: usual(), now: [...usual(), ...flood] });
    assert.deepEqual(namesOf(attribution), ['one', null, 'bastion', null, null]);
    assert.match(attribution.culprit.headline, /^host bastion: 0 → 120 sessions, 100 % of the growth/u);
  });

  it('names a statement of many users by active sessions, and of its text the verb alone', () => {
    const now = usual().map((group) => ({ ...group, ...RUNS, statement: '3f2a' }));
    const attribution = attributed({ before: usual(), now, measure: 'active' });
    assert.deepEqual(namesOf(attribution), ['one', null, null, null, '3f2a']);
    assert.equal(
      attribution.culprit.headline,
      'statement 3f2a (SELECT): 0 → 120 active sessions over 12 users, 100 % of the growth',
    );
  });

  it('names a database', () => {
    const flood = many(24, (number) => ({
      count: 5,
      user: `svc_${number % 12}`,
      host: `app-${number}`,
      database: 'shop',
    }));
    const attribution = attributed({ before: usual(), now: [...usual(), ...flood] });
    assert.deepEqual(namesOf(attribution), ['one', null, null, 'shop', null]);
  });

  it('says where sessions without a database are behind it', () => {
    const flood = many(24, (number) => ({ count: 5, user: `svc_${number % 12}`, host: `app-${number}` }));
    const attribution = attributed({ before: usual(), now: [...usual(), ...flood] });
    assert.deepEqual(namesOf(attribution), ['one', null, null, 'none', null]);
    assert.match(attribution.culprit.headline, /^without a database: 0 → 120 sessions/u);
  });

  it('names two or three movers, and what they have in common', () => {
    const flood = ['a', 'b', 'c'].map((name) => ({
      count: 40,
      user: name,
      host: `${name}-1`,
      database: 'db_1',
    }));
    const two = attributed({
      before: usual(),
      now: [...usual(), ...flood.slice(0, 2).map((one, number) => ({ ...one, database: `new_${number}` }))],
    });
    assert.deepEqual(namesOf(two), ['several', null, null, null, null]);
    assert.equal(two.culprit.share, 1);
    assert.match(
      two.culprit.headline,
      /^a from a-1 \(0 → 40\) and b from b-1 \(0 → 40\) sessions, 100 % of the growth/u,
    );
    const lacks: Lacks = { dimensions: ['database'] };
    const three = attributed({ before: usual(), now: [...usual(), ...flood], lacks });
    assert.equal(three.culprit.verdict, 'several');
    assert.match(three.culprit.headline, /^a .*, b .* and c from c-1 \(0 → 40\) sessions/u);
    const four = [...flood, { count: 40, user: 'd', host: 'd-1' }, { count: 40, user: 'e', host: 'e-1' }];
    assert.equal(attributed({ before: usual(), now: [...usual(), ...four], lacks }).culprit.verdict, 'none');
  });

  describe('where one has not enough', () => {
    /** So many sessions of clients of their own each, beside thirty of one. */
    const culpritOf = (...counts: readonly number[]) => {
      const flood = [...counts, ...Array.from({ length: 30 }, () => 1)].map((count, number) => ({
        count,
        user: `t${number + 1}`,
        host: `h${number + 1}`,
        database: `d${number + 1}`,
      }));
      return attributed({ before: usual(), now: [...usual(), ...flood] }).culprit;
    };

    it('names the second, too, if the two together have enough', () => {
      const culprit = culpritOf(55, 12);
      assert.deepEqual([culprit.verdict, culprit.share], ['several', 0.691]);
      assert.equal(
        culprit.headline,
        't1 from h1 (0 → 55) and t2 from h2 (0 → 12) sessions, 69 % of the growth, nearly all asleep',
      );
      assert.equal(culpritOf(57, 6, 6).verdict, 'several');
    });

    it('names nobody who has hardly any of it', () => {
      assert.equal(culpritOf(64, 4).verdict, 'none');
      assert.equal(culpritOf(60, 4, 4).verdict, 'none');
    });
  });

  it('says that growth is spread', () => {
    const flood = many(48, (number) => ({
      count: 3,
      user: `svc_${number % 12}`,
      host: `app-${number % 40}`,
      database: `db_${number % 4}`,
    }));
    const { culprit } = attributed({ before: usual(), now: [...usual(), ...flood] });
    assert.deepEqual(culprit, {
      verdict: 'none',
      share: 0,
      user: null,
      host: null,
      database: null,
      statement: null,
      headline: 'no single user, host or statement: +144 spread over 40 hosts and 12 users',
    });
  });

  it('says of hosts that are not all shown that there are more', () => {
    const flood = many(300, (number) => ({
      count: 2,
      user: `svc_${number % 12}`,
      host: `pod-${number}`,
      database: `db_${number % 4}`,
    }));
    const { culprit } = attributed({ before: usual(), now: [...usual(), ...flood] });
    assert.match(culprit.headline, /spread over more than \d+ hosts and 12 users$/u);
  });

  it('blames nobody when all grow alike, not even who has most of the sessions', () => {
    const large: Group = { count: 500, user: 'app', host: 'app-0', database: 'db_0' };
    const grown = [...usual(2), { ...large, count: 1_000 }];
    const { culprit } = attributed({ before: [...usual(), large], now: grown });
    assert.equal(culprit.verdict, 'none');
    assert.equal(
      culprit.headline,
      'nobody grew much more than the rest: +620 spread over 24 hosts and 13 users; the most are of user app, as before (500 → 1000)',
    );
  });

  it('blames who had most of the sessions where the rest does not grow', () => {
    const large: Group = { count: 500, user: 'app', host: 'app-0', database: 'db_0' };
    const before = [...usual(), large];
    assert.deepEqual(namesOf(attributed({ before, now: [...before, large] })), [
      'one',
      'app',
      'app-0',
      'db_0',
      null,
    ]);
  });

  it('takes an only database for no reason, and names it beside one', () => {
    const inOne = (groups: readonly Group[]) => groups.map((group) => ({ ...group, database: 'shop' }));
    const before = inOne(usual());
    assert.equal(attributed({ before, now: inOne(usual(2)) }).culprit.verdict, 'none');
    const flood = attributed({ before, now: [...before, { ...FLOOD, database: 'shop' }] });
    assert.deepEqual(namesOf(flood), ['one', 'svc@billing', 'billing-1', 'shop', null]);
  });

  it('names the only client of a node', () => {
    const only: Group = { count: 20, user: 'app', host: 'app-1', database: 'shop' };
    assert.deepEqual(namesOf(attributed({ before: [only], now: [{ ...only, count: 90 }] })), [
      'one',
      'app',
      'app-1',
      'shop',
      null,
    ]);
  });

  it('finds who grew while others left, and calls nobody more than the whole', () => {
    const before = [...usual(2), { count: 10, user: 'a', host: 'x' }, { count: 10, user: 'b', host: 'y' }];
    const left = [...usual(1), { count: 140, user: 'a', host: 'x', database: 'n' }];
    const attribution = attributed({ before, now: [...left, { count: 10, user: 'b', host: 'y' }] });
    assert.deepEqual(namesOf(attribution).slice(0, 3), ['one', 'a', 'x']);
    assert.equal(attribution.culprit.share, 1);
    assert.deepEqual(
      attribution.growth.user.slice(0, 2).map(({ value, share }) => [value, share]),
      [
        ['a', 1],
        ['svc_0', -0.077],
      ],
    );
    const both = attributed({ before, now: [...left, { count: 140, user: 'b', host: 'y', database: 'm' }] });
    assert.equal(both.culprit.verdict, 'several');
  });

  it('names no statement where hardly any session of the growth is active', () => {
    const now = [...usual(), { ...FLOOD, count: 115 }, { ...FLOOD, ...RUNS, count: 7, statement: 'aa' }];
    assert.equal(attributed({ before: usual(), now }).culprit.statement, null);
  });

  it('names the statement where half of them are', () => {
    const now = [...usual(), { ...FLOOD, count: 61 }, { ...FLOOD, ...RUNS, count: 61, statement: 'aa' }];
    assert.equal(attributed({ before: usual(), now }).culprit.statement?.digest, 'aa');
  });

  it('says what most of them wait for', () => {
    const waiting = { ...FLOOD, ...RUNS, state: 'Waiting for table metadata lock' };
    const { culprit } = attributed({ before: usual(), now: [...usual(), waiting] });
    assert.match(culprit.headline, /of the growth, most in state "Waiting for table metadata lock"$/u);
  });

  it('does not take a value that was not shown before for a new one', () => {
    const hosts = many(30, (number) => ({ count: 40, user: `u${number}`, host: `h${number}` }));
    const before = [...hosts, { count: 39, user: 'u', host: 'late' }];
    const lacks: Lacks = { maxValues: 20 };
    const { growth } = attributed({
      before,
      now: [...hosts, { count: 100, user: 'u', host: 'late' }],
      lacks,
    });
    assert.deepEqual(growth.host[0], { value: 'late', before: 40, now: 100, share: 0.984 });
  });

  it('never makes `other` or nobody a culprit', () => {
    const flood = many(200, (number) => ({
      count: 1,
      user: `u${number}`,
      host: 'none',
      database: `d${number}`,
    }));
    const now = [...usual(), ...flood];
    const { culprit, growth } = attributed({ before: usual(), now, lacks: { maxValues: 30 } });
    assert.equal(culprit.verdict, 'none');
    assert.equal(growth.host[0]?.value, 'none');
    assert.deepEqual(
      Object.values(growth)
        .flat()
        .filter((one) => 'value' in one && one.value === 'other'),
      [],
    );
  });

  it('says less of a list that says less', () => {
    const now = [...usual(), { ...FLOOD, ...RUNS, statement: 'aa' }];
    const of = (lacks: Lacks, measure: Measure = 'sessions') =>
      attributed({ before: usual(), now, lacks, measure });
    assert.deepEqual(namesOf(of({ details: true })), ['one', 'svc@billing', 'billing-1', 'billing', 'aa']);
    assert.deepEqual(namesOf(of({ statements: true, dimensions: ['user'] })), [
      'one',
      null,
      'billing-1',
      'billing',
      null,
    ]);
    const nothing: Lacks = {
      dimensions: ['user', 'host', 'database', 'state', 'command'],
      statements: true,
      details: true,
    };
    const uncounted = of(nothing).culprit;
    assert.deepEqual(
      [uncounted.verdict, uncounted.share, uncounted.headline],
      ['none', null, '+122 sessions; of which users and hosts is not counted (metrics.dimensions)'],
    );
    assert.equal(
      of({ ...nothing, active: true }, 'active').culprit.headline,
      'the session list does not say how many active sessions there are',
    );
    assert.equal(of({ details: true, statements: true }, 'active').culprit.verdict, 'none');
    assert.equal(
      of({ dimensions: ['host'], statements: true }).culprit.headline,
      'user svc@billing: 0 → 122 sessions, 100 % of the growth',
    );
  });

  it('says that it does not know what was before', () => {
    const attribution = attributed({ now: [{ ...FLOOD, count: 20 }] });
    assert.equal(attribution.culprit.verdict, 'none');
    assert.equal(attribution.culprit.share, null);
    assert.equal(attribution.culprit.headline, '20 sessions: how many there were before is not known');
    assert.deepEqual(attribution.before, { sessions: null, active: null });
    assert.ok(Object.values(attribution.growth).every(({ length }) => length === 0));
  });

  it('says that nothing grew', () => {
    const same = attributed({ before: usual(), now: usual() });
    assert.deepEqual(
      [same.culprit.verdict, same.culprit.share, same.culprit.headline],
      ['none', null, 'no growth: 120 → 120 sessions'],
    );
    const fewer = attributed({ before: usual(2), now: usual() });
    assert.deepEqual(
      [fewer.culprit.verdict, fewer.culprit.headline],
      ['none', 'no growth: 240 → 120 sessions'],
    );
    assert.ok(fewer.growth.user.every(({ share }) => share === 0));
    assert.equal(attributed({ before: [], now: [] }).culprit.headline, 'no growth: 0 → 0 sessions');
    assert.equal(attributed({ before: [], now: [FLOOD] }).culprit.user, 'svc@billing');
  });

  it('keeps the figures in one line of 200 characters, whatever the names', () => {
    const user = '\u001b]0;\n\r\u2028\u202e'.repeat(20).slice(0, 128);
    const host = '\u{1f42c}'.repeat(128);
    const { culprit } = attributed({ before: usual(), now: [...usual(), { ...FLOOD, user, host }] });
    assert.equal(culprit.user, user);
    assert.match(culprit.headline, /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202e]{40,200}$/u);
    assert.ok(culprit.headline.includes(': 0 → 122 sessions, 100 % of the growth'), culprit.headline);
  });

  it('keeps names from the right to the left apart from the figures', () => {
    const { culprit } = attributed({ before: usual(), now: [...usual(), { ...FLOOD, user: 'דוד' }] });
    assert.match(culprit.headline, /^\u2068דוד\u2069 from billing-1: 0 → 122/u);
  });

  it('takes names of properties for names', () => {
    const flood = { count: 100, user: '__proto__', host: 'constructor', database: 'toString' };
    const attribution = attributed({ before: usual(), now: [...usual(), flood] });
    assert.deepEqual(namesOf(attribution), ['one', '__proto__', 'constructor', 'toString', null]);
  });

  it('holds its bounds for whatever lists', () => {
    const name = fc.oneof(
      fc.constantFrom('a', 'b', 'none', 'other', '__proto__'),
      fc.string({ unit: 'binary', maxLength: 128 }),
    );
    const group = fc.record({
      count: fc.integer({ min: 1, max: 500 }),
      user: name,
      host: name,
      database: name,
      state: name,
      command: fc.constantFrom('Sleep', 'Query', 'Daemon'),
      statement: fc.constantFrom('', 'd1', 'd2', 'd3'),
    });
    const groups = fc.array(group, { maxLength: 30 });
    const lacks = fc.record({
      dimensions: fc.subarray(['user', 'host', 'database', 'state', 'command'] as const),
      statements: fc.boolean(),
      details: fc.boolean(),
      active: fc.boolean(),
      maxValues: fc.integer({ min: 1, max: 8 }),
    });
    fc.assert(
      fc.property(
        groups,
        groups,
        lacks,
        fc.constantFrom('sessions', 'active'),
        (before, now, lacking, measure) => {
          const { culprit, growth } = attributed({ before, now, lacks: lacking, measure });
          assert.match(culprit.headline, /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u202a-\u202e]{1,200}$/u);
          assert.ok(culprit.share === null || (culprit.share >= 0 && culprit.share <= 1));
          assert.ok(culprit.verdict === 'none' || culprit.share === null || culprit.share >= 0.67);
          for (const list of Object.values(growth) as (readonly { readonly share: number }[])[]) {
            const shares = list.map(({ share }) => share);
            assert.ok(list.length <= MAX_GROWTH);
            assert.ok(shares.every((share) => Number.isFinite(share) && share <= 1));
            assert.deepEqual(
              shares,
              shares.toSorted((a, b) => b - a),
            );
          }
          for (const named of [culprit.user, culprit.host]) {
            assert.notEqual(named, 'none');
          }
          assert.ok(![culprit.user, culprit.host, culprit.database].includes('other'));
        },
      ),
    );
  });
});
