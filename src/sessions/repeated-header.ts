// Tells a row that repeats the header, as files have that were joined or come in pages, from a session.
import { type ColumnName, hasCell, normalizedHeader } from './columns.js';
import type { Kernel } from './kernel/kernel.js';
import { MAY_BEGIN, TELLING_FIELD, WORD } from './kernel/layout.js';
import type { CsvRecords } from './scanner/record-scanner.js';

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

/** For each byte 1 where a name may begin with it, but no number. The first byte of an empty field is the separator behind it. */
const NO_DIGIT = bytesWhere((character) => !/[0-9,\n]/.test(character));

export class RepeatedHeader {
  readonly #columnsByName: ReadonlyMap<string, ColumnName>;
  readonly #required: readonly (readonly [field: number, column: ColumnName])[];

  /** Tells the kernel of which rows it asks: those whose telling field has a first byte that may begin a name. */
  constructor(kernel: Kernel, { indexes, columnsByName }: HeaderToRepeat) {
    this.#columnsByName = columnsByName;
    this.#required = REQUIRED.map((column) => [indexes.get(column) ?? 0, column]);
    const telling = TELLING.find((column) => indexes.has(column)) ?? 'host';
    kernel.setWord(TELLING_FIELD, (indexes.get(telling) ?? 0) * WORD);
    const mayBegin = telling === 'host' ? firstsOf(columnsByName) : NO_DIGIT;
    kernel.bytes.set(mayBegin, MAY_BEGIN);
  }

  /** Of a record with as many fields as the header. */
  isIn(records: CsvRecords, record: number): boolean {
    const hasNames = this.#required.every(
      ([field, column]) => this.#columnsByName.get(plainName(records.textOf(record, field))) === column,
    );
    return (
      hasNames &&
      !hasCell(Array.from({ length: records.fieldsOf(record) }, (_, field) => records.textOf(record, field)))
    );
  }
}

/** Also without quotes: behind a byte-order mark in the middle of a file they are text. */
function plainName(name: string): string {
  return normalizedHeader(name).replaceAll('"', '');
}

/** The same of names of hosts: with which also a host may begin. */
function firstsOf(columnsByName: ReadonlyMap<string, ColumnName>): Uint8Array {
  const firsts = new Set([...columnsByName].flatMap(([[first], column]) => (column === 'host' ? first : [])));
  return bytesWhere((character) => !/[a-z0-9,\n]/.test(character) || firsts.has(character));
}

function bytesWhere(isWanted: (character: string) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) =>
    Number(isWanted(String.fromCharCode(byte).toLowerCase())),
  );
}
