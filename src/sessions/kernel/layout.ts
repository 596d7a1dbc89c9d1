// Where things lie in the kernel's memory, in bytes. Compiled as TypeScript and as AssemblyScript: nothing but numbers.

/** Statements are long; a record longer than this is a quote that nobody closed. */
export const MAX_RECORD_BYTES = 4 * 1024 * 1024;
/** Fields of a record whose places are kept; further ones are counted. */
export const MAX_FIELDS = 256;
/** Of a longer chunk as much at a time: it stays in the processor's cache while it is read. */
export const PIECE_BYTES = 64 * 1024;
/** Read, but not heeded, behind bytes that are looked at in blocks. */
export const SLACK = 64;

// What `findRecords` says: words of four bytes.
export const RECORDS = 0;
export const FAULT = 4;
export const FAULT_AT = 8;
/** Where what no record was made of begins. */
export const REST = 12;
/** In the records found. */
export const LINES_IN_QUOTES = 16;
/** Of the first record, where it has more than there is room for. */
export const FIELDS_OMITTED = 20;
/** Up to where was looked: before the end where there was no room for more records. */
export const REACHED = 24;

// Faults.
export const SOUND = 0;
export const TEXT_AFTER_QUOTE = 1;
export const OPEN_QUOTE = 2;

// INFO_FIELD is the field with statements; NO_FIELD where they are not read.
export const INFO_FIELD = 40;
/** Addresses of the columns whose labels are counted for each statement; 0: not counted. */
export const USER_COLUMN = 48;
export const HOST_COLUMN = 52;
/** Where the addresses of the counters are, in words, and how many of them there are. */
export const COUNTERS = 56;
export const COUNTERS_TAKEN = 60;

// What the configuration and the header say. A field is told as the bytes before it in a row of words.
export const WORD = 4;
export const NO_FIELD = 0xffff_ffff;
export const FIELDS_OF_HEADER = 64;
/** The field whose first byte may show that a row repeats the header. */
export const TELLING_FIELD = 68;
export const TRX_ID_FIELD = 72;
/** Of the columns of numbers, in the order of NUMBER_COLUMNS. */
export const NUMBER_FIELDS = 76;
export const TIME = 0;
export const TRX_EXECUTED_TIME = 1;
export const TRX_LOCK_DURATION = 2;
export const TRX_LOCK_ROWS = 3;
export const TRX_LOCK_TABLES = 4;
export const TRX_UPDATE_ROWS = 5;
/** The columns before it hold seconds, it and those after it counts. */
export const FIRST_COUNT = TRX_LOCK_ROWS;
/** Behind all of them. */
export const NUMBERS_END = 6;
/** From so many seconds on: doubles. */
export const DOUBLE = 8;
export const SLOW_SECONDS = 104;
export const LONG_TRANSACTION_SECONDS = 112;

// Counts of sessions: words.
export const COUNTS = 128;
export const SESSIONS = 128;
export const ACTIVE_SESSIONS = 132;
export const SLOW = 136;
export const IDLE_IN_TRANSACTION = 140;
export const LOCK_WAITING = 144;
export const TRANSACTIONS_OPEN = 148;
export const TRANSACTIONS_LONG = 152;
/** Whose host has a port. */
export const WITH_PORT = 156;

/** Of statements that lost their counters: their sessions, the highest count that was inherited, and a figure of their times. */
export const REST_SESSIONS = 160;
export const REST_ERROR = 164;
export const REST_SECONDS = 168;

// A figure made of the numbers of a column: total and longest, doubles, and a word of what its cells were.
export const TOTAL = 0;
export const LONGEST = 8;
export const KNOWN = 16;
export const HAS_READ = 1;
export const HAS_UNREADABLE = 2;
export const FIGURE_BYTES = 24;

export const ACTIVE_SECONDS = 192;
export const TRANSACTION_SECONDS = 216;
export const LOCK_WAIT_SECONDS = 240;
export const ROWS_LOCKED = 264;
export const TABLES_LOCKED = 288;
export const ROWS_MODIFIED = 312;
/** Of the commands that are not shown. */
export const OTHER_TIMES = 336;
/** Of all commands: two, as a label has them. */
export const ALL_TIMES = 360;
/** In the place of a text whose label has the times of all commands. */
export const ALL_COMMANDS = 408;
export const FIGURES_END = 448;

// What `rankLabels` has seen so far.
export const RANKED = 448;
export const DISTINCT = 452;
/** A double. */
export const RANKED_SESSIONS = 456;

