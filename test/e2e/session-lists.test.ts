// Session lists as other programs write them, through `replay`: what is shown of them, and what is refused.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import iconv from 'iconv-lite';
import { runProgram } from '../support/program.js';
import { samplesOf } from '../support/scrape.js';

const FIXTURES = path.resolve(import.meta.dirname, '../fixtures/sessions');
const HEADER = 'id,user,host,db,command,time,state,info';
const ROWS = ['1,app,10.0.0.1:40000,shop,Query,5,executing,SELECT 1', '2,app,10.0.0.1:40001,shop,Query,5,,'];

/** A file whose lines all end alike. */
function lines(lineEnd: string, header = HEADER, rows: readonly string[] = ROWS): string {
  return [header, ...rows].map((line) => line + lineEnd).join('');
}

function fixture(name: string): Buffer {
  return readFileSync(path.join(FIXTURES, name));
}

function quoted(line: string): string {
  return line
    .split(',')
    .map((cell) => `"${cell}"`)
    .join(',');
}

describe('replay of session lists', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'session-lists-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** What is printed about each file, by its name. */
  async function replay(files: Readonly<Record<string, string | Buffer>>, flags: readonly string[] = []) {
    const paths = Object.entries(files).map(([name, content]) => {
      const file = path.join(folder, `${name}.csv`);
      writeFileSync(file, content);
      return file;
    });
    const { code, stdout, stderr } = await runProgram(['replay', ...flags, ...paths]);
    const said = stderr.split('\n').map((line) => line.replace(`${folder}/`, ''));
    return {
      code,
      stderr,
      of: (name: string) =>
        said.filter((line) => line.startsWith(`${name}.csv: `)).map((line) => line.slice(name.length + 6)),
      samples: (name: string) =>
        new Map(
          [...samplesOf(stdout)]
            .filter(([series]) => series.includes(`node_id="${name}"`))
            .map(([series, value]) => [series.replace(/instance_id="replay",node_id="[^"]*",?/u, ''), value]),
        ),
    };
  }

  it('refuses what ends its lines in another way, and says which', async () => {
    const refused: Readonly<Record<string, readonly [file: string | Buffer, message: RegExp]>> = {
      'cr-id-last': [fixture('csv-cr-only-id-last.csv'), /got CR alone, expected LF or CRLF: convert/u],
      'cr-info-last': [fixture('csv-cr-only-info-last.csv'), /got CR alone/u],
      'cr-quoted': [lines('\r', quoted(HEADER), ROWS.map(quoted)), /got CR alone/u],
      'cr-large': [lines('\r', HEADER, Array(90_000).fill(ROWS[0])), /got CR alone/u],
      'cr-utf16': [Buffer.from(`\ufeff${lines('\r')}`, 'utf16le'), /got CR alone/u],
      'cr-header': [`${HEADER}\r${ROWS.join('\n')}\n`, /got CR alone/u],
      'cr-rows': [`${HEADER}\n${ROWS.join('\r')}\r`, /got CR alone.*\(line 2\)/u],
      'cr-most-rows': [
        `${HEADER}\n${ROWS[0]}\n${Array(9).fill(ROWS[1]).join('\r')}\r`,
        /got CR alone.*\(line 3\)/u,
      ],
      'cr-cr-lf': [lines('\r\r\n', quoted(HEADER), ROWS.map(quoted)), /got CR CR LF/u],
      'cr-cr-lf-bare': [lines('\r\r\n'), /got CR CR LF.*\(line 1\)/u],
      'cr-no-row': ['user,host,state\r', /got CR alone/u],
      'nel-no-row': ['user,host,state\u0085', /got NEL/u],
      'ls-no-row': ['id,user,host,state,info\u2028', /got a line separator/u],
      'ff-no-row': ['user,host,state,time\f\f', /got FF/u],
      'lf-cr': [lines('\n\r'), /got LF CR/u],
      'lf-cr-quoted': [lines('\n\r', quoted(HEADER), ROWS.map(quoted)), /got LF CR/u],
      nel: [lines('\u0085'), /got NEL \(U\+0085\)/u],
      'nel-quoted': [lines('\u0085', quoted(HEADER), ROWS.map(quoted)), /got NEL/u],
      ls: [lines('\u2028'), /got a line separator \(U\+2028\)/u],
      ps: [lines('\u2029'), /got a paragraph separator \(U\+2029\)/u],
      vt: [lines('\v'), /got VT/u],
      ff: [lines('\f'), /got FF/u],
      rs: [lines('\u001e'), /got RS/u],
      'nel-latin1': [
        Buffer.from(lines('\u0085'), 'latin1'),
        /no row, expected lines that end in LF or CRLF/u,
      ],
      'escaped-lf': [lines('\\n'), /no row, expected lines that end in LF or CRLF/u],
      'utf16-no-bom': [Buffer.from(lines('\n'), 'utf16le'), /got NUL bytes .*needs csv.encoding: utf-16le$/u],
      'utf16be-no-bom': [
        Buffer.from(lines('\r\n'), 'utf16le').swap16(),
        /got NUL bytes .*needs csv.encoding: utf-16be$/u,
      ],
      gzip: [gzipSync(lines('\n')), /got NUL bytes .*is it compressed/u],
      'header-only-repeated': [lines('\n', HEADER, [HEADER]), /or repeating it/u],
    };
    const said = await replay(
      Object.fromEntries(Object.entries(refused).map(([name, [file]]) => [name, file])),
    );
    assert.equal(said.code, 1);
    for (const [name, [, message]] of Object.entries(refused)) {
      assert.match(said.of(name).join('\n'), message, name);
      assert.equal(said.of(name).length, 1, name);
      assert.equal(said.samples(name).get('taurusdb_sessions{}'), undefined, name);
      assert.equal(said.samples(name).get('taurusdb_up{}'), 0, name);
    }
    assert.doesNotMatch(said.stderr, /SELECT|\n\s+at /u);
  });

  it('refuses them in GB18030, too', async () => {
    const config = path.join(folder, 'config.yaml');
    writeFileSync(
      config,
      `csv: { encoding: gb18030 }
projects:
  - name: unused
    region: cn-north-4
    project_id: ${'a'.repeat(32)}
    auth: { token: { value: unused-token } }
    discovery: { enabled: true }
`,
    );
    const chinese = '会话ID,用户,主机,状态,数据库';
    const rows = ['1,订单,10.0.0.1:40000,执行,库', '2,订单,10.0.0.1:40001,执行,库'];
    const encoded = (lineEnd: string) => iconv.encode(lines(lineEnd, chinese, rows), 'gb18030');
    const said = await replay(
      { cr: encoded('\r'), nel: encoded('\u0085'), ls: encoded('\u2028'), lf: encoded('\n') },
      [`--config.file=${config}`],
    );
    assert.match(said.of('cr').join(), /got CR alone/u);
    assert.match(said.of('nel').join(), /got NEL/u);
    assert.match(said.of('ls').join(), /got a line separator/u);
    assert.equal(said.samples('lf').get('taurusdb_sessions{}'), 2);
  });

  it('reads what is sound', async () => {
    const trx = `${HEADER},trx_id,trx_state,trx_executed_time,trx_lock_duration,trx_lock_rows`;
    const { code, stderr, samples, of } = await replay({
      ports: fixture('host-port-unambiguous.csv'),
      replication: fixture('system-user-long.csv'),
      'name-with-line-break': `"us\rer",host,state,"in\nfo"\r\nroot,h,s,\r\n`.replace('us\rer', 'user\r'),
      pages: [
        HEADER,
        ...ROWS,
        ...ROWS,
        HEADER,
        HEADER.toUpperCase(),
        quoted(HEADER),
        ` ${HEADER.replaceAll(',', ' , ')}`,
        `\ufeff${quoted(HEADER)}`,
        ...ROWS,
      ].join('\n'),
      'no-rows': `${HEADER}\n`,
      units: lines('\n', HEADER, [
        '1,a,h,d,Query,125 s,,',
        '2,a,h,d,Query,0:00:30,,',
        '3,a,h,d,Query,5秒,,',
        '4,a,h,d,Query,2147483647,,',
      ]),
      unreadable: lines('\n', trx, [
        '1,a,h,d,Query,"1,250",,,7,,1.25e2,-5,0x10',
        '2,a,h,d,Sleep,9,,,8,LOCK WAIT,2 min,125ms,12:75:00',
        '3,a,h,d,Query,long,,,,LOCK WAIT,90,80,70',
      ]),
    });
    assert.equal(code, 0, stderr);
    const value = (name: string, series: string) => samples(name).get(series);

    assert.equal(value('ports', 'taurusdb_sessions_by_host{client_host="2001:db8:1:2:3:4:5:6"}'), 3);
    assert.equal(value('ports', 'taurusdb_sessions_by_host{client_host="::ffff:10.0.0.1"}'), 2);
    assert.equal(value('ports', 'taurusdb_dimension_values{dimension="host"}'), 2);

    assert.equal(value('replication', 'taurusdb_sessions{}'), 4);
    assert.equal(value('replication', 'taurusdb_sessions_active{}'), 1);
    assert.equal(value('replication', 'taurusdb_sessions_slow{}'), 0);
    assert.equal(value('replication', 'taurusdb_session_longest_seconds{command="Query"}'), 2);
    assert.equal(value('replication', 'taurusdb_sessions_by_user{user="system user"}'), 2);

    assert.equal(value('name-with-line-break', 'taurusdb_sessions{}'), 1);
    assert.equal(value('no-rows', 'taurusdb_sessions{}'), 0);
    assert.equal(value('pages', 'taurusdb_sessions{}'), 6);
    assert.equal(value('pages', 'taurusdb_csv_rows_rejected_total{}'), 5);

    assert.equal(value('units', 'taurusdb_session_time_seconds{command="Query"}'), 160);
    assert.equal(value('units', 'taurusdb_session_longest_seconds{command="Query"}'), 125);
    assert.deepEqual(of('units'), []);

    const columns = ['time', 'trx_executed_time', 'trx_lock_duration', 'trx_lock_rows', 'trx_lock_tables'];
    assert.deepEqual(
      columns.map((column) =>
        value('unreadable', `taurusdb_csv_unreadable_numbers_total{column="${column}"}`),
      ),
      [2, 2, 2, 2, 0],
    );
    assert.equal(value('unreadable', 'taurusdb_sessions{}'), 3);
    assert.equal(value('unreadable', 'taurusdb_sessions_lock_waiting{}'), 1);
    assert.equal(value('unreadable', 'taurusdb_session_longest_seconds{command="Sleep"}'), 9);
    const absent = [
      'sessions_slow',
      'transactions_long',
      'transaction_longest_seconds',
      'transaction_rows_locked',
      'transaction_lock_wait_longest_seconds',
      'session_time_seconds{command="Query"}',
    ].map((name) => `taurusdb_${name.includes('{') ? name : `${name}{}`}`);
    assert.deepEqual(
      absent.filter((series) => samples('unreadable').has(series)),
      [],
    );
    assert.deepEqual(of('unreadable'), [
      'warning: numbers of the session list that cannot be read, expected decimals (of seconds also 125 s and h:mm:ss): the figures are without them: ' +
        'time (a separator between digits), trx_executed_time (an exponent), trx_lock_duration (a sign), trx_lock_rows (text)',
    ]);
  });
});
