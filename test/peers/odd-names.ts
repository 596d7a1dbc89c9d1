// Names that MariaDB takes and that programs trip over.

/** Two of them differ in case only: two users to the server. */
export const CASE_TWINS = ['app_rw', 'App_RW'] as const;

export const USERS = [
  ...CASE_TWINS,
  'report',
  'etl job',
  'rené',
  '用户',
  'q"uote',
  'back\\slash',
  'com,ma',
  'svc@order',
  "o'brien",
] as const;
export type User = (typeof USERS)[number];

export const DATABASES = ['shop', 'db-dash', '数据', 'a,b "q"'] as const;

export const STATEMENTS = [
  'SELECT SLEEP(3600) /* a, "b", \'c\' */',
  "SELECT\n  SLEEP(3600),\n  'two\nlines'",
  'SELECT\r\n\tSLEEP(3600) -- crlf, tab\r\n',
  "SELECT SLEEP(3600), 'C:\\\\folder\\\\'",
  'SELECT SLEEP(3600) /* 😀 e\u0301 \u202e */',
  "SELECT SLEEP(3600), 'nul\0byte'",
  'SELECT SLEEP(3600) /* \n99999,"root","localhost","shop","Sleep",1,"",""\n*/',
  'SELECT SLEEP(3600) /* 5" pipe, one lone quote */',
  `SELECT SLEEP(3600) /* ${'long '.repeat(12_000)} */`,
] as const;
