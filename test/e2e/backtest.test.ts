// `backtest` through the built program: a history in, the incidents that the settings would have begun out.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runProgram } from '../support/program.js';

/** A Monday, in seconds. */
const START = Date.parse('2026-03-02T00:00:00Z') / 1000;
const DAY_MINUTES = 24 * 60;
const FLOOD_MINUTE = 8 * DAY_MINUTES + 61;

interface Answer {
  readonly status: 'success';
  readonly data: { readonly resultType: string; readonly result: readonly unknown[] };
}

/** Nine days, a value a minute: 100 sessions, 300 for five minutes of the second Tuesday. */
function pairs(): [seconds: number, sessions: number][] {
  return Array.from({ length: 9 * DAY_MINUTES }, (_, minute) => [
    START + 60 * minute,
    minute >= FLOOD_MINUTE && minute < FLOOD_MINUTE + 5 ? 300 + minute - FLOOD_MINUTE : 100,
  ]);
}

const METRIC = { __name__: 'taurusdb_sessions', instance_id: 'i', node_id: 'n' };

function answer(result: readonly unknown[], resultType = 'matrix'): Answer {
  return { status: 'success', data: { resultType, result } };
}

function series(metric: object, values = pairs()) {
  return { metric, values: values.map(([seconds, sessions]) => [seconds, String(sessions)]) };
}

const FOUND = {
  kinds: ['spike'],
  started_at: '2026-03-10T01:01:00Z',
  ended_at: '2026-03-10T01:06:00Z',
  usual: 100,
  peak: 304,
};

function found(labels: object) {
  return { labels, weeks: 1.29, incidents: [FOUND] };
}

