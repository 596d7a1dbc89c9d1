// The built program against results of any size: what it holds in memory is read from the kernel. With
// BOUNDS=whole the file is a gigabyte and the users are a million (`npm run bounds`); the suite has less time.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { createGzip } from 'node:zlib';
import { FakeClock } from '../support/fake-clock.js';
import { startProgram } from '../support/program.js';
import { closeServers } from '../support/scripted-server.js';
import { writeConfig } from '../support/simulated-config.js';
import { csv, endless } from './answers.js';
import {
  HEADER,
  type HostileApi,
  type Misbehaviour,
  PROJECT_ID,
  REGION,
  SICK,
  startHostileApi,
} from './hostile-api.js';

const MIB = 1024 * 1024;
const IS_WHOLE = process.env.BOUNDS === 'whole';
const [CSV_MIB, USERS] = IS_WHOLE ? [1_024, 1_000_000] : [64, 200_000];
/** Of the default of `max_csv_bytes`, 256 MiB. */
const LARGEST_MIB = 255;
const CSV_TYPE = { 'content-type': 'text/csv' };

interface Run {
  readonly code: number | null;
  readonly output: string;
  readonly log: string;
  /** The most that was resident, in MiB. */
  readonly peakMib: number;
  readonly seconds: number;
}

describe('memory', function () {
  this.timeout(600_000);
  let api: HostileApi;
  let idle: Run;

  before(async () => {
    idle = await collect({});
    assert.equal(idle.code, 0, idle.log);
  });
  afterEach(() => closeServers());

  async function collect(how: Misbehaviour, settings: object = {}): Promise<Run> {
    api = await startHostileApi(new FakeClock(Date.now()));
    api.misbehave(how);
    const config = writeConfig({
      projects: [
        {
          name: 'sick-project',
          region: REGION,
          project_id: PROJECT_ID,
          endpoint: api.url,
          auth: { token: { value: 'token' } },
          nodes: [SICK],
        },
      ],
      collection: { timeout: '9m', poll_interval: '100ms' },
      ...settings,
    });
    const startedAt = performance.now();
    const program = startProgram(['collect', `--config.file=${config}`, '--output=json']);
    let peakMib = 0;
    const watch = setInterval(() => {
      peakMib = Math.max(peakMib, peakOf(program.child.pid ?? 0));
    }, 20);
    const code = await program.ended;
    clearInterval(watch);
    const seconds = (performance.now() - startedAt) / 1_000;
    return { code, output: program.stdout(), log: program.stderr(), peakMib, seconds };
  }

  function report(test: Mocha.Context, { peakMib, seconds }: Run): void {
    const added = Math.round(peakMib - idle.peakMib);
    if (test.test !== undefined) {
      test.test.title += ` (${Math.round(peakMib)} MiB at most, ${added} more than for 3 sessions; ${seconds.toFixed(1)} s)`;
    }
  }

  it(`stays flat under a file of ${CSV_MIB} MiB`, async function () {
    let rows = 0;
    const run = await collect(
      {
        download: (response) => {
          response.writeHead(200, CSV_TYPE);
          Readable.from(file(CSV_MIB * MIB, () => `u${rows++ % 1_000}`)).pipe(response);
        },
      },
      { api: { max_csv_bytes: '4GiB' } },
    );
    assert.equal(run.code, 0, run.log);
    assert.equal(JSON.parse(run.output).nodes[0].sessions, rows);
    report(this, run);
    assert.ok(run.peakMib - idle.peakMib < 100, `${run.peakMib} MiB`);
  });

  it('stays flat under a file without an end, up to max_csv_bytes', async function () {
    const row = Buffer.from(`${rowOf('u')}\n`.repeat(1_000));
    const run = await collect(
      { download: endless(row, CSV_TYPE, `${HEADER}\n`) },
      { api: { max_csv_bytes: '32MiB' } },
    );
    assert.equal(run.code, 1);
    assert.match(run.log, /reason=too_large/u);
    report(this, run);
    assert.ok(run.peakMib - idle.peakMib < 100, `${run.peakMib} MiB`);
  });

  it('stays flat under a gzip bomb', async function () {
    const run = await collect({ download: bomb }, { api: { max_csv_bytes: '32MiB' } });
    assert.match(run.log, /reason=too_large/u);
    report(this, run);
    assert.ok(run.peakMib - idle.peakMib < 100, `${run.peakMib} MiB`);
  });

  it('stays flat under JSON without an end', async function () {
    const run = await collect({
      submit: endless(Buffer.alloc(MIB, ' '), { 'content-type': 'application/json' }),
    });
    assert.match(run.log, /reason=too_large/u);
    report(this, run);
    assert.ok(run.peakMib - idle.peakMib < 50, `${run.peakMib} MiB`);
  });

  it('stays flat under a field without an end', async function () {
    const run = await collect({ download: endless(Buffer.alloc(MIB, 'x'), CSV_TYPE, `${HEADER}\n1,"`) });
    assert.match(run.log, /reason=csv.*csv record: got more than 4194304 bytes/u);
    report(this, run);
    assert.ok(run.peakMib - idle.peakMib < 100, `${run.peakMib} MiB`);
  });

  it('stays flat under a header of 4,000,000 names', async function () {
    const run = await collect({ download: csv(','.repeat(4_000_000)) });
    assert.match(run.log, /reason=csv.*csv header: got 4000001 columns/u);
    report(this, run);
    assert.ok(run.peakMib - idle.peakMib < 40, `${run.peakMib} MiB`);
  });

  it(`is bounded under ${USERS} users`, async function () {
    let rows = 0;
    const run = await collect({
      download: (response) => {
        response.writeHead(200, CSV_TYPE);
        Readable.from(
          file(Number.POSITIVE_INFINITY, () => (rows < USERS ? `user-${rows++}` : undefined)),
        ).pipe(response);
      },
    });
    assert.equal(run.code, 0, run.log);
    assert.equal(JSON.parse(run.output).nodes[0].sessions, USERS);
    report(this, run);
    assert.ok(run.peakMib - idle.peakMib < 150, `${run.peakMib} MiB`);
  });

  /** What is added at most, in sizes of the file. */
  const shapes = {
    'of 1,000 characters': { textOf: (row: number) => `${row}`.padEnd(1_000, 'x'), mib: 64, most: 0.8 },
    'of 50 characters': { textOf: (row: number) => `${row}`.padEnd(50, 'x'), mib: 32, most: 3 },
    'of a few characters': { textOf: (row: number) => row.toString(36), mib: 28, most: 10 },
  };
  for (const [what, { textOf, mib, most }] of Object.entries(shapes)) {
    const size = IS_WHOLE ? LARGEST_MIB : mib;
    it(`is bounded under ${size} MiB of distinct values ${what}`, async function () {
      let rows = () => 0;
      const run = await collect({
        download: (response) => {
          rows = sendDistinct(response, size * MIB, textOf);
        },
      });
      assert.equal(run.code, 0, run.log);
      const [{ sessions, dimensions }] = JSON.parse(run.output).nodes;
      assert.equal(sessions, rows());
      assert.equal(dimensions.user.distinct, Math.min(rows(), 2 ** 20));
      report(this, run);
      assert.ok(run.peakMib - idle.peakMib < most * size, `${run.peakMib} MiB`);
    });
  }
});