// What a text says besides its label, in bits.
export const ACTIVE = 1;
export const SLEEPING = 2;
export const SERVER_THREAD = 4;
/** Of a state or of a transaction's. */
export const LOCK_WAIT = 8;
export const REPLICATION = 16;
/** Of a host. */
export const NO_PORTS = 32;
/** Of a label. */
export const SHOWN = 64;
/** Of the label of a host that may have ended in a port: LABEL is the one that it turned out to be. */
export const SETTLED = 128;
/** Of a command: Query or Execute. */
export const QUERY = 256;

// A text of a column; its bytes begin at KEY.
/** The text that it is counted as, mostly itself; 0 for one that was met as a label only. */
export const LABEL = 0;
/** Of a label; 0 for a text that is none. */
export const COUNTED = 4;
/** The text that came after it. */
export const NEXT = 8;
/** Of the label of a command: its times, of clients and of the server's threads. Of a host: the sessions without a port. */
export const MORE = 12;
export const MARKS = 16;
export const LENGTH = 18;
/** Of a label: its active sessions, where sessions are told of. */
export const COUNTED_ACTIVE = 20;
export const KEY = 24;
/** In place of a count that labels are ranked by: their names. */
export const BY_NAME = 0;

// A column whose texts are looked up.
export const FIELD = 0;
export const KIND = 4;
/** Whose texts of so many bytes have marks, though others have none. */
export const ASKED_LENGTH = 8;
/** Where its hash tables are, and the number of the last one. */
export const TABLES = 12;
export const LAST_TABLE = 16;
export const TEXTS = 20;
export const FIRST_TEXT = 24;
export const LAST_TEXT = 28;
/** Its text for those that there is no room for. */
export const OTHER_TEXT = 32;
/** Where those are that were looked up last. */
export const CACHE = 36;
/** Its text in the row that is read. */
export const SEEN = 40;
export const COLUMN_BYTES = 44;

// Kinds of columns, in bits.
/** A host is counted without its port. */
export const IS_HOST = 1;
/** Of every new text is asked what it says. */
export const IS_ASKED = 2;
/** Its labels have times. */
export const HAS_TIMES = 4;

// A counter of statements with the same shape.
/** 64 bits. */
export const COUNTER_HASH = 0;
/** The next counter in the same place of the hash table; 0: none. */
export const COUNTER_ALIKE = 8;
/** Where its address stands among those of all counters. */
export const COUNTER_PLACE = 12;
/** How many counters were taken before it. */
export const COUNTER_NUMBER = 16;
/** Its sessions, and how many of them it inherited from another statement. */
export const COUNTER_SESSIONS = 20;
export const COUNTER_INHERITED = 24;
/** A figure of their times. */
export const COUNTER_SECONDS = 28;
/** Its shape, at most the first MAX_KEPT_SHAPE bytes: length, flags, address, and the room at that address. */
export const COUNTER_LENGTH = 52;
export const COUNTER_FLAGS = 56;
export const COUNTER_SHAPE = 60;
export const COUNTER_ROOM = 64;
/** Shares: labels with their sessions. */
export const COUNTER_USERS = 68;
export const COUNTER_HOSTS = 164;
export const COUNTER_BYTES = 260;
export const MAX_KEPT_SHAPE = 4_096;

/** For how many users, and for how many hosts, the sessions of a statement are counted. */
export const MAX_SHARES = 8;
/** A share: its label (0: none), its sessions, and how many of them it inherited from another label. */
export const SHARE_LABEL = 0;
export const SHARE_SESSIONS = 4;
export const SHARE_INHERITED = 8;
export const SHARE_BYTES = 12;

/** No database has so many sessions: a file with more distinct values is one made to take memory. */
export const MAX_TEXTS = 1_048_576;
/** A longer one is asked for each time that it comes: names of users, hosts and databases are shorter. */
export const MAX_KEPT_BYTES = 128;

/** Bits of bytes that belong to a text of up to 32 bytes: 32 bytes of ones, then as many of zeros. */
export const MASK_BYTES = 32;
export const MASKS = 512;
/** Random, so that no file can be made whose texts all have the same hash. */
export const SECRET = 576;
export const SECRET_BYTES = 64;
/** For each byte 1 where it may begin a name in the telling field. */
export const MAY_BEGIN = 640;
export const COLUMNS = 896;
export const MAX_COLUMNS = 14;
/** Those that no row of the columns reads: hosts that may end in a port, states of transactions. */
export const UNCLEAR_HOSTS = 1_512;
export const TRX_STATES = 1_556;

