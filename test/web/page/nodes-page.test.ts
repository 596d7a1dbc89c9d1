import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { epochMs } from '../../../src/clock.js';
import type { NodeStatus } from '../../../src/collect/node-store.js';
import { type IncidentSummary, summaryOf } from '../../../src/incidents/record.js';
import type { IncidentStatus } from '../../../src/model/incident.js';
import type { ProjectStatus } from '../../../src/model/project-status.js';
import type { TextVisibility } from '../../../src/statements/text-visibility.js';
import { PAGE_HEADERS, type PageContent } from '../../../src/web/page/layout.js';
import { NODES_PAGE } from '../../../src/web/page/nodes-page.js';
import { NO_QUERY } from '../../../src/web/page/page-query.js';
import { PAGES } from '../../../src/web/pages.js';
import { FakeClock } from '../../support/fake-clock.js';
import { INCIDENT_SUMMARY, recordOf, secondsIn } from '../../support/incident-record-fixture.js';
import {
  counts,
  DATABASE_NODE,
  fleetOf,
  incidentStatus,
  MOMENT,
  momentAt,
  NODE_STATUS,
  NOW,
  PROJECT_STATUS,
  SLOW_SNAPSHOT,
  SNAPSHOT,
  STATEMENT,
  statusOf,
  UNTRIED_STATUS,
} from '../../support/node-status-fixture.js';

const OPTIONS: { readonly texts: TextVisibility } & Pick<
  PageContent,
  'version' | 'telemetryPath' | 'pages'
> & {
    readonly query: string;
  } = { version: '1.2.3', telemetryPath: '/metrics', query: '', pages: PAGES, texts: 'shown' };

/** Of a page made without `pageOf`. */
const PLAIN = { ...OPTIONS, query: NO_QUERY };

async function pageOf(
  statuses: readonly NodeStatus[],
  options = OPTIONS,
  clock = new FakeClock(NOW),
  projects: readonly ProjectStatus[] = [PROJECT_STATUS],
): Promise<string> {
  const fleet = { ...fleetOf(statuses, projects), statementTexts: options.texts };
  const query = NODES_PAGE.readQuery(options.query, fleet);
  const content = { ...options, query, fleet, clock };
  return String(Buffer.concat(await NODES_PAGE.render(content)));
}

/** What a reader sees, one piece of text a line. */
function visible(page: string): string {
  return page
    .slice(page.indexOf('<body>'))
    .replace(/<[^>]*>/g, '\n')
    .replace(/\s*\n\s*/g, '\n');
}

