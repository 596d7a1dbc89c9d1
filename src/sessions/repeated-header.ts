// Tells a row that repeats the header, as files have that were joined or come in pages, from a session.
import { type ColumnName, normalizedHeader } from './columns.js';
import type { CsvRecord } from './scanner/record-scanner.js';

/** The columns whose cells look least like a name, the best first; every file has the last one. */
const TELLING: readonly ColumnName[] = ['time', 'id', 'trx_executed_time', 'host'];

export class RepeatedHeader {
  readonly #names: readonly string[];
  readonly #field: number;
  /** By the first byte of that field: 1 where it may begin the name. */
  readonly #mayBegin: Uint8Array;

  /** `columns`: the field of each column that the file has. */
  constructor(header: readonly string[], columns: ReadonlyMap<ColumnName, number>) {
    this.#names = header.map(plainName);
    this.#field = columns.get(TELLING.find((column) => columns.has(column)) ?? 'host') ?? 0;
    const name = this.#names[this.#field] ?? '';
    this.#mayBegin = Uint8Array.from({ length: 256 }, (_, byte) => {
      const character = String.fromCharCode(byte).toLowerCase();
      // The first byte of an empty field is the separator behind it.
      return Number(!/[a-z0-9,\n]/.test(character) || name.startsWith(character));
    });
  }

  /** Of a record with as many fields: reads one byte of most. */
  isIn(record: CsvRecord): boolean {
    const first = record.bytes[record.startOf(this.#field)] ?? 0;
    return this.#mayBegin[first] === 1 && this.#repeatsNames(record);
  }

  #repeatsNames(record: CsvRecord): boolean {
    return this.#names.every((name, field) => {
      const cell = record.bytes.toString('utf8', record.startOf(field), record.unquote(field));
      return plainName(cell) === name;
    });
  }
}

/** Also without quotes: behind a byte-order mark in the middle of a file they are text. */
function plainName(name: string): string {
  return normalizedHeader(name).replaceAll('"', '');
}