/** The numbers of the row that is read: doubles, in the order of NUMBER_COLUMNS. */
export const NUMBERS = 1_616;

// What is answered to a question: marks, and a text.
export const ANSWER_MARKS = 1_664;
export const ANSWER = 1_728;
/** 128 characters of UTF-8. */
export const ANSWER_BYTES = 512;
/** In place of the length of a label: the text is its own. */
export const ITSELF = 0xffff_ffff;

// What is told of sessions (assembly/details.ts).
/** The field of the session's id. */
export const ID_FIELD = 1_668;
/** Addresses of the columns whose labels are counted in pairs; 0: not counted. */
export const PAIR_USERS = 1_672;
export const PAIR_HOSTS = 1_676;

/** A pair: two labels, their sessions, and how many more the pair has than others that found no room. */
export const PAIR_USER = 0;
export const PAIR_HOST = 4;
export const PAIR_SESSIONS = 8;
export const PAIR_ACTIVE = 12;
export const PAIR_CREDIT = 16;
export const PAIR_BYTES = 20;

/** A notable session: which row of the file it is, and the selections that it is in, in bits. */
export const NOTABLE_NUMBER = 0;
export const NOTABLE_CHOSEN = 4;
/** ACTIVE, SLEEPING, QUERY, LOCK_WAIT of its state, and these. */
export const NOTABLE_MARKS = 8;
export const IN_TRANSACTION = 512;
export const WAITS_FOR_ROW = 1_024;
/** The counter of its statement once the whole file is read, 0 where it has none; and the hash by which that is found. */
export const NOTABLE_COUNTER = 12;
export const NOTABLE_HASH = 16;
/** Bytes of its ids; 0: none. */
export const NOTABLE_ID_LENGTH = 24;
export const NOTABLE_TRX_ID_LENGTH = 28;
/** Its labels, of the columns in their order. */
export const NOTABLE_LABELS = 32;
export const MAX_NOTABLE_LABELS = 5;
/** Its numbers, doubles, in the order of NUMBER_COLUMNS; those that are not known are below 0, or none. */
export const NOTABLE_NUMBERS = 56;
/** What it is ranked by, a double for each selection. */
export const NOTABLE_RANKS = 104;
export const NOTABLE_ID = 136;
export const NOTABLE_TRX_ID = 168;
export const MAX_ID_BYTES = 32;
export const NOTABLE_BYTES = 200;

// How statements are read. One of CAP characters or more is taken as cut; 0: it is not known at which length they are.
export const CAP = 2_240;
export const SQL_MODE = 2_244;
/** A quote behind a backslash is read as it makes sense. */
export const AUTO = 0;
/** Backslashes escape in both kinds of quotes. */
export const DEFAULT = 1;
/** In none. */
export const NO_BACKSLASH_ESCAPES = 2;
/** In single ones. */
export const ANSI_QUOTES = 3;

// What `shape` tells besides the shape: flags, in bits, and an eight-byte hash of both.
export const SHAPE_FLAGS = 2_248;
export const CUT = 1;
export const AMBIGUOUS = 2;
export const SHAPE_HASH = 2_256;

/** Words of SQL, each in 16 bytes, in capitals with zeros behind; all zeros behind the last, of 63 at most. */
export const KEYWORD_BYTES = 16;
/** Those that a literal may follow, those that may follow a literal, and, seven at most, those that a hint may follow. */
export const BEFORE_LITERAL = 2_304;
export const AFTER_LITERAL = 3_328;
export const BEFORE_HINT = 4_352;

/** The secret of the hashes of shapes, the same in all kernels of the process. */
export const SHAPE_SECRET = 4_480;
export const SHAPE_SECRET_BYTES = 96;

/** Places of commas and line ends, words; the first is the one before the first record. Of ranked labels: theirs. */
export const SEPARATORS = 4_608;
export const SEPARATORS_ROOM = 24_576;
/** Of each record where in SEPARATORS the place of its line end is, words. */
export const RECORD_ENDS = 102_912;
export const RECORD_ENDS_ROOM = 4_096;
/** What is read, unless a record is too long for it: one that has not ended, and a piece behind it. */
export const BYTES = 119_360;
export const BYTES_ROOM = 196_608;
/** The shape that was made last: at most a byte longer than what is read of a statement. */
export const SHAPE = 316_032;
export const SHAPE_ROOM = 65_664;
/** Of a longer statement so many bytes are read, and it counts as cut. */
export const MAX_SHAPED_BYTES = 65_536;
export const HEAP = 381_696;
