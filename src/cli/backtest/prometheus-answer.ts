// Series in what Prometheus answers a range query, as `/api/v1/query_range` and promtool write it: the whole answer, its data, or
// the list of series alone; several of them may follow one another.
import { quote } from '../../config/yaml/config-errors.js';
import {
  type History,
  HistoryError,
  instantOf,
  isTooFarAhead,
  MILLISECONDS_HINT,
  Points,
} from './history.js';
import { JsonCursor } from './json-cursor.js';

const WHAT_TO_ASK =
  'ask /api/v1/query_range, or /api/v1/query for a range such as taurusdb_sessions[4w]: they answer with a matrix';

export function readAnswers(bytes: Buffer, start: number, history: History): void {
  const cursor = new JsonCursor(bytes, start);
  while (cursor.peek() !== '') {
    if (cursor.peek() === '[') {
      readResult(cursor, history);
    } else {
      readAnswer(cursor, history);
    }
  }
}

function readAnswer(cursor: JsonCursor, history: History): void {
  let [hasResult, error] = [false, ''];
  for (const name of cursor.members()) {
    if (name === 'data' && cursor.peek() === '{') {
      readAnswer(cursor, history);
      hasResult = true;
    } else if (name === 'result' && cursor.peek() === '[') {
      readResult(cursor, history);
      hasResult = true;
    } else if (name === 'resultType' && cursor.peek() === '"') {
      refuseOther(cursor.string());
    } else if (name === 'error' && cursor.peek() === '"') {
      error = cursor.string();
    } else {
      cursor.skip();
    }
  }
  if (!hasResult) {
    throw new HistoryError(
      error === ''
        ? `got JSON without a result, expected a range query's answer: ${WHAT_TO_ASK}`
        : `got an error of Prometheus instead of a result: ${quote(error)}`,
    );
  }
}

function refuseOther(type: string): void {
  if (type !== 'matrix') {
    throw new HistoryError(`got a result of type ${quote(type)}, expected "matrix": ${WHAT_TO_ASK}`);
  }
}

function readResult(cursor: JsonCursor, history: History): void {
  for (const _ of cursor.elements()) {
    if (cursor.peek() !== '{' && cursor.peek() !== '') {
      refuseOther('scalar');
    }
    readSeries(cursor, history);
  }
}

function readSeries(cursor: JsonCursor, history: History): void {
  let labels: Readonly<Record<string, string>> = {};
  const points = new Points();
  for (const name of cursor.members()) {
    if (name === 'metric' && cursor.peek() === '{') {
      labels = readLabels(cursor);
    } else if (name === 'values' && cursor.peek() === '[') {
      readPoints(cursor, points);
    } else if (name === 'value') {
      refuseOther('vector');
    } else {
      cursor.skip();
    }
  }
  history.pointsOf(labels).addAll(points);
}

function readLabels(cursor: JsonCursor): Readonly<Record<string, string>> {
  const labels: [string, string][] = [];
  for (const name of cursor.members()) {
    labels.push([name, cursor.string()]);
  }
  return Object.fromEntries(labels);
}

function readPoints(cursor: JsonCursor, points: Points): void {
  for (const _ of cursor.elements()) {
    const pair: number[] = [];
    for (const __ of cursor.elements()) {
      pair.push(cursor.number());
    }
    const [seconds = Number.NaN, value = Number.NaN] = pair;
    const instant = instantOf(seconds);
    if (instant === undefined || pair.length !== 2) {
      throw new HistoryError(
        isTooFarAhead(seconds)
          ? `got a pair of which ${MILLISECONDS_HINT}`
          : 'got a value that is no pair of a time and a number',
      );
    }
    points.add(instant, value);
  }
}
