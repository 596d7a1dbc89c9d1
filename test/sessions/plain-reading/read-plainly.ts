// The oracle of the core: the same files read the plain way, every row through csv-parse into strings and every session
// counted in Maps. Slow, simple enough to be believed, and without a line of the code that it judges.
import { parse } from 'csv-parse/sync';
import { COLUMNS, type ColumnName } from '../../../src/sessions/columns.js';
import type { ReadResult, SessionSettings } from '../../../src/sessions/read-snapshot.js';
import type { SessionDetails } from '../../../src/sessions/session-details.js';
import type { Counted, CsvTally, Filter, Snapshot } from '../../../src/sessions/snapshot.js';
import { columnNamed, findColumns, isCell, plainName } from './find-columns.js';
import { type Line, linesIn, Refusal } from './find-fault.js';
import { lineEndMessage, linesOf } from './find-lines.js';
import { sessionReader } from './session.js';
import { SessionAggregate } from './session-aggregate.js';

/** Reads a whole body of UTF-8, valid or not; throws a Refusal, of several faults for the first. */
export function readPlainly(
  body: Buffer,
  settings: SessionSettings,
  tally: CsvTally,
  previous?: Snapshot,
): ReadResult {
  tally.bytes = body.length;
  const utf8 = body.subarray(body.toString('latin1', 0, 3) === '\u00ef\u00bb\u00bf' ? 3 : 0);
  checkStart(utf8);
  const { sound, fault, faultOfHeader } = linesIn(utf8);
  const [header, ...rows] = sound.flatMap(recordsIn);
  if (header === undefined) {
    throw faultOfHeader ?? new Refusal('csv body: got blank lines only, expected a header line');
  }
  checkHeader(header);
  const names = header.cells;
  const { indexes, doubled, unknownHeaders } = findColumns(
    names,
    settings.columnNames,
    settings.statements !== undefined,
  );
  const columns = new Set<ColumnName>(indexes.keys());
  const read = sessionReader(new Map([...indexes].filter(([column]) => !doubled.has(column))));
  const aggregate = new SessionAggregate(columns, settings);
  tally.unreadable = aggregate.unreadable;
  let firstLineEnd: string | undefined;
  // No name of a number begins with a digit, whatever stands behind it.
  const numbered = (['time', 'id', 'trx_executed_time'] as const).find((column) => indexes.has(column));
  const repeatsHeader = (cells: readonly string[]): boolean =>
    (['user', 'host', 'state'] as const).every((column) => {
      const name = bareName(cells[indexes.get(column) ?? 0] ?? '');
      return columnNamed(name, settings.columnNames) === column;
    }) &&
    !cells.some(isCell) &&
    !(numbered && /^[0-9]/.test(cells[indexes.get(numbered) ?? 0] ?? ''));
  for (const [index, { bytes, line, cells }] of rows.entries()) {
    if (index === 0 && bytes.toString('latin1').startsWith('\r')) {
      throw new Refusal(lineEndMessage('LF CR', line));
    }
    if (cells.length !== names.length) {
      const { count, lineEnd } = linesOf(bytes);
      tally.rejectedRows += count;
      firstLineEnd ??= lineEnd === undefined ? undefined : lineEndMessage(lineEnd, line);
    } else if (repeatsHeader(cells)) {
      tally.rejectedRows++;
    } else {
      tally.rows++;
      aggregate.add(read(cells));
    }
  }
  if (fault !== undefined) {
    throw fault;
  }
  if (tally.rejectedRows > tally.rows) {
    const all = tally.rejectedRows + tally.rows;
    throw new Refusal(
      firstLineEnd ??
        `csv rows: got ${tally.rejectedRows} of ${all} without the header's ${names.length} fields or repeating it, expected at most half`,
    );
  }
  if (tally.rows === 0 && names.some(isCell)) {
    throw new Refusal(
      `csv header: got ${names.length} names, with a number, an address or NULL among them, and no row, expected lines that end in LF or CRLF`,
    );
  }
  return {
    snapshot: filtered(aggregate.toCounted(previous), settings.filter),
    ...(settings.details && { details: filteredDetails(aggregate.details(), settings.filter) }),
    columns: COLUMNS.filter((column) => columns.has(column)),
    unknownHeaders,
  };
}

