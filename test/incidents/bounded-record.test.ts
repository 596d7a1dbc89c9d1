import assert from 'node:assert/strict';
import { boundedRecord, headOf } from '../../src/incidents/bounded-record.js';
import { parseHead, parseRecord, readIncidentId } from '../../src/incidents/parse-record.js';
import { type IncidentRecord, MAX_RECORD_BYTES } from '../../src/incidents/record.js';
import { SAMPLE_NODE, sampleRecord } from './sample-record.js';

/** Every list as long as it may be, or longer, and every text the same. */
function fullRecord(text: string, times = 1): IncidentRecord {
  const many = <T>(count: number, one: T): T[] => Array.from({ length: count * times }, () => one);
  const sample = sampleRecord();
  const statement = { digest: 'a3f1c2d4e5b60718', text };
  const grown = many(10, { value: text, before: 1, now: 2, share: 0.1 });
  const [session] = sample.longest;
  const [blocker] = sample.blockers;
  const [point] = sample.timeline;
  assert.ok(session !== undefined && blocker !== undefined && point !== undefined);
  return {
    ...sample,
    project: text,
    node_name: text,
    role: text,
    culprit: { ...sample.culprit, user: text, host: text, database: text, statement, headline: text },
    growth: {
      user: grown,
      host: grown,
      database: grown,
      state: grown,
      command: grown,
      statement: many(10, { ...statement, before: 1, now: 2, share: 0.1 }),
      pairs: many(10, { user: text, host: text, before: 1, now: 2, share: 0.1 }),
    },
    statements: many(50, {
      ...statement,
      cut: true,
      ambiguous: true,
      sensitive: true,
      sessions: 1e9,
      seconds: 1e9,
      longest_seconds: 1e9,
    }),
    longest: many(20, {
      ...session,
      id: '1'.repeat(20),
      user: text,
      host: text,
      database: text,
      command: text,
      state: text,
      statement,
    }),
    blockers: many(10, { ...blocker, user: text, host: text, reasons: many(10, text) }),
    timeline: many(120, point).map((each, index) => ({ ...each, sessions: index })),
  };
}

/** All of them take six bytes each in JSON, and most are no part of a line. */
const CONTROLS = Array.from({ length: 128 }, (_, index) => String.fromCharCode(index % 32)).join('');

describe('boundedRecord', () => {
  it('keeps a record that fits as it is', () => {
    const record = sampleRecord();
    const { bytes, record: within } = boundedRecord(record);
    assert.deepEqual(within, record);
    assert.deepEqual(parseRecord(bytes.toString()), record);
  });

  for (const [what, text, times] of [
    ['names of 128 control characters', CONTROLS, 1],
    ['names of 128 characters beyond the basic plane', '😀'.repeat(128), 1],
    ['texts of a megabyte', `${CONTROLS}\ud800`.repeat(8_000), 1],
    ['lists a hundred times too long', CONTROLS, 100],
  ] as const) {
    it(`stays within its bound with ${what} in full lists, and can be read`, () => {
      const { bytes, record } = boundedRecord(fullRecord(text, times));
      assert.ok(bytes.length <= MAX_RECORD_BYTES, String(bytes.length));
      const read = parseRecord(bytes.toString());
      assert.deepEqual(read, JSON.parse(JSON.stringify(record)));
      assert.equal(read?.id, sampleRecord().id);
      assert.ok((read?.growth.user.length ?? 0) >= 5 && (read?.longest.length ?? 0) >= 10);
      assert.equal(headOf(bytes.toString())?.id, record.id);
    });
  }

  it('drops the middle of the timeline: how it began and how it stands remain', () => {
    const { record } = boundedRecord(fullRecord('', 100));
    const points = record.timeline.map(({ sessions }) => sessions);
    assert.equal(points.length, 120);
    assert.deepEqual([points[0], points.at(-1)], [0, 11_999]);
  });

  it('cuts no character in half', () => {
    const { record } = boundedRecord(fullRecord('😀'.repeat(100_000)));
    assert.ok(record.culprit.headline.endsWith('😀…'));
    assert.ok(!/\p{Cs}/u.test(record.culprit.headline));
  });
});

describe('parseRecord', () => {
  const text = (change: (record: Record<string, unknown>) => void): string => {
    const record = JSON.parse(JSON.stringify(sampleRecord()));
    change(record);
    return JSON.stringify(record);
  };

  it('reads a record, also one that a person wrote anew or a later version added to', () => {
    const record = sampleRecord();
    assert.deepEqual(parseRecord(JSON.stringify(record, undefined, 2)), record);
    assert.ok(parseRecord(text((one) => Object.assign(one, { later: 1 }))));
  });

  it('takes nothing else for one', () => {
    const others = [
      '',
      'x',
      'null',
      '[]',
      '{}',
      '{"schema":1}',
      JSON.stringify(sampleRecord()).slice(0, -1),
      text((one) => Object.assign(one, { schema: 2 })),
      text((one) => Object.assign(one, { id: `${SAMPLE_NODE}-1` })),
      text((one) => Object.assign(one, { kinds: [] })),
      text((one) => Object.assign(one, { kinds: ['spike', 'spike'] })),
      text((one) => Object.assign(one, { kinds: ['flood'] })),
      text((one) => Object.assign(one, { ended_at: 'yesterday' })),
      text((one) => Object.assign(one, { recorded_at: '2026-13-02T03:04:05Z' })),
      text((one) => Object.assign(one, { node_name: { toString: 1 } })),
      text((one) => Object.assign(one, { timeline: Array(121).fill(sampleRecord().timeline[0]) })),
      text((one) => Object.assign(one, { timeline: [{ at: sampleRecord().started_at }] })),
      text((one) => Object.assign(one, { statements: [{ digest: '../../etc/passwd', text: '' }] })),
      JSON.stringify(sampleRecord()).replace('"peak":241', '"peak":1e999'),
      JSON.stringify(sampleRecord()).replace('"peak":241', '"peak":-1'),
    ];
    for (const other of others) {
      assert.equal(parseRecord(other), undefined, other.slice(0, 100));
    }
  });

  it('insists on every field there is', () => {
    const fields = Object.keys(sampleRecord());
    assert.equal(fields.length, 24);
    for (const field of fields) {
      assert.equal(parseRecord(text((one) => Reflect.deleteProperty(one, field))), undefined, field);
    }
    assert.ok(parseHead(text((one) => Reflect.deleteProperty(one, 'timeline'))));
  });
});

describe('readIncidentId', () => {
  it('reads ids of nodes and seconds, and no path', () => {
    assert.deepEqual(readIncidentId(`${SAMPLE_NODE}-1767323040`), {
      nodeId: SAMPLE_NODE,
      seconds: 1767323040,
    });
    for (const id of [
      '',
      '__proto__',
      '../../etc/passwd',
      `${SAMPLE_NODE}-01`,
      `${SAMPLE_NODE}-1e3`,
      `${SAMPLE_NODE}-1\n`,
      `x${SAMPLE_NODE}-1`,
      `../${SAMPLE_NODE.slice(3)}-1`,
    ]) {
      assert.equal(readIncidentId(id), undefined, id);
    }
  });
});
