// `digest` through the built program: statements in, their digests and texts out.
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { MAIN, runProgram, startProgram } from '../support/program.js';

interface Pair {
  readonly in: string;
  readonly out: string;
  readonly digest: string;
  /** It was told that the text is cut. */
  readonly opt?: object;
}

const PAIRS: readonly Pair[] = JSON.parse(
  readFileSync(path.join(import.meta.dirname, '../fixtures/statement-pairs.json'), 'utf8'),
);
const CHUNK_BYTES = 256 * 1024;
const MAX_STATEMENT_BYTES = 65_536;

/** The digest of a text: anybody can work it out. */
function digestOf(text: string): string {
  const lower = text.replaceAll(/[A-Z]/gu, (letter) => letter.toLowerCase());
  return createHash('sha256').update(lower).digest('hex').slice(0, 16);
}

function line(text: string, flags = '-'): string {
  return `${digestOf(text)} ${flags} ${text}\n`;
}

/** Runs a line of a shell, in which `$0` is Node, `$1` the program and `$2` the file. */
function runShell(script: string, file: string) {
  return new Promise<{ code: unknown; stdout: string; stderr: string }>((resolve) => {
    execFile('sh', ['-c', script, process.execPath, MAIN, file], (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, stdout, stderr }),
    );
  });
}

