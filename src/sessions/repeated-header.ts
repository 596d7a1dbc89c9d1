// Tells a row that repeats the header, as files have that were joined or come in pages, from a session.
import { type ColumnName, normalizedHeader } from './columns.js';
import type { CsvRecord } from './scanner/record-scanner.js';

/** The columns whose cells look least like a name, the best first; every file has the last one. */
const TELLING: readonly ColumnName[] = ['time', 'id', 'trx_executed_time', 'host'];

export interface HeaderToRepeat {
  readonly header: readonly string[];
  /** The field of each column that the file has. */
  readonly indexes: ReadonlyMap<ColumnName, number>;
  /** By their names: a header may be repeated in another language. */
  readonly columnsByName: ReadonlyMap<string, ColumnName>;
}

export class RepeatedHeader {
  readonly #names: readonly string[];
  /** By field; undefined where it is no column's. */
  readonly #columns: readonly (ColumnName | undefined)[];
  readonly #columnsByName: ReadonlyMap<string, ColumnName>;
  readonly #field: number;
  /** By the first byte of that field: 1 where it may begin a name of its column. */
  readonly #mayBegin: Uint8Array;

  constructor({ header, indexes, columnsByName }: HeaderToRepeat) {
    const columns: (ColumnName | undefined)[] = header.map(() => undefined);
    for (const [column, field] of indexes) {
      columns[field] = column;
    }
    this.#names = header.map(plainName);
    this.#columns = columns;
    this.#columnsByName = columnsByName;
    const telling = TELLING.find((column) => indexes.has(column)) ?? 'host';
    this.#field = indexes.get(telling) ?? 0;
    const names = [...columnsByName].flatMap(([name, column]) => (column === telling ? [name] : []));
    const firsts = new Set([this.#names[this.#field] ?? '', ...names].map(([first]) => first));
    this.#mayBegin = Uint8Array.from({ length: 256 }, (_, byte) => {
      const character = String.fromCharCode(byte).toLowerCase();
      // The first byte of an empty field is the separator behind it.
      return Number(!/[a-z0-9,\n]/.test(character) || firsts.has(character));
    });
  }

  /** Of a record with as many fields: reads one byte of most. */
  isIn(record: CsvRecord): boolean {
    const first = record.bytes[record.startOf(this.#field)] ?? 0;
    return this.#mayBegin[first] === 1 && this.#repeatsNames(record);
  }

  #repeatsNames(record: CsvRecord): boolean {
    return this.#names.every((name, field) => {
      const cell = plainName(record.bytes.toString('utf8', record.startOf(field), record.unquote(field)));
      const column = this.#columns[field];
      return cell === name || (column !== undefined && this.#columnsByName.get(cell) === column);
    });
  }
}

/** Also without quotes: behind a byte-order mark in the middle of a file they are text. */
function plainName(name: string): string {
  return normalizedHeader(name).replaceAll('"', '');
}
