import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readSnapshot } from '../../src/sessions/read-snapshot.js';
import { emptyTally, type Snapshot } from '../../src/sessions/snapshot.js';
import { countsOf, inChunks, SETTINGS, snapshotOf } from './session-file.js';

async function messageOf(file: string | Uint8Array, encoding = 'utf-8'): Promise<string> {
  try {
    await snapshotOf(file, { encoding });
  } catch (error) {
    assert.ok(error instanceof Error);
    assert.equal(error.name, 'CsvError');
    return error.message;
  }
  return assert.fail('no error');
}

const HEADER = 'user,host,state';

describe('readSnapshot', () => {
  it('takes a header without rows for no sessions', async () => {
    for (const file of [HEADER, `${HEADER}\n`, `\ufeff${HEADER}\r\n\r\n`]) {
      const snapshot = await snapshotOf(file);
      assert.equal(snapshot.sessions, 0);
      assert.deepEqual([...snapshot.dimensions.keys()], ['state', 'user', 'host']);
    }
  });

  it('reports the columns found and the headers unknown to it', async () => {
    const file = 'Status,USER,trx_started,Client-IP,Process ID\n,root,,::1,7\n';
    const { columns, unknownHeaders } = await readSnapshot(inChunks(file), SETTINGS, emptyTally());
    assert.deepEqual(columns, ['id', 'user', 'host', 'state']);
    assert.deepEqual(unknownHeaders, ['trx_started']);
  });

  it('counts bytes, rows and rejected rows', async () => {
    const file = `${HEADER}\na,b,c\n\r\nd,e\n \t\nf,g,h\ni,j,k,l\n"m\nn",o,p`;
    const tally = emptyTally();
    const { snapshot } = await readSnapshot(inChunks(file, [7]), SETTINGS, tally);
    assert.deepEqual(tally, { ...emptyTally(), rows: 3, rejectedRows: 2, bytes: Buffer.byteLength(file) });
    assert.equal(snapshot.sessions, 3);
    assert.deepEqual(countsOf(snapshot, 'user'), { a: 1, f: 1, 'm\nn': 1 });
  });

  it('counts them also for a file that fails', async () => {
    const tally = emptyTally();
    const file = `${HEADER}\na,b,c\nd,e,"f`;
    await assert.rejects(readSnapshot(inChunks(file, [10]), SETTINGS, tally));
    assert.equal(tally.bytes, file.length);
  });

  it('passes over blank lines before the header', async () => {
    assert.equal((await snapshotOf(`\n  \n\r\n${HEADER}\na,b,c\n`)).sessions, 1);
  });

  it('reads commas, quotes and line breaks in quoted fields, and mixed line ends', async () => {
    const file = `${HEADER}\r\n"a,b","c ""d""","line\r\nbreak"\ne "f",g h"i,""\n`;
    const snapshot = await snapshotOf(file);
    assert.deepEqual(countsOf(snapshot, 'user'), { 'a,b': 1, 'e "f"': 1 });
    assert.deepEqual(countsOf(snapshot, 'host'), { 'c "d"': 1, 'g h"i': 1 });
    assert.deepEqual(countsOf(snapshot, 'state'), { 'line\r\nbreak': 1, none: 1 });
  });

  it('merges texts that differ only in the blanks around them, and no others', async () => {
    const snapshot = await snapshotOf(
      `${HEADER}\nroot,h,\n"root ",h,\n Root,h,\nnone,h,\nNULL,h,\n\\N,h,\n,h,\n`,
    );
    assert.deepEqual(countsOf(snapshot, 'user'), { root: 2, Root: 1, none: 4 });
  });

  it('reads Chinese headers in gb18030', async () => {
    const file = readFileSync(new URL('../fixtures/sessions/chinese-gb18030.csv', import.meta.url));
    const snapshot = await snapshotOf(file, { encoding: 'gb18030' });
    const { dimensions, times, longest: _, ...figures } = snapshot;
    assert.deepEqual(figures, {
      filter: 'total',
      listed: 3,
      sessions: 3,
      active: 1,
      slow: 1,
      idleInTransaction: 1,
      lockWaiting: 1,
      transactionsOpen: 2,
      transactionsLong: 2,
      transactionLongestSeconds: 90,
      transactionRowsLocked: 8,
      transactionTablesLocked: 3,
      transactionRowsModified: 6,
      transactionLockWaitLongestSeconds: 12,
    });
    assert.deepEqual(countsOf(snapshot, 'user'), { 订单服务: 2, 报表: 1 });
    assert.deepEqual(countsOf(snapshot, 'database'), { 订单库: 2, none: 1 });
    assert.equal(times.length, 2);
    assert.equal(dimensions.size, 5);
  });

  it('puts U+FFFD where the body is no valid UTF-8', async () => {
    const file = Buffer.concat([
      Buffer.from(`${HEADER}\na`),
      Buffer.from('ffeda080', 'hex'),
      Buffer.from(',h,\n'),
    ]);
    const snapshot = await snapshotOf(file);
    assert.deepEqual(countsOf(snapshot, 'user'), { 'a\ufffd\ufffd\ufffd\ufffd': 1 });
  });

  it('finds a column by its configured name', async () => {
    const snapshot = await snapshotOf('Account,user,host,state\nreal,x,h,\n', {
      columnNames: { user: ['account'] },
    });
    assert.deepEqual(countsOf(snapshot, 'user'), { real: 1 });
  });

  it('tells a header that is written in another way than CSV by its first line, and shows none of its names', async () => {
    const parted = (by: string) => `got a header parted by ${by} (`;
    for (const [header, got] of [
      ['"id";"user";"host";"state"', parted(';')],
      ['"id";user;"host";"state"', parted(';')],
      ['id;"user";"host";"state"', parted(';')],
      ['\ufeff"id" ; "user" ; "host" ; "state"', parted(';')],
      ['\n"id"\t"user"\t"host"\t"state"', parted('tabs')],
      ['"id"|"user"|"host"|"state"', parted('|')],
      ['"会话ID"，"用户"，"主机"，"状态"', parted('full-width commas')],
      ['会话ID、用户、主机、状态', parted('ideographic commas')],
      ['"会话ID"、"用户"、"主机"、"状态"', parted('ideographic commas')],
      ['"id", "user", "host", "state"', 'got blanks between commas and quotes'],
      ["'id','user','host','state'", 'got names in single quotes'],
      ['"id,user,host,state"', 'got the whole line in one pair of quotes'],
      ['+----+------+\n| id | user |\n+----+------+', 'got a table as the mysql client prints it'],
    ] as const) {
      for (const sizes of [[], [1]]) {
        await assert.rejects(
          readSnapshot(inChunks(`${header}\n1,a,b,c\n`, sizes), SETTINGS, emptyTally()),
          ({ message }: Error) => message.startsWith(`csv header: ${got}`) && !message.includes('user'),
          header,
        );
      }
    }
    // In a row it is what it was.
    await assert.rejects(
      snapshotOf('user,host,state\n"a";"b";"c"\n'),
      /^CsvError: csv quoting: .* \(line 2\)$/,
    );
  });

  it('is not misled by the names of object members', async () => {
    const snapshot = await snapshotOf(`__proto__,${HEADER}\n1,__proto__,constructor,toString\n`);
    assert.equal(
      JSON.stringify([...(snapshot.dimensions.get('user')?.values ?? [])]),
      '[{"value":"__proto__","sessions":1}]',
    );
    assert.deepEqual(countsOf(snapshot, 'host'), { constructor: 1 });
  });

  it('keeps what the previous snapshot showed', async () => {
    const dimensions = { ...SETTINGS.dimensions, user: { enabled: true, maxValues: 2 } };
    const file = (...users: readonly string[]) =>
      `${HEADER}\n${users.map((user) => `${user},h,s\n`).join('')}`;
    const first: Snapshot = await snapshotOf(file('a', 'a', 'b', 'b', 'c'), { dimensions });
    const second = await snapshotOf(file('a', 'a', 'b', 'c', 'c'), { dimensions }, first);
    assert.deepEqual(countsOf(second, 'user'), { a: 2, b: 1, other: 2 });
  });

  it('reads many distinct users', async () => {
    const rows = function* () {
      yield Buffer.from(`${HEADER}\n`);
      for (let n = 0; n < 50_000; n += 500) {
        yield Buffer.from(Array.from({ length: 500 }, (_, i) => `user${n + i},10.0.0.1:${n},\n`).join(''));
      }
    };
    const source = async function* () {
      yield* rows();
    };
    const { snapshot } = await readSnapshot(source(), SETTINGS, emptyTally());
    const users = snapshot.dimensions.get('user');
    assert.equal(users?.distinct, 50_000);
    assert.deepEqual(users?.values[0], { value: 'other', sessions: 49_900 });
  });

  it('lets the event loop go on while it makes a snapshot of a million users and hosts', async () => {
    const rows = 1_000_000;
    let turns = 0;
    let isRead = false;
    let isDone = false;
    const source = async function* () {
      yield Buffer.from(`${HEADER}\n`);
      for (let n = 0; n < rows; n += 1_000) {
        yield Buffer.from(Array.from({ length: 1_000 }, (_, i) => `u${n + i},h${n + i},\n`).join(''));
      }
      isRead = true;
    };
    const countTurns = () => {
      turns += Number(isRead);
      if (!isDone) {
        setImmediate(countTurns);
      }
    };
    countTurns();
    const { snapshot } = await readSnapshot(source(), SETTINGS, emptyTally()).finally(() => {
      isDone = true;
    });
    for (const dimension of ['user', 'host'] as const) {
      assert.equal(snapshot.dimensions.get(dimension)?.distinct, rows);
    }
    // Two million values, at most 20,000 of them in a turn.
    assert.ok(turns >= 100, `${turns} turns`);
  });

  it('reads a header whose first name stands in brackets, in whatever chunks', async () => {
    for (const header of [
      '[User],[Host],[State]',
      '{User},Host,State',
      '<User>,Host,State',
      '[用户],[主机],[状态]',
      '{ User } ,Host,State',
      '<User Name>\t,Host,State',
      `\n \n[User],Host,State,${'x'.repeat(300)}`,
    ]) {
      const cells = header.split(',').length - 3;
      const file = `${header}\napp,10.0.0.1,x${',y'.repeat(cells)}\n`;
      for (const sizes of [[], [1], [3, 7]]) {
        const { snapshot } = await readSnapshot(inChunks(file, sizes), SETTINGS, emptyTally());
        assert.equal(snapshot.sessions, 1, header);
      }
    }
  });

  it('refuses JSON in whatever chunks', async () => {
    for (const file of ['[\n1]\n', '{\n"a": 1}\n', '<html>\n', `\n\n{"a": "${'x'.repeat(500)}"}`]) {
      const reading = readSnapshot(inChunks(file, [1]), SETTINGS, emptyTally());
      await assert.rejects(reading, /^CsvError: csv body: got (?:JSON|HTML)/u);
    }
  });

  describe('refuses', () => {
    const bad: Readonly<Record<string, readonly [file: string | Uint8Array, message: RegExp]>> = {
      'an empty body': ['', /^csv body: got an empty one, expected a header line$/],
      'a byte-order mark alone': ['\ufeff', /^csv body: got an empty one/],
      'a body of blank lines': [' \r\n\n\t', /^csv body: got an empty one/],
      'a header of one name with doubled quotes': [
        '"a""b""\n"\n1,2\n',
        /^csv header: got 1 name, 0 of them known/,
      ],
      'a body of lines with empty quotes': ['""\n""\n', /^csv body: got blank lines only/],
      JSON: [
        ' \n{"error_code": "DBS.1"}',
        /^csv body: got JSON \(it starts with "\{"\), expected a CSV header line$/,
      ],
      'a JSON array': ['\ufeff[1]', /^csv body: got JSON \(it starts with "\["\)/],
      HTML: ['\r\n<!DOCTYPE html>', /^csv body: got HTML or XML \(it starts with "<"\)/],
      'a JSON array of texts': ['[ "user", "host"]', /^csv body: got JSON/],
      'JSON that is cut off': ['\n{', /^csv body: got JSON/],
      'a list of words of JSON': ['[true, null]', /^csv body: got JSON/],
      'a comment': ['<!-- a,b -->, c', /^csv body: got HTML or XML/],
      'HTML in UTF-16': [Buffer.from('\ufeff<html>', 'utf16le'), /^csv body: got HTML or XML/],
      'a file without a required column': [
        'user,host\na,b\n',
        /^csv header: got "user", "host", expected a column for state \(/,
      ],
      'a needed column that stands twice': [
        'user,host,state,State\n',
        /^csv header: got "state" in fields 3 and 4/,
      ],
      'text after a closing quote': [
        `${HEADER}\n"a"b,c,d\n`,
        /^csv quoting: got text after a closing quote.* \(line 2\)$/,
      ],
      'a body cut off inside a quote': [
        `${HEADER}\na,b,"c`,
        /^csv quoting: got the end of the body inside a quoted field/,
      ],
      'a file of which most rows do not fit': [
        `${HEADER}\na,b,c\nd,e\nf\n`,
        /^csv rows: got 2 of 3 without the header's 3 fields or repeating it, expected at most half$/,
      ],
    };
    for (const [what, [file, message]] of Object.entries(bad)) {
      it(what, async () => {
        assert.match(await messageOf(file), message);
      });
    }

    it('an encoding that it does not know, as a rejection', async () => {
      assert.match(await messageOf(HEADER, 'klingon'), /^csv encoding: got "klingon"/);
    });
  });

  it('skips rows that repeat the header, whichever column tells', async () => {
    for (const header of [
      HEADER,
      `id,${HEADER}`,
      `${HEADER},time`,
      '用户,主机,状态',
      `"u""ser",${HEADER},info`,
    ]) {
      const row = header.replace(/[^,]+/gu, 'i9');
      const tally = emptyTally();
      const file = [header, row, row, row, header, ` ${header.toUpperCase()}`, row].join('\n');
      await readSnapshot(inChunks(file, [5]), SETTINGS, tally);
      assert.deepEqual([tally.rows, tally.rejectedRows], [4, 2], header);
    }
  });

  it('skips rows that repeat the header in another language', async () => {
    const chinese = '会话ID,用户名,访问主机,会话状态,时间';
    const english = 'Session ID,User Name,Client,Status,Time (seconds)';
    const row = '7,app,10.0.0.1:5000,executing,1';
    for (const [first, second] of [
      [chinese, english],
      [english, chinese],
    ]) {
      const { sessions, times } = await snapshotOf([first, row, second, row, ''].join('\n'));
      assert.deepEqual([sessions, times[0]?.totalSeconds], [2, 2]);
    }
    const { sessions } = await snapshotOf(`${chinese}\n${english.replace('Status', 'Client')}\n${row}\n`);
    assert.equal(sessions, 2);
  });

  it('skips rows that repeat the header where other names differ, but for a cell of a session', async () => {
    const header = 'Id,User,Host,State,Time(ms),Progress';
    const rows = [
      '会话ID,用户名,访问主机,会话状态,时间,进度',
      'Progress,"State",Host,User,Id,Elapsed',
      '"Id","User","Host","State","Time","Progress"',
      '锘縄d,User,Host,State,Time,x',
      '7,user,host,state,Time,Progress',
      'Id,user,host,state,NULL,Progress',
    ];
    const tally = emptyTally();
    const file = [header, '1,a,10.0.0.1:5,s,1,0', ...rows, '2,b,c,d,e,f', ''].join('\n');
    const { snapshot } = await readSnapshot(inChunks(file, [3]), SETTINGS, tally);
    assert.deepEqual([tally.rejectedRows, snapshot.sessions], [3, 5]);
  });

  it('takes a row that differs from the header in one name for a session', async () => {
    for (const row of [
      'user,host,stats',
      'user,host,',
      'users,host,state',
      'host,user,state',
      'user,host,"state,"',
    ]) {
      assert.equal((await snapshotOf(`${HEADER}\n${row}\n`)).sessions, 1);
    }
  });

  it('tells the line of a row behind line breaks in quotes, with doubled quotes beside them', async () => {
    const cells = ['"a""\n"', '"""\n"""', '"\n"""'];
    const rows = cells.map((cell) => `${cell},${cell},s\n`).join('');
    assert.match(
      await messageOf(`${HEADER}\n${rows}${'x\ry\n'.repeat(9)}`),
      /^csv line ends: got CR alone.* \(line 11\)$/,
    );
  });

  it('accepts a file of which half the rows do not fit', async () => {
    assert.equal((await snapshotOf(`${HEADER}\na,b,c\nd,e\n`)).sessions, 1);
  });

  it('never shows the text of a cell in an error', async () => {
    const secret = 'hunter2-secret';
    const files = [
      `${HEADER}\n"${secret}"${secret},b,c\n`,
      `${HEADER}\na,b,"${secret}`,
      `${HEADER}\n${secret}\n`,
      `{"password": "${secret}"}`,
      `1,root,"UPDATE t SET p = '${secret}'"\n`,
    ];
    for (const file of files) {
      assert.doesNotMatch(await messageOf(file), /hunter2/);
    }
  });

  it('passes an error of the source on unchanged', async () => {
    const failure = new Error('socket closed');
    for (const sent of ['', 'us', `${HEADER}\n`, `${HEADER}\na,b,c\nd,e,"f`]) {
      const cut = async function* () {
        yield Buffer.from(sent);
        throw failure;
      };
      await assert.rejects(readSnapshot(cut(), SETTINGS, emptyTally()), (error) => error === failure);
    }
  });

  it('releases the source of a file that it refuses', async () => {
    let released = (): void => {};
    const release = new Promise<void>((resolve) => {
      released = resolve;
    });
    const source = async function* () {
      try {
        yield Buffer.from('user,host\n');
        for (;;) {
          yield Buffer.from('a,b\n'.repeat(1000));
        }
      } finally {
        released();
      }
    };
    await assert.rejects(readSnapshot(source(), SETTINGS, emptyTally()), { name: 'CsvError' });
    await release;
  });
});
