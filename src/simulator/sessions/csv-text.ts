// Sessions as the CSV file of the API: columns in English or Chinese, RFC 4180 quoting, in chunks as they come.
import type { SimulatedSession, SimulatedTransaction } from './simulated-session.js';

export const LANGUAGES = ['en-us', 'zh-cn'] as const;
export type Language = (typeof LANGUAGES)[number];

export interface CsvFormat {
  readonly language: Language;
  /** The bytes of a text; called with whole lines. */
  readonly encode: (text: string) => Uint8Array;
  /** Whether the file begins with a byte-order mark. */
  readonly bom: boolean;
}

const CHUNK_CHARACTERS = 64 * 1024;

type Column = readonly [english: string, chinese: string, text: (session: SimulatedSession) => string];
const COLUMNS: readonly Column[] = [
  ['id', '会话ID', ({ id }) => String(id)],
  ['user', '用户', ({ user }) => user],
  ['host', '主机', ({ host }) => host],
  ['db', '数据库', ({ database }) => database || 'NULL'],
  ['command', '命令', ({ command }) => command],
  ['time', '时间', ({ seconds }) => String(seconds)],
  ['state', '状态', ({ state }) => state],
  ['info', 'SQL语句', ({ statement }) => statement || 'NULL'],
  ['trx_id', '事务ID', transactionText(({ id }) => id)],
  ['trx_state', '事务状态', transactionText(({ state }) => state)],
  ['trx_executed_time', '事务持续时间', transactionText(({ seconds }) => seconds)],
  ['trx_lock_duration', '事务锁等待时长', transactionText(({ lockWaitSeconds }) => lockWaitSeconds)],
  ['trx_lock_rows', '事务锁定行数', transactionText(({ rowsLocked }) => rowsLocked)],
  ['trx_lock_tables', '事务锁定表数量', transactionText(({ tablesLocked }) => tablesLocked)],
  ['trx_update_rows', '事务更新行数', transactionText(({ rowsModified }) => rowsModified)],
];

function transactionText(value: (transaction: SimulatedTransaction) => string | number) {
  return ({ transaction }: SimulatedSession) => (transaction === undefined ? '' : String(value(transaction)));
}

export function* csvChunks(
  sessions: Iterable<SimulatedSession>,
  { language, encode, bom }: CsvFormat,
): Generator<Uint8Array> {
  let text = bom ? '\ufeff' : '';
  text += csvRecord(COLUMNS.map(([english, chinese]) => (language === 'zh-cn' ? chinese : english)));
  for (const session of sessions) {
    text += csvRecord(COLUMNS.map(([, , columnText]) => columnText(session)));
    if (text.length >= CHUNK_CHARACTERS) {
      yield encode(text);
      text = '';
    }
  }
  yield encode(text);
}

export function csvRecord(fields: readonly string[]): string {
  return `${fields.map(csvField).join(',')}\n`;
}

function csvField(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
