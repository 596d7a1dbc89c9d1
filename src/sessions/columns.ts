// Which field of a row is which column. The API's reference lists no columns and `X-Language` may translate
// them, so they are found by header name, in any order.
import { CsvError } from './csv-error.js';
import { MAX_FIELDS } from './kernel/layout.js';

export const COLUMNS = [
  'id',
  'user',
  'host',
  'state',
  'db',
  'command',
  'time',
  'info',
  'trx_id',
  'trx_state',
  'trx_executed_time',
  'trx_lock_duration',
  'trx_lock_rows',
  'trx_lock_tables',
  'trx_update_rows',
] as const;
export type ColumnName = (typeof COLUMNS)[number];

/** Whose cells are numbers. */
export const NUMBER_COLUMNS = [
  'time',
  'trx_executed_time',
  'trx_lock_duration',
  'trx_lock_rows',
  'trx_lock_tables',
  'trx_update_rows',
] as const satisfies readonly ColumnName[];
export type NumberColumn = (typeof NUMBER_COLUMNS)[number];

const REQUIRED_COLUMNS = ['user', 'host', 'state'] as const satisfies readonly ColumnName[];

/** What a name may end in whose column holds seconds; of milliseconds nothing is known. */
const SECONDS = [
  '(s)',
  '(sec)',
  '(secs)',
  '(second)',
  '(seconds)',
  '(in s)',
  '(in seconds)',
  '(秒)',
  '(秒钟)',
  '(单位:秒)',
];

/** Names of each column in a header, the preferred one first; compared as `normalizedHeader` has them. */
export const HEADER_NAMES: Readonly<Record<ColumnName, readonly string[]>> = {
  id: ['id', 'session id', 'process id', 'thread id', '会话ID'],
  user: ['user', 'user name', '用户', '用户名', '用户名称', '账号'],
  host: ['host', 'client', 'client host', 'access host', 'client ip', '主机', '访问主机', '客户端'],
  state: ['state', 'status', 'session state', '状态', '会话状态'],
  db: [
    'db',
    'database',
    'database name',
    'db name',
    'schema',
    'schema name',
    '数据库',
    '数据库名',
    '数据库名称',
    '库名',
  ],
  command: ['command', 'command type', '命令', '命令类型'],
  time: inSeconds([
    'time',
    'duration',
    'state duration',
    'session duration',
    '时间',
    '持续时间',
    '状态持续时间',
  ]),
  info: ['info', 'sql', 'sql statement', 'sql text', 'statement', 'SQL语句'],
  trx_id: ['trx_id', '事务ID'],
  trx_state: ['trx_state', '事务状态'],
  trx_executed_time: inSeconds(['trx_executed_time', 'trx_exec_time', '事务持续时间']),
  trx_lock_duration: inSeconds(['trx_lock_duration', '事务锁等待时长']),
  trx_lock_rows: ['trx_lock_rows', 'trx_rows_locked', '事务锁定行数'],
  trx_lock_tables: ['trx_lock_tables', 'trx_tables_locked', '事务锁定表数量'],
  trx_update_rows: ['trx_update_rows', 'trx_rows_modified', '事务更新行数'],
};

const NORMALIZED_NAMES = normalizedNames(HEADER_NAMES);

/** Known so that they are not reported as unknown, but no figure is made of them: of `info` where statements are not read. */
const UNREAD_COLUMNS: ReadonlySet<ColumnName> = new Set(['id']);
const UNREAD_WITHOUT_STATEMENTS: ReadonlySet<ColumnName> = new Set(['id', 'info']);

/** As many as the scanner notes the places of. */
const MAX_COLUMNS = MAX_FIELDS;
const MAX_HEADER_CHARACTERS = 64 * 1024;
const MAX_NAMES_SHOWN = 20;
const MAX_NAME_CHARACTERS = 40;
/** A line with fewer names that are known may be a row of a file without a header: its cells hold SQL. */
const KNOWN_NAMES_OF_A_HEADER = 2;
const NOT_A_NAME = '(not a name)';
/** What stands in rows alone: a number, an address with its port, NULL. */
const CELL = /^(?:[\s.,:+-]*\d[\d\s.,:+-]*|NULL|\\N)$/iu;
/** A statement, which may name a customer or hold a password without quotes. */
const STATEMENT =
  /^\s*(?:select|insert|update|delete|replace|merge|call|do|truncate|drop|alter|create|rename|grant|revoke|set|use|kill|show|explain|describe|load|import|flush|with|begin|commit|rollback|prepare|deallocate|handler|analyze|optimize|repair)\s/iu;

