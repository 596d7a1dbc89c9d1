// Incidents of which it is known who and what was behind them: the collections of a node, the last ones with sessions that the incident added, or made active.

import type { Measure } from '../../src/incidents/observation.js';
import type { Culprit } from '../../src/incidents/record.js';
import { counts, digestOf, isActive, type SessionRow } from './observe-rows.js';
import {
  activeSession,
  Chance,
  type Client,
  clientsOf,
  type NodeSize,
  rowsOf,
  sessionsOf,
  statementOf,
} from './sample-node.js';

export interface Truth {
  readonly verdict: Culprit['verdict'];
  readonly user: string | null;
  readonly host: string | null;
  readonly database: string | null;
  /** Its digest. */
  readonly statement: string | null;
}

export interface SampleIncident {
  readonly measure: Measure;
  /** The oldest first; the last one is recorded. */
  readonly collections: readonly (readonly SessionRow[])[];
  /** How many of them the incident has had. */
  readonly since: number;
  readonly truth: Truth;
}

interface Scene {
  readonly chance: Chance;
  readonly clients: readonly Client[];
  /** How many sessions the incident adds at its height. */
  readonly most: number;
}

/** What an incident does to a collection. `rows` are those without it. */
interface Change {
  readonly rows: readonly SessionRow[];
  /** By whom it is said what is right. */
  readonly blamed: readonly SessionRow[];
}

interface Kind {
  readonly size?: Partial<NodeSize>;
  readonly measure?: Measure;
  readonly verdict?: Culprit['verdict'];
  /** Collections until it has its height. */
  readonly ramp?: number;
  /** Made once an incident; `strength` up to 1. */
  readonly begin: (scene: Scene) => (rows: readonly SessionRow[], strength: number) => Change;
}

const BEFORE = 12;
const HOLD = 2;
/** What the node does besides, as a whole. */
const DRIFT = 0.1;
/** Of what an incident added: a value with so much is to be named, and none has a part between the two. */
const NAMED = 0.85;
const UNNAMED = 0.55;

export const KINDS = {
  'one user': { begin: (scene) => flood(scene, clientsOfOneUser(scene), {}) },
  'one user, one statement': {
    begin: (scene) => flood(scene, clientsOfOneUser(scene), { statement: statementOf(scene.chance, 9) }),
  },
  'one host of many': { begin: (scene) => flood(scene, [scene.chance.pick(scene.clients)], {}) },
  'one host, many users': {
    begin: (scene) => {
      const { host } = scene.chance.pick(scene.clients);
      return flood(
        scene,
        scene.clients.map((client) => ({ ...client, host })),
        {},
      );
    },
  },
  'one statement, many users': {
    measure: 'active',
    begin: (scene) => turnActive(scene, statementOf(scene.chance, 9)),
  },
  'one database': {
    size: { databases: 8, users: 24 },
    begin: (scene) => {
      const { database } = scene.chance.pick(scene.clients);
      return flood(
        scene,
        scene.clients.map((client) => ({ ...client, database })),
        {},
      );
    },
  },
  'two movers': {
    size: { users: 16, hostsOfUser: 2, databases: 6 },
    verdict: 'several',
    begin: (scene) => {
      const [first, second] = differentClients(scene);
      return flood(scene, [first, second], { even: true });
    },
  },
  'slow pile-up': {
    measure: 'active',
    ramp: 8,
    begin: (scene) => turnActive(scene, statementOf(scene.chance, 9)),
  },
  'sleeping leak': {
    ramp: 6,
    begin: (scene) => flood(scene, [{ ...scene.chance.pick(scene.clients), active: 0 }], {}),
  },
  'level shift': { verdict: 'none', begin: shift },
  'level shift, a large user': {
    size: { largest: 0.75, hostsOfUser: 8 },
    verdict: 'none',
    begin: shift,
  },
  'spread over all': {
    verdict: 'none',
    size: { users: 20, databases: 8 },
    begin: (scene) =>
      flood(
        scene,
        scene.clients.map((client, number) => ({
          ...client,
          statements: [`SELECT ${number} FROM t_${number}`],
        })),
        {},
      ),
  },
  'losses elsewhere': {
    begin: (scene) => {
      const client = scene.chance.pick(scene.clients);
      const more = flood({ ...scene, most: 1.5 * scene.most }, [client], {});
      const left = 1 - 0.4 * scene.chance.share();
      return (rows, strength) =>
        more(
          rows.filter(({ user }) => user === client.user || scene.chance.share() < left),
          strength,
        );
    },
  },
  'a large user': {
    size: { largest: 0.7, hostsOfUser: 6 },
    begin: (scene) => flood(scene, scene.clients.slice(0, 6), {}),
  },
  'beside a large user': {
    size: { largest: 0.65 },
    begin: (scene) => {
      const small = scene.clients.filter(({ user }) => user !== scene.clients[0]?.user);
      return flood(
        { ...scene, most: Math.min(scene.most, 0.6 * sessionsIn(scene.clients)) },
        [scene.chance.pick(small)],
        {},
      );
    },
  },
  'many users, many hosts': {
    size: { users: 60, hosts: 90, hostsOfUser: 8, sessions: 1_500, databases: 20 },
    begin: (scene) => flood(scene, [scene.chance.pick(scene.clients)], {}),
  },
  'hosts beyond max_values': {
    size: { users: 40, hosts: 400, hostsOfUser: 15, sessions: 1_500, databases: 12 },
    begin: (scene) => flood(scene, [scene.chance.pick(scene.clients)], {}),
  },
  'new hosts beyond max_values': {
    size: { users: 20, hosts: 300, hostsOfUser: 20, sessions: 800, databases: 12 },
    verdict: 'none',
    begin: (scene) =>
      flood(
        scene,
        scene.clients.map((client, number) => ({ ...client, host: `pod-${number % 250}.internal` })),
        {},
      ),
  },
} as const satisfies Readonly<Record<string, Kind>>;
export type KindName = keyof typeof KINDS;