/** Rows of values that no other row has, until the file is as long; returns how many there are. */
function sendDistinct(
  response: ServerResponse,
  maxBytes: number,
  textOf: (row: number) => string,
): () => number {
  let rows = 0;
  function* chunks(): Generator<string> {
    yield 'user,host,state,db,command\n';
    for (let bytes = 0; bytes < maxBytes; ) {
      let chunk = '';
      while (chunk.length < 65_536) {
        const value = textOf(rows++);
        chunk += `${value},${value},${value},${value},${value}\n`;
      }
      bytes += chunk.length;
      yield chunk;
    }
  }
  response.writeHead(200, CSV_TYPE);
  Readable.from(chunks()).pipe(response);
  return () => rows;
}

/** Rows of the users given until there is none or the file is as long. */
function* file(maxBytes: number, nextUser: () => string | undefined): Generator<string> {
  yield `${HEADER}\n`;
  for (let bytes = 0; bytes < maxBytes; ) {
    let chunk = '';
    while (chunk.length < 65_536) {
      const user = nextUser();
      if (user === undefined) {
        break;
      }
      chunk += `${rowOf(user)}\n`;
    }
    if (chunk === '') {
      return;
    }
    bytes += chunk.length;
    yield chunk;
  }
}

function rowOf(user: string): string {
  return `1,${user},10.0.0.1:5000,shop,Query,12,Sending data,"SELECT a, b FROM c WHERE d = 'eeeeeeeeeeeeeeeeeeeeeeeee'",`;
}

/** A row again and again, packed a hundred times smaller. */
function bomb(response: ServerResponse): void {
  response.writeHead(200, { ...CSV_TYPE, 'content-encoding': 'gzip' });
  pipeline(Readable.from(file(Number.POSITIVE_INFINITY, () => 'u')), createGzip(), response, () => {});
}

/** MiB; 0 once the process has ended. */
function peakOf(pid: number): number {
  try {
    const [, kib = '0'] = /^VmHWM:\s+(\d+) kB$/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kib) / 1024;
  } catch {
    return 0;
  }
}
