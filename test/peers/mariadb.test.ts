// The whole chain against a real server: what the agent publishes is what the server itself counts, to the unit.
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { sampleFleet } from '../../src/simulator/sample-fleet.js';
import { type Simulator, startSimulator } from '../../src/simulator/start-simulator.js';
import { type ParsedSample, parseSamples } from '../metrics/parse-exposition.js';
import { addressOf, eventually, type Program, startProgram } from '../support/program.js';
import { requireProgram } from '../support/real-programs.js';
import { simulatedConfig, writeConfig } from '../support/simulated-config.js';
import { canListen } from './can-listen.js';
import { type MariaServer, startMariaServer } from './maria-server.js';
import {
  inItsSpelling,
  type MysqldExporter,
  type PeerFigures,
  startMysqldExporter,
} from './mysqld-exporter.js';
import { CASE_TWINS, USERS } from './odd-names.js';
import { LOCK_WAITERS, OddSessions } from './odd-sessions.js';
import {
  type Counts,
  countLiveSessions,
  exportSessions,
  type SessionExport,
  THRESHOLD_SECONDS,
} from './session-export.js';

const SESSIONS = 200;
const threshold = `${THRESHOLD_SECONDS}s`;

describe('agreement with a real MariaDB', () => {
  let server: MariaServer | undefined;
  let sessions: OddSessions | undefined;
  let exporter: MysqldExporter | undefined;
  let simulator: Simulator | undefined;
  let agent: Program | undefined;
  let hasIpv6: boolean;
  let truth: SessionExport;
  let peer: PeerFigures;
  let samples: readonly ParsedSample[];

  before(async function () {
    const programs = {
      install: requireProgram(this, 'mariadb-install-db'),
      server: requireProgram(this, 'mariadbd'),
    };
    const exporterProgram = requireProgram(this, 'prometheus-mysqld-exporter');
    hasIpv6 = await canListen('::1');
    const ipv6 = hasIpv6 ? ['::1'] : [];
    server = await startMariaServer(programs, ['127.0.0.1', ...ipv6]);
    sessions = new OddSessions(server, [
      '127.0.0.1',
      '127.0.0.2',
      '127.0.0.3',
      '127.0.1.1',
      ...ipv6,
      'localhost',
    ]);
    await sessions.open(SESSIONS);
    exporter = await startMysqldExporter(exporterProgram, server);
    ({ truth, peer } = await whileNothingMoves(server, exporter));
    simulator = await simulatorOf(truth.csv);
    agent = startProgram([`--config.file=${configOf(simulator)}`, '--web.listen-address=127.0.0.1:0']);
    samples = await whenCollected(await addressOf(agent));
  });

  after(async () => {
    agent?.child.kill('SIGTERM');
    await agent?.ended;
    await simulator?.close();
    await exporter?.stop();
    sessions?.close();
    await server?.stop();
  });

  const published = (metric: string, label: string): Counts =>
    Object.fromEntries(
      samples
        .filter(({ name }) => name === metric)
        .map(({ labels, value }): [string, number] => [labels[label] ?? '', value])
        .sort(),
    );

  it('looks at 200 sessions with every awkward name, and the event scheduler', () => {
    assert.equal(truth.totals.taurusdb_sessions, SESSIONS + 1);
    const logins = ['event_scheduler', 'unauthenticated user'];
    assert.deepEqual(Object.keys(truth.byDimension.user).sort(), [...USERS, ...logins].sort());
    assert.equal(truth.totals.taurusdb_sessions_lock_waiting, LOCK_WAITERS);
  });

  for (const [dimension, label] of [
    ['state', 'state'],
    ['user', 'user'],
    ['host', 'client_host'],
    ['database', 'database'],
    ['command', 'command'],
  ] as const) {
    it(`counts the sessions by ${dimension} as the server does`, () => {
      assert.deepEqual(published(`taurusdb_sessions_by_${dimension}`, label), truth.byDimension[dimension]);
    });
  }

  it('sums the times of the sessions as the server does', () => {
    assert.deepEqual(published('taurusdb_session_time_seconds', 'command'), truth.secondsByCommand);
    assert.deepEqual(published('taurusdb_session_longest_seconds', 'command'), truth.longestByCommand);
  });

  it('totals sessions, transactions and lock waits as the server does', () => {
    const totals = Object.keys(truth.totals).map((metric): [string, number | undefined] => [
      metric,
      samples.find(({ name }) => name === metric)?.value,
    ]);
    assert.deepEqual(Object.fromEntries(totals), truth.totals);
    // None of them is equal for want of anything to count.
    assert.deepEqual(
      Object.entries(truth.totals).filter(([, value]) => value === 0),
      [],
    );
  });

  it('counts users as mysqld_exporter does, which mixes up names that differ in case only', () => {
    const ours = published('taurusdb_sessions_by_user', 'user');
    const withoutTwins = (counts: Counts) =>
      Object.fromEntries(
        Object.entries(counts).filter(([user]) => !CASE_TWINS.some((twin) => twin === user)),
      );
    assert.deepEqual(withoutTwins(ours), withoutTwins(peer.byUser));
    const twins = (counts: Counts) => CASE_TWINS.map((twin) => counts[twin] ?? 0);
    assert.notDeepEqual(twins(ours), twins(peer.byUser));
    assert.equal(sum(twins(ours)), sum(twins(peer.byUser)));
  });

  it('counts hosts as mysqld_exporter does, which cuts IPv6 addresses at their first colon', function () {
    const { '::1': overIpv6 = 0, ...ours } = published('taurusdb_sessions_by_host', 'client_host');
    const { unknown: cut = 0, ...theirs } = peer.byHost;
    // The event scheduler comes from localhost to us and to it.
    assert.deepEqual(ours, theirs);
    if (!hasIpv6) {
      process.stderr.write('skipped: this machine has no IPv6 address ::1\n');
      this.skip();
    }
    assert.ok(overIpv6 > 0);
    assert.equal(cut, overIpv6);
  });

  it('counts commands and states as mysqld_exporter does', () => {
    assert.deepEqual(inItsSpelling(published('taurusdb_sessions_by_command', 'command')), peer.byCommand);
    assert.deepEqual(inItsSpelling(published('taurusdb_sessions_by_state', 'state')), peer.byState);
  });
});

