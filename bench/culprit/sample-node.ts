// A node whose clients come and go a little: who they are, how many sessions each has, and what they run, all from a seed.
import { createRandom, pick } from '../../src/simulator/seeded-random.js';
import type { SessionRow } from './observe-rows.js';

export interface Client {
  readonly user: string;
  readonly host: string;
  readonly database: string;
  /** On average. */
  readonly sessions: number;
  /** What part of them is active. */
  readonly active: number;
  readonly statements: readonly string[];
}

export interface NodeSize {
  readonly users: number;
  readonly hosts: number;
  readonly databases: number;
  /** That a user comes from. */
  readonly hostsOfUser: number;
  readonly sessions: number;
  /** Of the sessions, the first user's; absent: as chance has it. */
  readonly largest?: number;
}

const NOISE = 0.1;
const TABLES = ['orders', 'customer', 'invoice', 'stock', 'payment', 'basket', 'event', 'address'];
const SHAPES = [
  'SELECT * FROM # WHERE id = ?',
  'UPDATE # SET state = ? WHERE id = ?',
  'SELECT COUNT(*) FROM #',
];

export class Chance {
  readonly share: () => number;

  constructor(seed: number) {
    this.share = createRandom(seed);
  }

  /** From `least` to `most`, both included. */
  whole(least: number, most: number): number {
    return least + Math.floor(this.share() * (most - least + 1));
  }

  pick<T>(values: readonly T[]): T {
    return pick(values, Math.floor(this.share() * 2 ** 32));
  }

  /** A whole number that is the figure on average. */
  near(figure: number): number {
    return Math.floor(figure + this.share());
  }
}

export function clientsOf(chance: Chance, size: NodeSize): Client[] {
  const weights = Array.from({ length: size.users }, (_, user) => (0.5 + chance.share()) / (1 + user / 4));
  const [first = 1] = weights;
  const others = weights.slice(1).reduce((sum, weight) => sum + weight, 0);
  if (size.largest !== undefined) {
    weights[0] = (others * size.largest) / (1 - size.largest);
  }
  const all = others + (weights[0] ?? first);
  return weights.flatMap((weight, user) => {
    const database = `db_${chance.whole(1, size.databases)}`;
    const active = 0.1 + 0.3 * chance.share();
    const statements = Array.from({ length: 4 }, (_, number) => statementOf(chance, number));
    const start = chance.whole(0, size.hosts - 1);
    return Array.from({ length: size.hostsOfUser }, (_, host) => ({
      user: `svc_${user}@app`,
      host: `host-${(start + host) % size.hosts}.internal`,
      database,
      sessions: (size.sessions * weight) / all / size.hostsOfUser,
      active,
      statements,
    }));
  });
}

export function statementOf(chance: Chance, number: number): string {
  return chance.pick(SHAPES).replace('#', `${chance.pick(TABLES)}_${'abcdefgh'[number] ?? 'z'}`);
}

/** One collection. */
export function rowsOf(chance: Chance, clients: readonly Client[], level = 1): SessionRow[] {
  return clients.flatMap((client) => {
    const factor = level + NOISE * (2 * chance.share() - 1);
    return sessionsOf(chance, client, chance.near(client.sessions * factor));
  });
}

export function sessionsOf(chance: Chance, client: Client, count: number): SessionRow[] {
  return Array.from({ length: count }, () => {
    const { user, host, database } = client;
    return chance.share() < client.active
      ? activeSession({ user, host, database }, chance.pick(client.statements))
      : { user, host, database, command: 'Sleep', state: '', statement: '' };
  });
}

export function activeSession(
  { user, host, database }: Pick<SessionRow, 'user' | 'host' | 'database'>,
  statement: string,
): SessionRow {
  return { user, host, database, command: 'Query', state: 'executing', statement };
}
