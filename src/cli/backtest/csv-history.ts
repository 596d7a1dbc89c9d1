// Series in lines of `timestamp,value` or `timestamp,value,series`, with a header or without. Nothing of a line is ever shown: who
// names the wrong file may have named a session list.
import { type History, HistoryError, instantOf, isTooFarAhead, MILLISECONDS_HINT } from './history.js';

const LINE_FEED = 0x0a;
const RFC_3339 = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/u;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/u;
/** As Prometheus and people write that there is none. */
const NO_NUMBER = /^(?:|nan|null|[+-]?inf(?:inity)?)$/iu;
/** Of a name and its labels: more than any has. */
const MAX_LINE_BYTES = 4_096;
/** The last is what follows the second comma, as names of series have commas themselves. */
const FIELDS = /^\s*("(?:[^"]|"")*"|[^,"]*?)\s*,\s*("(?:[^"]|"")*"|[^,"]*?)\s*(?:,\s*(.*?)\s*)?$/su;
const WHOLLY_QUOTED = /^"(?:[^"]|"")*"$/su;

export function readCsvHistory(bytes: Buffer, start: number, history: History): void {
  let line = 0;
  let isFirst = true;
  for (let from = start; from < bytes.length; ) {
    const found = bytes.indexOf(LINE_FEED, from);
    const end = found === -1 ? bytes.length : found;
    line++;
    if (end - from > MAX_LINE_BYTES) {
      throw new HistoryError(
        `line ${line}: got ${end - from} bytes, expected timestamp,value[,series] in lines of at most ${MAX_LINE_BYTES} that end in LF`,
      );
    }
    const text = bytes.toString('utf8', from, end).trim();
    if (text !== '') {
      const fields = FIELDS.exec(text)?.slice(1).map(unquoted);
      if (!(isFirst && isHeader(fields))) {
        readLine(fields, line, history);
      }
      isFirst = false;
    }
    from = end + 1;
  }
}

function readLine(fields: readonly string[] | undefined, line: number, history: History): void {
  const [timestamp = '', value = '', series = ''] = fields ?? [];
  const seconds = secondsOf(timestamp);
  const instant = instantOf(seconds);
  if (instant === undefined) {
    throw new HistoryError(
      `line ${line}: ${
        isTooFarAhead(seconds)
          ? MILLISECONDS_HINT
          : 'got no time in the first column, expected timestamp,value[,series] with unix seconds or RFC 3339'
      }`,
    );
  }
  if (!NUMBER.test(value) && !NO_NUMBER.test(value)) {
    throw new HistoryError(
      `line ${line}: got no number in the second column, expected timestamp,value[,series]`,
    );
  }
  const labels: Readonly<Record<string, string>> = series === '' ? {} : { series };
  history.pointsOf(labels).add(instant, NUMBER.test(value) ? Number(value) : Number.NaN);
}

/** Neither a time nor a value. */
function isHeader(fields: readonly string[] | undefined): boolean {
  const [timestamp = '', value = ''] = fields ?? [];
  return (
    timestamp !== '' && Number.isNaN(secondsOf(timestamp)) && !NUMBER.test(value) && !NO_NUMBER.test(value)
  );
}

/** NaN where it is no time. */
function secondsOf(text: string): number {
  if (NUMBER.test(text)) {
    return Number(text);
  }
  const [date = ''] = RFC_3339.test(text) ? text.split(/[Tt ]/u) : [];
  // Date.parse takes the 30th of February for the 2nd of March.
  const isDay = date !== '' && new Date(`${date}T00:00:00Z`).toJSON()?.startsWith(date) === true;
  return isDay ? Date.parse(text.replace(' ', 'T')) / 1000 : Number.NaN;
}

function unquoted(field: string | undefined): string {
  const text = field ?? '';
  return WHOLLY_QUOTED.test(text) ? text.slice(1, -1).replaceAll('""', '"') : text;
}
