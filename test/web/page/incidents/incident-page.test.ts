import assert from 'node:assert/strict';
import type { IncidentRecord, TimelinePoint } from '../../../../src/incidents/record.js';
import { renderIncident } from '../../../../src/web/page/incidents/incident-page.js';
import { PAGES } from '../../../../src/web/pages.js';
import { BARE_RECORD, INCIDENT_RECORD, secondsIn } from '../../../support/incident-record-fixture.js';

function pageOf(
  changes: Partial<IncidentRecord> = {},
  of: IncidentRecord = INCIDENT_RECORD,
  lasts = false,
): string {
  const options = { version: '1.2.3', telemetryPath: '/metrics', pages: PAGES };
  return renderIncident({ ...of, ...changes }, 'shown', lasts, options).toString();
}

/** What a reader sees, one piece of text a line. */
function visible(page: string): string {
  return page
    .slice(page.indexOf('<main'))
    .replace(/<[^>]*>/g, '\n')
    .replace(/\s*\n\s*/g, '\n');
}

describe('renderIncident', () => {
  it('says first who is behind it, then how much there was of what', () => {
    const lines = [
      'svc@billing from billing-1.internal: 7 → 129 sessions, 84 % of the growth',
      'lasted 4 min',
      'orders-primary',
      '· spike of sessions, spike of active sessions, waiting for locks · began 2026-01-02 03:02:17 UTC',
      'Verdict',
      'one explains it, 84 % of the growth',
      'User',
      'svc@billing',
      'Client host',
      'billing-1.internal',
      'Database',
      'billing',
      'Statement',
      'SELECT amount FROM invoices WHERE customer_id = ? FOR UPDATE',
      '0123456789abcdef',
      '84 → 229',
      'sessions, usual 86, peak 241',
      '8 → 131',
      'active, usual 9, peak 140',
      '87',
      'waiting for locks',
      'What grew',
      'sessions, 84 before → 229 now',
    ];
    assert.ok(visible(pageOf()).startsWith(`\n${lines.join('\n')}\n`), visible(pageOf()));
  });

  it('shows what grew as bars of before and now, and what became less in grey', () => {
    const page = pageOf();
    assert.match(
      page,
      /<li class="bar w100"><i class="w5"><\/i><bdi>svc@billing<\/bdi> <b>7 → 129 <small>84 %<\/small><\/b>/u,
    );
    assert.match(
      page,
      /<li class="bar w9 rest"><i class="w13"><\/i><bdi>report<\/bdi> <b>17 → 12 <small>−3 %<\/small>/u,
    );
    assert.match(
      visible(page),
      /\nBy user and host\nsvc@billing\nfrom\nbilling-1\.internal\n7 → 129\n84 %\n/u,
    );
    assert.match(
      visible(pageOf({ growth_of: 'active' })),
      /\nWhat grew\nactive sessions, 8 before → 131 now\n/u,
    );
  });

  it('says why nothing is shown that grew', () => {
    const growth = BARE_RECORD.growth;
    const of = (before: number | null, now: number | null) =>
      visible(pageOf({ growth, sessions: { usual: 1, before, now, peak: now } }));
    assert.match(
      of(5, 100),
      /\nWhich users, hosts and others grew is not counted \(metrics\.dimensions\)\.\n/u,
    );
    assert.match(of(5, 5), /\nNothing grew\.\n/u);
    assert.match(of(null, 5), /\nWhat there was before is not known\.\n/u);
  });

  it('shows who holds the locks, with confidence and reasons, and that nobody was found', () => {
    assert.match(
      visible(pageOf()),
      /\nWho holds the locks\ninferred from the session list alone\nlikely\nerp\nfrom\nerp-2\.internal\nsession\n4711\n87 sessions waiting · transaction open for 5 min · 4 rows locked\nidle in transaction for 312 s\n87 sessions began to wait after it\nsame database\npossible\n/u,
    );
    assert.match(
      visible(pageOf({ blockers: [] })),
      /\nThe session list does not give that away\. On the server,\n/u,
    );
    assert.doesNotMatch(visible(pageOf({ blockers: [], kinds: ['spike'] })), /Who holds the locks/u);
  });

  it('says of the longest transaction that it may hold the locks, and nothing else that contradicts it', () => {
    const culprit = { ...INCIDENT_RECORD.culprit, share: null };
    const of = (changes: Partial<IncidentRecord>) => visible(pageOf({ culprit, ...changes }));
    const perhaps = of({ kinds: ['lock_waiting'], blockers: [] });
    assert.match(perhaps, /\nVerdict\none may hold the locks, as the oldest that does not wait\n/u);
    assert.match(
      perhaps,
      /does not give that away\. Who is named above may hold them, as the oldest that does not wait:/u,
    );
    assert.match(of({ kinds: ['lock_waiting'] }), /\nVerdict\none stands out\n/u);
    assert.match(of({ kinds: ['long_query'], blockers: [] }), /\nVerdict\none stands out\n/u);
    const none = { ...culprit, verdict: 'none' as const, share: 0 };
    assert.match(of({ culprit: none }), /\nVerdict\nnone alone explains it\n/u);
    assert.match(of({ culprit: { ...none, share: null } }), /\nVerdict\nnobody can be named\n/u);
  });

  it('says that it lasts where its node does, and else that nobody saw its end', () => {
    const lasting = { ended_at: null };
    const page = pageOf(lasting, INCIDENT_RECORD, true);
    assert.match(visible(page), /\nlasts\norders-primary\n/u);
    assert.match(visible(page), /\nEnded\nnot yet\n/u);
    assert.match(page, /<title>lasts · Incident of/u);
    const unknown = pageOf(lasting);
    assert.match(visible(unknown), /\nend not known\norders-primary\n/u);
    assert.match(visible(unknown), /\nEnded\n–\n/u);
    assert.doesNotMatch(unknown, /lasts|Look again/u);
  });

  it('shows what to do, and the command that ends a session', () => {
    const page = pageOf();
    assert.match(page, /<code>sys\.innodb_lock_waits<\/code>/u);
    assert.match(page, /Find who <em>holds<\/em> the lock/u);
    assert.match(
      page,
      /<li><code class="command">KILL 4711;<\/code> likely blocker of 87 waiting sessions<\/li>/u,
    );
    const advice = page.slice(page.indexOf('id="advice"'), page.indexOf('id="timeline"'));
    assert.doesNotMatch(advice, /[`*]/u);
  });

  it('shows of the longest sessions what they are at, and that they wait', () => {
    const longest = INCIDENT_RECORD.longest.map((one) => ({ ...one, waits_for_lock: one.id === '4712' }));
    const page = pageOf({ longest });
    assert.match(page, /<bdi>updating<\/bdi> · transaction open for 80 s · waits for a lock<\/small>/u);
    assert.equal(page.match(/waits for a lock/gu)?.length, 1);
  });

  it('says less of a record that knows less', () => {
    const page = pageOf({}, BARE_RECORD);
    assert.deepEqual(
      [...page.matchAll(/<h2 id="([^"]*)"/gu)].map(([, id]) => id),
      ['overview', 'growth', 'facts'],
    );
    assert.match(visible(page), /\nnothing stands out\nend not known\n/u);
    assert.match(visible(page), /\n– → –\nsessions, usual –, peak –\n/u);
    assert.match(visible(page), /\nEnded\n–\n/u);
    assert.doesNotMatch(page, /NaN|undefined|null|Infinity/u);
  });

  it('isolates the names in the headline that its text isolates, and shows what else turns text around', () => {
    const headline = '\u2068שלום\u2069 from \u2067b\u2069: 7 → 9';
    const page = pageOf({ culprit: { ...INCIDENT_RECORD.culprit, headline } });
    assert.ok(page.includes('<bdi><bdi>שלום</bdi> from \\u2067b\\u2069: 7 → 9</bdi>'));
  });

  it('has no script, no style but its own, and does not refresh itself', () => {
    const page = pageOf();
    assert.doesNotMatch(page, /<script|\bstyle=|\bon\w+=|http-equiv|Pause updates/u);
    assert.equal(page.match(/<style>/gu)?.length, 1);
  });

  describe('as a timeline', () => {
    const point = (second: number, sessions: number | null, at = secondsIn(second)): TimelinePoint => ({
      at,
      sessions,
      active: null,
      lock_waiting: null,
      usual: null,
    });
    const line = (timeline: readonly TimelinePoint[]) =>
      /<path class="sessions" d="([^"]*)"/u.exec(pageOf({ timeline }))?.[1];

    for (const [what, timeline, drawn] of [
      ['by time', [point(0, 0), point(60, 100), point(240, 50)], 'M0 200h0L250 0L1000 100'],
      [
        'with a gap',
        [point(0, 50), point(60, null), point(120, 50), point(180, 100)],
        'M0 100h0M666.7 100h0L1000 0',
      ],
      ['of one point', [point(0, 100)], 'M0 0h0'],
      ['of nothing but zeroes', [point(0, 0), point(60, 0)], 'M0 200h0L1000 200'],
      [
        'step by step after a step of the clock',
        [point(600, 100), point(0, 50), point(700, 0)],
        'M0 0h0L500 100L1000 200',
      ],
      ['step by step where a time is none', [point(0, 100), point(0, 0, 'never')], 'M0 0h0L1000 200'],
      ['of what nobody knows', [point(0, null)], undefined],
    ] as const) {
      it(`is drawn ${what}`, () => {
        assert.equal(line(timeline), drawn);
        assert.doesNotMatch(pageOf({ timeline }), /NaN|Infinity/u);
      });
    }

    it('shades the incident where its times are known', () => {
      assert.match(pageOf(), /<rect class="during" x="789\.5" y="0" width="210\.5" height="200"\/>/u);
      assert.match(pageOf({ ended_at: null }), /<rect class="during" x="789\.5" y="0" width="210\.5"/u);
      assert.doesNotMatch(pageOf({ started_at: '' }), /<rect/u);
    });

    it('is told in words, too', () => {
      assert.match(
        pageOf(),
        /<desc id="timeline-text">usual: 86 at first, 87 at most, 87 at last\. .* sessions: 82 at first, 241 at most, 88 at last\. The table below has all figures\.<\/desc>/u,
      );
    });
  });
});
