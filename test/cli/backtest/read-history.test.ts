import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readHistory } from '../../../src/cli/backtest/read-history.js';

const START = Date.parse('2026-03-02T00:00:00Z') / 1000;
const METRIC = { __name__: 'taurusdb_sessions', instance_id: 'i', node_id: 'n' };
/** Five minutes, of which the third is missing. */
const PAIRS = [0, 1, 3, 4, 5].map((minute) => [START + 60 * minute, 100 + minute] as const);

function answer(result: readonly unknown[], resultType = 'matrix') {
  return { status: 'success', data: { resultType, result } };
}

function series(metric: object, pairs: readonly (readonly [number, number])[] = PAIRS) {
  return { metric, values: pairs.map(([seconds, sessions]) => [seconds, String(sessions)]) };
}

/** As it should be read. */
function read(labels: object, pairs: readonly (readonly [number, number])[] = PAIRS) {
  return { labels, points: pairs.map(([seconds, sessions]) => [1000 * seconds, sessions]) };
}

describe('readHistory', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'taurusdb-history-'));
  const file = path.join(folder, 'history');
  after(() => rmSync(folder, { recursive: true }));

  function save(content: unknown): void {
    const isText = typeof content === 'string' || content instanceof Uint8Array;
    writeFileSync(file, isText ? content : JSON.stringify(content));
  }

  async function seriesOf(content: unknown) {
    save(content);
    const history = await readHistory(file);
    return history.series.map(({ labels, instants, values }) => ({
      labels,
      points: Array.from(instants, (instant, index) => [instant, values[index]]),
    }));
  }

  /** What it says of a file that it cannot take, without the file's name. */
  async function complaint(content: unknown): Promise<string> {
    save(content);
    const error: unknown = await readHistory(file).catch((reason: unknown) => reason);
    assert.ok(error instanceof Error && error.message.startsWith(`${file}: `), String(error));
    assert.ok(!error.message.includes('\n'), error.message);
    return error.message.slice(file.length + 2);
  }

  it('reads what Prometheus answers a range query, whole or in parts', async () => {
    const expected = [read(METRIC)];
    const whole = answer([series(METRIC)]);
    assert.deepEqual(await seriesOf(whole), expected);
    assert.deepEqual(await seriesOf(whole.data), expected);
    assert.deepEqual(await seriesOf(whole.data.result), expected);
    assert.deepEqual(await seriesOf(`\uFEFF\n ${JSON.stringify(whole, undefined, 2)}\n`), expected);
    const sorted = {
      data: { result: [series(METRIC)], resultType: 'matrix' },
      infos: [{ a: ['"]}'] }],
      status: 'success',
    };
    assert.deepEqual(await seriesOf(sorted), expected);
    const reversed = { values: series(METRIC).values, metric: METRIC, histograms: [] };
    assert.deepEqual(await seriesOf([reversed]), expected);
  });

  it('joins answers that follow one another, in any order, and takes each series by itself', async () => {
    const other = { ...METRIC, node_id: 'müller "2"' };
    const [first, second] = [PAIRS.slice(0, 3), PAIRS.slice(3)];
    const text = [
      answer([series(METRIC, second), series(other)]),
      answer([series(METRIC, first.toReversed())]),
      answer([series(METRIC, first.slice(1, 2))]),
    ];
    assert.deepEqual(await seriesOf(text.map((one) => JSON.stringify(one)).join('\n')), [
      read(METRIC),
      read(other),
    ]);
  });

  it('reads CSV, with or without a header and a series', async () => {
    const lines = (line: (seconds: number, sessions: number) => string, end = '\n') =>
      PAIRS.map((pair) => line(...pair)).join(end);
    assert.deepEqual(await seriesOf(lines((seconds, sessions) => `${seconds},${sessions}`)), [read({})]);
    const withZone = (seconds: number) =>
      new Date(1000 * (seconds + 7200)).toISOString().replace('.000Z', '+02:00');
    const withHeader = `\uFEFFTime,Value\r\n${lines((seconds, sessions) => `"${withZone(seconds)}","${sessions}"`, '\r\n')}\r\n\r\n`;
    assert.deepEqual(await seriesOf(withHeader), [read({})]);
    const name = 'taurusdb_sessions{instance_id="i",node_id="n"}';
    const bare = lines((seconds, sessions) => `${seconds}.0, ${sessions}e0 ,${name}\n${seconds},100,b`);
    assert.deepEqual(await seriesOf(bare), [
      read({ series: name }),
      read(
        { series: 'b' },
        PAIRS.map(([seconds]) => [seconds, 100]),
      ),
    ]);
    const quoted = lines((seconds, sessions) => `${seconds},${sessions},"${name.replaceAll('"', '""')}"`);
    assert.deepEqual(await seriesOf(quoted), [read({ series: name })]);
  });

  it('takes the last of several values of one instant, and counts those that are no numbers', async () => {
    const lines = [
      `${START + 60},7`,
      `${START},5`,
      `${START + 60},8`,
      `${START},6`,
      `${START},NaN`,
      `${START},`,
    ];
    assert.deepEqual(await seriesOf(lines.join('\n')), [
      read({}, [
        [START, 6],
        [START + 60, 8],
      ]),
    ]);
    assert.equal((await readHistory(file)).leftOut, 2);
    await seriesOf([
      { metric: METRIC, values: [...series(METRIC).values, [START, 'NaN'], [START, '+Inf'], [START, '-1']] },
    ]);
    assert.equal((await readHistory(file)).leftOut, 3);
  });

  it('reads more values than it began with room for', async () => {
    const many = Array.from({ length: 3000 }, (_, index) => [START + index, index] as const);
    assert.deepEqual(await seriesOf([series(METRIC, many)]), [read(METRIC, many)]);
  });

  it('says in one line what is wrong with a file', async () => {
    const ask =
      'ask /api/v1/query_range, or /api/v1/query for a range such as taurusdb_sessions[4w]: they answer with a matrix';
    const expected =
      "expected a Prometheus range query's answer (JSON) or CSV lines timestamp,value[,series]";
    const vector = answer([{ metric: METRIC, value: [START, '100'] }], 'vector');
    const rows: readonly [content: unknown, message: string | RegExp][] = [
      ['', `got nothing, ${expected}`],
      [' \n', `got nothing, ${expected}`],
      [Buffer.from('1,2\n', 'utf16le'), /^got a NUL byte/u],
      [vector, `got a result of type "vector", expected "matrix": ${ask}`],
      [vector.data.result, `got a result of type "vector", expected "matrix": ${ask}`],
      [answer([START, '100'], 'scalar'), `got a result of type "scalar", expected "matrix": ${ask}`],
      [[START, '100'], `got a result of type "scalar", expected "matrix": ${ask}`],
      [
        { status: 'error', error: 'too\nmany' },
        /^got an error of Prometheus instead of a result: "too.*many"$/u,
      ],
      [{ status: 'success' }, `got JSON without a result, expected a range query's answer: ${ask}`],
      [{ data: [] }, /^got JSON without a result/u],
      [answer([]), /^got no series: does a CSV file have lines/u],
      [[], /^got no series/u],
      ['time,value\n', /^got no series/u],
      [
        '{"status":"success","data":{"resultType":"matrix","result":[{"metr',
        'got JSON that is cut off: it ends in a string',
      ],
      ['{"data":{"resultType":"matrix","result":[', 'got JSON that is cut off'],
      ['{"data" 7}', /^got no answer of Prometheus: its JSON is broken, or has something else, at byte 9$/u],
      ['[{"metric":{"a":7}}]', /at byte 17$/u],
      ['[{"values":[7]}]', /at byte 13$/u],
      ['[{"values":[[1]]}]', 'got a value that is no pair of a time and a number'],
      ['[{"values":[["x","1"]]}]', 'got a value that is no pair of a time and a number'],
      [
        [{ values: [[1000 * START, '1']] }],
        'got a pair of which a time that far ahead is one in milliseconds: expected seconds',
      ],
      [`${1000 * START},5`, 'line 1: a time that far ahead is one in milliseconds: expected seconds'],
      [
        `${START},5\n\nsecret,5`,
        /^line 3: got no time in the first column, expected timestamp,value\[,series\]/u,
      ],
      [`${START},5\n2026-03-02T00:00:00,5`, /^line 2: got no time/u],
      [`${START},5\n${START}`, /^line 2: got no time/u],
      [`${START},secret`, 'line 1: got no number in the second column, expected timestamp,value[,series]'],
      ['time,value\ntime,value', /^line 2: got no time/u],
      [
        'id,user,host\n7,secret,10.0.0.1',
        'line 2: got no number in the second column, expected timestamp,value[,series]',
      ],
      [
        Array.from({ length: 10_001 }, (_, index) => `1,1,${index}`).join('\n'),
        /^got more than 10000 series/u,
      ],
    ];
    for (const [content, message] of rows) {
      const said = await complaint(content);
      if (typeof message === 'string') {
        assert.equal(said, message);
      } else {
        assert.match(said, message);
      }
      assert.ok(!said.includes('secret'), said);
    }
  });
});