/** What a list of some sessions tells of all. */
function filtered(counted: Counted, filter: Filter): Snapshot {
  const { sessions, active, slow, lockWaiting, transactionLongestSeconds: age = 0 } = counted;
  const { transactionLockWaitLongestSeconds: wait } = counted;
  const listed = { filter, listed: sessions, times: [], longest: [], dimensions: new Map() };
  const isNamed = ({ command = 'other' }: { readonly command: string | undefined }) => command !== 'other';
  const times = counted.times.filter(isNamed);
  const longest = counted.longest.filter(isNamed);
  switch (filter) {
    case 'total':
      return { ...counted, filter, listed: sessions };
    case 'active':
      return {
        ...listed,
        times,
        longest,
        ...(active !== undefined && { active }),
        ...(slow !== undefined && { slow }),
        ...(lockWaiting !== undefined && { lockWaiting }),
        ...(wait !== undefined && { transactionLockWaitLongestSeconds: wait }),
      };
    case 'slow':
      return {
        ...listed,
        times: times.flatMap(({ command, longestSeconds = 0 }) =>
          longestSeconds > 0 ? [{ command, longestSeconds }] : [],
        ),
        longest: longest.filter(({ seconds }) => seconds > 0),
        ...(slow !== undefined && { slow }),
      };
    default:
      return { ...listed, ...(age > 0 && { transactionLongestSeconds: age }) };
  }
}

function filteredDetails(details: SessionDetails, filter: Filter): SessionDetails {
  return {
    pairs: filter === 'total' ? details.pairs : [],
    active: filter === 'total' || filter === 'active' ? details.active : new Map(),
    notable: details.notable,
  };
}

interface Row extends Line {
  readonly cells: readonly string[];
}

/** Of a line at most one, unless it is blank. */
function recordsIn(line: Line): Row[] {
  const records: string[][] = parse(line.bytes, {
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
  });
  return records
    .filter((cells) => cells.length > 1 || cells[0]?.trim() !== '')
    .map((cells) => ({ ...line, cells }));
}

function checkHeader({ bytes, line }: Line): void {
  if (bytes.includes('\0')) {
    const endian = bytes[0] === 0 ? 'be' : bytes[1] === 0 ? 'le' : undefined;
    const advice =
      endian === undefined
        ? 'is it compressed, or a spreadsheet?'
        : `UTF-16 without a byte-order mark needs csv.encoding: utf-16${endian}`;
    throw new Refusal(`csv encoding: got NUL bytes in the header line, expected text: ${advice}`);
  }
  const { lineEnd, lastLineEnd } = linesOf(bytes);
  const text = bytes.toString('latin1');
  const end = text.endsWith('\r\r\n') ? 'CR CR LF' : text.endsWith('\n') ? undefined : lastLineEnd;
  const found = lineEnd ?? end;
  if (found !== undefined) {
    throw new Refusal(lineEndMessage(found, line));
  }
}

function bareName(name: string): string {
  return plainName(name.replaceAll('"', ''));
}

function checkStart(utf8: Buffer): void {
  const start = utf8.toString('latin1').replace(/^[ \t\r\n]+/, '');
  if (start === '') {
    throw new Refusal('csv body: got an empty one, expected a header line');
  }
  const format = foreignFormat(start.slice(0, 256));
  if (format !== undefined) {
    throw new Refusal(`csv body: got ${format} (it starts with "${start[0]}"), expected a CSV header line`);
  }
}

/** By the bracket that it begins with, and by what stands in it and behind it. */
function foreignFormat(start: string): string | undefined {
  const [, closing = ''] = ['[]', '{}', '<>'].find(([opening]) => start[0] === opening) ?? [];
  if (closing === '') {
    return undefined;
  }
  const [inside = '', ...rest] = start.slice(1).split(closing);
  const isName =
    inside !== '' && !/[[\]{}<>,\r\n]/.test(inside) && !(closing === '}' && inside.includes(':'));
  if (isName && /^[ \t]*,/.test(rest.join(closing))) {
    return undefined;
  }
  const next = start.slice(1).trimStart();
  switch (closing) {
    case '}':
      return next === '' || '"}'.includes(next.charAt(0)) ? 'JSON' : undefined;
    case ']':
      return next === '' || '[{"]-0123456789'.includes(next.charAt(0)) || /^(true|false|null)\b/.test(next)
        ? 'JSON'
        : undefined;
    default:
      return start.length === 1 || /[!?/A-Za-z]/.test(start.charAt(1)) ? 'HTML or XML' : undefined;
  }
}
