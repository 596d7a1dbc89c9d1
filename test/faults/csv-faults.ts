// Results that are no session file, or one too large.
import { gzipSync } from 'node:zlib';
import { csv, endless } from './answers.js';
import { CANARIES, CANARY_SQL } from './canaries.js';
import type { Fault } from './fault.js';
import { GOOD_FILE, HEADER } from './hostile-api.js';

const ROW = `1,u,h,d,Query,1,s,"${CANARY_SQL}",\n`;
const ALL_WENT_WELL = { submit: 1, wait: 1, download: 1 };
const SMALL = { project: { api: { max_csv_bytes: '64KiB' } } };
const MEBIBYTE = Buffer.alloc(1024 * 1024, ' ');

/** A body of the type CSV. */
function body(what: string, bytes: string | Buffer, says: RegExp): Fault {
  return { what, download: csv(bytes), requests: ALL_WENT_WELL, says };
}

/** A body of another type. */
function foreign(type: string, text: string, says: RegExp): Fault {
  return {
    what: `H9 a result of the type ${type}`,
    download: { headers: { 'content-type': type }, body: text },
    requests: ALL_WENT_WELL,
    says,
  };
}

export const CSV_FAULTS: readonly Fault[] = [
  body('C1 no byte', '', /csv body: got an empty one/u),
  body('C1 blank lines', '\r\n \n\n', /csv body: got (an empty one|blank lines only)/u),
  body('C1 a byte-order mark alone', '\ufeff', /csv body: got an empty one/u),
  foreign(
    'text/html',
    `<html>${CANARY_SQL}</html>`,
    /got HTML of the type "text\/html", expected a CSV file: does a proxy answer/u,
  ),
  foreign('application/xml', '<a/>', /got XML of the type "application\/xml"/u),
  foreign('application/json', '{"sessions": []}', /got JSON of the type "application\/json"/u),
  foreign(
    'application/json; charset=utf-8',
    JSON.stringify({ error_code: 'DBS.200010', error_msg: `gone ${CANARIES.secretKey}` }),
    /got JSON of the type "application\/json" DBS\.200010 "gone /u,
  ),
  {
    what: 'H18 a result that is the address of a file',
    download: (response, { headers }) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ url: `http://${headers.host}/file.csv` }));
    },
    requests: ALL_WENT_WELL,
    says: /of the type "application\/json"/u,
  },
  body(
    'C17 HTML in a CSV type',
    `<!doctype html>${CANARY_SQL}`,
    /download: got HTML of the type "text\/csv", expected/u,
  ),
  body(
    'C17 JSON in a CSV type',
    `{"a": "${CANARY_SQL}"}`,
    /download: got JSON of the type "text\/csv", expected/u,
  ),
  body(
    'C17 an error in a CSV type',
    '\ufeff\r\n {"errCode": "DBS.200010", "externalMessage": "gone"}',
    /download: got JSON of the type "text\/csv" DBS\.200010 "gone", expected/u,
  ),
  body(
    'C17 an error in a CSV type, in UTF-16',
    Buffer.from('\ufeff{"forbidden": {"code": "X.1", "message": "gone"}}', 'utf16le'),
    /download: got JSON of the type "text\/csv" X\.1 "gone", expected/u,
  ),
  body('C17 a JSON list in a CSV type', ' \n[1]', /download: got JSON of/u),
  body(
    'C5 a header in a language nobody knows',
    `编号,某人,某处\n${ROW}`,
    /csv header: got 3 names, 0 of them known: .*--show-header.* expected a column for user/u,
  ),
  ...(['User', 'Host', 'State'] as const).map((name) =>
    body(
      `C6 no column ${name}`,
      GOOD_FILE.replace(name, 'Colour'),
      new RegExp(`"Colour".*expected a column for ${name.toLowerCase()} \\(`, 'u'),
    ),
  ),
  body(
    'C6 no header',
    `1,orders,10.0.0.1,shop,Query,1,Sending,"${CANARY_SQL} FROM a;",\n`,
    /csv header: got 9 names, 0 of them known/u,
  ),
  body(
    'C6 no header, and a first row of known names',
    `1,client,10.0.0.1,status,Query,1,Sending,"${CANARY_SQL} = 'x'",\n`,
    /csv header: got 9 names, 2 of them known: the line may be a row/u,
  ),
  body('C6 a header of names of which one is known', 'Id,Wer,Wo\n1,u,h\n', /got 3 names, 1 of them known/u),
  body('C7 a column twice', GOOD_FILE.replace('db,', 'User,'), /got "user" in fields 2 and 4/u),
  body(
    'C7 a column twice, written differently',
    GOOD_FILE.replace('db,', 'STATUS,').replace('State', 'status'),
    /"status" in fields/u,
  ),
  body(
    'C9 rows shorter than the header',
    `${HEADER}\n${'1,u\n'.repeat(20)}`,
    /csv rows: got 20 of 20 without the header's 9 fields/u,
  ),
  body(
    'C9 rows separated by semicolons',
    GOOD_FILE.replaceAll(',', ';'),
    /got a header parted by ; \(9 names, 9 of them known\)/u,
  ),
  body(
    'C10 a quote that nobody closes',
    `${HEADER}\n1,u,"${CANARY_SQL}`,
    /the end of the body inside a quoted field.*\(it opens on line 2\)/u,
  ),
  body(
    'C10 text after a closing quote',
    `${HEADER}\n1,"u"${CANARY_SQL},h\n`,
    /text after a closing quote.*\(line 2\)/u,
  ),
  body(
    'C10 backslashes before quotes',
    `${HEADER}\n1,u,h,d,Query,1,s,"say \\"${CANARY_SQL}\\" ",\n`,
    /csv quoting: got text after/u,
  ),
  body(
    'C11 a field of 5 MiB',
    `${HEADER}\n1,u,"${'x'.repeat(5 * 1024 * 1024)}`,
    /csv record: got more than 4194304 bytes, expected it to end \(it starts on line 2\)/u,
  ),
  body(
    'C11 a row of 5 MiB of commas',
    `${HEADER}\n${','.repeat(5 * 1024 * 1024)}`,
    /csv record: got more than/u,
  ),
  {
    what: 'C11 a line that never ends',
    download: endless(MEBIBYTE, { 'content-type': 'text/csv' }, HEADER),
    says: /csv record: got more than 4194304 bytes/u,
  },
  body(
    'C16 300 columns',
    `${HEADER}${',x'.repeat(300)}\n`,
    /csv header: got 309 columns, expected at most 256/u,
  ),
  body('C16 100,000 columns', `${HEADER}${',x'.repeat(100_000)}\n`, /csv header: got 100009 columns/u),
  body(
    'C16 a header name of 100 kB',
    `${HEADER},${'x'.repeat(100_000)}\n`,
    /csv header: got \d+ characters/u,
  ),
  body(
    'C3 UTF-16 without a byte-order mark',
    Buffer.from(GOOD_FILE, 'utf16le'),
    /csv encoding: got NUL bytes .*utf-16le/u,
  ),
  body(
    'C13 a picture',
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]),
    /download: got a PNG image, expected a CSV file/u,
  ),
  body(
    'C13 gzip that does not say so',
    gzipSync(GOOD_FILE),
    /download: got a gzip file without Content-Encoding, expected a CSV file: does a proxy drop/u,
  ),
  body(
    'C13 a spreadsheet',
    Buffer.from(`PK\x03\x04\x14\0${CANARY_SQL}`, 'latin1'),
    /download: got a ZIP file, as spreadsheets \(\.xlsx\) are, expected a CSV file: does a proxy convert/u,
  ),
  {
    what: 'C17 JSON without an end',
    download: endless(MEBIBYTE, { 'content-type': 'text/csv' }, '{"error_code": "DBS.1", "a": "'),
    requests: ALL_WENT_WELL,
    says: /download: got JSON of the type "text\/csv" DBS\.1, expected/u,
  },
  body('C12 CR as the only line end', GOOD_FILE.replaceAll('\n', '\r'), /csv line ends: got CR alone/u),
  body(
    'C12 rows that end in U+2028',
    `${HEADER}\n${ROW.trimEnd()}\u2028${ROW.trimEnd()}`,
    /csv line ends: got a line sep/u,
  ),
];

