import assert from 'node:assert/strict';
import { COLUMNS, findColumns, HEADER_NAMES, normalizedHeader } from '../../src/sessions/columns.js';
import { CsvError } from '../../src/sessions/csv-error.js';

const REQUIRED = ['user', 'host', 'state'];

function messageOf(find: () => unknown): string {
  try {
    find();
  } catch (error) {
    assert.ok(error instanceof CsvError);
    return error.message;
  }
  return assert.fail('no error');
}

describe('normalizedHeader', () => {
  for (const name of [
    'trx_id',
    'TRX ID',
    'Trx-Id',
    'trx.id',
    ' [trx] (id) ',
    'trx（id）',
    '【trx】id',
    '\ufefftrx_id',
    'ｔｒｘ＿ＩＤ',
  ]) {
    it(`takes ${JSON.stringify(name)} for trx_id`, () => {
      assert.equal(normalizedHeader(name), 'trxid');
    });
  }
});

describe('the names in a header', () => {
  it('may be composed or not, on either side', () => {
    const names = { db: ['Bibliothe\u0301que'] };
    for (const name of ['Bibliothe\u0301que', 'Biblioth\u00e9que', 'BIBLIOTH\u00c9QUE']) {
      assert.equal(findColumns(['user', 'host', 'state', name], names).indexes.get('db'), 3);
    }
  });
});

describe('HEADER_NAMES', () => {
  it('gives no name to two columns, nor twice to one', () => {
    const names = COLUMNS.flatMap((column) => HEADER_NAMES[column]).map(normalizedHeader);
    assert.deepEqual(
      names.filter((name, index) => names.indexOf(name) !== index),
      [],
    );
  });
});

