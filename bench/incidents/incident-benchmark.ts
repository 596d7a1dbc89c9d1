// What incidents cost: a whole collection and a fleet with and without them, and the event loop while records are written.
import { isDeepStrictEqual } from 'node:util';
import { CandidateProcess, interleaved, type Measurement, median } from '../candidate-process.js';
import { type Watched, watchBusyFleet } from '../fleet/fleet-benchmark.js';
import { type StatementFileKind, writeStatementFile } from '../statements/statement-files.js';
import type { Table } from '../table.js';

const ROWS = 2_000;
const ROUNDS = 300;
const WARM_UP_MS = 2_000;
const GOAL_PERCENT = 15;
/** Records of as many nodes at once, and as many as are kept by default. */
const AT_ONCE = 50;
const KEPT = 1_000;
const CALM_ROWS = 1_000;
const MAX_BYTES = 64 * 2 ** 20;

const NAMES = ['off', 'on'] as const;
type Name = (typeof NAMES)[number];

export async function incidentBenchmark(folder: string): Promise<readonly Table[]> {
  return [
    {
      title: `Incidents: whole collections of ${ROWS} sessions, every second one active`,
      columns: ['statements', 'incidents', 'runs', 'ms', 'CPU ms', 'added CPU %', 'goal', 'reached', 'users'],
      rows: [...(await collecting(folder, 'usual')), ...(await collecting(folder, 'distinct'))],
    },
    await writingTable(folder),
    await fleetTable(folder),
  ];
}

async function collecting(folder: string, kind: StatementFileKind) {
  const file = writeStatementFile(folder, kind, ROWS);
  const server = new CandidateProcess('collect/serve-file.js');
  try {
    const { result: port } = await server.run(file);
    const candidates = new Map(
      NAMES.map((name) => {
        const process = new CandidateProcess(`incidents/candidates/collect-${name}.js`);
        return [name, { process, rounds: ROUNDS, warmUpMs: WARM_UP_MS }];
      }),
    );
    const measured = await interleaved(candidates, Number(port));
    const expected = measured.get('off')?.at(0)?.result;
    const added = (name: Name) => 100 * (cpuMsOf(measured, name) / cpuMsOf(measured, 'off') - 1);
    return [...measured].map(([name, runs]) => [
      kind,
      name,
      runs.length,
      median(runs.map(({ ms }) => ms)),
      cpuMsOf(measured, name),
      added(name),
      ...(name === 'off' ? ['-', '-'] : [GOAL_PERCENT, added(name) <= GOAL_PERCENT ? 'yes' : 'NO']),
      runs.every(({ result }) => isDeepStrictEqual(result, expected)) ? 'equal' : 'DIFFERENT',
    ]);
  } finally {
    server.stop();
  }
}

function cpuMsOf(measured: ReadonlyMap<Name, readonly Measurement[]>, name: Name): number {
  return median((measured.get(name) ?? []).map(({ cpuMs }) => cpuMs));
}

async function writingTable(folder: string): Promise<Table> {
  const calm = writeStatementFile(folder, 'usual', CALM_ROWS);
  const flood = writeStatementFile(folder, 'distinct', ROWS);
  const rows = [];
  for (const count of [AT_ONCE, KEPT]) {
    const process = new CandidateProcess('incidents/candidates/write-records.js');
    try {
      const { result } = await process.run(folder, calm, flood, count);
      // What write-records.ts resolves to, after its way through JSON.
      const { p99Ms, longestMs, bytes, errors } = result as {
        readonly p99Ms: number;
        readonly longestMs: number;
        readonly bytes: number;
        readonly errors: number;
      };
      const goals = count === AT_ONCE ? ['p99 20 ms', p99Ms <= 20] : ['64 MiB', bytes <= MAX_BYTES];
      rows.push([count, p99Ms, longestMs, bytes / 1e6, errors, goals[0], goals[1] ? 'yes' : 'NO']);
    } finally {
      process.stop();
    }
  }
  return {
    title: 'Incidents: records written one behind the other',
    columns: ['records', 'event-loop delay p99, ms', 'longest, ms', 'MB', 'errors', 'goal', 'reached'],
    rows: rows.map((row) => row.map((cell) => (typeof cell === 'boolean' ? String(cell) : (cell ?? '-')))),
  };
}

async function fleetTable(folder: string): Promise<Table> {
  const off = await watchBusyFleet(folder, { incidents: { enabled: false } });
  const on = await watchBusyFleet(folder, { incidents: { enabled: true } });
  const row = (figure: string, of: (watched: Watched) => number, goal: string) => [
    figure,
    of(off),
    of(on),
    goal,
  ];
  return {
    title: 'Incidents: 400 nodes × 2000 sessions a minute, a scrape every 5 s',
    columns: ['figure', 'off', 'on', 'goal'],
    rows: [
      row('collected', ({ collected }) => collected, '-'),
      row('failed', ({ failed }) => failed, '0'),
      row('CPU, % of one core', ({ cpuShare }) => cpuShare * 100, '+15 % of it'),
      row('event-loop delay p99, worst interval, ms', ({ delaysMs }) => Math.max(...delaysMs), '20'),
      row('resident MB, most', ({ residentMb }) => residentMb, '200'),
      row('series of incidents, of a node', ({ incidentSeries }) => incidentSeries, '12'),
    ],
  };
}
