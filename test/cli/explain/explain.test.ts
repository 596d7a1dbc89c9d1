// What `explain` makes of records: text for a terminal, a table, and which record is meant.
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import stringWidth from 'string-width';
import { incidentTable } from '../../../src/cli/explain/incident-table.js';
import { incidentText } from '../../../src/cli/explain/incident-text.js';
import {
  column,
  cutTo,
  growthBar,
  sparkline,
  thinned,
  wrapped,
} from '../../../src/cli/explain/plain-lines.js';
import { SavedRecords } from '../../../src/cli/explain/record-sources.js';
import { boundedRecord } from '../../../src/incidents/bounded-record.js';
import { type IncidentRecord, summaryOf } from '../../../src/incidents/record.js';
import { INCIDENT_KINDS } from '../../../src/model/incident.js';
import { escapeControls } from '../../../src/visible-text.js';
import { nodeIdOf, SAMPLE_NODE, SAMPLE_START, sampleRecord } from '../../incidents/sample-record.js';
import { newDirectory } from '../../incidents/store/sample-store.js';

const MINUTE = 60_000;

/** The same record with another text in place of every name and statement. */
function withTexts(text: string): IncidentRecord {
  const kept = new Set(['id', 'node_id', 'started_at', 'ended_at', 'recorded_at', 'at', 'digest', 'verdict']);
  const renamed = JSON.parse(JSON.stringify(sampleRecord()), (name, value) =>
    typeof value === 'string' && !kept.has(name) && !/^(?:likely|spike|lock_waiting|sessions)$/u.test(value)
      ? text
      : value,
  );
  return { ...renamed, kinds: ['spike', 'lock_waiting'], growth_of: 'sessions' };
}

function widest(text: string): number {
  return Math.max(...text.split('\n').map((line) => stringWidth(line)));
}

describe('incidentText', () => {
  it('says what it is first, then who grew against what, what runs, who blocks, how it came, and what to do', () => {
    const text = incidentText(sampleRecord());
    assert.ok(text.startsWith(`${sampleRecord().culprit.headline}\n\nNode orders-primary`));
    const places = [
      'WHAT GREW (sessions',
      'svc@billing                    ░█████████████████████        7    129  91 %',
      'STATEMENTS',
      'a3f1c2d4e5b60718 SELECT * FROM invoice WHERE customer_id = ?',
      'WHO SEEMS TO BLOCK',
      'idle in transaction for 312 s',
      'LONGEST SESSIONS',
      'TIMELINE, 2026-01-02 02:49:00 UTC to 2026-01-02 03:06:00 UTC',
      'sessions    ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▅▇█ ≤ 229',
      '^ began',
      'WHAT TO DO',
      'KILL 4242;',
    ].map((part) => text.indexOf(part));
    assert.ok(!places.includes(-1), places.join());
    assert.deepEqual(
      places,
      places.toSorted((a, b) => a - b),
    );
    assert.doesNotMatch(text, /batch/u, 'what became less did not grow');
  });

  for (const [what, name] of [
    ['control characters', '\u001b[2J\r\n\u0007\u202e'.repeat(20)],
    ['Chinese names', '订单服务'.repeat(32)],
    ['one long word', 'x'.repeat(400)],
    ['characters of many code points', '👩‍👩‍👧‍👦'.repeat(30)],
    ['nothing', ''],
  ] as const) {
    it(`has no line wider than 80 columns and nothing a terminal acts upon, with ${what}`, () => {
      const text = incidentText(withTexts(name));
      assert.ok(widest(text) <= 80, String(widest(text)));
      assert.equal(escapeControls(text), text);
      const table = incidentTable([summaryOf(withTexts(name))]);
      assert.ok(widest(table) <= 80, String(widest(table)));
      assert.equal(escapeControls(table), table);
    });
  }

  it('says less of a record that knows less, of every kind', () => {
    const figure = { usual: null, before: null, now: null, peak: null };
    for (const kind of INCIDENT_KINDS) {
      const text = incidentText(
        sampleRecord(
          {},
          {
            kinds: [kind],
            node_name: '',
            role: '',
            sessions: figure,
            active: figure,
            lock_waiting: null,
            longest_query_seconds: null,
            longest_transaction_seconds: null,
            max_connections: null,
            culprit: { ...sampleRecord().culprit, share: null, headline: 'no single user' },
            growth: { user: [], host: [], database: [], state: [], command: [], statement: [], pairs: [] },
            statements: [],
            longest: [],
            blockers: [],
            timeline: [],
          },
        ),
      );
      assert.doesNotMatch(text, /null|undefined|NaN|Infinity|GREW|STATEMENTS|BLOCK|LONGEST|TIMELINE|KILL/u);
      assert.match(
        text,
        new RegExp(`^no single user\n\nNode ${SAMPLE_NODE} of production\nIncident .*: ${kind}\n`, 'u'),
      );
      assert.equal(text.includes('WHAT TO DO'), kind !== 'manual');
    }
  });

  it('shows statements by digest alone where their text is not kept', () => {
    const one = { digest: 'a3f1c2d4e5b60718', text: null };
    const { statements, growth } = sampleRecord();
    const text = incidentText(
      sampleRecord(
        {},
        {
          statements: statements.map((statement) => ({ ...statement, ...one })),
          growth: { ...growth, statement: growth.statement.map((statement) => ({ ...statement, ...one })) },
        },
      ),
    );
    assert.match(text, /Statements\n {2}a3f1c2d4e5b60718 +█/u);
    assert.match(text, /in all, longest 73 s\n {4}a3f1c2d4e5b60718\n/u);
  });
});