describe('NODES_PAGE', () => {
  it('says first which nodes are well, and how old the data is', async () => {
    const text = visible(
      await pageOf([statusOf(1), statusOf(2, { lastSuccessAt: momentAt(NOW - 170_000) }), UNTRIED_STATUS]),
    );
    assert.match(text, /\n1 of 3 nodes not tried yet\n1\npending\n2\nup\n/);
    assert.match(text, /\n3 min\nage of the oldest data\n/);
    assert.match(visible(await pageOf([statusOf(1), statusOf(2)])), /\nAll 2 nodes are up\n/);
  });

  it('shows a node with its state, age, change, saturation, longest transaction and next run', async () => {
    const status = { ...NODE_STATUS, node: { ...DATABASE_NODE, maxConnections: 8 } };
    assert.match(
      visible(await pageOf([status])),
      /\nup\norders-primary\nproduction\n·\norders\n·\nmaster\n·\nap-southeast-3\n6\n\+2\nsessions\n75 %\nof max connections\n2\nactive\n1\nwaiting for locks\n95 s\nlongest transaction\n12 s ago\nnext in 46 s\n/,
    );
  });

  it('says of a list of some sessions which it is, and that its figures are the last ones', async () => {
    const snapshot = SLOW_SNAPSHOT;
    const lastError = { reason: 'api', message: 'got 404', details: {}, at: MOMENT } as const;
    const text = visible(await pageOf([{ ...NODE_STATUS, snapshot, up: false, lastError }]));
    assert.match(
      text,
      /\nSession list\n2 of collection\.filter: slow; figures that need all sessions are not known\n/,
    );
    assert.match(text, /\n–\nsessions\n/);
    assert.match(text, /The figures below are of its last success\./);
    assert.doesNotMatch(visible(await pageOf([NODE_STATUS])), /Session list/);
  });

  it('shows where the sessions come from, and the longest of them', async () => {
    const text = visible(await pageOf([NODE_STATUS]));
    assert.match(text, /\nBy state\nnone\n4\nUpdating\n2\n/);
    assert.match(text, /\nBy user\n5 of 7\napp_rw\n2\nApp_RW\n1\n/);
    assert.match(text, /\nBy client host\n10\.0\.0\.1\n5\n2001:db8::1\n1\n/);
    assert.match(text, /\nLongest sessions\nSleep\n15 min\nQuery\n30 s\n/);
  });

  describe('of statements', () => {
    const { statement } = STATEMENT;
    const odd = {
      ...STATEMENT,
      statement: {
        ...statement,
        digest: 'ffff000011112222',
        text: 'SELECT `<b>\u202e` FROM x …',
        isCut: true,
        isAmbiguous: true,
        isSensitive: true,
      },
      sessions: 3,
      totalSeconds: 7000,
      longestSeconds: 90,
      users: [],
      hosts: [
        { value: '10.0.0.1', sessions: 2 },
        { value: '10.0.0.2', sessions: 1 },
      ],
    };
    const statements = {
      sessions: 8,
      shown: [odd, STATEMENT],
      rest: { sessions: 4, totalSeconds: 300 },
      distinct: 1300,
      error: 2,
    };
    const node = { ...NODE_STATUS, snapshot: { ...SNAPSHOT, statements } };

    it('knows how many distinct ones there are where all are counted apart', async () => {
      const exact = { ...statements, error: 0 };
      const page = await pageOf([{ ...node, snapshot: { ...SNAPSHOT, statements: exact } }]);
      assert.match(page, /<small>2 of 1,300<\/small>/u);
      assert.doesNotMatch(page, /statements\.shapes/u);
    });

    it('shows what runs, for how long, and who runs it', async () => {
      const page = await pageOf([node]);
      const lines = [
        ['Statements of active sessions', '2 of at least 1,300'],
        ['3 sessions', '117 min in all, longest 90 s', 'SELECT `&lt;b&gt;\\u202e` FROM x …'],
        ['ffff000011112222', 'cut', 'ambiguous quotes', 'about accounts'],
        ['from', '10.0.0.1', '2,', '10.0.0.2', '1'],
        ['1 session', '30 s in all, longest 30 s'],
        ['SELECT `&quot;back\\slash&quot;` FROM orders_2024 WHERE id = ?', '0123456789abcdef'],
        ['by', 'app_rw', '1', 'from', '10.0.0.1', '1'],
        ['All others: 4 sessions, 5 min in all'],
        [
          'More statements than are counted apart (statements.shapes): one may have up to 2 more sessions than it says.',
        ],
      ];
      assert.ok(visible(page).includes(`\n${lines.flat().join('\n')}\n`), visible(page));
      assert.match(page, /<p class="bar w38"><b>3 sessions<\/b>/u);
      assert.doesNotMatch(page, /digests alone/u);
    });

    for (const [texts, note] of [
      ['open_listener', /by their digests alone, as anybody who reaches this page .*basic_auth_users/u],
      ['digest', undefined],
    ] as const) {
      it(`shows digests alone where texts are not shown: ${texts}`, async () => {
        const page = visible(await pageOf([node], { ...OPTIONS, texts }));
        assert.doesNotMatch(page, /SELECT|orders_2024/u);
        assert.match(page, /\nffff000011112222\ncut\n/u);
        assert.equal(note?.test(page) ?? !/digests alone/u.test(page), true);
      });
    }

    it('shows none where there are none, or they are not to be read', async () => {
      const { statements: _, ...without } = SNAPSHOT;
      const idle = { ...statements, sessions: 0, shown: [] };
      for (const snapshot of [without, { ...SNAPSHOT, statements: idle }]) {
        assert.doesNotMatch(await pageOf([{ ...NODE_STATUS, snapshot }]), /Statements/u);
      }
      const texts = 'off' as const;
      assert.doesNotMatch(await pageOf([node], { ...OPTIONS, texts }), /Statements|ffff000011112222/u);
    });

    it('shows the ten with the most sessions and the ten with the most time, and sums up the rest', async () => {
      const shown = Array.from({ length: 30 }, (_, rank) => ({
        ...STATEMENT,
        statement: { ...statement, digest: `digest-${String(rank).padStart(2, '0')}` },
        sessions: 100 - rank,
        totalSeconds: rank < 20 ? 1 : 1000 * rank,
      }));
      const sessions = shown.reduce((sum, one) => sum + one.sessions, 7);
      const many = { sessions, shown, rest: { sessions: 7, totalSeconds: 10 }, distinct: 40, error: 0 };
      const text = visible(await pageOf([{ ...NODE_STATUS, snapshot: { ...SNAPSHOT, statements: many } }]));
      const digests = [...text.matchAll(/\ndigest-(\d+)\n/gu)].map(([, rank]) => Number(rank));
      assert.deepEqual(digests, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29]);
      const rest = shown.slice(10, 20).reduce((sum, one) => sum + one.sessions, 7);
      assert.ok(text.includes(`\nAll others: ${rest} sessions, 20 s in all\n`));
    });
  });

  it('draws a bar as long as the value’s share of the sessions, and one for the rest', async () => {
    const user = counts({ a: 50, b: 20, c: 10, d: 5, e: 5, f: 5, g: 5 });
    const snapshot = { ...SNAPSHOT, sessions: 100, dimensions: new Map([['user', user]] as const) };
    const page = await pageOf([{ ...NODE_STATUS, snapshot }]);
    assert.match(page, /<li class="bar w50"><bdi>a<\/bdi> <b>50<\/b><\/li><li class="bar w20"><bdi>b<\/bdi>/);
    assert.match(page, /<li class="bar w10 rest"><bdi>all others<\/bdi> <b>10<\/b>/);
    assert.match(page, /\n\.w50 \{ --width: 50%; \}\n/);
  });

  it('marks a node that is filling up, and one that is nearly full', async () => {
    const classOf = async (maxConnections: number) => {
      const page = await pageOf([{ ...NODE_STATUS, node: { ...DATABASE_NODE, maxConnections } }]);
      return /<span class="meter w\d+ ?(\w*)">/.exec(page)?.[1];
    };
    assert.deepEqual([await classOf(8), await classOf(7), await classOf(6)], ['', 'filling', 'full']);
  });

  it('shows why a node is down, how long ago it was last collected, and what to do', async () => {
    const at = momentAt(NOW - 30_000);
    const message = 'wait: got running, expected finished';
    const lastError = { reason: 'timeout', message, details: {}, at } as const;
    const status = {
      ...NODE_STATUS,
      up: false,
      snapshot: undefined,
      lastError,
      lastSuccessAt: momentAt(NOW - 10_800_000),
    };
    const text = visible(await pageOf([status]));
    assert.match(
      text,
      /\n–\nlongest transaction\n3 h ago\nnext in 46 s\ntimeout\n30 s ago:\nwait: got running, expected finished\n/,
    );
    assert.match(
      text,
      /\nWhat to do:\nThe collection did not end within collection\.timeout\..+ too old to be/,
    );
  });

  it('shows a node that was not tried yet', async () => {
    const text = visible(await pageOf([UNTRIED_STATUS]));
    assert.match(text, /\n1 of 1 node not tried yet\n/);
    assert.match(text, /\n–\nsessions\n/);
    assert.match(
      text,
      /\nnever\nnext in 46 s\nlink to this node\nIts first collection has not ended yet\.\n/,
    );
  });

  it('opens a few nodes, and leaves many closed', async () => {
    const openOf = async (nodes: number) =>
      (await pageOf(Array.from({ length: nodes }, () => NODE_STATUS))).match(/<details [^>]*open>/g)?.length;
    assert.deepEqual([await openOf(8), await openOf(9)], [8, undefined]);
  });

  it('tells new ages of a node that has not changed', async () => {
    const clock = new FakeClock(NOW);
    const page = async () =>
      visible(
        String(Buffer.concat(await NODES_PAGE.render({ ...PLAIN, fleet: fleetOf([NODE_STATUS]), clock }))),
      );
    assert.match(await page(), /\n12 s ago\n/);
    await clock.advance(5_000);
    assert.match(await page(), /\n17 s ago\n/);
  });

  it('tells ages by the time that has passed, however the wall clock is set meanwhile', async () => {
    const status = {
      ...NODE_STATUS,
      up: false,
      lastError: { reason: 'network', message: 'got a reset', details: {}, at: momentAt(NOW - 7_000) },
    } as const;
    for (const stepMs of [-3_600_000, 3_600_000]) {
      const clock = new FakeClock(NOW);
      clock.jump(stepMs);
      const text = visible(await pageOf([status], OPTIONS, clock));
      assert.match(text, /\n12 s\nage of the oldest data\n/);
      assert.match(text, /\n12 s ago\n/);
      assert.match(text, /\n7 s ago:\n/);
    }
  });

  it('shares what reads alike with the rendering before', async () => {
    const clock = new FakeClock(NOW);
    const [first, second] = [statusOf(1), statusOf(2)];
    const render = (statuses: readonly NodeStatus[]) =>
      NODES_PAGE.render({ ...PLAIN, fleet: fleetOf(statuses), clock });
    const before = await render([first, second]);
    const after = await render([first, { ...second, lastSuccessAt: momentAt(NOW - 60_000) }]);
    const sharedOf = ({ node }: NodeStatus) =>
      after.filter((chunk) => before.includes(chunk) && chunk.includes(node.nodeId)).length;
    assert.deepEqual([sharedOf(first), sharedOf(second)], [2, 0]);
    await clock.advance(1_000);
    const later = await render([first, second]);
    assert.equal(later.filter((chunk) => before.includes(chunk) && chunk.includes('<dl>')).length, 2);
  });

  it('escapes whatever others have named', async () => {
    const evil = '<script>alert("1")</script>\'&';
    const page = await pageOf(
      [
        {
          ...NODE_STATUS,
          node: {
            ...DATABASE_NODE,
            project: evil,
            instanceId: evil,
            nodeId: evil,
            name: evil,
            instanceName: evil,
            cloudRegion: evil,
            role: evil,
          },
          lastError: { reason: 'api', message: evil, details: {}, at: momentAt(NOW) },
          snapshot: {
            ...SNAPSHOT,
            longest: [{ command: evil, seconds: 1 }],
            dimensions: new Map([['user', counts({ [evil]: 6 })]]),
          },
        },
      ],
      { ...OPTIONS, version: evil, telemetryPath: `/${evil}` },
    );
    assert.doesNotMatch(page, /<script>|alert\("/);
    assert.equal(page.split('&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;').length - 1, 15);
  });

  it('keeps itself fresh with a script or, where none runs, by reloading; or not at all', async () => {
    const live = await pageOf([NODE_STATUS]);
    assert.match(
      live,
      /<noscript><meta http-equiv="refresh" content="30; url=\.\/"><\/noscript>\n<script src="\.\/page\.js"/,
    );
    const paused = await pageOf([NODE_STATUS], { ...OPTIONS, query: 'refresh=off' });
    assert.doesNotMatch(paused, /http-equiv|<script/);
    assert.match(paused, /<a href="\.\/">Resume updates<\/a>/);
    const all = await pageOf([NODE_STATUS], {
      ...OPTIONS,
      query: `refresh=off&open=${NODE_STATUS.node.nodeId}&q=x`,
    });
    assert.match(all, new RegExp(`<a href="\\./\\?q=x&amp;open=${NODE_STATUS.node.nodeId}">Resume updates`));
  });

  it('opens the node that its address asks for, and repeats nothing else of the address', async () => {
    const nodes = Array.from({ length: 9 }, (_, index) => statusOf(index));
    const id = nodes[4]?.node.nodeId;
    const page = await pageOf(nodes, { ...OPTIONS, query: `open=${id}` });
    assert.deepEqual(
      [...page.matchAll(/<details id="([^"]*)" open>/g)].map(([, opened]) => opened),
      [`node-${id}`],
    );
    assert.match(page, new RegExp(`content="30; url=\\./\\?open=${id}"`));
    assert.match(
      page,
      new RegExp(`<a class="own" href="\\./\\?open=${id}#node-${id}">link to this node</a>`),
    );
    const unknown = await pageOf(nodes, {
      ...OPTIONS,
      query: 'open=evil&open=evil&refresh=evil&p=evil#evil',
    });
    assert.equal(unknown, await pageOf(nodes));
  });

  it('shows the nodes that a filter takes, how many they are, and the fleet as a whole', async () => {
    const nodes = Array.from({ length: 20 }, (_, index) =>
      statusOf(index, index === 3 ? { freshForMs: 0 } : {}),
    );
    const page = await pageOf(nodes, { ...OPTIONS, query: 'q=0005NO07&refresh=off' });
    assert.deepEqual(
      [...page.matchAll(/<details id="([^"]*)" open>/g)].map(([, opened]) => opened),
      [`node-${nodes[5]?.node.nodeId}`],
    );
    const text = visible(page);
    assert.match(text, /\norders-primary\n: its figures are too old to be shown\n1\nstale\n19\nup\n/);
    assert.match(text, /\n1 of 20 nodes\nmatches\n0005NO07\n/);
    // Only what is shown can be jumped to.
    assert.deepEqual(page.match(/href="#\w+"/g), ['href="#nodes"', 'href="#up"']);
    assert.match(page, /<input id="q" name="q" type="search" value="0005NO07"/);
    assert.match(page, /<input type="hidden" name="refresh" value="off">/);
    const none = visible(await pageOf(nodes, { ...OPTIONS, query: 'q=nowhere' }));
    assert.match(none, /\n0 of 20 nodes\nmatch\nnowhere\n/);
  });

  it('shows control characters and turned text as what they are, so that no name reads otherwise', async () => {
    const name = 'a\u0001\u001b[31m\u202eb\u2066\ufffe\u{1ffff}\ud800';
    const named = { ...NODE_STATUS, node: { ...NODE_STATUS.node, name } };
    const page = await pageOf([named], OPTIONS, new FakeClock(NOW), [
      {
        ...PROJECT_STATUS,
        name,
        discovery: { up: undefined, lastSuccessAt: undefined, lastError: undefined },
      },
    ]);
    assert.doesNotMatch(page, /[^\P{Cc}\n]|[\p{Cs}\p{NChar}\u202a-\u202e\u2066-\u2069]/u);
    assert.ok(page.includes('<bdi>a\\u0001\\u001b[31m\\u202eb\\u2066\\u{fffe}\\u{1ffff}\\ud800</bdi>'));
  });

  it('repeats a filter as text', async () => {
    const evil = '"><script>alert("1")</script>\'&';
    const page = await pageOf([NODE_STATUS], { ...OPTIONS, query: `q=${encodeURIComponent(evil)}` });
    assert.doesNotMatch(page, /<script>|alert\("/);
    assert.equal(
      page.split('&quot;&gt;&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;').length,
      3,
    );
  });

  it('tells of a discovery that fails, has not ended or found nothing: why, since when, and what to do', async () => {
    const lastError = {
      reason: 'auth',
      message: 'got a 401',
      details: {},
      at: momentAt(NOW - 30_000),
    } as const;
    const failing = { up: false, lastSuccessAt: momentAt(NOW - 600_000), lastError };
    const of = async (discovery: ProjectStatus['discovery'], statuses: readonly NodeStatus[] = []) =>
      visible(
        await pageOf(statuses, OPTIONS, new FakeClock(NOW), [
          { name: 'prod', nodes: statuses.length, nodesOfAllShards: statuses.length, discovery },
        ]),
      );
    const blind = await of({ ...failing, lastSuccessAt: undefined });
    assert.match(blind, /\nprod\n: discovery fails, and no node is known\nauth:\ngot a 401\n/);
    assert.match(
      blind,
      /\nDiscovery\ndiscovery fails\nprod\n0 nodes are collected · discovery has not succeeded yet\n/,
    );
    assert.match(blind, /\nauth\n30 s ago:\ngot a 401\nWhat to do:\n.+instance:list\)/);
    const known = await of(failing, [NODE_STATUS]);
    assert.match(known, /\nprod\n: discovery fails, and new nodes are not found\nauth/);
    assert.match(known, /\n1 node is collected · last success 10 min ago\n/);
    assert.match(known, /The nodes that are known are still collected\.\n/);
    const searching = { up: undefined, lastSuccessAt: undefined, lastError: undefined };
    assert.match(await of(searching), /\nNo nodes yet: the first discovery of\nprod\nhas not ended\n/);
    const whyNone = '2 instances seen, 0 match instance_name "x"';
    const empty = await of({
      up: true,
      lastSuccessAt: momentAt(NOW),
      found: 0,
      whyNone,
      lastError: undefined,
    });
    assert.match(
      empty,
      /\nprod\n: discovery finds nothing to collect\n2 instances seen, 0 match [\s\S]*\nnothing found\nprod\n/,
    );
    assert.match(empty, /\n2 instances seen, 0 match .+\nWhat to do:\n.*Compare discovery\.instance_name/);
    assert.match(await of(undefined), /\nNo nodes: none is configured\n/);
    assert.doesNotMatch(
      await of({ ...failing, up: true, found: 1, lastError: undefined }, [NODE_STATUS]),
      /\nDiscovery\n/,
    );
  });

  it('shows of several projects the worst first, as the headline does', async () => {
    const at = { lastSuccessAt: momentAt(NOW), lastError: undefined };
    const lastError = { reason: 'api', message: 'got a 500', details: {}, at: momentAt(NOW) } as const;
    const success = { ...at, up: true, found: 0, whyNone: 'none seen' };
    const project = (name: string, all: number, discovery: ProjectStatus['discovery']) => ({
      name,
      nodes: 0,
      nodesOfAllShards: all,
      discovery,
    });
    const text = visible(
      await pageOf([NODE_STATUS], OPTIONS, new FakeClock(NOW), [
        project('elsewhere', 3, { ...success, found: 3, whyNone: undefined }),
        project('searching', 0, { ...at, up: undefined }),
        project('listed', 1, success),
        project('failing', 1, { ...at, up: false, lastError }),
        project('empty', 0, success),
        project('blind', 0, { ...at, up: false, lastError }),
      ]),
    );
    const [, section = ''] = text.split('\nDiscovery\n');
    assert.deepEqual(section.match(/^(?:elsewhere|searching|listed|failing|empty|blind)$/gmu), [
      'blind',
      'empty',
      'failing',
      'listed',
      'searching',
      'elsewhere',
    ]);
    assert.match(
      text,
      /\nblind\n: discovery fails, and no node is known — and 3 other projects need attention\n/,
    );
    assert.match(section, /\nOther shards collect all its 3 nodes\.\n/);
  });

  it('says that a node was never collected, not that its figures are too old', async () => {
    const lastError = { reason: 'network', message: 'got a reset', details: {}, at: momentAt(NOW) } as const;
    const text = visible(await pageOf([{ ...UNTRIED_STATUS, up: false, lastError }]));
    assert.match(text, /\norders-primary\n: never collected\nnetwork:\ngot a reset\n1\nnever collected\n/);
    assert.match(text, /No collection of this node has succeeded since the exporter started\.\n/);
    assert.doesNotMatch(text, /too old/);
  });

  it('shows what is usual beside the sessions, and a longest session that sleeps in grey', async () => {
    const page = await pageOf([
      { ...NODE_STATUS, previousSessions: 5, incidents: incidentStatus({ usual: { sessions: 5 } }) },
    ]);
    assert.match(visible(page), /\n6\n\+1\nsessions, usual 5\n/);
    assert.match(
      page,
      /<li class="bar w100 rest"><bdi>Sleep<\/bdi>[\s\S]*<li class="bar w3"><bdi>Query<\/bdi>/,
    );
  });

  describe('with incidents', () => {
    const lasting = { ...INCIDENT_SUMMARY, ended_at: null };
    const { id, node_id: nodeId } = INCIDENT_SUMMARY;
    const active = { id, kinds: ['spike'] } as const;
    const earlier = recordOf(nodeId, NOW - 50_000_000, ['spike'], { ended_at: secondsIn(-4000) });
    const elsewhere = { ...lasting, node_id: statusOf(7).node.nodeId };
    const markOn = async (
      incidents: readonly IncidentSummary[] | undefined,
      status: IncidentStatus | undefined,
      now: number = NOW,
    ) => {
      const fleet = { ...fleetOf([{ ...NODE_STATUS, incidents: status }]), incidents };
      const content = { ...PLAIN, fleet, clock: new FakeClock(epochMs(now)) };
      const page = String(Buffer.concat([...(await NODES_PAGE.render(content))]));
      return /<p class="mark[\s\S]*?<\/a><\/p>/u.exec(page)?.[0];
    };
    const text = (html = '') => html.replace(/<[^>]*>/gu, '');

    it('marks the node whose incident lasts, with a link to it and who is behind it', async () => {
      const mark = await markOn([elsewhere, lasting, summaryOf(earlier)], incidentStatus({ active }));
      assert.equal(
        text(mark),
        'Incident since 2026-01-02 03:02:17 UTC: svc@billing from billing-1.internal: 7 → 129 sessions, 84 % of the growth',
      );
      assert.match(mark ?? '', /<p class="mark critical">/u);
      assert.ok(mark?.includes(`<a href="./incidents/${id}">`));
    });

    it('knows the kinds of one of which there is no record yet', async () => {
      assert.equal(
        text(await markOn([elsewhere], incidentStatus({ active: { id, kinds: ['spike', 'long_query'] } }))),
        'Incident since 2026-01-02 03:02:17 UTC: spike of sessions, long query',
      );
    });

    it('marks the last one for an hour after its end', async () => {
      const { ended_at: end } = INCIDENT_SUMMARY;
      const hourLater = Date.parse(end ?? '') + 3_600_000;
      const listed = [INCIDENT_SUMMARY, summaryOf(earlier)];
      const mark = await markOn(listed, incidentStatus(), hourLater - 1);
      assert.match(text(mark), /^Last incident 03:02 to 03:06 UTC: svc@billing/u);
      assert.doesNotMatch(mark ?? '', /critical/u);
      assert.equal(await markOn(listed, incidentStatus(), hourLater), undefined);
      // After a restart nobody saw the end.
      assert.match(text(await markOn([lasting], undefined)), /^Last incident 03:02 UTC: svc/u);
    });

    it('marks nothing where there is none, and where incidents are disabled', async () => {
      assert.equal(await markOn([elsewhere], incidentStatus()), undefined);
      assert.equal(await markOn(undefined, incidentStatus({ active })), undefined);
    });

    it('shows the words of a statement in a headline to none but who may read texts', async () => {
      const summary = { ...lasting, headline: 'statement 0123456789abcdef (SELECT orders): 0 → 118' };
      const fleet = { ...fleetOf([NODE_STATUS]), incidents: [summary], statementTexts: 'digest' as const };
      const content = { ...PLAIN, fleet, clock: new FakeClock(NOW) };
      const page = String(Buffer.concat([...(await NODES_PAGE.render(content))]));
      assert.match(page, /<bdi>statement 0123456789abcdef: 0 → 118<\/bdi>/u);
    });
  });

  it('takes nothing from elsewhere and has nothing inline but its style, and its policy allows no more', async () => {
    const page = await pageOf([NODE_STATUS]);
    assert.doesNotMatch(
      page,
      /<script>|<img|<iframe|style=|(href|src)="(https?:|\/\/)|url\(|@import| on\w+=/,
    );
    const css = /<style>([\s\S]*)<\/style>/.exec(page)?.[1] ?? '';
    const hash = createHash('sha256').update(css).digest('base64');
    const policy = PAGE_HEADERS['Content-Security-Policy'];
    assert.ok(policy.startsWith(`default-src 'none'; style-src 'sha256-${hash}'; script-src 'self';`));
    assert.doesNotMatch(policy, /unsafe|\*|https?:/);
  });
});
