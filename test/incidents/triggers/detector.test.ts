import assert from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { epochMs } from '../../../src/clock.js';
import type { TriggerSettings } from '../../../src/incidents/settings.js';
import { Detector } from '../../../src/incidents/triggers/detector.js';
import type { Figures } from '../../../src/incidents/triggers/figures.js';
import { DEFAULT_TRIGGERS } from '../default-triggers.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.parse('2026-03-02T00:00:00Z');

const CALM: Figures = {
  sessions: 100,
  active: 10,
  lockWaiting: 0,
  longestQuerySeconds: 1,
  longestTransactionSeconds: 2,
  maxConnections: 1000,
};
const FLOOD: Figures = { ...CALM, sessions: 300 };
const LOCKED: Figures = { ...CALM, lockWaiting: 5 };
const OLD: Figures = { ...CALM, longestTransactionSeconds: 600 };
const LOCKED_AND_OLD: Figures = { ...LOCKED, longestTransactionSeconds: 600 };
/** Nothing that has to be held. */
const AT_ONCE: TriggerSettings = { ...DEFAULT_TRIGGERS, hold: 1, cooldownMs: 0 };

/** A node that is collected each minute; `null` stands for a collection that failed. */
class Node {
  detector: Detector;
  minute = 0;

  constructor(settings: TriggerSettings = DEFAULT_TRIGGERS, saved?: unknown) {
    this.detector = new Detector(settings, saved);
  }

  /** What is told of each minute: such as `began spike`, with the minutes of beginning and end; empty for nothing. */
  sees(...collections: readonly (Figures | null)[]): string[] {
    return collections.map((figures) => {
      const at = epochMs(START + this.minute * MINUTE);
      this.minute++;
      if (figures === null) {
        return 'failed';
      }
      const { news } = this.detector.observe(at, figures);
      const minuteOf = (instant: number) => (instant - START) / MINUTE;
      switch (news?.type) {
        case undefined:
          return '';
        case 'began':
          return `began ${news.kinds} at ${minuteOf(news.startedAt)}, ${news.collectionsSince} since`;
        case 'goes on':
          return news.newKinds.length > 0 ? `goes on with ${news.newKinds}` : 'goes on';
        case 'ended':
          return `ended ${news.kinds} ${minuteOf(news.startedAt)}-${minuteOf(news.endedAt)}`;
        case 'suppressed':
          return `suppressed ${news.kinds}`;
        default:
          return news satisfies never;
      }
    });
  }

  /** As after a restart. */
  restart(settings: TriggerSettings = DEFAULT_TRIGGERS): void {
    this.detector = new Detector(settings, JSON.parse(JSON.stringify(this.detector.save())));
  }
}

function times(count: number, figures: Figures = CALM): Figures[] {
  return Array.from({ length: count }, () => figures);
}

/** That was seen for long enough. */
function knownNode(settings?: TriggerSettings): Node {
  const node = new Node(settings);
  assert.deepEqual(new Set(node.sees(...times(20))), new Set(['']));
  return node;
}