describe('incidentTable', () => {
  it('has a line for each of the last incidents, with its id and headline below', () => {
    const summaries = [
      sampleRecord({}, { node_name: '订单主库', ended_at: '2026-01-02T03:31:00Z' }),
      sampleRecord(
        { startMs: SAMPLE_START - MINUTE },
        { sessions: { usual: 86.5, before: 1, now: 2, peak: 3 } },
      ),
    ].map(summaryOf);
    assert.equal(
      incidentTable(summaries),
      [
        'STARTED           LASTED  NODE            KINDS           SESSIONS  USUAL',
        '2026-01-02 03:04  27 min  订单主库        spike lock_wa…  241       86',
        `  ${summaries[0]?.id}`,
        `  ${summaries[0]?.headline}`,
        '2026-01-02 03:03  no end  orders-primary  spike lock_wa…  3         87',
        `  ${summaries[1]?.id}`,
        `  ${summaries[1]?.headline}`,
        '',
      ].join('\n'),
    );
    assert.equal(incidentTable([]), 'no incidents\n');
  });

  it('counts those that it leaves out', () => {
    const summaries = Array.from({ length: 23 }, (_, index) =>
      summaryOf(sampleRecord({ startMs: SAMPLE_START - index * MINUTE })),
    );
    const lines = incidentTable(summaries).trimEnd().split('\n');
    assert.equal(lines.length, 1 + 3 * 20 + 1);
    assert.match(lines.at(-1) ?? '', /^and 3 older incidents/u);
  });
});

describe('SavedRecords', () => {
  let directory = '';
  let remove = (): void => {};
  beforeEach(() => {
    ({ directory, remove } = newDirectory());
  });
  afterEach(() => remove());

  function save(...records: readonly IncidentRecord[]): void {
    mkdirSync(directory, { recursive: true });
    for (const record of records) {
      writeFileSync(path.join(directory, `${record.id}.json`), boundedRecord(record).bytes);
    }
  }

  it('finds a record by its id, and lists the newest first', async () => {
    const older = sampleRecord({ startMs: SAMPLE_START - MINUTE });
    save(sampleRecord(), older);
    const saved = new SavedRecords(directory);
    assert.deepEqual(await saved.get(older.id), older);
    assert.deepEqual(
      (await saved.list()).map(({ id }) => id),
      [sampleRecord().id, older.id],
    );
  });

  it('says of an unknown id what there is of that node', async () => {
    save(
      sampleRecord({ nodeId: nodeIdOf(1) }),
      ...Array.from({ length: 7 }, (_, index) => sampleRecord({ startMs: SAMPLE_START + index * MINUTE })),
    );
    const saved = new SavedRecords(directory);
    const of = (nodeId: string) => saved.get(`${nodeId}-1`);
    await assert.rejects(of(SAMPLE_NODE), (error: Error) => {
      const newest = sampleRecord({ startMs: SAMPLE_START + 6 * MINUTE }).id;
      assert.ok(
        error.message.startsWith(`${directory}: no incident ${SAMPLE_NODE}-1: there are ${newest}, `),
      );
      return error.message.endsWith(' and 2 older ones');
    });
    await assert.rejects(of(nodeIdOf(1)), /there is 0{31}1no07-1767323040$/u);
    await assert.rejects(of(nodeIdOf(2)), /there are none of this node$/u);
  });

  it('changes nothing in the directory', async () => {
    save(sampleRecord());
    writeFileSync(path.join(directory, `.${sampleRecord().id}.json.0123456789ab.tmp`), '');
    const before = readdirSync(directory);
    await new SavedRecords(directory).list();
    assert.deepEqual(readdirSync(directory), before);
  });

  it('says what is wrong with the directory', () => {
    assert.throws(() => new SavedRecords(directory), /incidents.directory\): cannot be read: no such file$/u);
    writeFileSync(directory, '');
    assert.throws(() => new SavedRecords(directory), /cannot be read: not a folder$/u);
  });
});

describe('lines of a terminal', () => {
  it('are cut, filled and wrapped by columns', () => {
    assert.equal(cutTo('订单服务', 5), '订单…');
    assert.equal(column('订单服务', 6), '订单… ');
    assert.equal(column('ab', 4), 'ab  ');
    assert.deepEqual(wrapped(`${'word '.repeat(15)}1234 s`, 0), ['word '.repeat(15).trimEnd(), '1234 s']);
    assert.deepEqual(wrapped('x'.repeat(100), 70, 3), [
      `${' '.repeat(70)}${'x'.repeat(10)}`,
      `${' '.repeat(70)}${'x'.repeat(10)}`,
      `${' '.repeat(70)}${'x'.repeat(9)}…`,
    ]);
  });

  it('draw what was there and what came, and never something as nothing', () => {
    assert.equal(growthBar(5, 10, 10, 10), '░░░░░█████');
    assert.equal(growthBar(0, 1, 1_000, 10), '█');
    assert.equal(growthBar(999, 1_000, 1_000, 10), '░░░░░░░░░█');
    assert.equal(growthBar(5, 3, 10, 10), '░░░');
    assert.equal(growthBar(0, 0, 0, 10), '');
  });

  it('draw levels from 0 to the highest, and leave out what is not known', () => {
    assert.equal(sparkline([0, null, 50, 100], 100), '▁ ▅█');
    assert.deepEqual(thinned([1, 5, null, null, 2, 3], 3), [5, null, 3]);
    assert.deepEqual(thinned([1, null], 3), [1, null]);
  });
});