describe('backtest', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'taurusdb-backtest-'));
  after(() => rmSync(folder, { recursive: true }));

  function saved(content: unknown, name = 'history'): string {
    const file = path.join(folder, name);
    const isText = typeof content === 'string' || content instanceof Uint8Array;
    writeFileSync(file, isText ? content : JSON.stringify(content));
    return file;
  }

  /** What it finds; nothing must go wrong. */
  async function seriesOf(content: unknown, ...flags: string[]) {
    const { code, stdout, stderr } = await runProgram([
      'backtest',
      '--output=json',
      ...flags,
      saved(content),
    ]);
    assert.deepEqual([code, stderr], [0, '']);
    return JSON.parse(stdout).series;
  }

  it('reads what Prometheus answers a range query, and CSV', async () => {
    assert.deepEqual(await seriesOf(answer([series(METRIC)])), [found(METRIC)]);
    const lines = pairs().map(([seconds, sessions]) => `${seconds},${sessions},orders`);
    assert.deepEqual(await seriesOf(['time,value,series', ...lines].join('\n')), [
      found({ series: 'orders' }),
    ]);
  });

  it('reads standard input', async () => {
    const { code, stdout } = await runProgram(
      ['backtest', '-', '--output=json'],
      {},
      JSON.stringify([series(METRIC)]),
    );
    assert.deepEqual([code, JSON.parse(stdout).series], [0, [found(METRIC)]]);
  });

  it('prints times, usual and peak of each series for people, and a sum for each week', async () => {
    const other = { ...METRIC, node_id: '\u001b[31mred\u202e' };
    const file = saved(answer([series(METRIC), series(other, pairs().slice(0, 1))]));
    const { code, stdout, stderr } = await runProgram(['backtest', file]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.equal(
      stdout,
      `a spike is more than usual + max(20, 35 % of usual, 5 × MAD), 2 in a row; times are UTC

taurusdb_sessions{instance_id="i", node_id="n"}: 12960 values in 1.29 weeks, 1 incident
  STARTED              ENDED                KINDS  USUAL  PEAK
  2026-03-10 01:01:00  2026-03-10 01:06:00  spike    100   304

taurusdb_sessions{instance_id="i", node_id="\\u001b[31mred "}: 1 value in 0 weeks, 0 incidents

all series, weeks from Monday on:
  week of 2026-03-02: 0 incidents, 0.00 for each of 2 series
  week of 2026-03-09: 1 incident, 1.00 for each of 1 series
`,
    );
  });

  it('leaves gaps and what is no number out, and says so', async () => {
    const values = pairs()
      .filter((_, minute) => minute < 3000 || minute > 7000)
      .map(([seconds, sessions], index) => [seconds, ['NaN', '+Inf', '-1'][index] ?? String(sessions)]);
    const file = saved(answer([{ metric: METRIC, values }]));
    const { code, stdout, stderr } = await runProgram(['backtest', file, '--output=json']);
    assert.deepEqual([code, stderr], [0, 'left out 3 values that are no number of sessions, such as NaN\n']);
    assert.deepEqual(JSON.parse(stdout).series[0].incidents, [FOUND]);
    const csv = `${START},\n${START + 60},nan\n${START + 120},5`;
    assert.match((await runProgram(['backtest', saved(csv)])).stderr, /^left out 2 values/u);
  });

  it('has an incident that lasts at the end without an end', async () => {
    const values = pairs().slice(0, FLOOD_MINUTE + 3);
    const [{ incidents }] = await seriesOf([series(METRIC, values)]);
    assert.deepEqual(incidents, [{ ...FOUND, ended_at: null, peak: 302 }]);
  });

  it('says in one line what is wrong with a file', async () => {
    const file = saved(answer([{ metric: METRIC, value: [START, '100'] }], 'vector'));
    const { code, stdout, stderr } = await runProgram(['backtest', file]);
    assert.deepEqual([code, stdout], [1, '']);
    assert.equal(
      stderr,
      `${file}: got a result of type "vector", expected "matrix": ask /api/v1/query_range, or /api/v1/query for a range such as taurusdb_sessions[4w]: they answer with a matrix\n`,
    );
  });

  it('says in which line a history of CSV is wrong, at once however long the line is', async () => {
    const faults = {
      '2026-02-30T00:00:00Z,5\n': 'line 1: got no time in the first column',
      [`1700000000,5,a\n1700000060,5,a${' '.repeat(1_000_000)}x\n`]: 'line 2: got 1000015 bytes',
      '1700000000,5\r1700000060,5\r': 'line 1: ',
    };
    for (const [text, fault] of Object.entries(faults)) {
      const file = saved(text);
      const { code, stdout, stderr } = await runProgram(['backtest', file]);
      assert.deepEqual([code, stdout], [1, '']);
      assert.ok(stderr.startsWith(`${file}: ${fault}`) && stderr.indexOf('\n') === stderr.length - 1, stderr);
    }
  });

  it('says which file cannot be read, and what is wrong with the usage', async () => {
    const missing = await runProgram(['backtest', path.join(folder, 'none')]);
    assert.equal(missing.code, 1);
    assert.match(missing.stderr, /none: no such file: expected a Prometheus range query's answer/u);
    assert.match((await runProgram(['backtest', folder])).stderr, /: a folder: expected/u);
    for (const [args, message] of [
      [[], 'backtest needs a file; - is standard input'],
      [['a', 'b'], 'unexpected argument "b" after backtest, which takes one file'],
      [['a', '--output=prometheus'], '--output: got "prometheus", expected one of table, json'],
      [
        ['-', '--config.file=-'],
        'backtest: got - twice, expected the configuration or the history from a file',
      ],
    ] as const) {
      const { code, stderr } = await runProgram(['backtest', ...args]);
      assert.deepEqual([code, stderr], [2, `${message}\nsee --help\n`]);
    }
  });

  it('refuses more than it can hold', async () => {
    const { code, stderr } = await runProgram(['backtest', '/dev/zero']);
    assert.deepEqual(
      [code, stderr],
      [1, '/dev/zero: got more than 256 MiB: give it fewer series, or a shorter time, at once\n'],
    );
  });

  it('says what is wrong with a configuration', async () => {
    const { code, stderr } = await runProgram([
      'backtest',
      `--config.file=${saved('nothing: true\n', 'config.yaml')}`,
      saved([series(METRIC)]),
    ]);
    assert.equal(code, 1);
    assert.match(stderr, /config\.yaml:1: projects: missing\n/u);
  });
});
