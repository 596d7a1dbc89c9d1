// Reads the file of a history whole, tells JSON from CSV, and says in one line what is wrong with any other.
import { fstatSync } from 'node:fs';
import { chunkBuffer, fileChunks, whyUnreadable } from '../../file-chunks.js';
import { printError } from '../terminal.js';
import { readCsvHistory } from './csv-history.js';
import { History, HistoryError } from './history.js';
import { readAnswers } from './prometheus-answer.js';

export const STANDARD_INPUT = '-';
const MAX_MIB = 256;
const MAX_BYTES = MAX_MIB * 2 ** 20;
const EXPECTED = "expected a Prometheus range query's answer (JSON) or CSV lines timestamp,value[,series]";
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);
const BLANK = /\s/u;

/** Throws an Error whose message begins with the file's name. */
export async function readHistory(file: string): Promise<History> {
  const name = file === STANDARD_INPUT ? 'standard input' : file;
  const reason = file === STANDARD_INPUT ? whyNoInput() : whyUnreadable(file);
  if (reason !== undefined) {
    throw new Error(`${name}: ${reason}: ${EXPECTED}`);
  }
  try {
    return historyOf(await bytesOf(file));
  } catch (error) {
    throw new Error(`${name}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

function historyOf(bytes: Buffer): History {
  let start = bytes.subarray(0, 3).equals(BYTE_ORDER_MARK) ? 3 : 0;
  while (start < bytes.length && BLANK.test(String.fromCharCode(bytes[start] ?? 0))) {
    start++;
  }
  if (start === bytes.length) {
    throw new HistoryError(`got nothing, ${EXPECTED}`);
  }
  if (bytes.includes(0)) {
    throw new HistoryError(`got a NUL byte, as files have that are compressed or in UTF-16: ${EXPECTED}`);
  }
  const history = new History();
  const first = String.fromCharCode(bytes[start] ?? 0);
  if (first === '{' || first === '[') {
    readAnswers(bytes, start, history);
  } else {
    readCsvHistory(bytes, start, history);
  }
  if (history.series.length === 0) {
    throw new HistoryError(
      `got no series: does a CSV file have lines below its header, and does the query of Prometheus find taurusdb_sessions in that time?`,
    );
  }
  return history;
}

async function bytesOf(file: string): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of file === STANDARD_INPUT ? standardInput() : fileChunks(file, chunkBuffer())) {
    length += chunk.length;
    if (length > MAX_BYTES) {
      throw new HistoryError(
        `got more than ${MAX_MIB} MiB: give it fewer series, or a shorter time, at once`,
      );
    }
    // The next chunk lies where this one does.
    chunks.push(Buffer.from(chunk));
  }
  return Buffer.concat(chunks, length);
}

function standardInput(): AsyncIterable<Uint8Array> {
  if (process.stdin.isTTY) {
    printError('reads a history from the terminal; Ctrl-D ends it\n');
  }
  return process.stdin;
}

/** Node reads nothing of a folder, and says so to nobody. */
function whyNoInput(): string | undefined {
  return fstatSync(0).isDirectory() ? 'a folder' : undefined;
}
