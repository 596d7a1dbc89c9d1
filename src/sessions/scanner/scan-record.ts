// assembly/scan-record.ts, compiled, and its memory. There is one memory for all scanners: each has its bytes in it
// only while it reads records from them, and nothing interrupts that.
import { SCAN_RECORD } from './scan-record.wasm.js';
import { BYTES, ENDS, MAX_FIELDS, MAX_RECORD_BYTES, PIECE_BYTES, SLACK, STARTS } from './scanner-memory.js';

/** A record that has not ended, a piece behind it, and an LF; pages that were never written take no memory. */
const ROOM_BYTES = MAX_RECORD_BYTES + PIECE_BYTES + 1;
const PAGE_BYTES = 64 * 1024;

/** Returns the place of the LF behind the record that starts at `from`, or of a fault; see the assembly. */
type ScanRecord = (from: number, length: number, isWhole: boolean) => number;

/** Node has it, but Node's types do not. */
declare const WebAssembly: {
  readonly Memory: new (pages: { readonly initial: number }) => { readonly buffer: ArrayBuffer };
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (
    module: object,
    imports: object,
  ) => { readonly exports: { readonly scanRecord: ScanRecord } };
};

const memory = new WebAssembly.Memory({ initial: Math.ceil((BYTES + ROOM_BYTES + SLACK) / PAGE_BYTES) });
const code = new WebAssembly.Module(Buffer.from(SCAN_RECORD, 'base64'));
export const { scanRecord } = new WebAssembly.Instance(code, { env: { memory } }).exports;

const { buffer } = memory;
export const bytes = Buffer.from(buffer, BYTES, ROOM_BYTES);
export const view = new DataView(buffer, BYTES, ROOM_BYTES);
export const starts = new Int32Array(buffer, STARTS, MAX_FIELDS);
export const ends = new Int32Array(buffer, ENDS, MAX_FIELDS);
/** FIELDS, LINES_IN_QUOTES, FAULT. */
export const words = new Int32Array(buffer, 0, 3);