/** What else than a comma parts the names of a header, as people call it. */
const SEPARATORS: Readonly<Record<string, string>> = {
  ';': ';',
  '\t': 'tabs',
  '|': '|',
  '\uff0c': 'full-width commas',
  '\uff1b': 'full-width semicolons',
  '\u3001': 'ideographic commas',
};
const SAVE_WITH_COMMAS = 'expected one parted by commas: save the file with commas between its fields';
/** What else names may stand in than what CSV quotes them with: how they are read then, what that is called, and what to do. */
const WRAPPINGS: readonly (readonly [
  names: (header: readonly string[]) => string[],
  got: string,
  expected: string,
])[] = [
  [
    (header) => (header.length === 1 ? (header[0] ?? '').split(',') : []),
    'the whole line in one pair of quotes',
    'quotes around each name or none: save the file again without them',
  ],
  [
    (header) => header.map((name) => name.replace(/^\s+"(.*)"\s*$/su, '$1')),
    'blanks between commas and quotes',
    'quotes right behind the commas: save the file without those blanks',
  ],
  [
    (header) => header.map((name) => name.replace(/^\s*'(.*)'\s*$/su, '$1')),
    'names in single quotes',
    'names in double quotes or none: save the file with those',
  ],
];
/** The line that spreadsheets read the separator from. */
const SEPARATOR_LINE = /^["\s]*sep=/iu;
/** The line above the names in the tables that the mysql client prints. */
const TABLE_LINE = /^\+[+-]*\+\s*$/u;

export type HeaderNames = Readonly<Partial<Record<ColumnName, readonly string[]>>>;

const NO_NAMES: HeaderNames = {};

export interface FoundColumns {
  /** Index of the column's field in every row. */
  readonly indexes: ReadonlyMap<ColumnName, number>;
  /** Those of `indexes` whose name stands twice, of which no figure is made. */
  readonly doubled: ReadonlySet<ColumnName>;
  /** Header names that belong to no column, as they may be shown: at most 20, cut to 40 characters. */
  readonly unknownHeaders: readonly string[];
}

/** `extraNames` go before the built-in names, also before another column's. */
export function findColumns(
  header: readonly string[],
  extraNames: HeaderNames = NO_NAMES,
  readsStatements = true,
): FoundColumns {
  checkHeaderSize(header);
  const unread = readsStatements ? UNREAD_COLUMNS : UNREAD_WITHOUT_STATEMENTS;
  const fields = fieldsByName(header);
  const indexes = new Map<ColumnName, number>();
  const taken = new Set<string>();
  const doubled = new Set<ColumnName>();
  const find = (column: ColumnName, names: readonly string[]): void => {
    const name = names.find((known) => fields.has(known) && !taken.has(known));
    if (name === undefined) {
      return;
    }
    const [first = 0, second] = fields.get(name) ?? [];
    if (second !== undefined && !unread.has(column)) {
      throw new CsvError(
        `csv header: got ${JSON.stringify(name)} in fields ${first + 1} and ${second + 1}, expected one column for ${column}`,
      );
    }
    if (second !== undefined) {
      doubled.add(column);
    }
    indexes.set(column, first);
    taken.add(name);
  };
  const { extra, known } = namesWith(extraNames);
  for (const column of COLUMNS) {
    find(column, extra[column] ?? []);
  }
  for (const column of COLUMNS) {
    if (!indexes.has(column)) {
      find(column, NORMALIZED_NAMES[column] ?? []);
    }
  }
  const missing = REQUIRED_COLUMNS.filter((column) => !indexes.has(column));
  if (missing.length > 0) {
    refuseOtherForm(header, known);
    const knownNames = [...fields.keys()].filter((name) => known.has(name)).length;
    throw missingColumns(missing, `${describeHeader(header, knownNames)}${encodingHint(header)}`, extraNames);
  }
  const unknown = header.filter((name) => !known.has(normalizedHeader(name))).slice(0, MAX_NAMES_SHOWN);
  return { indexes, doubled, unknownHeaders: unknown.map(hasCell(header) ? () => NOT_A_NAME : shownName) };
}

/**
 * Without what people and exports write differently: case, blanks, `_`, `-`, `.`, brackets, a byte-order mark, letters of
 * full width, accents that stand by themselves.
 */
export function normalizedHeader(name: string): string {
  return name
    .normalize('NFKC')
    .replace(/[\s_\-.<>\p{Ps}\p{Pe}\u{FEFF}]/gu, '')
    .toLowerCase();
}

function normalizedNames(names: HeaderNames): HeaderNames {
  return Object.fromEntries(
    Object.entries(names).map(([column, ofColumn]) => [column, ofColumn.map(normalizedHeader)]),
  );
}

/** Names of the configuration take the units, too. */
function addedNames({ time, trx_executed_time, trx_lock_duration, ...others }: HeaderNames): HeaderNames {
  return normalizedNames({
    ...others,
    ...(time && { time: inSeconds(time) }),
    ...(trx_executed_time && { trx_executed_time: inSeconds(trx_executed_time) }),
    ...(trx_lock_duration && { trx_lock_duration: inSeconds(trx_lock_duration) }),
  });
}

function inSeconds(names: readonly string[]): readonly string[] {
  return names.flatMap((name) => ['', ...SECONDS].map((unit) => name + unit));
}

interface KnownNames {
  /** Those of the configuration. */
  readonly extra: HeaderNames;
  /** The column that each known name stands for. */
  readonly known: ReadonlyMap<string, ColumnName>;
}

/** By the names of the configuration, which are the same for many files; all as `normalizedHeader` has them. */
const NAMES_WITH = new WeakMap<HeaderNames, KnownNames>();

/** The column that each known name, as `normalizedHeader` has it, stands for. */
export function columnsByName(extraNames: HeaderNames = NO_NAMES): ReadonlyMap<string, ColumnName> {
  return namesWith(extraNames).known;
}

function namesWith(extraNames: HeaderNames): KnownNames {
  const names = NAMES_WITH.get(extraNames) ?? knownNames(addedNames(extraNames));
  NAMES_WITH.set(extraNames, names);
  return names;
}

function knownNames(extra: HeaderNames): KnownNames {
  const known = new Map<string, ColumnName>();
  for (const names of [NORMALIZED_NAMES, extra]) {
    for (const column of COLUMNS) {
      for (const name of names[column] ?? []) {
        known.set(name, column);
      }
    }
  }
  return { extra, known };
}

export function checkColumnCount(columns: number): void {
  if (columns > MAX_COLUMNS) {
    throw new CsvError(`csv header: got ${columns} columns, expected at most ${MAX_COLUMNS}`);
  }
}

function checkHeaderSize(header: readonly string[]): void {
  checkColumnCount(header.length);
  const characters = header.reduce((sum, name) => sum + name.length, 0);
  if (characters > MAX_HEADER_CHARACTERS) {
    throw new CsvError(`csv header: got ${characters} characters, expected at most ${MAX_HEADER_CHARACTERS}`);
  }
}

function fieldsByName(header: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const fields = new Map<string, number[]>();
  for (const [index, name] of header.entries()) {
    const normalized = normalizedHeader(name);
    const same = fields.get(normalized);
    if (same === undefined) {
      fields.set(normalized, [index]);
    } else {
      same.push(index);
    }
  }
  return fields;
}

function missingColumns(missing: readonly ColumnName[], got: string, extraNames: HeaderNames): CsvError {
  const expected = missing.map((column) => {
    const names = [...(extraNames[column] ?? []), ...HEADER_NAMES[column]];
    return `a column for ${column} (${names.map((name) => JSON.stringify(name)).join(', ')})`;
  });
  return new CsvError(`csv header: got ${got}, expected ${expected.join(' and ')}`);
}

/** Where the names are known once they are read in another way. Shows none of them: they may be cells. */
function refuseOtherForm(header: readonly string[], known: ReadonlyMap<string, ColumnName>): void {
  const [first = ''] = header;
  if (SEPARATOR_LINE.test(first) && header.length <= 2) {
    throw new CsvError(
      'csv header: got a line that names a separator (sep=), expected the names of the columns: leave the line out, and part fields by commas',
    );
  }
  if (TABLE_LINE.test(first) && header.length === 1) {
    throw new CsvError(
      'csv header: got a table as the mysql client prints it, expected names parted by commas: save the session list as CSV',
    );
  }
  const line = header.join(',');
  for (const [separator, called] of Object.entries(SEPARATORS)) {
    const names = line.split(separator).map((name) => name.replaceAll('"', ''));
    const knownNames = knownAmong(names, known);
    if (names.length > header.length && isHeader(names, knownNames)) {
      throw new CsvError(
        `csv header: got a header parted by ${called} (${names.length} names, ${knownNames} of them known), ${SAVE_WITH_COMMAS}`,
      );
    }
  }
  for (const [read, got, expected] of WRAPPINGS) {
    const names = read(header);
    const knownNames = knownAmong(names, known);
    if (knownNames > knownAmong(header, known) && isHeader(names, knownNames)) {
      throw new CsvError(`csv header: got ${got}, expected ${expected}`);
    }
  }
}

/** How many different ones. */
function knownAmong(names: readonly string[], known: ReadonlyMap<string, ColumnName>): number {
  return new Set(names.map(normalizedHeader).filter((name) => known.has(name))).size;
}

function isHeader(names: readonly string[], knownNames: number): boolean {
  return knownNames >= KNOWN_NAMES_OF_A_HEADER && !hasCell(names);
}

/** Throws where a quoted name of the header is followed by what parts fields elsewhere. `behind`: what stands there. */
export function refuseSeparatorBehind(behind: string, line: number): void {
  const [, called] =
    Object.entries(SEPARATORS).find(([separator]) => behind.replace(/^ +/u, '').startsWith(separator)) ?? [];
  if (called !== undefined) {
    throw new CsvError(`csv header: got a header parted by ${called} (line ${line}), ${SAVE_WITH_COMMAS}`);
  }
}

/** What is no text in the encoding that it was read in has become U+FFFD. */
function encodingHint(header: readonly string[]): string {
  return header.some((name) => name.includes('\u{fffd}'))
    ? ' (some of it is no text in the encoding that csv.encoding says: is it utf-8 or gb18030?)'
    : '';
}

/** `knownNames`: how many different ones of them are known. */
function describeHeader(header: readonly string[], knownNames: number): string {
  if (knownNames < KNOWN_NAMES_OF_A_HEADER || hasCell(header)) {
    const names = header.length === 1 ? '1 name' : `${header.length} names`;
    return `${names}, ${knownNames} of them known: the line may be a row, so it is not shown (check-config --online --show-header prints it on the terminal alone)`;
  }
  const names = header.slice(0, MAX_NAMES_SHOWN).map((name) => {
    const shown = shownName(name);
    return shown === NOT_A_NAME ? shown : JSON.stringify(shown);
  });
  const rest = header.length > MAX_NAMES_SHOWN ? ` and ${header.length - MAX_NAMES_SHOWN} more` : '';
  return `${names.join(', ')}${rest}`;
}

/** Users and databases may have the names of columns: so a row can have two of them, too. */
export function hasCell(header: readonly string[]): boolean {
  return header.some((name) => CELL.test(name));
}

/**
 * What is shown of a name. A row can have known names in its cells, too: so nothing is shown that could hold a literal of
 * SQL, such as quotes, operators, or a number that stands by itself, and no statement.
 */
function shownName(name: string): string {
  const isPlain =
    /^[\p{L}\p{M}\p{N}\p{Zs}_.()（）/-]*$/u.test(name) &&
    !/(?<![\p{L}\p{M}\p{N}_])\p{N}/u.test(name) &&
    !STATEMENT.test(name);
  return isPlain ? Array.from(name).slice(0, MAX_NAME_CHARACTERS).join('') : NOT_A_NAME;
}
