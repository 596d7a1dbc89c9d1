// What one connection does at a moment. Its life is cut into turns whose content hangs on the seed alone, so a
// statement or transaction seen in one collection is there in the next one too, older by the time between.
import { mix, pick, share } from '../seeded-random.js';
import type { Work } from './client-cast.js';
import type { Activity, SimulatedTransaction } from './simulated-session.js';
import {
  batchStatement,
  preparedStatement,
  readStatement,
  reportStatement,
  typedStatement,
  writeStatement,
} from './statements.js';
import { cycleAt } from './traffic.js';

const READ_STATES = ['executing', 'Sending data', 'statistics', 'Opening tables', 'init'];
const REPORT_STATES = ['Sending data', 'Creating sort index', 'Copying to tmp table', 'Sorting result'];
const WRITE_STATES = ['updating', 'update', 'waiting for handler commit', 'query end'];
/** Shortest and longest turn of a connection. */
const TURN_MS: Readonly<Record<Work, readonly [min: number, max: number]>> = {
  web: [2_000, 20_000],
  report: [60_000, 240_000],
  batch: [120_000, 600_000],
  person: [300_000, 1_800_000],
};

/** A person types one statement after the other in the first minutes of a turn, and then looks at what came. */
const TYPING_MS = 240_000;
const TYPED_EVERY_MS = 30_000;
const TYPED_MS = 12_000;

export interface Connection {
  readonly seed: number;
  readonly work: Work;
  readonly database: string;
  readonly isReadOnly: boolean;
}

interface Turn extends Pick<Connection, 'database' | 'isReadOnly'> {
  readonly seed: number;
  readonly sinceMs: number;
  readonly lengthMs: number;
}

export function activityAt({ seed, work, database, isReadOnly }: Connection, at: number): Activity {
  const [min, max] = TURN_MS[work];
  const lengthMs = min + (mix(seed, 2) % (max - min));
  const turn: Turn = { ...cycleAt(mix(seed, 3), at, lengthMs), lengthMs, database, isReadOnly };
  switch (work) {
    case 'web':
      return webActivity(turn);
    case 'report':
      return reportActivity(turn);
    case 'batch':
      return isReadOnly ? reportActivity(turn) : batchActivity(turn);
    case 'person':
      return personActivity(turn);
    default:
      return work satisfies never;
  }
}

export function sleeping(sinceMs: number, transaction?: SimulatedTransaction): Activity {
  const activity = { command: 'Sleep', state: '', seconds: wholeSeconds(sinceMs), statement: '' };
  return transaction === undefined ? activity : { ...activity, transaction };
}

export function transactionOf(
  seed: number,
  sinceMs: number,
  rest: Partial<SimulatedTransaction> = {},
): SimulatedTransaction {
  return {
    id: String(281_000_000 + (mix(seed, 9) % 1_000_000_000)),
    state: 'RUNNING',
    seconds: wholeSeconds(sinceMs),
    lockWaitSeconds: 0,
    rowsLocked: 0,
    tablesLocked: 0,
    rowsModified: 0,
    ...rest,
  };
}

export function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}

function webActivity({ seed, sinceMs, lengthMs, database, isReadOnly }: Turn): Activity {
  const queryMs = webQueryMs(seed, lengthMs);
  const writes = !isReadOnly && seed % 4 === 0;
  const rows = 1 + (mix(seed, 4) % 20);
  const written = { rowsLocked: rows, tablesLocked: 1, rowsModified: rows };
  if (sinceMs >= queryMs) {
    const forgetsToCommit = writes && mix(seed, 5) % 12 === 0;
    return sleeping(sinceMs - queryMs, forgetsToCommit ? transactionOf(seed, sinceMs, written) : undefined);
  }
  const seconds = wholeSeconds(sinceMs);
  if (!writes) {
    const isPrepared = mix(seed, 8) % 5 === 0;
    return {
      command: isPrepared ? 'Execute' : 'Query',
      state: pick(READ_STATES, mix(seed, 6)),
      seconds,
      statement: isPrepared ? preparedStatement(database) : readStatement(database, seed),
    };
  }
  return {
    command: 'Query',
    state: pick(WRITE_STATES, mix(seed, 6)),
    seconds,
    statement: writeStatement(database, mix(seed, 7)),
    transaction: transactionOf(seed, sinceMs, written),
  };
}

/** Most are fast, some take seconds, and a few the whole turn: the slow queries. */
function webQueryMs(seed: number, lengthMs: number): number {
  const luck = share(mix(seed, 1));
  if (luck < 0.85) {
    return 5 + luck * 400;
  }
  if (luck < 0.97) {
    return 400 + (luck - 0.85) * 20_000;
  }
  return lengthMs;
}

function reportActivity({ seed, sinceMs, lengthMs, database }: Turn): Activity {
  const queryMs = lengthMs * 0.7;
  if (sinceMs >= queryMs) {
    return sleeping(sinceMs - queryMs);
  }
  return {
    command: 'Query',
    state: pick(REPORT_STATES, mix(seed, Math.floor(sinceMs / 15_000))),
    seconds: wholeSeconds(sinceMs),
    statement: reportStatement(database, seed),
    transaction: transactionOf(seed, sinceMs),
  };
}

/** One transaction as long as the turn, a new statement every five seconds. */
function batchActivity({ seed, sinceMs }: Turn): Activity {
  const step = Math.floor(sinceMs / 5_000);
  const rows = Math.floor(sinceMs / 100) * 7;
  const transaction = transactionOf(seed, sinceMs, {
    rowsLocked: rows + 40,
    tablesLocked: 2,
    rowsModified: rows,
  });
  const stepMs = sinceMs - step * 5_000;
  if (step % 4 === 3) {
    return sleeping(stepMs, transaction);
  }
  return {
    command: 'Query',
    state: pick(WRITE_STATES, mix(seed, step)),
    seconds: wholeSeconds(stepMs),
    statement: batchStatement(mix(seed, step)),
    transaction,
  };
}

/** Statements now and then, long looks at results, and at times a transaction that stays open meanwhile. */
function personActivity({ seed, sinceMs, isReadOnly }: Turn): Activity {
  const forgetsToCommit = !isReadOnly && seed % 4 === 0;
  const open = forgetsToCommit
    ? { transaction: transactionOf(seed, sinceMs, { rowsLocked: 1, tablesLocked: 1, rowsModified: 1 }) }
    : {};
  const typed = Math.floor(Math.min(sinceMs, TYPING_MS - 1) / TYPED_EVERY_MS);
  const typedMs = sinceMs - typed * TYPED_EVERY_MS;
  if (typedMs >= TYPED_MS) {
    return { ...sleeping(typedMs - TYPED_MS), ...open };
  }
  return {
    command: 'Query',
    state: pick(READ_STATES, mix(seed, typed)),
    seconds: wholeSeconds(typedMs),
    statement: typedStatement(mix(seed, typed), isReadOnly),
    ...open,
  };
}
