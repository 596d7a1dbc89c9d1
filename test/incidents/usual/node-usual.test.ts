import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { epochMs } from '../../../src/clock.js';
import { medianOf } from '../../../src/incidents/median.js';
import { NodeUsual, usualOf } from '../../../src/incidents/usual/node-usual.js';
import { createRandom } from '../../../src/simulator/seeded-random.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A Monday, and not the start of ten minutes. */
const MONDAY = Date.parse('2026-03-02T00:03:17Z');
const MOST_BYTES = 16 * 1024;

interface History {
  readonly from?: number;
  readonly to: number;
  readonly everyMs?: number;
}

/** Adds a collection each minute, of `sessions` of the time since the Monday. */
function fill(
  usual: NodeUsual,
  { from = 0, to, everyMs = MINUTE }: History,
  sessions: (ms: number) => number,
) {
  for (let ms = from; ms < to; ms += everyMs) {
    usual.add(epochMs(MONDAY + ms), { sessions: sessions(ms), active: sessions(ms) / 10 });
  }
}

function expectedAt(usual: NodeUsual, ms: number) {
  return usual.expected(epochMs(MONDAY + ms));
}

function usualAt(usual: NodeUsual, ms: number): number | undefined {
  return expectedAt(usual, ms).sessions?.usual;
}

function restored(usual: NodeUsual): NodeUsual {
  return new NodeUsual(JSON.parse(JSON.stringify(usual.save())));
}

