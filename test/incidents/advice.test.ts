import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  ADVICE,
  ADVICE_ON_HOST,
  ADVICE_ON_USER,
  adviceOn,
  endingsOf,
  killCommand,
} from '../../src/incidents/advice.js';
import type { Culprit, RecordedSession } from '../../src/incidents/record.js';

const DOCUMENTATION = readFileSync(path.resolve(import.meta.dirname, '../../docs/alerts.md'), 'utf8');

const NOBODY: Culprit = {
  verdict: 'none',
  share: null,
  user: null,
  host: null,
  database: null,
  statement: null,
  headline: '',
};
const SESSION: RecordedSession = {
  id: null,
  user: null,
  host: null,
  database: null,
  command: null,
  state: null,
  seconds: null,
  transaction_seconds: null,
  waits_for_lock: false,
  statement: null,
};

describe('advice on incidents', () => {
  it('is what the documentation of the alerts says, in its words', () => {
    const words = DOCUMENTATION.replace(/\s+/gu, ' ').toLowerCase();
    for (const { section, paragraphs } of [...Object.values(ADVICE), ADVICE_ON_USER, ADVICE_ON_HOST]) {
      assert.match(DOCUMENTATION, new RegExp(`^##+ ${section}$`, 'mu'));
      for (const sentence of paragraphs.flatMap((text) => text.split(/(?<=[.?]) /u))) {
        assert.ok(words.includes(sentence.toLowerCase()), `${section}: ${sentence}`);
      }
    }
  });

  it('is of each kind, and of the user and host that explain the growth', () => {
    const culprit: Culprit = { ...NOBODY, verdict: 'one', share: 0.9, user: 'app', host: 'web-1' };
    assert.deepEqual(adviceOn({ kinds: ['spike', 'lock_waiting'], culprit }), [
      ADVICE.spike,
      ADVICE.lock_waiting,
      ADVICE_ON_USER,
      ADVICE_ON_HOST,
    ]);
    assert.deepEqual(adviceOn({ kinds: ['spike'], culprit: NOBODY }), [ADVICE.spike]);
    assert.deepEqual(adviceOn({ kinds: ['long_query'], culprit: { ...culprit, share: null } }), [
      ADVICE.long_query,
    ]);
    assert.deepEqual(adviceOn({ kinds: ['manual'], culprit: NOBODY }), []);
  });

  it('shows how to end the likely blockers, and the longest transaction and query where they are what began it', () => {
    const blockers = [
      {
        id: '7',
        user: 'a',
        host: 'b',
        transaction_seconds: 3,
        rows_locked: 1,
        waiting: 1,
        confidence: 'likely' as const,
        reasons: [],
      },
    ];
    const longest = [
      { ...SESSION, id: '8', command: 'Query', seconds: 400, transaction_seconds: 5 },
      { ...SESSION, id: '7', command: 'Sleep', seconds: 3, transaction_seconds: 900 },
    ];
    const figures = { longest_query_seconds: 400, longest_transaction_seconds: 900 };
    assert.deepEqual(endingsOf({ kinds: ['lock_waiting'], blockers, longest, ...figures }), [
      { command: 'KILL 7;', why: 'likely blocker of 1 waiting session' },
    ]);
    const possible = blockers.map((one) => ({ ...one, confidence: 'possible' as const }));
    assert.deepEqual(endingsOf({ kinds: ['lock_waiting'], blockers: possible, longest, ...figures }), []);
    const kinds = ['long_transaction', 'long_query'] as const;
    assert.deepEqual(endingsOf({ kinds, blockers: [], longest, ...figures }), [
      { command: 'KILL 7;', why: 'the longest transaction, 900 s' },
      { command: 'KILL 8;', why: 'the longest query, 400 s' },
    ]);
  });

  it('never shows how to end one that the figures are not of', () => {
    const of = (...longest: readonly Partial<RecordedSession>[]) =>
      endingsOf({
        kinds: ['long_transaction', 'long_query'],
        blockers: [],
        longest: longest.map((one) => ({ ...SESSION, ...one })),
        longest_query_seconds: 400,
        longest_transaction_seconds: 700,
      }).map(({ command, why }) => `${command} ${why}`);
    assert.deepEqual(of({ id: '1', command: 'Query', seconds: 3, transaction_seconds: 3 }, {}), []);
    assert.deepEqual(of({ id: '1', command: 'Field List', seconds: 400 }), []);
    assert.deepEqual(of({ id: '1', seconds: 400 }), [], 'nobody knows what it does');
    for (const command of ['QUERY', 'execute']) {
      const session = { id: '1', command, seconds: 400, waits_for_lock: true };
      assert.deepEqual(of({ id: '2', command: 'Prepare', seconds: 9_000 }, session), [
        'KILL 1; the longest query, 400 s; it waits for a lock itself',
      ]);
    }
    const unknown = { longest_query_seconds: null, longest_transaction_seconds: null };
    assert.deepEqual(endingsOf({ kinds: ['long_query'], blockers: [], longest: [SESSION], ...unknown }), []);
    const short = { longest_query_seconds: 9, longest_transaction_seconds: 3 };
    const longest = [{ ...SESSION, id: '1', command: 'Query', seconds: 9, transaction_seconds: 3 }];
    const kinds = ['spike', 'long_transaction', 'long_query'] as const;
    assert.deepEqual(endingsOf({ kinds, blockers: [], longest, ...short }), []);
  });

  it('makes a command of nothing but the number of a session', () => {
    assert.equal(killCommand('4711'), 'KILL 4711;');
    for (const id of [null, '', '0', '-1', '1; DROP TABLE t', '1\n', '١', '1'.repeat(21)]) {
      assert.equal(killCommand(id), undefined);
    }
  });
});
