import assert from 'node:assert/strict';
import { forReader, summaryForReader } from '../../src/incidents/for-reader.js';
import type { IncidentRecord } from '../../src/incidents/record.js';
import { BARE_RECORD, INCIDENT_RECORD, INCIDENT_SUMMARY } from '../support/incident-record-fixture.js';

const HIDING = ['digest', 'open_listener', 'off'] as const;

function withHeadline(headline: string): IncidentRecord {
  return { ...INCIDENT_RECORD, culprit: { ...INCIDENT_RECORD.culprit, headline } };
}

describe('forReader', () => {
  it('leaves the record as it is where texts are shown', () => {
    assert.equal(forReader(INCIDENT_RECORD, 'shown'), INCIDENT_RECORD);
  });

  for (const texts of HIDING) {
    it(`lets no text of a statement through with ${texts}, in whatever field it is`, () => {
      const later = { ...INCIDENT_RECORD, later: [{ deep: { digest: 'd', text: 'SELECT deep' } }] };
      const seen = JSON.stringify(forReader(later, texts));
      assert.doesNotMatch(seen, /SELECT|UPDATE|INSERT|invoices|audit|deep"?:\{"digest":"d","text":"S/u);
      assert.ok(seen.includes('svc@billing'));
    });
  }

  it('keeps all but the texts where digests are shown', () => {
    const { growth, statements, longest, culprit, ...rest } = forReader(INCIDENT_RECORD, 'digest');
    const hidden = <One extends object>(one: One) => ({ ...one, text: null });
    assert.deepEqual(culprit.statement, { digest: '0123456789abcdef', text: null });
    assert.deepEqual(growth, {
      ...INCIDENT_RECORD.growth,
      statement: INCIDENT_RECORD.growth.statement.map(hidden),
    });
    assert.deepEqual(statements, INCIDENT_RECORD.statements.map(hidden));
    assert.deepEqual(
      longest.map(({ id, statement }) => [id, statement]),
      [
        ['4712', { digest: '0123456789abcdef', text: null }],
        ['4711', { digest: 'fedcba9876543210', text: null }],
      ],
    );
    const { growth: _, statements: __, longest: ___, culprit: ____, ...before } = INCIDENT_RECORD;
    assert.deepEqual(rest, before);
  });

  it('has no statement at all where they are off', () => {
    const { growth, statements, longest, culprit } = forReader(INCIDENT_RECORD, 'off');
    assert.deepEqual([growth.statement, statements, culprit.statement], [[], [], null]);
    assert.deepEqual(
      longest.map(({ id, statement }) => [id, statement]),
      [
        ['4712', null],
        ['4711', null],
      ],
    );
    assert.equal(growth.user.length, INCIDENT_RECORD.growth.user.length);
    assert.deepEqual(forReader(BARE_RECORD, 'off'), BARE_RECORD);
  });

  const digest = '3f2a3f2a3f2a3f2a';
  for (const [headline, seen] of [
    [`statement ${digest} (SELECT): 0 → 118 active sessions`, `statement ${digest}: 0 → 118 active sessions`],
    [
      `statement ${digest} (SELECT) (0 → 9) and statement 4b4b4b4b4b4b4b4b (WITH) (1 → 8) active sessions, 90 % of the growth`,
      `statement ${digest} (0 → 9) and statement 4b4b4b4b4b4b4b4b (1 → 8) active sessions, 90 % of the growth`,
    ],
    [
      `statement ${digest} (SELECT orders): 0 → 118 active sessions`,
      `statement ${digest}: 0 → 118 active sessions`,
    ],
    [`statement ${digest} (SELECT \`a): 1\`, b): 0 → 118`, `statement ${digest}: 0 → 118`],
    [
      `svc from b: query for 412 s, statement ${digest} (DELETE secr…`,
      `svc from b: query for 412 s, statement ${digest}`,
    ],
    ['svc (old) from b (new): 7 → 9 sessions', 'svc (old) from b (new): 7 → 9 sessions'],
    ['statement a (old) from b: 7 → 9 sessions', 'statement a (old) from b: 7 → 9 sessions'],
  ] as const) {
    it(`makes ${headline} into ${seen} where texts are not shown`, () => {
      assert.equal(forReader(withHeadline(headline), 'digest').culprit.headline, seen);
      assert.equal(summaryForReader({ ...INCIDENT_SUMMARY, headline }, 'open_listener').headline, seen);
      const off = summaryForReader({ ...INCIDENT_SUMMARY, headline }, 'off').headline;
      assert.equal(off, seen.replaceAll(/statement [0-9a-f]{16}/gu, 'a statement'));
      assert.equal(summaryForReader({ ...INCIDENT_SUMMARY, headline }, 'shown').headline, headline);
    });
  }

  it('leaves names in the headline as they are, also where a statement reads so', () => {
    const headline = 'COMMITTEE from commit-1: 7 → 129 sessions, 84 % of the growth';
    const [first, ...rest] = INCIDENT_RECORD.statements;
    assert.ok(first);
    const statements = ['COMMIT', 'commit', ': ', 'T'].map((text) => ({ ...first, text }));
    for (const texts of HIDING) {
      const record = { ...withHeadline(headline), statements: [...statements, ...rest] };
      assert.equal(forReader(record, texts).culprit.headline, headline);
    }
  });
});
