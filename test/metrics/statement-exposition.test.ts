import assert from 'node:assert/strict';
import type { MonotonicMs } from '../../src/clock.js';
import type { NodeStatus } from '../../src/collect/node-store.js';
import { Exposition } from '../../src/metrics/exposition.js';
import type { StatementCount, StatementCounts } from '../../src/sessions/snapshot.js';
import { digestOf } from '../../src/statements/statement-of.js';
import { FakeClock } from '../support/fake-clock.js';
import { NOW, SNAPSHOT, STALE_AT, STATEMENT, statusOf } from '../support/node-status-fixture.js';
import { readOneMember } from '../support/one-member.js';

function running(digest: string, text: string): StatementCount {
  return { ...STATEMENT, statement: { ...STATEMENT.statement, digest, text } };
}

/** A node whose series have the digests of all of these but those in `unpublished`. */
function nodeOf(
  number: number,
  shown: readonly StatementCount[],
  unpublished: readonly string[] = [],
): NodeStatus {
  const digests = shown.map(({ statement }) => statement.digest).filter((one) => !unpublished.includes(one));
  const statements: StatementCounts = {
    sessions: shown.length,
    shown,
    rest: { sessions: 0 },
    distinct: shown.length,
    error: 0,
    values: digests.map((value) => ({ value, sessions: 1 })),
  };
  return statusOf(number, { snapshot: { ...SNAPSHOT, statements } });
}

async function infoOf(exposition: Exposition): Promise<string[]> {
  const plain = Buffer.concat(await exposition.scrape('text', false)).toString();
  const gzip = readOneMember(Buffer.concat(await exposition.scrape('text', true))).toString();
  assert.equal(gzip, plain);
  return plain.split('\n').filter((line) => line.includes('taurusdb_statement_info{'));
}

const line = (digest: string, text: string) =>
  `taurusdb_statement_info{statement="${digest}",text="${text}"} 1`;

describe('taurusdb_statement_info', () => {
  let nodes: readonly NodeStatus[] = [];
  let shows = true;
  const clock = new FakeClock(NOW);
  const exposition = new Exposition({
    nodes: () => nodes,
    agentText: async () => '',
    showsTexts: () => shows,
    clock,
  });

  it('has one series for each digest, whichever nodes run it and however they write it', async () => {
    const ofFirst = [running('bb', 'SELECT A'), running('aa', 'DO ?')];
    nodes = [nodeOf(1, ofFirst), nodeOf(2, [running('bb', 'SELECT a'), running('cc', 'x')], ['cc'])];
    const expected = [line('aa', 'DO ?'), line('bb', 'SELECT A')];
    assert.deepEqual(await infoOf(exposition), expected);
    nodes = nodes.toReversed();
    assert.deepEqual(await infoOf(exposition), expected);
  });

  it('has none of a text that is not kept, nor of a node without published statements', async () => {
    const { values: _, ...unpublished } = SNAPSHOT.statements ?? assert.fail();
    nodes = [
      nodeOf(1, [running('aa', '')]),
      statusOf(2, { snapshot: { ...SNAPSHOT, statements: unpublished } }),
    ];
    assert.deepEqual(await infoOf(exposition), []);
    assert.doesNotMatch(Buffer.concat(await exposition.scrape('text', false)).toString(), /statement_info/u);
  });

  it('comes and goes with the answer to whether texts are shown, while the nodes stay', async () => {
    nodes = [nodeOf(1, [running('aa', 'DO ?')])];
    for (const answer of [true, false, true]) {
      shows = answer;
      assert.deepEqual(await infoOf(exposition), answer ? [line('aa', 'DO ?')] : []);
    }
  });

  it('is not made where texts are not shown', async () => {
    shows = false;
    const unread = new Proxy(STATEMENT.statement, {
      get: (target, name, receiver) => {
        assert.notEqual(name, 'text');
        return Reflect.get(target, name, receiver);
      },
    });
    nodes = [nodeOf(1, [{ ...STATEMENT, statement: unread }])];
    assert.deepEqual(await infoOf(exposition), []);
    shows = true;
    await assert.rejects(infoOf(exposition), assert.AssertionError);
  });

  it('has at most 10,000 series, of the first nodes', async () => {
    const many = (number: number) =>
      nodeOf(
        number,
        Array.from({ length: 4_000 }, (_, index) => running(digestOf(`${number} ${index}`), `x${number}`)),
      );
    nodes = [many(1), many(2), many(3)];
    const lines = await infoOf(exposition);
    assert.deepEqual(lines, lines.toSorted());
    assert.deepEqual(
      ['x1', 'x2', 'x3'].map((text) => lines.filter((one) => one.includes(`text="${text}"`)).length),
      [4_000, 4_000, 2_000],
    );
  });

  it('is written again only of digests that begin as one that changed', async () => {
    const others = ['aa1', 'aa2', 'bb1', 'cc1'].map((digest) => running(digest, `of ${digest}`));
    nodes = [nodeOf(1, [...others, running('dd1', 'SELECT 1')])];
    const before = new Set(await exposition.nodeSeries('text', false));
    const news = async (...shown: StatementCount[]) => {
      nodes = [nodeOf(1, [...others, ...shown])];
      return (await exposition.nodeSeries('text', false))
        .filter((chunk) => !before.has(chunk) && chunk.includes('taurusdb_statement_info'))
        .map(String);
    };
    assert.deepEqual(await news(running('dd1', 'SELECT 1')), []);
    const second = `${line('dd1', 'SELECT 2')}\n`;
    assert.deepEqual(await news(running('dd1', 'SELECT 2')), [second]);
    const both = await news(running('dd2', 'x'), running('dd1', 'SELECT 2'));
    assert.deepEqual(both, [`${second}${line('dd2', 'x')}\n`]);
    assert.deepEqual(await news(running('dd1', 'SELECT 2')), [second]);
    assert.deepEqual(await news(running('dd2', 'SELECT 1')), [`${line('dd2', 'SELECT 1')}\n`]);
    assert.deepEqual(await news(), []);
    assert.equal((await infoOf(exposition)).length, others.length);
  });

  it('lets other work get on while it is written and while it is compressed', async () => {
    const slow = new FakeClock(NOW);
    let monotonic = 0;
    // Every look at the clock takes a millisecond.
    slow.monotonic = () => monotonic++ as MonotonicMs;
    const node = nodeOf(
      1,
      Array.from({ length: 1_000 }, (_, index) => running(digestOf(String(index)), 'x')),
    );
    const status = [node];
    const busy = new Exposition({
      nodes: () => status,
      agentText: async () => '',
      showsTexts: () => true,
      clock: slow,
    });
    for (const compressed of [false, true]) {
      let turns = 0;
      const immediate = () => {
        turns++;
        next = setImmediate(immediate);
      };
      let next = setImmediate(immediate);
      await busy.scrape('text', compressed);
      clearImmediate(next);
      assert.ok(turns >= 40, `${turns} turns of the event loop`);
    }
  });

  it('ends with the snapshot that has it', async () => {
    nodes = [nodeOf(1, [running('aa', 'DO ?')])];
    assert.deepEqual(await infoOf(exposition), [line('aa', 'DO ?')]);
    await clock.advance(STALE_AT - clock.monotonic());
    assert.deepEqual(await infoOf(exposition), []);
  });
});