describe('NodeUsual', () => {
  it('knows nothing before ten collections', () => {
    const usual = new NodeUsual();
    for (let minute = 0; minute < 10; minute++) {
      assert.deepEqual(usualOf(expectedAt(usual, minute * MINUTE)), {});
      fill(usual, { from: minute * MINUTE, to: (minute + 1) * MINUTE }, () => 50);
    }
    assert.deepEqual(usualOf(expectedAt(usual, 10 * MINUTE)), { sessions: 50, active: 5 });
  });

  it('is the median of the last hour where there is no more, with the median absolute deviation', () => {
    const usual = new NodeUsual();
    // Of the last hour 1 to 60, before that much more.
    fill(usual, { to: 30 * MINUTE }, () => 1000);
    fill(usual, { from: 30 * MINUTE, to: 90 * MINUTE }, (ms) => ms / MINUTE - 29);
    assert.deepEqual(expectedAt(usual, 90 * MINUTE).sessions, { usual: 30.5, deviation: 15 });
  });

  it('is the highest of the last hour, of yesterday and of a week ago, an hour either way', () => {
    const usual = new NodeUsual();
    const between = (from: number, minutes: number, ms: number) => ms >= from && ms < from + minutes * MINUTE;
    const sessions = (ms: number) => {
      if (between(3 * HOUR, 20, ms)) {
        return 300;
      }
      return between(6 * DAY + 12 * HOUR, 20, ms) ? 200 : 100;
    };
    let to = 0;
    const usualsAt = (day: number, hours: readonly number[]) =>
      hours.map((hour) => {
        fill(usual, { from: to, to: day * DAY + hour * HOUR }, sessions);
        to = day * DAY + hour * HOUR;
        return usualAt(usual, to);
      });
    // A level is that of ten minutes of the clock: some minutes more or less at either end.
    assert.deepEqual(usualsAt(1, [1.8, 2.2, 3, 4, 4.6]), [100, 300, 300, 300, 100]);
    assert.deepEqual(usualsAt(2, [1.8, 2.2, 3, 4, 4.6]), [100, 100, 100, 100, 100]);
    assert.deepEqual(usualsAt(7, [1.8, 2.2, 3, 4, 4.6]), [100, 300, 300, 300, 100]);
    assert.deepEqual(usualsAt(7, [10.8, 11.2, 12, 13, 13.6]), [100, 200, 200, 200, 100]);
  });

  it('takes no short spike of yesterday for a level', () => {
    const usual = new NodeUsual();
    fill(usual, { to: DAY }, (ms) => (ms >= 5 * HOUR && ms < 5 * HOUR + 4 * MINUTE ? 900 : 100));
    assert.equal(usualAt(usual, DAY + 5 * HOUR - HOUR), 100);
  });

  it('lets parts without history take no part', () => {
    const usual = new NodeUsual();
    fill(usual, { to: 20 * MINUTE }, () => 70);
    // Collections failed for a day: the hour has nothing.
    assert.deepEqual(expectedAt(usual, DAY).sessions, { usual: 70, deviation: 0 });
    assert.equal(usualAt(usual, 3 * DAY), undefined);
    // One value again, of which a week ago nothing is known either: it begins anew.
    fill(usual, { from: 3 * DAY, to: 3 * DAY + 9 * MINUTE }, () => 5);
    assert.equal(usualAt(usual, 3 * DAY + 9 * MINUTE), undefined);
    fill(usual, { from: 3 * DAY + 9 * MINUTE, to: 3 * DAY + 10 * MINUTE }, () => 5);
    assert.equal(usualAt(usual, 3 * DAY + 10 * MINUTE), 5);
    assert.equal(usualAt(usual, 7 * DAY + 10 * MINUTE), 70);
  });

  it('takes 0 for a number of sessions', () => {
    const usual = new NodeUsual();
    fill(usual, { to: DAY }, () => 0);
    assert.deepEqual(expectedAt(usual, DAY).sessions, { usual: 0, deviation: 0 });
  });

  it('leaves out what is no number, and what is absent', () => {
    const usual = new NodeUsual();
    for (const sessions of [Number.NaN, Number.POSITIVE_INFINITY, -1, undefined]) {
      for (let minute = 0; minute < 30; minute++) {
        usual.add(epochMs(MONDAY + minute * MINUTE), { sessions, active: 3 });
      }
    }
    usual.add(epochMs(Number.NaN), { sessions: 3 });
    assert.deepEqual(usualOf(expectedAt(usual, 30 * MINUTE)), { active: 3 });
  });

  it('says the same of collections each second, each ten seconds and each minute', () => {
    for (const everyMs of [1000, 10_000, MINUTE]) {
      const usual = new NodeUsual();
      fill(usual, { to: 2 * DAY, everyMs }, (ms) => 100 + (Math.floor(ms / (10 * MINUTE)) % 3));
      assert.deepEqual(expectedAt(usual, 2 * DAY).sessions, { usual: 102, deviation: 1 }, `${everyMs} ms`);
    }
  });

  for (const everyMs of [1000, 2000, 5000, 20_000]) {
    it(`is the median of all collections from the tenth on where one comes each ${everyMs / 1000} s`, () => {
      const usual = new NodeUsual();
      const random = createRandom(everyMs);
      const sessions: number[] = [];
      for (let count = 0; count < 120; count++) {
        if (count >= 10) {
          const sorted = Float64Array.from(sessions);
          assert.equal(usualAt(usual, count * everyMs), medianOf(sorted), `${count} collections`);
        }
        // The level of the ten minutes would be the highest part else.
        sessions.push(count === 20 ? 1284 : 84 - Math.floor(random() * 9));
        fill(
          usual,
          { from: count * everyMs, to: (count + 1) * everyMs, everyMs },
          () => sessions[count] ?? 0,
        );
      }
    });

    it(`lets each part of the hour count by its length where one comes each ${everyMs / 1000} s`, () => {
      const usual = new NodeUsual();
      // What grows over the hour has its median at the middle of whatever is kept.
      for (let minute = 1; minute <= 150; minute++) {
        fill(usual, { from: (minute - 1) * MINUTE, to: minute * MINUTE, everyMs }, (ms) => ms / 1000);
        const middle = 60 * (minute - Math.min(minute, 60) / 2);
        if (minute < 4) {
          continue;
        }
        const { usual: median = 0 } = expectedAt(usual, minute * MINUTE).sessions ?? {};
        assert.ok(Math.abs(median - middle) <= 30, `${minute} min: ${median}, not ${middle}`);
      }
    });
  }

  it('knows a node that is collected once an hour by its days', () => {
    const usual = new NodeUsual();
    fill(usual, { to: 3 * DAY + 7 * HOUR, everyMs: HOUR }, (ms) => 40 + (Math.floor(ms / HOUR) % 24));
    assert.deepEqual(expectedAt(usual, 3 * DAY + 7 * HOUR).sessions, { usual: 48, deviation: 0 });
  });

  describe('when the clock is set', () => {
    it('back, forgets what lies ahead instead of counting it twice', () => {
      const usual = new NodeUsual();
      fill(usual, { to: 3 * DAY }, () => 100);
      fill(usual, { from: 3 * DAY, to: 3 * DAY + 3 * HOUR }, () => 900);
      // Three hours back: these hours come again.
      fill(usual, { from: 3 * DAY, to: 3 * DAY + 10 * MINUTE }, () => 110);
      assert.deepEqual(expectedAt(usual, 3 * DAY + 10 * MINUTE).sessions, { usual: 110, deviation: 0 });
      fill(usual, { from: 3 * DAY + 10 * MINUTE, to: 4 * DAY }, () => 110);
      assert.equal(usualAt(usual, 4 * DAY + HOUR), 110);
    });

    it('back by days, takes no later day for an earlier one', () => {
      const usual = new NodeUsual();
      fill(usual, { to: 8 * DAY }, (ms) => (ms < 7 * DAY ? 100 : 900));
      assert.equal(usualAt(usual, DAY + 2 * HOUR), undefined);
      assert.equal(usualAt(usual, 3 * DAY), 100);
    });

    it('forward or back by a week or by years, knows nothing false and soon something again', () => {
      for (const step of [
        -DAY,
        -7 * DAY,
        -8 * DAY,
        -56 * 365 * DAY,
        -80 * 365 * DAY,
        7 * DAY,
        8 * DAY,
        500 * 365 * DAY,
      ]) {
        const usual = new NodeUsual();
        fill(usual, { to: 10 * DAY }, () => 100);
        const from = 10 * DAY + step;
        for (let minute = 0; minute < 120; minute++) {
          const known = usualAt(usual, from + minute * MINUTE);
          assert.ok(known === undefined || known === 100, `${step}: ${known}`);
          fill(usual, { from: from + minute * MINUTE, to: from + (minute + 1) * MINUTE }, () => 100);
        }
        assert.equal(usualAt(usual, from + 120 * MINUTE), 100, `${step}`);
      }
    });
  });

  it('is the same after it was saved and read again', () => {
    const random = createRandom(5);
    const usual = new NodeUsual();
    const again = () => restored(usual);
    for (const [from, to] of [
      [0, 0],
      [0, 5 * MINUTE],
      [5 * MINUTE, 3 * HOUR],
      [2 * DAY, 12 * DAY],
    ] as const) {
      fill(usual, { from, to }, () => Math.floor(random() * 1000));
      const read = again();
      for (let hours = -3; hours < 200; hours += 0.7) {
        assert.deepEqual(expectedAt(read, to + hours * HOUR), expectedAt(usual, to + hours * HOUR));
      }
      assert.deepEqual(read.save(), usual.save());
    }
  });

  it('is read again where collections came twice in a second', () => {
    const usual = new NodeUsual();
    fill(usual, { to: MINUTE, everyMs: 700 }, (ms) => ms);
    assert.deepEqual(restored(usual).save(), usual.save());
  });

  it('takes what is odd for nothing saved', () => {
    const usual = new NodeUsual();
    fill(usual, { to: 2 * HOUR }, () => 100);
    const saved = usual.save();
    const part = saved.sessions;
    const outOfOrder = Buffer.alloc(12);
    outOfOrder.writeFloatLE(7, 0);
    outOfOrder.writeFloatLE(7, 6);
    outOfOrder.writeUInt16LE(1, 10);
    const negative = Buffer.alloc(4);
    negative.writeFloatLE(-7, 0);
    for (const odd of [
      undefined,
      null,
      7,
      'x',
      [],
      { ...part, collections: 11 },
      { ...part, collections: -1 },
      { ...part, collections: '10' },
      { ...part, at: null },
      { ...part, at: 'now' },
      { ...part, values: `${part.values.slice(8)}AA` },
      { ...part, values: 7 },
      { ...part, values: 'A'.repeat(20_000) },
      { ...part, values: outOfOrder.toString('base64') },
      { ...part, block: 1.5 },
      { ...part, block: null },
      { ...part, levels: null },
      { ...part, levels: 'A'.repeat(20_000) },
      { ...part, levels: negative.toString('base64') },
      { collections: 10 },
    ]) {
      const read = new NodeUsual({ sessions: odd, active: saved.active });
      assert.deepEqual(
        usualOf(expectedAt(read, 2 * HOUR)),
        { active: 10 },
        JSON.stringify(odd)?.slice(0, 200),
      );
      assert.equal(usualAt(read, 23 * HOUR), undefined);
      fill(read, { from: 2 * HOUR, to: 3 * HOUR }, () => 60);
      assert.equal(usualAt(read, 3 * HOUR), 60);
    }
    assert.deepEqual(usualOf(expectedAt(new NodeUsual('x'), 2 * HOUR)), {});
  });

  it('takes at most 16 KiB a node, in memory and saved', () => {
    setFlagsFromString('--expose-gc');
    const gc: () => void = runInNewContext('gc');
    const taken = () => {
      gc();
      gc();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const filled = () => {
      const usual = new NodeUsual();
      fill(usual, { to: 8 * DAY, everyMs: HOUR / 6 }, (ms) => 99_999.5 - (ms % 997));
      fill(usual, { from: 8 * DAY, to: 8 * DAY + HOUR, everyMs: 5000 }, (ms) => 99_999.5 - (ms % 997));
      return usual;
    };
    filled();
    const before = taken();
    const nodes = Array.from({ length: 200 }, filled);
    const bytes = (taken() - before) / nodes.length;
    assert.ok(bytes < MOST_BYTES, `${bytes} bytes a node`);
    const saved = JSON.stringify(nodes[0]?.save());
    assert.ok(saved.length < MOST_BYTES && saved.length > MOST_BYTES / 2, `${saved.length} bytes saved`);
  });
});
