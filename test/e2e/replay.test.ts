// The captures of a real MariaDB, with the counts that mysqld_exporter gave of the same moment.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KERNEL } from '../../src/sessions/kernel/kernel.wasm.js';
import { MAIN, runProgram, startProgram } from '../support/program.js';
import { samplesNamed, samplesOf } from '../support/scrape.js';

const CAPTURES = path.resolve(import.meta.dirname, '../fixtures/captures');

/** How mysqld_exporter writes a state or a command. */
function asMysqldExporter(text: string): string {
  return text === 'none'
    ? 'unknown'
    : text
        .toLowerCase()
        .replace(/[;,:.()]/gu, '')
        .replace(/[ -]/gu, '_');
}

function countsBy(
  samples: ReadonlyMap<string, number>,
  metric: string,
  label: string,
  rewrite = (text: string) => text,
) {
  const counts: Record<string, number> = {};
  for (const [name, value] of samplesNamed(samples, metric)) {
    const text = new RegExp(`${label}="((?:[^"\\\\]|\\\\.)*)"`, 'u').exec(name)?.[1] ?? '';
    const key = rewrite(text.replace(/\\(["\\])/gu, '$1'));
    counts[key] = (counts[key] ?? 0) + value;
  }
  return counts;
}

function sumsOf(threads: Record<string, number>, part: 0 | 1) {
  const sums: Record<string, number> = {};
  for (const [key, value] of Object.entries(threads)) {
    const name = key.split('|')[part] ?? '';
    sums[name] = (sums[name] ?? 0) + value;
  }
  return sums;
}

describe('replay', () => {
  const captures = readdirSync(CAPTURES).filter((name) => name.endsWith('.csv'));

  it('has captures to compare with', () => {
    assert.ok(captures.length >= 2);
  });

  for (const capture of captures) {
    it(`counts ${capture} as mysqld_exporter did`, async () => {
      const expected = JSON.parse(
        readFileSync(path.join(CAPTURES, capture.replace('.csv', '.expected.json')), 'utf8'),
      );
      const { code, stdout } = await runProgram(['replay', path.join(CAPTURES, capture)]);
      assert.equal(code, 0);
      const samples = samplesOf(stdout);
      const threads = expected.mysql_info_schema_processlist_threads;

      assert.deepEqual([...samplesNamed(samples, 'taurusdb_sessions').values()], [expected.rows]);
      assert.deepEqual(
        countsBy(samples, 'taurusdb_sessions_by_user', 'user'),
        expected.mysql_info_schema_processlist_processes_by_user,
      );
      assert.deepEqual(
        countsBy(samples, 'taurusdb_sessions_by_host', 'client_host'),
        expected.mysql_info_schema_processlist_processes_by_host,
      );
      assert.deepEqual(
        countsBy(samples, 'taurusdb_sessions_by_command', 'command', asMysqldExporter),
        sumsOf(threads, 0),
      );
      assert.deepEqual(
        countsBy(samples, 'taurusdb_sessions_by_state', 'state', asMysqldExporter),
        sumsOf(threads, 1),
      );
      assert.deepEqual(
        [...samplesNamed(samples, 'taurusdb_transactions_open').values()],
        [expected.trx_rows],
      );
      assert.deepEqual([...samplesNamed(samples, 'taurusdb_sessions_lock_waiting').values()].length, 1);
    });
  }

  it('prints the same on a processor without wide registers', async function () {
    const args = ['replay', ...captures.map((capture) => path.join(CAPTURES, capture))];
    const withoutSimd = startProgram(args, {}, ['--no-enable-sse4-1', MAIN]);
    const [code, usual] = await Promise.all([withoutSimd.ended, runProgram(args)]);
    assert.deepEqual([code, withoutSimd.stderr()], [usual.code, usual.stderr]);
    assert.ok(usual.code === 0 && usual.stdout.includes('taurusdb_sessions_by_user'));
    const withoutTimes = (text: string) => text.replace(/^(\w+_timestamp_seconds\{.*\}) \S+$/gmu, '$1');
    assert.equal(withoutTimes(withoutSimd.stdout()), withoutTimes(usual.stdout));
    if (process.arch !== 'x64') {
      // Elsewhere the flag changes nothing.
      return this.skip();
    }
    const validate = `process.exit(WebAssembly.validate(Buffer.from('${KERNEL}', 'base64')) ? 1 : 0)`;
    assert.equal(await startProgram([], {}, ['--no-enable-sse4-1', '-e', validate]).ended, 0);
    assert.equal(await startProgram([], {}, ['-e', validate]).ended, 1);
  });

  it('prints what it can read and fails for the rest, without a stack trace', async () => {
    const capture = readFileSync(path.join(CAPTURES, 'sleep200.csv'), 'utf8');
    const folder = mkdtempSync(path.join(tmpdir(), 'taurusdb-replay-'));
    const saved = (name: string, text: string) => {
      writeFileSync(path.join(folder, name), text);
      return path.join(folder, name);
    };
    const { code, stdout, stderr } = await runProgram([
      'replay',
      path.join(CAPTURES, 'sleep200.csv'),
      path.join(CAPTURES, 'sleep200.expected.json'),
      saved('semicolons.csv', capture.replaceAll(',', ';')),
      saved('tabs.csv', capture.replaceAll(',', '\t')),
      saved('quoted.csv', 'sep=;\n"user";"host";"state"\n'),
    ]);
    rmSync(folder, { recursive: true });
    assert.equal(code, 1);
    assert.match(stdout, /^taurusdb_sessions\{instance_id="replay",node_id="sleep200"\} 200$/mu);
    assert.match(stderr, /sleep200\.expected\.json: .*JSON/u);
    assert.match(stderr, /semicolons\.csv: .*got a header parted by ; \(/u);
    assert.match(stderr, /tabs\.csv: .*got a header parted by tabs \(/u);
    assert.match(stderr, /quoted\.csv: .*got a line that names a separator/u);
    assert.doesNotMatch(stderr, /\n\s+at /u);
  });

  it('says in one line what is wrong with a file that cannot be opened, and prints the others', async () => {
    const missing = path.join(CAPTURES, 'nothing.csv');
    const [none, some, folder] = await Promise.all([
      runProgram(['replay', missing]),
      runProgram(['replay', path.join(CAPTURES, 'sleep200.csv'), missing, '--output=table']),
      runProgram(['replay', CAPTURES]),
    ]);
    const line = `${missing}: no such file: name a session list that was saved as CSV\n`;
    assert.deepEqual(none, { code: 1, stdout: '', stderr: line });
    assert.deepEqual([some.code, some.stderr], [1, line]);
    assert.match(some.stdout, /^PROJECT +NODE .*\n- +sleep200 +- +ok +200 .*\n$/u);
    assert.deepEqual(folder, {
      code: 1,
      stdout: '',
      stderr: `${CAPTURES}: a folder: name the CSV files in it\n`,
    });
  });

  it('prints as JSON what the page has, also of a file that is no session list', async () => {
    const { code, stdout } = await runProgram([
      'replay',
      '--output=json',
      path.join(CAPTURES, 'sleep200.csv'),
      path.join(CAPTURES, 'sleep200.expected.json'),
    ]);
    assert.equal(code, 1);
    const { nodes } = JSON.parse(stdout);
    assert.deepEqual(
      nodes.map(({ node_id, state, sessions }: Record<string, unknown>) => [node_id, state, sessions]),
      [
        ['sleep200', 'up', 200],
        ['sleep200.expected.json', 'down', null],
      ],
    );
  });
});