describe('Detector', () => {
  it('begins an incident when a condition has held twice, as of the first time, and ends it when it has not held twice', () => {
    assert.deepEqual(knownNode().sees(FLOOD, FLOOD, FLOOD, CALM, FLOOD, CALM, CALM, CALM), [
      '',
      'began spike at 20, 1 since',
      'goes on',
      'goes on',
      'goes on',
      'goes on',
      'ended spike 20-25',
      '',
    ]);
  });

  it('says what was usual before the collection', () => {
    const { detector } = knownNode();
    const at = epochMs(START + 20 * MINUTE);
    assert.deepEqual(detector.usual(at), { sessions: 100, active: 10 });
    const { usual, holding } = detector.observe(at, { ...FLOOD, longestTransactionSeconds: 900 });
    assert.deepEqual(usual, { sessions: 100, active: 10 });
    assert.deepEqual(holding, ['spike', 'long_transaction']);
  });

  it('takes no blip for an incident', () => {
    assert.deepEqual(new Set(knownNode().sees(FLOOD, CALM, FLOOD, CALM, CALM, FLOOD, CALM)), new Set(['']));
  });

  it('begins a saturation and a long transaction at once', () => {
    assert.deepEqual(knownNode().sees(OLD), ['began long_transaction at 20, 0 since']);
    assert.deepEqual(knownNode().sees({ ...CALM, sessions: 900 }), ['began saturation at 20, 0 since']);
    assert.deepEqual(knownNode().sees({ ...CALM, sessions: 899, maxConnections: undefined }), ['']);
    assert.deepEqual(knownNode().sees({ ...CALM, sessions: 0, maxConnections: 0 }), ['']);
  });

  it('knows each kind by its figure, from the threshold on', () => {
    const just = (figures: Figures) => knownNode().sees({ ...CALM, ...figures }, { ...CALM, ...figures })[1];
    assert.equal(just({ sessions: 135 }), '');
    assert.equal(just({ sessions: 136 }), 'began spike at 20, 1 since');
    assert.equal(just({ active: 30 }), '');
    assert.equal(just({ active: 31 }), 'began active_spike at 20, 1 since');
    assert.equal(just({ lockWaiting: 4 }), '');
    assert.equal(just({ lockWaiting: 5 }), 'began lock_waiting at 20, 1 since');
    assert.equal(just({ longestQuerySeconds: 299 }), '');
    assert.equal(just({ longestQuerySeconds: 300 }), 'began long_query at 20, 1 since');
    assert.equal(just({ longestTransactionSeconds: 599 }), '');
  });

  it('measures a spike by the deviation of the last hour, too', () => {
    const node = new Node();
    // Median 100, median absolute deviation 20: five times that is more than 35.
    node.sees(...Array.from({ length: 60 }, (_, minute) => ({ sessions: 80 + 20 * (minute % 3) })));
    assert.deepEqual(node.sees({ sessions: 200 }, { sessions: 200 }), ['', '']);
    const other = new Node();
    other.sees(...Array.from({ length: 60 }, (_, minute) => ({ sessions: 80 + 20 * (minute % 3) })));
    assert.deepEqual(other.sees({ sessions: 201 }, { sessions: 201 })[1], 'began spike at 60, 1 since');
  });

  it('switches a kind off with 0', () => {
    const off: TriggerSettings = {
      ...DEFAULT_TRIGGERS,
      spike: { minGrowth: 0, ratio: 0, deviations: 0 },
      lockWaiting: 0,
      longQueryMs: 0,
      longTransactionMs: 0,
      saturation: 0,
    };
    const all = {
      ...CALM,
      sessions: 1000,
      active: 1000,
      lockWaiting: 9,
      longestQuerySeconds: 9e9,
      longestTransactionSeconds: 9e9,
    };
    assert.deepEqual(knownNode(off).sees(all, all, all), ['', '', '']);
    assert.match(knownNode().sees(all, all)[0] ?? '', /^began saturation,long_transaction/u);
  });

  it('has no spike among the first ten collections, and one in the eleventh', () => {
    assert.deepEqual(new Node().sees(...times(8), FLOOD, FLOOD, FLOOD, FLOOD).slice(8), [
      '',
      '',
      '',
      'began spike at 10, 1 since',
    ]);
  });

  it('adds kinds that come later, in the order of the kinds', () => {
    const both = { ...FLOOD, lockWaiting: 7 };
    assert.deepEqual(
      knownNode().sees(
        LOCKED,
        LOCKED,
        both,
        both,
        both,
        { ...both, longestTransactionSeconds: 600 },
        CALM,
        CALM,
      ),
      [
        '',
        'began lock_waiting at 20, 1 since',
        'goes on',
        'goes on with spike',
        'goes on',
        'goes on with long_transaction',
        'goes on',
        'ended spike,lock_waiting,long_transaction 20-26',
      ],
    );
  });

  it('counts a row for each kind by itself', () => {
    assert.deepEqual(knownNode().sees(LOCKED, FLOOD, LOCKED, FLOOD, FLOOD), [
      '',
      '',
      '',
      '',
      'began spike at 23, 1 since',
    ]);
  });

  it('leaves a collection that failed out of every count', () => {
    assert.deepEqual(knownNode().sees(FLOOD, null, FLOOD, null, CALM, null, null, CALM), [
      '',
      'failed',
      'began spike at 20, 1 since',
      'failed',
      'goes on',
      'failed',
      'failed',
      'ended spike 20-24',
    ]);
  });

  it('begins a row anew after a long rest', () => {
    const rest = (minutes: number) => Array.from({ length: minutes }, () => null);
    const seen = (minutes: number) =>
      knownNode()
        .sees(LOCKED, ...rest(minutes), LOCKED, LOCKED)
        .slice(-2);
    assert.deepEqual(seen(9), ['began lock_waiting at 20, 1 since', 'goes on']);
    assert.deepEqual(seen(10), ['', 'began lock_waiting at 31, 1 since']);
    const quiet = knownNode().sees(LOCKED, LOCKED, CALM, ...rest(10), CALM, CALM);
    assert.deepEqual(quiet.slice(-2), ['goes on', 'ended lock_waiting 20-33']);
  });

  it('keeps rows of a node that is collected once in three hours', () => {
    const detector = new Detector(DEFAULT_TRIGGERS);
    const seen = [CALM, CALM, LOCKED, LOCKED].map((figures, turn) =>
      detector.observe(epochMs(START + turn * 3 * HOUR), figures),
    );
    assert.equal(seen[3]?.news?.type, 'began');
  });

  it('takes a figure that is missing for none, and no proof that a condition has ended', () => {
    const unknown = { ...CALM, lockWaiting: undefined };
    assert.deepEqual(knownNode().sees(LOCKED, unknown, LOCKED, {}, {}), ['', '', '', '', '']);
    assert.deepEqual(knownNode().sees(LOCKED, LOCKED, unknown, {}), [
      '',
      'began lock_waiting at 20, 1 since',
      'goes on',
      'ended lock_waiting 20-22',
    ]);
    assert.deepEqual(new Node().sees(LOCKED, unknown, LOCKED, LOCKED), ['', '', '', '']);
  });

  describe('after an incident', () => {
    it('waits for the cooldown, and dates the next one by the first collection behind it', () => {
      const node = knownNode();
      node.sees(LOCKED, LOCKED, CALM, CALM);
      // Ended at 22.
      assert.deepEqual(node.sees(...times(10, LOCKED)), [
        ...times(8).map(() => ''),
        'began lock_waiting at 32, 8 since',
        'goes on',
      ]);
    });

    it('begins another when the cooldown is over', () => {
      const node = knownNode();
      node.sees(LOCKED, LOCKED, CALM, CALM, ...times(8));
      assert.deepEqual(node.sees(LOCKED, LOCKED), ['', 'began lock_waiting at 32, 1 since']);
    });
  });

  describe('beyond its share of the day', () => {
    const settings: TriggerSettings = { ...AT_ONCE, maxPerDay: 2 };

    it('counts each one that would have begun once, and begins others a day later', () => {
      const node = new Node(settings);
      node.sees(CALM);
      assert.deepEqual(
        node.sees(LOCKED, CALM, LOCKED, CALM, LOCKED, LOCKED, LOCKED_AND_OLD, CALM, LOCKED, CALM),
        [
          'began lock_waiting at 1, 0 since',
          'ended lock_waiting 1-2',
          'began lock_waiting at 3, 0 since',
          'ended lock_waiting 3-4',
          'suppressed lock_waiting',
          '',
          '',
          '',
          'suppressed lock_waiting',
          '',
        ],
      );
      node.sees(LOCKED);
      assert.equal(node.detector.lasting, undefined);
      node.sees(...times(24 * 60 - node.minute));
      assert.deepEqual(node.sees(LOCKED, CALM, LOCKED, CALM, LOCKED, CALM), [
        'suppressed lock_waiting',
        '',
        'began lock_waiting at 1442, 0 since',
        'ended lock_waiting 1442-1443',
        'began lock_waiting at 1444, 0 since',
        'ended lock_waiting 1444-1445',
      ]);
    });

    it('begins none where that is 0, and remembers no more than it may', () => {
      assert.deepEqual(new Node({ ...settings, maxPerDay: 0 }).sees(CALM, LOCKED), [
        '',
        'suppressed lock_waiting',
      ]);
      const node = new Node({ ...settings, maxPerDay: 1e9 });
      const seen = node.sees(...times(500).flatMap(() => [CALM, LOCKED]));
      assert.equal(seen.filter((news) => news.startsWith('began')).length, 100);
      assert.ok(JSON.stringify(node.detector.save().triggers).length < 5000);
    });
  });

  describe('at the start of a process', () => {
    it('begins nothing of what holds already, until it has ceased to', () => {
      const node = new Node();
      assert.deepEqual(new Set(node.sees(...times(30, LOCKED_AND_OLD))), new Set(['']));
      assert.deepEqual(node.sees(OLD, LOCKED, LOCKED_AND_OLD), [
        '',
        '',
        // Both have ceased to hold once.
        'began lock_waiting,long_transaction at 31, 1 since',
      ]);
    });

    it('goes on where the last one ended', () => {
      const figures = [
        LOCKED,
        LOCKED,
        CALM,
        LOCKED,
        CALM,
        CALM,
        ...times(7),
        LOCKED,
        LOCKED,
        ...times(4),
        OLD,
      ];
      const throughout = knownNode();
      const restarted = knownNode();
      const seen = figures.flatMap((one) => {
        restarted.restart();
        return restarted.sees(one);
      });
      assert.deepEqual(seen, throughout.sees(...figures));
      assert.equal(seen.filter((news) => news.startsWith('began')).length, 2);
      assert.deepEqual(restarted.detector.save(), throughout.detector.save());
    });

    it('knows the incident that lasts', () => {
      assert.equal(knownNode().detector.lasting, undefined);
      const node = knownNode();
      node.sees(OLD);
      node.restart();
      const { lasting } = node.detector;
      assert.deepEqual([lasting?.startedAt, lasting?.kinds], [START + 20 * MINUTE, ['long_transaction']]);
    });

    it('counts the day’s share and what is suppressed on', () => {
      const settings = { ...AT_ONCE, maxPerDay: 1 };
      const node = new Node(settings);
      node.sees(CALM, LOCKED, CALM, LOCKED);
      node.restart(settings);
      assert.deepEqual(node.sees(LOCKED, CALM, LOCKED), ['', '', 'suppressed lock_waiting']);
    });

    it('begins nothing because the settings are others now', () => {
      const node = knownNode();
      node.sees({ ...CALM, lockWaiting: 3 });
      node.restart({ ...DEFAULT_TRIGGERS, lockWaiting: 3 });
      const waiting = { ...CALM, lockWaiting: 3 };
      assert.deepEqual(node.sees(waiting, waiting, CALM, waiting, waiting), [
        '',
        '',
        '',
        '',
        'began lock_waiting at 24, 1 since',
      ]);
    });

    it('takes what is odd for nothing saved, part by part', () => {
      const node = knownNode();
      node.sees(LOCKED, LOCKED);
      const { triggers, usual } = JSON.parse(JSON.stringify(node.detector.save()));
      const oddParts: readonly Readonly<Record<string, readonly unknown[]>>[] = [
        { settings: [null, { ...DEFAULT_TRIGGERS, hold: '2' }, { ...DEFAULT_TRIGGERS, spike: 2 }] },
        { at: ['now', undefined] },
        { distanceMs: [true] },
        {
          last: [
            7,
            { figures: {} },
            { figures: { sessions: 'x' }, expected: {} },
            { figures: {}, expected: { sessions: 7 } },
          ],
        },
        {
          runs: [
            null,
            { manual: { collections: 1, startedAt: 1 } },
            { spike: 7 },
            { spike: { collections: 1 } },
          ],
        },
        { inherited: [null, ['manual'], ['x']] },
        { lasting: [7, {}, { ...triggers.lasting, kinds: ['x'] }, { ...triggers.lasting, quiet: null }] },
        { lastEndedAt: ['x'] },
        { starts: [null, ['x'], times(101).map(() => 1)] },
      ];
      for (const [key, values] of oddParts.flatMap((part) => Object.entries(part))) {
        for (const value of values) {
          const { detector } = new Node(DEFAULT_TRIGGERS, { triggers: { ...triggers, [key]: value }, usual });
          const at = epochMs(START + 22 * MINUTE);
          assert.equal(detector.lasting, undefined, `${key}: ${JSON.stringify(value)}`);
          assert.deepEqual(detector.usual(at), { sessions: 100, active: 10 });
          assert.equal(detector.observe(at, LOCKED).news, undefined);
        }
      }
      for (const saved of [null, 7, 'x', [], {}, { triggers }, { usual }]) {
        assert.doesNotThrow(() => new Node(DEFAULT_TRIGGERS, saved).sees(...times(12), LOCKED));
      }
      assert.notEqual(new Node(DEFAULT_TRIGGERS, { triggers }).detector.lasting, undefined);
    });
  });

  describe('when the settings change', () => {
    const LOWER: TriggerSettings = { ...DEFAULT_TRIGGERS, lockWaiting: 2 };
    const waiting = { ...CALM, lockWaiting: 3 };

    it('begins nothing of what the new ones find, until it has ceased to hold', () => {
      const node = knownNode();
      node.sees(waiting);
      node.detector.configure(LOWER);
      assert.deepEqual(node.sees(...times(4, waiting)), ['', '', '', '']);
      assert.deepEqual(node.sees(CALM, waiting, waiting), ['', '', 'began lock_waiting at 26, 1 since']);
    });

    it('begins what turns true afterwards', () => {
      const node = knownNode();
      node.detector.configure(LOWER);
      assert.deepEqual(node.sees(waiting, waiting), ['', 'began lock_waiting at 20, 1 since']);
    });

    it('does nothing where they are the same', () => {
      const node = knownNode();
      node.sees(LOCKED);
      node.detector.configure({ ...DEFAULT_TRIGGERS, spike: { ...DEFAULT_TRIGGERS.spike } });
      assert.deepEqual(node.sees(LOCKED), ['began lock_waiting at 20, 1 since']);
    });

    it('lets an incident go on while its condition holds under the new ones', () => {
      const node = knownNode();
      node.sees(LOCKED, LOCKED);
      node.detector.configure({ ...LOWER, longTransactionMs: 1000 });
      // The transaction of two seconds was not begun by anything: it does not keep the incident open.
      assert.deepEqual(node.sees(waiting, CALM, CALM), ['goes on', 'goes on', 'ended lock_waiting 20-23']);
    });

    it('ends one whose condition does not hold under the new ones', () => {
      const node = knownNode();
      node.sees(LOCKED, LOCKED);
      node.detector.configure({ ...DEFAULT_TRIGGERS, lockWaiting: 50 });
      assert.deepEqual(node.sees(LOCKED, LOCKED), ['goes on', 'ended lock_waiting 20-22']);
    });
  });

  it('goes on when the clock is set back, with nothing in the future', () => {
    const node = knownNode();
    node.sees(LOCKED, LOCKED);
    node.minute -= 15;
    assert.deepEqual(node.sees(LOCKED, CALM, CALM), ['goes on', 'goes on', 'ended lock_waiting 20-20']);
    // Ended, for this clock, at 8: the cooldown is over at 18, not at 32.
    assert.deepEqual(
      node.sees(...times(10, LOCKED)).filter((news) => news.startsWith('began')),
      ['began lock_waiting at 18, 8 since'],
    );
    const row = knownNode({ ...DEFAULT_TRIGGERS, hold: 3 });
    row.sees(LOCKED);
    row.minute -= 15;
    assert.deepEqual(row.sees(LOCKED, LOCKED), ['', 'began lock_waiting at 6, 2 since']);
    const calmed = knownNode();
    calmed.sees(LOCKED, LOCKED, CALM, CALM);
    calmed.minute -= 15;
    // It ended at 22, which is 9 now.
    assert.deepEqual(calmed.sees(...times(11, LOCKED)).slice(-2), ['', 'began lock_waiting at 19, 10 since']);
  });

  it('never throws, and never ends what it did not begin', () => {
    const figure = fc.option(fc.nat(1000), { nil: undefined });
    const collection = fc.record({
      step: fc.oneof(fc.constant(MINUTE), fc.integer({ min: -8 * 24 * HOUR, max: 8 * 24 * HOUR })),
      act: fc.constantFrom('none', 'none', 'none', 'restart', 'configure', 'odd'),
      figures: fc.record({
        sessions: figure,
        active: figure,
        lockWaiting: figure,
        longestQuerySeconds: figure,
        longestTransactionSeconds: figure,
        maxConnections: figure,
      }),
    });
    fc.assert(
      fc.property(fc.array(collection, { maxLength: 60 }), (collections) => {
        let detector = new Detector(AT_ONCE);
        let isOpen = false;
        let ms = START;
        for (const [index, { step, act, figures }] of collections.entries()) {
          ms += step;
          if (act === 'restart') {
            detector = new Detector(AT_ONCE, JSON.parse(JSON.stringify(detector.save())));
          } else if (act === 'configure') {
            detector.configure({ ...AT_ONCE, lockWaiting: 1 + (index % 900) });
          }
          assert.equal(detector.lasting !== undefined, isOpen);
          const { news, usual } = detector.observe(epochMs(ms), figures);
          assert.ok(!Object.values(usual).some((value) => !(value >= 0 && value <= 1000)));
          if (news?.type === 'began') {
            assert.ok(!isOpen && news.startedAt <= ms && news.kinds.length > 0);
          } else if (news?.type === 'ended') {
            assert.ok(isOpen && news.endedAt >= news.startedAt);
          } else if (news?.type === 'goes on') {
            assert.ok(isOpen);
          }
          isOpen = news?.type === 'began' || news?.type === 'goes on';
        }
      }),
    );
  });

  it('takes at most 16 KiB a node with what is usual', () => {
    setFlagsFromString('--expose-gc');
    const gc: () => void = runInNewContext('gc');
    const taken = () => {
      gc();
      gc();
      const { heapUsed, arrayBuffers } = process.memoryUsage();
      return heapUsed + arrayBuffers;
    };
    const settings = { ...AT_ONCE, maxPerDay: 100 };
    const busy = new Detector(settings);
    for (let turn = 0; turn < 8 * 24 * 12; turn++) {
      busy.observe(epochMs(START + turn * 5 * MINUTE), turn % 2 === 0 ? CALM : LOCKED_AND_OLD);
    }
    for (let turn = 0; turn < 180; turn++) {
      busy.observe(epochMs(START + 8 * 24 * HOUR + turn * 20_000), LOCKED_AND_OLD);
    }
    const saved = JSON.stringify(busy.save());
    const another = () => {
      const detector = new Detector(settings, JSON.parse(saved));
      detector.observe(epochMs(START + 8 * 24 * HOUR + HOUR), LOCKED_AND_OLD);
      return detector;
    };
    another();
    const before = taken();
    const detectors = Array.from({ length: 400 }, another);
    const bytes = (taken() - before) / detectors.length;
    assert.ok(bytes < 16 * 1024, `${bytes} bytes a node`);
    assert.ok(bytes > 10_000, `${bytes} bytes a node: were they kept?`);
  });
});
