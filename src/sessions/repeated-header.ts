// Tells a row that repeats the header, as files have that were joined or come in pages, from a session.
import { type ColumnName, hasCell, normalizedHeader } from './columns.js';
import type { CsvRecord } from './scanner/record-scanner.js';

const QUOTE = 0x22;

/** The columns whose cells look least like a name, the best first; every file has the last one. */
const TELLING: readonly ColumnName[] = ['time', 'id', 'trx_executed_time', 'host'];
/** A name at each of these, and no cell that looks like one of a session: what else there is may have names of its own. */
const REQUIRED = ['user', 'host', 'state'] as const satisfies readonly ColumnName[];

export interface HeaderToRepeat {
  /** The field of each column that the file has. */
  readonly indexes: ReadonlyMap<ColumnName, number>;
  /** By their names: a header may be repeated in another language. */
  readonly columnsByName: ReadonlyMap<string, ColumnName>;
}

export class RepeatedHeader {
  readonly #columnsByName: ReadonlyMap<string, ColumnName>;
  readonly #required: readonly (readonly [field: number, column: ColumnName])[];
  readonly #telling: number;
  /** By the first byte of that field: 1 where it may begin a name. */
  readonly #mayBegin: Uint8Array;

  constructor({ indexes, columnsByName }: HeaderToRepeat) {
    this.#columnsByName = columnsByName;
    this.#required = REQUIRED.map((column) => [indexes.get(column) ?? 0, column]);
    const telling = TELLING.find((column) => indexes.has(column)) ?? 'host';
    this.#telling = indexes.get(telling) ?? 0;
    const firsts = new Set(
      [...columnsByName].flatMap(([[first], column]) => (column === 'host' ? first : [])),
    );
    this.#mayBegin = Uint8Array.from({ length: 256 }, (_, byte) => {
      const character = String.fromCharCode(byte).toLowerCase();
      // The first byte of an empty field is the separator behind it.
      const mayBeName = telling === 'host' ? !/[a-z0-9,\n]/.test(character) : !/[0-9,\n]/.test(character);
      return Number(mayBeName || (telling === 'host' && firsts.has(character)));
    });
  }

  /** Of a record with as many fields: reads one byte of most. */
  isIn(record: CsvRecord): boolean {
    const start = record.startOf(this.#telling);
    const first = record.bytes[record.bytes[start] === QUOTE ? start + 1 : start] ?? 0;
    return this.#mayBegin[first] === 1 && this.#hasNames(record);
  }

  #hasNames(record: CsvRecord): boolean {
    const cellOf = (field: number): string =>
      record.bytes.toString('utf8', record.startOf(field), record.unquote(field));
    return (
      this.#required.every(
        ([field, column]) => this.#columnsByName.get(plainName(cellOf(field))) === column,
      ) && !hasCell(Array.from({ length: record.fields }, (_, field) => cellOf(field)))
    );
  }
}

/** Also without quotes: behind a byte-order mark in the middle of a file they are text. */
function plainName(name: string): string {
  return normalizedHeader(name).replaceAll('"', '');
}