describe('findColumns', () => {
  for (const column of COLUMNS) {
    it(`finds ${column} by each of its names`, () => {
      for (const name of HEADER_NAMES[column]) {
        const header = ['x', ...REQUIRED.filter((other) => other !== column), name.toUpperCase()];
        assert.equal(findColumns(header).indexes.get(column), header.length - 1, name);
      }
    });
  }

  it('finds columns of seconds whatever the unit behind their names, and none of other units', () => {
    const seconds = [
      '(s)',
      ' (sec)',
      '_secs',
      ' (second)',
      '_seconds',
      ' (in seconds)',
      '（秒）',
      '(秒钟)',
      '（单位：秒）',
    ];
    for (const unit of seconds) {
      for (const [name, column] of [
        ['Time', 'time'],
        ['trx_exec_time', 'trx_executed_time'],
        ['事务锁等待时长', 'trx_lock_duration'],
        ['Elapsed', 'time'],
      ] as const) {
        const { indexes } = findColumns([...REQUIRED, name + unit], { time: ['elapsed'] });
        assert.equal(indexes.get(column), REQUIRED.length, name + unit);
      }
    }
    for (const unit of ['(ms)', '(毫秒)', ' (min)']) {
      assert.equal(findColumns([...REQUIRED, `time${unit}`]).indexes.has('time'), false, unit);
    }
    const { indexes } = findColumns([...REQUIRED, 'trx_lock_rows(s)'], { trx_lock_rows: ['rows'] });
    assert.equal(indexes.has('trx_lock_rows'), false);
  });

  it('finds the names that the API may give to times and Chinese columns', () => {
    const header = [
      'User Name',
      'Client IP',
      'Session State',
      'Time(s)',
      '事务锁等待时长（s）',
      '事务持续时间(秒)',
    ];
    assert.deepEqual(
      [...findColumns(header).indexes],
      [
        ['user', 0],
        ['host', 1],
        ['state', 2],
        ['time', 3],
        ['trx_executed_time', 5],
        ['trx_lock_duration', 4],
      ],
    );
  });

  it('prefers the first known name where a file has several of a column', () => {
    assert.equal(findColumns(['status', 'user', 'host', 'state']).indexes.get('state'), 3);
  });

  it('prefers a configured name to the built-in ones', () => {
    const { indexes } = findColumns([...REQUIRED, 'Account'], { user: ['account'] });
    assert.equal(indexes.get('user'), 3);
  });

  it('takes a header that a configured name claims from the column that knows it', () => {
    const header = ['user', 'host', 'Status', 'Session State'];
    const { indexes } = findColumns(header, { command: ['status'] });
    assert.equal(indexes.get('command'), 2);
    assert.equal(indexes.get('state'), 3);
  });

  it('falls back to the built-in names where no configured one is there', () => {
    assert.equal(findColumns(REQUIRED, { user: ['account'] }).indexes.get('user'), 0);
  });

  it('names the missing columns, the names that they may have, and what it found instead', () => {
    assert.equal(
      messageOf(() => findColumns(['id', 'host', 'Wer', 'state'], { user: ['Account'] })),
      'csv header: got "id", "host", "Wer", "state", expected a column for user ("Account", "user", "user name", "用户", "用户名", "用户名称", "账号")',
    );
  });

  it('names all missing columns at once', () => {
    assert.match(
      messageOf(() => findColumns(['id', 'host'])),
      /^csv header: got "id", "host", expected a column for user \(.*\) and a column for state \(.*\)$/,
    );
  });

  it('shows at most 20 names of at most 40 characters', () => {
    const names = [...Array.from({ length: 18 }, () => 'n'.repeat(50)), 'id', 'user', ...Array(5).fill('x')];
    assert.match(
      messageOf(() => findColumns(names)),
      /^csv header: got ("n{40}", ){18}"id", "user" and 5 more, expected /,
    );
  });

  describe('of a line with fewer than two known names, which may be a row,', () => {
    const ROW = ['7', 'root', 'UPDATE users SET name WHERE id IN', '10.0.0.1:5000', 'x;y'];

    it('shows the number of names', () => {
      const hint = ': the line may be a row, so it is not shown (check-config --online --show-header';
      const shown = (...header: string[]) => messageOf(() => findColumns(header)).split(' prints')[0];
      assert.equal(shown(...ROW), `csv header: got 5 names, 0 of them known${hint}`);
      assert.equal(shown(...ROW, 'ID'), `csv header: got 6 names, 1 of them known${hint}`);
      assert.equal(shown('id;order;place;mood'), `csv header: got 1 name, 0 of them known${hint}`);
    });

    it('counts different names, as a user and a database may have the same one', () => {
      assert.match(
        messageOf(() => findColumns([...ROW, 'id', 'ID', 'i_d'])),
        /got 8 names, 1 of them known/,
      );
    });

    it('knows names as the look-up does: however they are written, and those of the configuration', () => {
      assert.match(
        messageOf(() => findColumns(['Session-ID', 'Konto', 'Farbe'], { user: ['konto'] })),
        /^csv header: got "Session-ID", "Konto", "Farbe", expected a column for host/,
      );
      assert.match(
        messageOf(() => findColumns(['Session-ID', 'Konto', 'Farbe'])),
        /got 3 names, 1 of them known/,
      );
    });
  });

  it('shows no name that could hold a literal: a row may have known names in its cells', () => {
    const literals = [
      "name = 'hunter2'",
      'say "hunter2"',
      'IN (4111)',
      'a -4111',
      'TRUNCATE secret_customers',
      'call login(hunter2)',
      'x;y',
      'a\nb',
      'a\tb',
      'p@ss',
    ];
    for (const literal of literals) {
      assert.match(
        messageOf(() => findColumns(['user', 'status', 'Trx2 (s)', literal])),
        /^csv header: got "user", "status", "Trx2 \(s\)", \(not a name\), expected/,
        literal,
      );
      assert.deepEqual(findColumns([...REQUIRED, literal]).unknownHeaders, ['(not a name)'], literal);
    }
  });

  it('shows none of the names of a line that has a cell, whatever known names it has', () => {
    for (const cell of ['4111', '-1', '1.5', '00:02:05', '10.0.0.1', '10.0.0.1:3306', 'NULL', '\\N']) {
      assert.match(
        messageOf(() => findColumns(['user', 'status', 'customers of May', cell])),
        /^csv header: got 4 names, 2 of them known: the line may be a row/,
        cell,
      );
      const { unknownHeaders } = findColumns([...REQUIRED, 'customers of May', cell]);
      assert.deepEqual(unknownHeaders, ['(not a name)', '(not a name)'], cell);
    }
  });

  it('keeps its message on one line', () => {
    assert.doesNotMatch(
      messageOf(() => findColumns(['id', 'user', 'line\nbreak'])),
      /\n/,
    );
  });

  it('tells what parts the names where it is no comma, and shows none of them', () => {
    const NAMES = ['Id', 'User', 'Host', 'secret_column', 'State', 'Time (s)'];
    for (const [separator, called] of [
      [';', ';'],
      ['\t', 'tabs'],
      ['|', '|'],
      [' ; ', ';'],
      ['\uff0c', 'full-width commas'],
      ['";"', ';'],
    ] as const) {
      assert.equal(
        messageOf(() => findColumns([NAMES.join(separator)])),
        `csv header: got a header parted by ${called} (6 names, 5 of them known), expected one parted by commas: save the file with commas between its fields`,
      );
    }
    assert.match(
      messageOf(() => findColumns(['会话ID;用户;主机;状态'])),
      /parted by ; \(4 names, 4 of them known\)/u,
    );
    assert.match(
      messageOf(() => findColumns(['sep=;'])),
      /^csv header: got a line that names a separator/u,
    );
    // What may be a row, and what has commas all the same.
    assert.match(
      messageOf(() => findColumns(['17;user;host;SELECT 1'])),
      /the line may be a row/u,
    );
    assert.match(
      messageOf(() => findColumns(['user', 'host', 'a;b'])),
      /^csv header: got "user", "host", \(not a name\)/u,
    );
  });

  it('refuses a name that stands twice for a column in use', () => {
    assert.equal(
      messageOf(() => findColumns(['State', 'user', 'host', 's-t-a-t-e'])),
      'csv header: got "state" in fields 1 and 4, expected one column for state',
    );
  });

  it('does not mind a name that stands twice where the column is not read or has a better name', () => {
    const header = [...REQUIRED, 'status', 'status', 'id', 'ID', 'x', 'x'];
    assert.deepEqual(findColumns(header).unknownHeaders, ['x', 'x']);
  });

  it('refuses statements in two columns only where they are read', () => {
    const header = [...REQUIRED, 'info', 'Info'];
    assert.equal(
      messageOf(() => findColumns(header)),
      'csv header: got "info" in fields 4 and 5, expected one column for info',
    );
    assert.equal(findColumns(header, {}, false).indexes.get('info'), 3);
  });

  it('refuses more than 256 columns, or more than 64 Ki characters', () => {
    const filled = (columns: number): string[] => [...REQUIRED, ...Array(columns - 3).fill('x')];
    assert.equal(findColumns(filled(256)).indexes.size, 3);
    assert.equal(
      messageOf(() => findColumns(filled(257))),
      'csv header: got 257 columns, expected at most 256',
    );
    assert.equal(
      messageOf(() => findColumns([...REQUIRED, 'x'.repeat(65_536)])),
      'csv header: got 65549 characters, expected at most 65536',
    );
  });

  it('reports the headers that it does not know: at most 20, cut to 40 characters', () => {
    const strange = Array.from({ length: 25 }, (_, n) => `n${n}${'𠀀'.repeat(50)}`);
    const { unknownHeaders } = findColumns([...REQUIRED, 'status', 'trx_started', ...strange]);
    assert.equal(unknownHeaders.length, 20);
    assert.deepEqual(unknownHeaders.slice(0, 2), ['trx_started', `n0${'𠀀'.repeat(38)}`]);
  });

  it('is not misled by the names of object members', () => {
    const header = ['__proto__', 'constructor', ...REQUIRED, '__proto__'];
    const { indexes, unknownHeaders } = findColumns(header);
    assert.equal(indexes.get('user'), 2);
    assert.deepEqual(unknownHeaders, ['__proto__', 'constructor', '__proto__']);
  });
});