export const TOO_LARGE_FAULTS: readonly Fault[] = [
  {
    what: 'B3 rows without an end',
    ...SMALL,
    download: endless(Buffer.from(ROW.repeat(1_000)), { 'content-type': 'text/csv' }, `${HEADER}\n`),
    requests: ALL_WENT_WELL,
    says: /download: got a body of more than 65536 bytes, expected at most so many/u,
  },
  {
    what: 'B3 a file one row too long, with its length',
    ...SMALL,
    download: csv(`${HEADER}\n${ROW.repeat(Math.ceil(65_536 / ROW.length))}`),
    says: /more than 65536 bytes/u,
  },
  {
    what: 'H24 a gzip bomb',
    ...SMALL,
    download: csv(gzipSync(`${HEADER}\n${ROW.repeat(100_000)}`), { 'content-encoding': 'gzip' }),
    says: /more than 65536 bytes/u,
  },
  {
    what: 'H11 an answer to submit without an end',
    submit: endless(MEBIBYTE, { 'content-type': 'application/json' }),
    requests: { submit: 1 },
    says: /submit: got a body of more than 1048576 bytes/u,
  },
  {
    what: 'H11 a task status of 2 MiB',
    wait: { body: { status: 'finished', padding: 'x'.repeat(2 * 1024 * 1024) } },
    requests: { wait: 1 },
    says: /wait: got a body of more than 1048576 bytes/u,
  },
  {
    what: 'H24 a gzip bomb for JSON',
    wait: { headers: { 'content-encoding': 'gzip' }, body: gzipSync(' '.repeat(50_000_000)) },
    says: /wait: got a body of more than 1048576 bytes/u,
  },
];
