// Which field is which column, the plain way: by the names that the configuration adds, then by those that are known.
import { COLUMNS, type ColumnName, HEADER_NAMES } from '../../../src/sessions/columns.js';
import { Refusal, SEPARATORS } from './find-fault.js';

const REQUIRED: readonly ColumnName[] = ['user', 'host', 'state'];

type Names = Readonly<Partial<Record<ColumnName, readonly string[]>>>;

interface FoundColumns {
  readonly indexes: ReadonlyMap<ColumnName, number>;
  /** Whose name stands twice. */
  readonly doubled: ReadonlySet<ColumnName>;
  readonly unknownHeaders: readonly string[];
}

export function findColumns(
  header: readonly string[],
  addedNames: Names,
  readsStatements: boolean,
): FoundColumns {
  checkSize(header);
  // No figure is made of them.
  const unread = readsStatements ? ['id'] : ['id', 'info'];
  const fields = header.map(plainName);
  const indexes = new Map<ColumnName, number>();
  const doubled = new Set<ColumnName>();
  for (const names of [withUnits(addedNames), HEADER_NAMES]) {
    for (const column of COLUMNS.filter((one) => !indexes.has(one))) {
      const taken = new Set([...indexes.values()].map((index) => fields[index]));
      const name = (names[column] ?? [])
        .map(plainName)
        .find((one) => fields.includes(one) && !taken.has(one));
      if (name === undefined) {
        continue;
      }
      const first = fields.indexOf(name);
      const second = fields.indexOf(name, first + 1);
      if (second !== -1 && !unread.includes(column)) {
        throw new Refusal(
          `csv header: got ${JSON.stringify(name)} in fields ${first + 1} and ${second + 1}, expected one column for ${column}`,
        );
      }
      if (second !== -1) {
        doubled.add(column);
      }
      indexes.set(column, first);
    }
  }
  const known = [withUnits(addedNames), HEADER_NAMES]
    .flatMap((names) => Object.values(names).flat())
    .map(plainName);
  const missing = REQUIRED.filter((column) => !indexes.has(column));
  if (missing.length > 0) {
    checkSeparator(header, known);
    checkWrapping(header, known);
    const knownNames = new Set(fields.filter((name) => known.includes(name))).size;
    throw missingColumns(missing, header, knownNames, addedNames);
  }
  const unknown = header.filter((_, index) => !known.includes(fields[index] ?? ''));
  const mayBeRow = header.some(isCell);
  return {
    indexes,
    doubled,
    unknownHeaders: unknown
      .slice(0, 20)
      .map((name) => (!mayBeRow && isName(name) ? shortened(name) : '(not a name)')),
  };
}

/** The column that a plain name stands for: a name of the configuration before the known ones. */
export function columnNamed(name: string, addedNames: Names): ColumnName | undefined {
  for (const names of [withUnits(addedNames), HEADER_NAMES]) {
    const column = COLUMNS.findLast((one) => names[one]?.map(plainName).includes(name));
    if (column !== undefined) {
      return column;
    }
  }
  return undefined;
}

function withUnits(names: Names): Names {
  const units = ['', 's', 'sec', 'secs', 'second', 'seconds', 'in s', 'in seconds', '秒', '秒钟', '单位:秒'];
  const ofSeconds = (['time', 'trx_executed_time', 'trx_lock_duration'] as const).map((column) => [
    column,
    names[column]?.flatMap((name) => units.map((unit) => name + unit)) ?? [],
  ]);
  return { ...names, ...Object.fromEntries(ofSeconds) };
}

/** Without case, width, blanks, punctuation that people and exports write differently, brackets and a byte-order mark. */
export function plainName(name: string): string {
  const kept = [...name.normalize('NFKC')].filter(
    (character) =>
      character.trim() !== '' && !'_-.<>\ufeff'.includes(character) && !/^[\p{Ps}\p{Pe}]$/u.test(character),
  );
  return kept.join('').toLowerCase();
}

function checkSize(header: readonly string[]): void {
  if (header.length > 256) {
    throw new Refusal(`csv header: got ${header.length} columns, expected at most 256`);
  }
  const characters = header.join('').length;
  if (characters > 65_536) {
    throw new Refusal(`csv header: got ${characters} characters, expected at most 65536`);
  }
}

