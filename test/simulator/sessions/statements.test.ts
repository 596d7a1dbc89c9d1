import assert from 'node:assert/strict';
import { HEX_MARK, NUMBER_MARK, TEXT_MARK } from '../../../src/simulator/sessions/marked-values.js';
import { generateSessions, type SessionSource } from '../../../src/simulator/sessions/session-generator.js';
import type { SimulatedSession } from '../../../src/simulator/sessions/simulated-session.js';
import { spikeAt } from '../../../src/simulator/sessions/traffic.js';

const START = Date.UTC(2026, 0, 2, 3, 4, 5);
const MASTER: SessionSource = { seed: 7, role: 'master', sessions: 1_000 };
/** Of a whole simulated day. */
const MOMENTS = Array.from({ length: 144 }, (_, index) => START + index * 10_000);

const CLASSES: Readonly<Record<string, RegExp>> = {
  read: /^SELECT \* FROM orders WHERE id = \d+$/u,
  write: /^UPDATE orders SET /u,
  report: /GROUP BY 1, 2/u,
  'common table expression, union and case': /^WITH [\s\S]* UNION ALL [\s\S]* CASE WHEN /u,
  batch: /^INSERT INTO daily_totals SELECT /u,
  definition: /^CREATE TABLE /u,
  account: /^CREATE USER '/u,
  'account without quotes': /^ALTER USER \w+@localhost /u,
  password: /^SET PASSWORD FOR /u,
  replication: /^CHANGE REPLICATION SOURCE /u,
  server: /^CREATE SERVER /u,
  call: /^CALL /u,
  load: /^LOAD DATA LOCAL INFILE /u,
  variable: /^SET @\w+ = /u,
  show: /^SHOW TABLES LIKE /u,
  kill: /^KILL QUERY \d+$/u,
  'text of a prepared statement': /^PREPARE find FROM /u,
  execute: /^EXECUTE \w+ USING @/u,
  savepoint: /^SAVEPOINT /u,
  'several in one': /^START TRANSACTION; UPDATE [^;]*; COMMIT;$/u,
  'executable comment': /\/\*!40001 .*\/\*!50100 /u,
  hint: /\/\*\+ MAX_EXECUTION_TIME/u,
  'comment of tracing behind it': /\/\*application='\w+',request='[^']+',traceparent='[^']+'\*\/$/u,
  'numbered table': /orders_2026_0\d/u,
  'other script': /订单明细/u,
  'character that ends in a backslash in GBK': /縗'/u,
  'doubled quote': /[^']''[^']/u,
  'escaped quote': /\\'[^ ]/u,
  'backslash that escapes nothing, perhaps': /\\' AND /u,
  'quote in a comment': /\/\* it's /u,
  NUL: /\0/u,
  'control character': new RegExp(String.fromCharCode(0x1b), 'u'),
  markup: /<b>/u,
  parentheses: /\({100}/u,
  'charset introducer': /_utf8mb4'/u,
  hexadecimal: /X'[\da-f]+' OR \w+ = 0x[\da-f]+/u,
};

const sessionsAt = (at: number, source = MASTER): SimulatedSession[] => [...generateSessions(source, at)];

/** Values of the sessions that differ, as far as marks tell. */
function withoutValues(statement: string): string {
  return statement.replaceAll(/zqvalue-\w+/gu, '?');
}

describe('simulated statements', () => {
  let statements: ReadonlySet<string>;

  before(() => {
    const all = MOMENTS.flatMap((at) => sessionsAt(at)).filter(({ user }) => user !== 'rdsAdmin');
    statements = new Set(all.map(({ statement }) => statement));
  });

  for (const [name, pattern] of Object.entries(CLASSES)) {
    it(`are of every class: ${name}`, () => {
      assert.ok([...statements].some((statement) => pattern.test(statement)));
    });
  }

  it('are cut where lists cut them', () => {
    const lengths = [...statements].map((statement) => Array.from(statement).length);
    assert.equal(Math.max(...lengths), 1_024);
    const cut = lengths.filter((length) => length === 1_024).length;
    assert.ok(cut > 20 && cut < lengths.length / 4, `${cut} of ${lengths.length}`);
  });

  it('mark every text and every long number', () => {
    const names = /^'(?:[,"%]|orders|payments|billing|NO_BACKSLASH_ESCAPES|\$\.user\.name|01)'$/u;
    for (const statement of statements) {
      // In pairs where quotes are plain; a text that is cut has no end.
      const plain = /[\\#]|--|it's|<b>/u.test(statement) ? '' : statement;
      for (const [text] of plain.matchAll(/'[^']*(?:'|$)/gu)) {
        const isMarked = text.includes(TEXT_MARK) || text.includes(HEX_MARK) || plain.endsWith(text);
        assert.ok(isMarked || names.test(text), `${text} in ${statement}`);
      }
      for (const [digits] of statement.matchAll(/(?<![\w-])\d{6,}(?![\w-])/gu)) {
        assert.ok(digits.startsWith(NUMBER_MARK), `${digits} in ${statement}`);
      }
    }
  });

  it('change nothing on a replica', () => {
    const changes = /^(?:INSERT|UPDATE|DELETE|REPLACE|CREATE|ALTER|GRANT|LOAD|CALL|SET PASSWORD|START)/u;
    for (const { statement } of MOMENTS.flatMap((at) => sessionsAt(at, { ...MASTER, role: 'slave' }))) {
      assert.doesNotMatch(statement, changes);
    }
  });

  it('are the same but for their values in all sessions of a spike, and in hardly any other', () => {
    let spikes = 0;
    for (const at of MOMENTS) {
      const spike = spikeAt(MASTER.seed, at);
      if (spike === undefined || spike.sinceMs < 5_000) {
        continue;
      }
      spikes += 1;
      const counts = new Map<string, number>();
      const texts = new Set<string>();
      for (const { statement } of sessionsAt(at).filter(({ statement }) => statement !== '')) {
        const text = withoutValues(statement);
        counts.set(text, (counts.get(text) ?? 0) + 1);
        texts.add(statement);
      }
      const most = Math.max(...counts.values());
      assert.ok(most > MASTER.sessions / 2, `${most} sessions`);
      assert.ok(texts.size > MASTER.sessions / 2, `${texts.size} texts`);
    }
    assert.ok(spikes > 10);
  });
});
