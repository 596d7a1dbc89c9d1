// What a real server takes for the same statement, with its own digests, is not split into several here.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import { statementOf } from '../../src/statements/statement-of.js';
import { KERNEL_BUILDS } from '../sessions/kernel-builds.js';
import { newKernel } from '../sessions/kernel-fixture.js';
import { Dice } from '../statements/dice.js';
import { RandomGrammar } from '../statements/random-grammar.js';
import type { Session } from '../statements/random-literals.js';
import { variantOf } from '../statements/statement-variants.js';
import { eventually, runProgram } from '../support/program.js';
import { requireProgram } from '../support/real-programs.js';
import { type MariaServer, startMariaServer } from './maria-server.js';
import { exportSessions } from './session-export.js';

const STATEMENTS = 400;
const VARIANTS = 5;
const SESSION: Session = { mode: 'default', isGbk: false, isHostile: false };

/** The server keeps what it ran, with its digest; none is so long that a digest leaves out its end. */
const OPTIONS = [
  '--performance-schema=ON',
  '--performance-schema-consumer-events-statements-current=ON',
  '--performance-schema-consumer-events-statements-history-long=ON',
  '--performance-schema-events-statements-history-long-size=5000',
  '--performance-schema-max-sql-text-length=8192',
  '--performance-schema-max-digest-length=65536',
  '--max-digest-length=65536',
];

const LASTS = 'SELECT SLEEP(600)';
const RUNNING = [
  `${LASTS} AS s, 'O\\'Brien', "it's" FROM shop.orders WHERE id IN (1, 2, 3)`,
  `${LASTS} /* a comment, 'with a quote */ , 1 -- another\n FROM shop.orders # and one\n WHERE quantity < 0x1F`,
  `${LASTS} FROM shop.orders AS 用户 WHERE '张三' <> '𝒳' /*!50100 AND id = 1 */`,
  `${LASTS} , '${'long, '.repeat(10_000)}'`,
];

describe('statements of a real MariaDB', () => {
  let server: MariaServer | undefined;
  let folder: string;

  before(async function () {
    folder = mkdtempSync(path.join(tmpdir(), 'mariadb-statements-'));
    const programs = {
      install: requireProgram(this, 'mariadb-install-db'),
      server: requireProgram(this, 'mariadbd'),
    };
    server = await startMariaServer(programs, ['127.0.0.1'], OPTIONS);
  });
  after(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  it('have one digest where the server gives them one', async () => {
    const dice = new Dice(20_260_102);
    const statements = Array.from({ length: STATEMENTS }, () => {
      const tokens = new RandomGrammar(dice, SESSION).query();
      // Which this server drops, like any comment.
      const withoutHints = tokens.filter((token) => !token.startsWith('/*+'));
      return Array.from({ length: VARIANTS }, () =>
        Buffer.from(variantOf(withoutHints, dice, SESSION), 'latin1').toString(),
      );
    }).flat();
    const digests = await server?.asRoot((root) => serverDigests(root, statements));
    assert.ok(digests !== undefined && digests.length > statements.length / 2, `${digests?.length} were run`);

    const kernel = newKernel(KERNEL_BUILDS[0]?.code ?? assert.fail());
    const groups = new Map<string, Map<string, string>>();
    for (const { digest, text } of digests) {
      const ours = statementOf(kernel.shapeOf(Buffer.from(text)));
      const group = groups.get(digest) ?? new Map<string, string>();
      groups.set(digest, group.set(ours.digest, `${ours.text}\n    of ${text}`));
    }
    const split = [...groups.values()].filter((group) => group.size > 1);
    assert.deepEqual(
      split.map((group) => [...group.values()].join('\n')),
      [],
    );
    assert.ok(groups.size > STATEMENTS / 2 && groups.size < digests.length / 2, `${groups.size} groups`);
  });

  it('are read from its process list as they were sent', async () => {
    const csv = await processList(server ?? assert.fail(), RUNNING);
    const file = path.join(folder, 'sessions.csv');
    writeFileSync(file, csv);
    const replayed = await runProgram(['replay', '--output=json', file]);
    const digested = await runProgram(['digest', '--null', '--output=json'], {}, RUNNING.join('\0'));
    const digests = digested.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).digest);
    assert.equal(new Set(digests).size, RUNNING.length);
    const shown: readonly { digest: string; text: string }[] = JSON.parse(replayed.stdout).nodes[0].statements
      .top;
    assert.deepEqual(
      shown
        .filter(({ text }) => text.startsWith('SELECT SLEEP(?)'))
        .map(({ digest }) => digest)
        .sort(),
      digests.sort(),
    );
  });
});

/** The sessions of a server on which these statements run. */
async function processList(server: MariaServer, statements: readonly string[]): Promise<string> {
  const clients = await Promise.all(
    statements.map(() => createConnection({ user: 'root', socketPath: server.socketPath })),
  );
  for (const [index, client] of clients.entries()) {
    client.query(statements[index] ?? '').catch(() => undefined);
  }
  try {
    return await server.asRoot((root) =>
      eventually(async () => {
        const { csv } = await exportSessions(root);
        return csv.split(LASTS).length > statements.length ? csv : undefined;
      }, 'all statements in the process list'),
    );
  } finally {
    for (const client of clients) {
      client.destroy();
    }
  }
}

interface Digested {
  readonly text: string;
  /** The server's own. */
  readonly digest: string;
}

/** Of those that the server can parse: tables may be missing. */
async function serverDigests(root: Connection, statements: readonly string[]): Promise<readonly Digested[]> {
  await root.query('USE shop');
  for (const statement of statements) {
    await root.query(statement).catch(() => undefined);
  }
  const [rows] = await root.query<RowDataPacket[]>(
    `SELECT SQL_TEXT, DIGEST FROM performance_schema.events_statements_history_long WHERE DIGEST IS NOT NULL`,
  );
  const texts = new Set(statements);
  return rows
    .map((row) => ({ text: String(row.SQL_TEXT), digest: String(row.DIGEST) }))
    .filter(({ text }) => texts.has(text));
}