function checkSeparator(header: readonly string[], known: readonly string[]): void {
  const [first = ''] = header;
  if (header.length < 3 && first.replaceAll('"', '').trim().toLowerCase().startsWith('sep=')) {
    throw new Refusal(
      'csv header: got a line that names a separator (sep=), expected the names of the columns: leave the line out, and part fields by commas',
    );
  }
  if (
    header.length === 1 &&
    /^\+[+-]*$/u.test(first.trimEnd()) &&
    first.trimEnd().length > 1 &&
    first.trimEnd().endsWith('+')
  ) {
    throw new Refusal(
      'csv header: got a table as the mysql client prints it, expected names parted by commas: save the session list as CSV',
    );
  }
  for (const [separator, called] of SEPARATORS) {
    const names = header
      .join()
      .split(separator)
      .map((name) => name.split('"').join(''));
    const count = new Set(names.map(plainName).filter((name) => known.includes(name))).size;
    if (count > 1 && names.length > header.length && !names.some(isCell)) {
      throw new Refusal(
        `csv header: got a header parted by ${called} (${names.length} names, ${count} of them known), expected one parted by commas: save the file with commas between its fields`,
      );
    }
  }
}

/** Names that are known once what they stand in is taken away. */
function checkWrapping(header: readonly string[], known: readonly string[]): void {
  const knownIn = (names: readonly string[]) =>
    new Set(names.map(plainName).filter((name) => known.includes(name))).size;
  const inner = (name: string, sign: string) => {
    const text = name.trim();
    return text.length > 1 && text.startsWith(sign) && text.endsWith(sign) ? text.slice(1, -1) : name;
  };
  const wrappings: [names: string[], message: string][] = [
    [
      header.length === 1 ? header.join().split(',') : [],
      'the whole line in one pair of quotes, expected quotes around each name or none: save the file again without them',
    ],
    [
      header.map((name) => (name.trimStart() === name ? name : inner(name, '"'))),
      'blanks between commas and quotes, expected quotes right behind the commas: save the file without those blanks',
    ],
    [
      header.map((name) => inner(name, "'")),
      'names in single quotes, expected names in double quotes or none: save the file with those',
    ],
  ];
  for (const [names, message] of wrappings) {
    const count = knownIn(names);
    if (count > 1 && count > knownIn(header) && !names.some(isCell)) {
      throw new Refusal(`csv header: got ${message}`);
    }
  }
}

function missingColumns(
  missing: readonly ColumnName[],
  header: readonly string[],
  knownNames: number,
  addedNames: Names,
): Refusal {
  const expected = missing.map((column) => {
    const names = [...(addedNames[column] ?? []), ...HEADER_NAMES[column]].map((name) =>
      JSON.stringify(name),
    );
    return `a column for ${column} (${names.join(', ')})`;
  });
  const encodingHint = header.join('').includes('\ufffd')
    ? ' (some of it is no text in the encoding that csv.encoding says: is it utf-8 or gb18030?)'
    : '';
  if (knownNames < 2 || header.some(isCell)) {
    const count = `${header.length} name${header.length === 1 ? '' : 's'}`;
    return new Refusal(
      `csv header: got ${count}, ${knownNames} of them known: the line may be a row, so it is not shown (check-config --online --show-header prints it on the terminal alone)${encodingHint}, expected ${expected.join(' and ')}`,
    );
  }
  const got = header
    .slice(0, 20)
    .map((name) => (isName(name) ? JSON.stringify(shortened(name)) : '(not a name)'));
  const more = header.length > 20 ? ` and ${header.length - 20} more` : '';
  return new Refusal(
    `csv header: got ${got.join(', ')}${more}${encodingHint}, expected ${expected.join(' and ')}`,
  );
}

/** A number, a time, an address, NULL. */
export function isCell(name: string): boolean {
  const text = name.toLowerCase();
  const hasDigit = /\d/u.test(text);
  return (
    text === 'null' || text === '\\n' || (hasDigit && [...text].every((sign) => /[\d\s.,:+-]/u.test(sign)))
  );
}

const STATEMENTS = (
  'select insert update delete replace merge call do truncate drop alter create rename grant revoke set use kill show ' +
  'explain describe load import flush with begin commit rollback prepare deallocate handler analyze optimize repair'
).split(' ');

/** What else stands in a header may be a cell of a file without one, and a literal in it: it is not shown. */
function isName(name: string): boolean {
  const characters = [...name];
  const [first = '', ...others] = name.trimStart().split(/\s/u);
  if (others.length > 0 && STATEMENTS.includes(first.toLowerCase())) {
    return false;
  }
  return characters.every((character, index) => {
    const before = characters[index - 1] ?? ' ';
    return isDigit(character) ? before === '_' || isLetter(before) || isDigit(before) : isOfName(character);
  });
}

function isOfName(character: string): boolean {
  return isLetter(character) || /^\p{Zs}$/u.test(character) || '_.()（）/-'.includes(character);
}

function isLetter(character: string): boolean {
  return /^[\p{L}\p{M}]$/u.test(character);
}

function isDigit(character: string): boolean {
  return /^\p{N}$/u.test(character);
}

function shortened(name: string): string {
  return [...name].slice(0, 40).join('');
}
