// The sessions of a simulated node at a moment: a pure function of its seed and the time. They are made one by one,
// so that a million of them cost no memory.
import { mix, pick, share } from '../seeded-random.js';
import { clientOf, hostText } from './client-cast.js';
import { activityAt, sleeping, transactionOf, wholeSeconds } from './session-activity.js';
import type { Activity, SimulatedSession } from './simulated-session.js';
import { floodStatement, HOLDING_TABLE, WAITING_FOR_ROW, WAITING_FOR_TABLE } from './statements.js';
import { floodAt, type LockIncident, loadAt, lockIncidentAt, type Spike, spikeAt } from './traffic.js';

export interface SessionSource {
  /** Differs from node to node. */
  readonly seed: number;
  /** Replicas are calmer: they read only, have half as many sessions, no locks and no spikes. */
  readonly role: 'master' | 'slave';
  /** Of a master in its busiest hour; a spike adds as many again. */
  readonly sessions: number;
  /** Milliseconds since the epoch: from then on one spike lasts, of a replica too, and before there is none. */
  readonly floodedFrom?: number;
}

/** How long a connection lives before its client opens another in its place. */
const CONNECTION_MS = 600_000;
/** A spike's connections open within its first seconds. */
const SPIKE_RISE_MS = 5_000;
const FIRST_ID = 1_000;
/** What is locked is in it: who waits and who holds are of one application. */
const LOCKED_DATABASE = 'orders';

/** `at` is in milliseconds since the epoch. */
export function* generateSessions(source: SessionSource, at: number): Generator<SimulatedSession> {
  const isReplica = source.role === 'slave';
  const slots = Math.ceil(isReplica ? source.sessions / 2 : source.sessions);
  const incident = isReplica ? undefined : lockIncidentAt(source.seed, at);
  const spike = spikeOf(source, at);
  const load = loadAt(source.seed, at);

  yield* serverSessions(source, at);
  if (incident !== undefined) {
    yield lockHolder(incident);
  }
  for (let slot = 0; slot < slots; slot += 1) {
    const seed = mix(source.seed, slot);
    if (share(mix(seed, 1)) < load) {
      yield clientSession(seed, slot, slots, at, isReplica, incident);
    }
  }
  if (spike !== undefined) {
    yield* spikeSessions(spike, source.sessions, FIRST_ID + slots * 1_000);
  }
}

function spikeOf({ seed, role, floodedFrom }: SessionSource, at: number): Spike | undefined {
  if (floodedFrom !== undefined) {
    return floodAt(seed, at, floodedFrom);
  }
  return role === 'slave' ? undefined : spikeAt(seed, at);
}

function clientSession(
  seed: number,
  slot: number,
  slots: number,
  at: number,
  isReplica: boolean,
  incident: LockIncident | undefined,
): SimulatedSession {
  const connection = Math.floor((at + (seed % CONNECTION_MS)) / CONNECTION_MS) % 1_000;
  const client = clientOf(mix(seed, 2));
  const database = pick(client.databases, mix(seed, 4));
  const waiting =
    incident !== undefined && client.work === 'web' && database === LOCKED_DATABASE
      ? waitingForLock(seed, incident)
      : undefined;
  return {
    id: FIRST_ID + connection * slots + slot,
    user: client.user,
    host: hostText(pick(client.hosts, mix(seed, 3)), mix(seed, connection)),
    database,
    ...(waiting ?? activityAt({ seed, work: client.work, database, isReadOnly: isReplica }, at)),
  };
}

/** Every other web connection of the holder's database runs into the lock, each at its own moment. */
function waitingForLock(seed: number, incident: LockIncident): Activity | undefined {
  const bits = mix(seed, incident.seed);
  const waitMs = incident.sinceMs - (mix(bits, 1) % 20_000);
  if (bits % 2 !== 0 || waitMs < 0) {
    return undefined;
  }
  const seconds = wholeSeconds(waitMs);
  if (incident.kind === 'metadata') {
    return {
      command: 'Query',
      state: 'Waiting for table metadata lock',
      seconds,
      statement: WAITING_FOR_TABLE(seed % 1_000_000),
    };
  }
  return {
    command: 'Query',
    state: 'updating',
    seconds,
    statement: WAITING_FOR_ROW(incident.seed % 100),
    transaction: transactionOf(bits, waitMs, {
      state: 'LOCK WAIT',
      lockWaitSeconds: seconds,
      rowsLocked: 1,
      tablesLocked: 1,
    }),
  };
}

function lockHolder(incident: LockIncident): SimulatedSession {
  const sinceMs = incident.sinceMs + 4_000;
  const transaction = transactionOf(incident.seed, sinceMs, {
    rowsLocked: 1,
    tablesLocked: 1,
    rowsModified: 1,
  });
  const activity: Activity =
    incident.kind === 'row'
      ? sleeping(sinceMs - 1_000, transaction)
      : {
          command: 'Query',
          state: 'altering table',
          seconds: wholeSeconds(sinceMs),
          statement: HOLDING_TABLE,
          transaction,
        };
  return {
    id: 999,
    user: "o'brien",
    host: hostText('10.20.8.101', 1),
    database: LOCKED_DATABASE,
    ...activity,
  };
}

function* spikeSessions(spike: Spike, sessions: number, firstId: number): Generator<SimulatedSession> {
  for (let index = 0; index < sessions; index += 1) {
    const seed = mix(spike.seed, index);
    const sinceMs = spike.sinceMs - (index / sessions) * SPIKE_RISE_MS;
    if (sinceMs < 0) {
      return;
    }
    const isIdle = seed % 3 === 0;
    yield {
      id: firstId + index,
      user: spike.user,
      host: hostText(spike.host, seed),
      database: spike.database,
      ...(isIdle
        ? sleeping(sinceMs)
        : {
            command: 'Query',
            state: 'Sending data',
            seconds: wholeSeconds(sinceMs),
            statement: floodStatement(spike.database, seed),
          }),
    };
  }
}

/** The server's own threads, and those of the service around it. */
function* serverSessions(source: SessionSource, at: number): Generator<SimulatedSession> {
  const uptimeSeconds = wholeSeconds(at % 86_400_000);
  const own = { user: 'event_scheduler', host: 'localhost', database: '', statement: '' };
  yield { ...own, id: 5, command: 'Daemon', state: 'Waiting on empty queue', seconds: uptimeSeconds };
  yield {
    ...own,
    id: 9,
    user: 'rdsAdmin',
    command: 'Query',
    state: 'executing',
    seconds: 0,
    statement: 'SELECT * FROM information_schema.PROCESSLIST',
  };
  if (source.role === 'master') {
    const state = 'Source has sent all binlog to replica; waiting for more updates';
    const host = hostText('10.20.9.40', source.seed);
    yield {
      ...own,
      id: 12,
      user: 'rdsRepl',
      host,
      command: 'Binlog Dump GTID',
      state,
      seconds: uptimeSeconds,
    };
  } else {
    const state = 'Replica has read all relay log; waiting for more updates';
    yield {
      ...own,
      id: 12,
      user: 'system user',
      host: '',
      command: 'Connect',
      state,
      seconds: uptimeSeconds,
    };
  }
}