/** Both looked at the same sessions: those of before, of the export and of after are equal. */
function whileNothingMoves(
  server: MariaServer,
  exporter: MysqldExporter,
): Promise<{ truth: SessionExport; peer: PeerFigures }> {
  return eventually(
    async () => {
      const before = await server.asRoot(countLiveSessions);
      const truth = await server.asRoot(exportSessions);
      const peer = await exporter.scrape();
      const after = await server.asRoot(countLiveSessions);
      const isStill =
        [truth.byDimension, after].every((counts) => isDeepStrictEqual(counts, before)) &&
        // Our own session of a moment ago.
        before.user.root === undefined &&
        peer.byUser.root === undefined;
      // Everybody has reached the lock that it waits for, long enough ago for the thresholds.
      const isReady =
        truth.totals.taurusdb_sessions_lock_waiting === LOCK_WAITERS &&
        (truth.totals.taurusdb_transaction_lock_wait_longest_seconds ?? 0) > THRESHOLD_SECONDS;
      return isStill && isReady ? { truth, peer } : undefined;
    },
    'a moment in which no session comes, goes or changes',
    30_000,
  );
}

function simulatorOf(csvText: string): Promise<Simulator> {
  const projects = sampleFleet({ instances: 1, nodesPerInstance: 1 }).map((project) => ({
    ...project,
    instances: project.instances.map((instance) => ({
      ...instance,
      nodes: instance.nodes.map((node) => ({ ...node, csvText })),
    })),
  }));
  return startSimulator({ projects, taskSeconds: { min: 0, max: 0 } });
}

function configOf(simulator: Simulator): string {
  return writeConfig(
    simulatedConfig(simulator, {
      collection: {
        schedule: '* * * * * *',
        slow_session_threshold: threshold,
        long_transaction_threshold: threshold,
      },
    }),
  );
}

function whenCollected(address: string): Promise<readonly ParsedSample[]> {
  return eventually(async () => {
    const samples = parseSamples(await (await fetch(`${address}/metrics`)).text());
    return samples.some(({ name }) => name === 'taurusdb_sessions') ? samples : undefined;
  }, 'a collection');
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