/** Undefined where chance made one of which it cannot be said who should be named. */
export function sampleIncident(name: KindName, seed: number): SampleIncident | undefined {
  const kind: Kind = KINDS[name];
  const chance = new Chance(seed);
  const size = {
    users: chance.whole(6, 16),
    hosts: 20,
    databases: chance.whole(1, 6),
    hostsOfUser: chance.whole(5, 8),
    sessions: chance.whole(80, 600),
    ...kind.size,
  };
  const clients = clientsOf(chance, size);
  const most = Math.max(25, size.sessions * (0.4 + chance.share()));
  const change = kind.begin({ chance, clients, most });
  const ramp = kind.ramp ?? 1;
  // It begins when half of it is there.
  const since = ramp === 1 ? HOLD : Math.ceil(ramp / 2) + HOLD;
  const during = Array.from({ length: ramp + HOLD - 1 }, (_, number) =>
    change(rowsOf(chance, clients, 1 + DRIFT * (2 * chance.share() - 1)), Math.min(1, (number + 1) / ramp)),
  );
  const truth = truthOf(kind, during.at(-1)?.blamed ?? []);
  return (
    truth && {
      measure: kind.measure ?? 'sessions',
      collections: [
        ...Array.from({ length: BEFORE }, () => rowsOf(chance, clients)),
        ...during.map(({ rows }) => rows),
      ],
      since,
      truth,
    }
  );
}

function truthOf({ verdict = 'one' }: Kind, blamed: readonly SessionRow[]): Truth | undefined {
  if (verdict === 'none') {
    return { verdict, user: null, host: null, database: null, statement: null };
  }
  const active = blamed.filter(isActive);
  const named = {
    user: mostOf(blamed, ({ user }) => user),
    host: mostOf(blamed, ({ host }) => host),
    database: mostOf(blamed, ({ database }) => database),
    // Of a few active ones among many that sleep nothing is to be said.
    statement:
      active.length < 0.4 * blamed.length ? null : mostOf(active, ({ statement }) => digestOf(statement)),
  };
  const isClear = Object.values(named).every((name) => name !== undefined);
  const isOne = Object.values(named).some((name) => name !== null && name !== undefined);
  if (!isClear || (verdict === 'one' && !isOne)) {
    return undefined;
  }
  const { user = null, host = null, database = null, statement = null } = named;
  return { verdict, user, host, database, statement };
}

/** Null: none has most of them; undefined: it is not clear. */
function mostOf(rows: readonly SessionRow[], nameOf: (row: SessionRow) => string): string | null | undefined {
  const [first] = counts(rows, nameOf);
  const part = (first?.sessions ?? 0) / rows.length;
  return part >= NAMED ? first?.value : part <= UNNAMED ? null : undefined;
}

function sessionsIn(clients: readonly Client[]): number {
  return clients.reduce((sum, { sessions }) => sum + sessions, 0);
}

/** More sessions of these clients. */
function flood(
  { chance, most }: Scene,
  clients: readonly Client[],
  { statement, even = false }: { readonly statement?: string; readonly even?: boolean },
) {
  return (rows: readonly SessionRow[], strength: number): Change => {
    const count = Math.round(most * strength);
    const blamed = Array.from({ length: count }, (_, number) => {
      const client = even ? clients[number % clients.length] : chance.pick(clients);
      const [session] = client ? sessionsOf(chance, client, 1) : [];
      return session && statement !== undefined ? [activeSession(session, statement)] : (session ?? []);
    }).flat();
    return { rows: [...rows, ...blamed], blamed };
  };
}

/** Sessions that are there anyway, of all clients, pile up in one statement. */
function turnActive({ chance }: Scene, statement: string) {
  const part = 0.3 + 0.4 * chance.share();
  return (rows: readonly SessionRow[], strength: number): Change => {
    const blamed: SessionRow[] = [];
    const changed = rows.map((row) => {
      if (isActive(row) || chance.share() >= part * strength) {
        return row;
      }
      const active = activeSession(row, statement);
      blamed.push(active);
      return active;
    });
    return { rows: changed, blamed };
  };
}

/** Everybody has more, each as much as before. */
function shift({ chance, clients }: Scene) {
  const factor = 0.4 + chance.share();
  return (rows: readonly SessionRow[], strength: number): Change => ({
    rows: [
      ...rows,
      ...rowsOf(
        chance,
        clients.map((client) => ({ ...client, sessions: client.sessions * factor * strength })),
      ),
    ],
    blamed: [],
  });
}

function clientsOfOneUser({ chance, clients }: Scene): readonly Client[] {
  const { user } = chance.pick(clients);
  return clients.filter((client) => client.user === user);
}

function differentClients({ chance, clients }: Scene): readonly [Client, Client] {
  const first = chance.pick(clients);
  const others = clients.filter(
    ({ user, host, database }) => user !== first.user && host !== first.host && database !== first.database,
  );
  return [first, chance.pick(others)];
}