describe('digest', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'taurusdb-digest-'));
  after(() => rmSync(folder, { recursive: true }));

  function saved(name: string, content: string | Uint8Array): string {
    const file = path.join(folder, name);
    writeFileSync(file, content);
    return file;
  }

  /** What it prints of a file; nothing must go wrong. */
  async function digest(content: string | Uint8Array, ...flags: string[]): Promise<string> {
    const { code, stdout, stderr } = await runProgram(['digest', ...flags, saved('statements', content)]);
    assert.deepEqual([code, stderr], [0, '']);
    return stdout;
  }

  it('prints digest and text of each statement', async () => {
    const whole = PAIRS.filter(({ opt }) => opt === undefined);
    assert.ok(whole.length > 30);
    const printed = await digest(whole.map((pair) => `${pair.in}\0`).join(''), '--null');
    assert.deepEqual(
      printed.split('\n').map((each) => each.replace(/ [-cas]+ /u, ' ')),
      [...whole.map((pair) => `${pair.digest} ${pair.out}`), ''],
    );
    for (const { digest: expected, out } of whole) {
      assert.equal(digestOf(out), expected);
    }
  });

  it('has flags for what is cut, ambiguous and sensitive', async () => {
    const texts = [
      'SELECT 1',
      "SELECT 'cut",
      "SELECT 'a\\' , c",
      "CREATE USER u IDENTIFIED BY 'p'",
      "ALTER USER u IDENTIFIED BY 'p",
    ];
    const flags = (await digest(texts.join('\n'))).split('\n').map((each) => each.split(' ')[1]);
    assert.deepEqual(flags, ['-', 'c', 'ca', 's', 'cs', undefined]);
  });

  it('prints an object of JSON a line', async () => {
    const printed = await digest("CREATE USER u IDENTIFIED BY 'p\nSELECT * FROM t_1\n", '--output=json');
    const [first, second, rest] = printed.split('\n');
    const { family, ...others } = JSON.parse(second ?? '');
    assert.match(family, /^[0-9a-f]{16}$/u);
    assert.notEqual(family, others.digest);
    assert.deepEqual(others, {
      digest: digestOf('SELECT * FROM t_1'),
      text: 'SELECT * FROM t_1',
      cut: false,
      ambiguous: false,
      sensitive: false,
    });
    const { cut, sensitive } = JSON.parse(first ?? '');
    assert.deepEqual([cut, sensitive, rest], [true, true, '']);
  });

  it('reads lines that end with LF or CRLF, and a last one without', async () => {
    const expected = line('SELECT a') + line('SELECT b') + line('SELECT c');
    assert.equal(await digest('SELECT a\nSELECT b\nSELECT c\n'), expected);
    assert.equal(await digest('SELECT a\r\nSELECT b\r\nSELECT c'), expected);
    assert.equal(await digest('\uFEFFSELECT a\n\n\r\n  \nSELECT b\n-- no more\nSELECT c\n\n'), expected);
  });

  it('prints nothing of no statements', async () => {
    for (const nothing of ['', '\n', '\r\n', ' \n\t\n', '/* nothing */\n# nothing\n', '\uFEFF', ';\n']) {
      assert.equal(await digest(nothing), '', JSON.stringify(nothing));
    }
  });

  it('with --null reads statements of several lines', async () => {
    const text = 'SELECT a -- why\n FROM\r\n t\0SELECT b\n\0\0\n\0SELECT c';
    assert.equal(await digest(text, '--null'), line('SELECT a FROM t') + line('SELECT b') + line('SELECT c'));
  });

  it('with --cap takes as cut what has so many characters', async () => {
    const text = "SELECT '你好' FROM tab";
    assert.equal(await digest(`${text}\r\n`, `--cap=${text.length + 1}`), line('SELECT ? FROM tab'));
    assert.equal(await digest(`${text}\r\n`, `--cap=${text.length}`), line('SELECT ? FROM …', 'c'));
  });

  it('with --sql-mode reads quotes as it says', async () => {
    const text = "SELECT 'a\\' , c";
    assert.equal(await digest(text, '--sql-mode=no_backslash_escapes'), line('SELECT ?, c'));
    assert.equal(await digest(text, '--sql-mode=default'), line('SELECT ? …', 'c'));
  });

  it('reads standard input, and several files one after the other', async () => {
    const [first, second] = [saved('first', 'SELECT a'), saved('second', 'SELECT b')];
    const expected = [line('SELECT a'), line('SELECT d'), line('SELECT b')];
    const [alone, dash, among] = await Promise.all([
      runProgram(['digest'], {}, 'SELECT d'),
      runProgram(['digest', '-'], {}, 'SELECT d\n'),
      runProgram(['digest', first, '-', second], {}, 'SELECT d'),
    ]);
    assert.deepEqual(alone, { code: 0, stdout: expected[1], stderr: '' });
    assert.deepEqual(dash, alone);
    assert.deepEqual(among, { code: 0, stdout: expected.join(''), stderr: '' });
  });

  it('answers what has come before it waits for more', async () => {
    const child = spawn(process.execPath, [MAIN, 'digest']);
    child.stdin.write('SELECT a\n');
    const [answer] = await once(child.stdout, 'data');
    assert.equal(String(answer), line('SELECT a'));
    child.stdin.end();
    assert.deepEqual(await once(child, 'close'), [0, null]);
  });

  it('says in one line what is wrong with a file, reads the others and fails', async () => {
    const missing = path.join(folder, 'missing');
    const { code, stdout, stderr } = await runProgram([
      'digest',
      missing,
      folder,
      saved('there', 'SELECT a'),
    ]);
    assert.deepEqual([code, stdout], [1, line('SELECT a')]);
    assert.equal(
      stderr,
      `${missing}: no such file: name a file of statements, one a line\n` +
        `${folder}: a folder: name the files in it\n`,
    );
    assert.deepEqual(await runShell('"$0" "$1" digest < "$2"', folder), {
      code: 1,
      stdout: '',
      stderr: 'standard input: a folder: name the files in it\n',
    });
  });

  it('refuses another output and a cap that is none', async () => {
    const [output, cap] = await Promise.all([
      runProgram(['digest', '--output=prometheus']),
      runProgram(['digest', '--cap=0']),
    ]);
    assert.deepEqual(
      [output.code, output.stderr],
      [2, '--output: got "prometheus", expected one of table, json\nsee --help\n'],
    );
    assert.deepEqual([cap.code, /^--cap: got "0", expected a whole number/u.test(cap.stderr)], [2, true]);
  });

  it('ends quietly when nobody reads on', async () => {
    const many = saved('many', 'SELECT a FROM t WHERE b = 1\n'.repeat(200_000));
    assert.deepEqual(await runShell('"$0" "$1" digest "$2" | head -n 2', many), {
      code: 0,
      stdout: line('SELECT a FROM t WHERE b = ?').repeat(2),
      stderr: '',
    });
  });

  it('puts statements together that lie across the ends of chunks', async () => {
    const statement = "SELECT * FROM orders WHERE id = 12345 AND name = 'somebody'\r\n";
    const count = Math.ceil((3 * CHUNK_BYTES) / statement.length);
    const expected = line('SELECT * FROM orders WHERE id = ? AND name = ?').repeat(count);
    assert.equal(await digest(statement.repeat(count)), expected);
    const piped = await runProgram(['digest'], {}, statement.repeat(count));
    assert.deepEqual(piped, { code: 0, stdout: expected, stderr: '' });
  });

  it('reads the beginning of a statement without an end', async () => {
    const long = `SELECT a FROM t WHERE b = '${'x'.repeat(4 * 1024 * 1024)}' AND secret = 'hunter2'`;
    const expected = line('SELECT a FROM t WHERE b = ? …', 'c');
    assert.equal(await digest(`${long}\nSELECT b\n${long}`), expected + line('SELECT b') + expected);
    const atLimit = `SELECT '${'x'.repeat(MAX_STATEMENT_BYTES - 9)}'`;
    assert.equal(await digest(`${atLimit}\r\n${atLimit}`), line('SELECT ?').repeat(2));
    assert.equal(await digest(`${atLimit};\nSELECT b`), line('SELECT ? …', 'c') + line('SELECT b'));
    const nested = `${'('.repeat(100_000)}SELECT 1${')'.repeat(100_000)}`;
    assert.match(await digest(`${nested}\nSELECT b`), /^[0-9a-f]{16} c \({32,}.*\n.* SELECT b\n$/u);
  });

  it('prints whatever bytes come, on one line and without control characters', async () => {
    const bytes = Buffer.concat([
      Buffer.from("SELECT a\0b, '\0hunter2\0' FROM t\n"),
      Buffer.from([0x53, 0x45, 0x4c, 0x45, 0x43, 0x54, 0x20, 0xff, 0xfe, 0xc3, 0x28, 0x0a]),
      // GBK, whose second bytes may be a backslash or a quote's neighbour.
      Buffer.concat([Buffer.from("SELECT '"), Buffer.from([0xd5, 0x5c]), Buffer.from("', hunter FROM t\n")]),
      Buffer.concat([
        Buffer.from('SELECT '),
        Buffer.from([0xe9, 0xe8]),
        Buffer.from(" FROM t WHERE a='hunter2'\n"),
      ]),
      Buffer.from('SELECT `a\u001b[31m\u202eb\rc` FROM t\n'),
    ]);
    const printed = await digest(bytes);
    assert.equal(printed.split('\n').length, 6);
    assert.doesNotMatch(printed, /hunter2/u);
    assert.doesNotMatch(printed.replaceAll('\n', ''), /[\p{Cc}\u202e]/u);
    assert.match(printed, /`a\\u001b\[31m\\u202eb\\u000dc`/u);
    assert.match(await digest('SELECT `a\nb` FROM t', '--null'), /^\S+ - SELECT `a\\u000ab` FROM t\n$/u);
    const json = await digest(bytes, '--output=json');
    assert.doesNotMatch(json.replaceAll('\n', ''), /[\p{Cc}\u202e]/u);
    assert.equal(JSON.parse(json.split('\n')[4] ?? '').text, 'SELECT `a\u001b[31m\u202eb\rc` FROM t');
  });

  it('reads a slow log as the help shows it', async () => {
    const log = saved(
      'slow.log',
      `/usr/sbin/mysqld, Version: 8.0.22. started with:
# Time: 2026-01-02T03:04:05.000000Z
# User@Host: app[app] @ shop [10.0.0.1]  Id: 7
# Query_time: 1.5  Lock_time: 0.0 Rows_sent: 1  Rows_examined: 4711
SET timestamp=1767323045;
SELECT *
  FROM orders WHERE id = 'hunter2';
# Time: 2026-01-02T03:04:06.000000Z
# User@Host: app[app] @ shop [10.0.0.1]  Id: 8
# Query_time: 1.5  Lock_time: 0.0 Rows_sent: 1  Rows_examined: 4711
SET timestamp=1767323046;
DELETE FROM orders WHERE id = 5;
`,
    );
    const { stdout: help } = await runProgram(['digest', '--help']);
    const [, sed = ''] = /(sed .*slow\.log) \|/u.exec(help) ?? [];
    assert.notEqual(sed, '');
    const script = `${sed.replace('slow.log', '"$2"')} | "$0" "$1" digest --null`;
    const { stdout } = await runShell(script, log);
    assert.deepEqual(stdout.split('\n').slice(1), [
      line('SELECT * FROM orders WHERE id = ?').trimEnd(),
      line('DELETE FROM orders WHERE id = ?').trimEnd(),
      '',
    ]);
  });

  it('keeps its memory while it reads as many distinct statements as there are', async () => {
    const count = 250_000;
    const file = saved(
      'distinct',
      Array.from({ length: count }, (_, index) => `SELECT c${index} FROM t${index} WHERE a = 1\n`).join(''),
    );
    // What a process may have; to keep a line of each takes 40 MB beside it.
    const program = startProgram([], {}, ['--max-old-space-size=28', MAIN, 'digest', file]);
    assert.equal(await program.ended, 0, program.stderr());
    const lines = program.stdout().split('\n');
    assert.equal(lines.length, count + 1);
    assert.ok(program.stdout().endsWith(line(`SELECT c${count - 1} FROM t${count - 1} WHERE a = ?`)));
    const head = Array.from({ length: 100 }, (_, index) => `${lines[index]}\n`);
    assert.deepEqual(
      head,
      head.map((_, index) => line(`SELECT c${index} FROM t${index} WHERE a = ?`)),
    );
  });
});
