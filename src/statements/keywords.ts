// The words of SQL that mean something wherever they stand, and what they mean to the normaliser and to the kernel. Which words
// make a class of statements (verb.ts) or a form of its own (`LIMIT … OFFSET`, VALUES) is told where that is read.

/** Printed in upper case; as a name it needs backticks. */
export const KEYWORD = 1;
/** An expression begins behind it: a sign is the value's, and NULL, TRUE and FALSE are values. */
export const BEFORE_EXPRESSION = 2;
/** An operand of OR ends before it, and none has begun behind it. */
export const EDGE = 4;
/** With parentheses behind it, it is a function or a type. */
export const CALLED = 8;
/** What follows is a name, even if it begins with a digit. */
export const BEFORE_NAME = 16;
/** The name of a table, of a view or of a schema follows; behind some words in some statements alone (tables.ts). */
export const BEFORE_TABLE = 32;
/** May stand before that name. */
export const MODIFIER = 64;
/** No keyword of its own, and no function either: parentheses behind it stand apart. */
export const APART = 128;
/** A keyword where it is among the first words of a statement that is about the server and not its data. */
export const LEADING = 256;
/** A list of tables goes on behind it. */
export const AMONG_TABLES = 512;
/** The table is what is read, and may be a function. */
export const SOURCE = 1_024;
/** A statement that begins with it is about data, and not about the server. */
export const ABOUT_DATA = 2_048;
/** A literal may follow, though no expression does: a file, an alias, a date. */
export const BEFORE_LITERAL = 4_096;
/** May follow a literal. */
export const AFTER_LITERAL = 8_192;
/** A hint for the optimizer may follow. */
export const BEFORE_HINT = 16_384;

/**
 * Reserved in MySQL 5.7 and 8.0 and in MariaDB, so that no name is taken for one; and some that hardly are names. What
 * is reserved in some of them alone (`rank`, `groups`, `over`) is a name that reads the same with backticks and without.
 */
const KEYWORDS = `
  accessible add all alter analyze and as asc asensitive before between bigint binary blob both by call cascade case
  change char character check collate column condition constraint continue convert create cross current_date
  current_time current_timestamp current_user cursor database databases day_hour day_microsecond day_minute day_second
  dec decimal declare default delayed delete desc describe deterministic distinct distinctrow div double drop dual each
  else elseif enclosed escaped except exists exit explain false fetch float float4 float8 for force foreign from
  fulltext grant group having high_priority hour_microsecond hour_minute hour_second if ignore in index infile inner
  inout insensitive insert int int1 int2 int3 int4 int8 integer intersect interval into is iterate join key keys kill
  leading leave left like limit linear lines load localtime localtimestamp lock long longblob longtext loop
  low_priority master_ssl_verify_server_cert match maxvalue mediumblob mediumint mediumtext middleint
  minute_microsecond minute_second mod modifies natural not no_write_to_binlog null numeric on optimize option
  optionally or order out outer outfile partition precision primary procedure purge range read reads read_write real
  references regexp release rename repeat replace require resignal restrict return revoke right rlike rows schema
  schemas second_microsecond select sensitive separator set show signal smallint spatial specific sql sqlexception
  sqlstate sqlwarning sql_big_result sql_calc_found_rows sql_small_result ssl starting straight_join table terminated
  then tinyblob tinyint tinytext to trailing trigger true undo union unique unlock unsigned update usage use using
  utc_date utc_time utc_timestamp values varbinary varchar varcharacter varying when where while with write xor
  year_month zerofill
  begin commit deallocate duplicate end execute identified offset rollback savepoint sql_no_cache transaction truncate`;

const MEANINGS: readonly (readonly [number, string])[] = [
  [KEYWORD, KEYWORDS],
  [
    BEFORE_EXPRESSION,
    `all and between binary by call case default distinct div do else elseif escape having if in interval like limit mod not
    offset on or regexp return rlike select separator then until values when where while xor`,
  ],
  [
    EDGE,
    `as asc by cross desc distinct do else elseif except for from group having if inner intersect into join left limit
    lock natural offset on order procedure return returning right select separator set straight_join then union until
    using values when where while window`,
  ],
  [
    CALLED,
    `bigint binary char character convert current_date current_time current_timestamp current_user database dec decimal
    default double float if insert int integer left localtime localtimestamp mediumint mod numeric real repeat replace
    right schema smallint tinyint truncate utc_date utc_time utc_timestamp varbinary varchar`,
  ],
  [BEFORE_NAME, 'as database from into join schema table update use'],
  [
    BEFORE_TABLE,
    'database desc describe exists explain insert into join references rename schema straight_join table truncate',
  ],
  [
    AMONG_TABLES,
    `and as between binary case collate cross div else end false force ignore in index inner interval is key left like
    low_priority mod natural not null on or outer partition read regexp right rlike then true use using when write xor`,
  ],
  [SOURCE, 'from join straight_join'],
  [MODIFIER, 'as delayed high_priority if ignore low_priority not to'],
  [APART, 'against any options over row some value'],
  [
    LEADING,
    `binlog cache checksum columns connection engine engines errors event events fields flush full global grants handler
    help hosts install local logs open password plugins prepare privileges processlist profile profiles query replica
    repair reset role server session shutdown slave start status stop tables temporary uninstall user variables view
    warnings work xa`,
  ],
  [ABOUT_DATA, 'call delete execute insert replace select table update use values with'],
  [BEFORE_LITERAL, 'as date dumpfile infile is outfile set time timestamp using value'],
  [
    AFTER_LITERAL,
    `and as asc between collate desc div else end escape for from group having in inner into is join left like limit mod
    not on or order regexp right rlike separator then union using when where xor`,
  ],
  [BEFORE_HINT, 'delete insert replace select update'],
];

const WORDS = new Map<string, number>();
for (const [meaning, words] of MEANINGS) {
  for (const word of words.trim().split(/\s+/u)) {
    WORDS.set(word, (WORDS.get(word) ?? 0) | meaning);
  }
}

/** What the word means, which is in lower case: flags. */
export function meaningOf(word: string): number {
  return WORDS.get(word) ?? 0;
}

/** The words that mean one of these, in lower case. */
export function wordsThat(meanings: number): readonly string[] {
  return [...WORDS].filter(([, meaning]) => (meaning & meanings) !== 0).map(([word]) => word);
}
