// Sessions of a real MariaDB that block one another, by seed: chains of several kinds at once, each with bystanders that
// look like holders of locks. Each node of the fleet that they stand for has databases of its own.
import { type Connection, createConnection } from 'mysql2/promise';
import { Dice } from '../statements/dice.js';
import type { MariaServer } from './maria-server.js';

const CHAIN_KINDS = [
  'idle holder',
  'long writer',
  'change behind a reader',
  'queue of queues',
  /** LOCK TABLES leaves no trace in the list. */
  'invisible holder',
] as const;
export type ChainKind = (typeof CHAIN_KINDS)[number];

const BYSTANDERS = [
  'idle',
  'idle reader',
  'snapshot',
  'long reader',
  'idle writer',
  'long writer',
  'user lock',
] as const;

export interface SeededSession {
  /** Undefined of a bystander. */
  readonly chain: ChainKind | undefined;
  /** That a chain is about; a bystander uses no such table. */
  readonly table: string;
}

/** As one node's list has them. */
export interface SeededNode {
  readonly chains: readonly ChainKind[];
  readonly sessions: ReadonlyMap<number, SeededSession>;
}

const USER = 'blocked';
const PASSWORD = 'pw';
const TABLES = 8;
/** All have begun to wait by then, and some have for seconds: the list knows whole seconds alone. */
const LAST_START_MS = 7_000;
const LAST_HOLDER_MS = 3_500;
const LOOK_AT_MS = 8_500;
const LASTS = 3_600;

interface Step extends SeededSession {
  readonly atMs: number;
  /** One session's; all but the last end at once. */
  readonly statements: readonly string[];
  readonly database: string;
}

interface Plan {
  readonly chains: readonly ChainKind[];
  readonly steps: readonly Step[];
  readonly databases: readonly string[];
}

export class BlockedSessions {
  readonly #server: MariaServer;
  readonly #random: Dice;
  #connections: Connection[] = [];
  #nodes = 0;

  constructor(server: MariaServer, seed: number) {
    this.#server = server;
    this.#random = new Dice(seed);
  }

  /** Resolves when all have said what they have to say, and the last of them have waited for a second. */
  async open(nodes: number): Promise<readonly SeededNode[]> {
    const plans = Array.from({ length: nodes }, () => this.#plan());
    await this.#server.asRoot((root) => furnish(root, plans));
    const made = plans.map((plan) => ({ plan, sessions: new Map<number, SeededSession>() }));
    const steps = made.flatMap(({ plan, sessions }) => plan.steps.map((step) => ({ step, sessions })));
    const ready: { step: Step; connection: Connection }[] = [];
    for (const { step, sessions } of steps) {
      const connection = await this.#connect(step.database);
      sessions.set(connection.threadId, step);
      ready.push({ step, connection });
    }
    const beganAt = performance.now();
    for (const { step, connection } of ready) {
      setTimeout(
        () => say(connection, step.statements).catch(ignore),
        beganAt + step.atMs - performance.now(),
      );
    }
    // Waits must really grow old.
    await new Promise((resolve) => setTimeout(resolve, LOOK_AT_MS));
    return made.map(({ plan, sessions }) => ({ chains: plan.chains, sessions }));
  }

  /** Asked to end, a session that waits would wait on. */
  async close(): Promise<void> {
    const connections = this.#connections;
    this.#connections = [];
    await this.#server.asRoot(async (root) => {
      for (const { threadId } of connections) {
        await root.query(`KILL ${threadId}`).catch(ignore);
      }
    });
    for (const connection of connections) {
      connection.destroy();
    }
  }

  async #connect(database: string): Promise<Connection> {
    const connection = await createConnection({
      host: '127.0.0.1',
      port: this.#server.port,
      user: USER,
      password: PASSWORD,
      database,
    });
    connection.on('error', ignore);
    this.#connections.push(connection);
    return connection;
  }

  #plan(): Plan {
    this.#nodes += 1;
    const databases = ['a', 'b'].map((name) => `node${this.#nodes}_${name}`);
    const random = this.#random;
    const [main = '', other = ''] = databases;
    const isQuiet = random.chance(0.12);
    const chains = isQuiet ? [] : Array.from({ length: integer(random, 1, 3) }, () => this.#kind());
    let table = 0;
    const steps = chains.flatMap((kind) => {
      table += 2;
      const chain = new ChainPlan(random, kind, random.chance(0.75) ? main : other, [
        `t${table - 2}`,
        `t${table - 1}`,
      ]);
      return chain.steps();
    });
    const bystanders = Array.from({ length: integer(random, 2, 6) }, () =>
      bystander(
        random,
        random.chance(0.4) ? main : other,
        `t${table + integer(random, 0, TABLES - table - 1)}`,
      ),
    );
    return { chains, databases, steps: [...steps, ...bystanders] };
  }

  #kind(): ChainKind {
    const random = this.#random;
    return random.chance(0.05) ? 'invisible holder' : random.pick(CHAIN_KINDS.slice(0, 4));
  }
}

class ChainPlan {
  readonly #random: Dice;
  readonly #kind: ChainKind;
  readonly #database: string;
  readonly #table: string;
  readonly #second: string;
  readonly #steps: Step[] = [];
  readonly #beginMs: number;

  constructor(random: Dice, kind: ChainKind, database: string, [table, second]: readonly [string, string]) {
    this.#random = random;
    this.#kind = kind;
    this.#database = database;
    this.#table = table;
    this.#second = second;
    this.#beginMs = integer(random, 0, LAST_HOLDER_MS);
  }

  steps(): readonly Step[] {
    switch (this.#kind) {
      case 'idle holder':
        this.#add(0, 'BEGIN', this.#hold(this.#table, 1), ...this.#more());
        this.#waitForRow(this.#table, 1, integer(this.#random, 1, 6));
        break;
      case 'long writer':
        this.#add(0, ...this.#longWriter());
        this.#waitForRow(this.#table, 1, integer(this.#random, 1, 6));
        break;
      case 'change behind a reader':
        this.#add(0, ...this.#reader());
        this.#add(this.#later(300, 2_000), this.#change());
        this.#follow(integer(this.#random, 0, 5));
        break;
      case 'queue of queues':
        this.#queueOfQueues();
        break;
      case 'invisible holder':
        this.#add(0, `LOCK TABLES ${this.#table} WRITE`);
        this.#follow(integer(this.#random, 1, 4));
        break;
    }
    return this.#steps;
  }

  #queueOfQueues(): void {
    const random = this.#random;
    this.#add(0, 'BEGIN', this.#hold(this.#table, 1), ...this.#more());
    if (random.chance(0.5)) {
      // Holds a row of another table, or of the same, and waits itself.
      const table = random.chance(0.5) ? this.#second : this.#table;
      const atMs = this.#later(300, 1_500);
      this.#add(atMs, 'BEGIN', this.#hold(table, 2), write(random, this.#table, 1));
      this.#waitForRow(table, 2, integer(random, 1, 4), atMs);
      this.#waitForRow(this.#table, 1, integer(random, 0, 3));
    } else {
      this.#waitForRow(this.#table, 1, integer(random, 1, 3));
      this.#add(this.#later(1_200, 2_500), this.#change());
      this.#follow(integer(random, 1, 5));
    }
  }

  #hold(table: string, row: number): string {
    return this.#random.pick([
      `UPDATE ${table} SET v = v + 1 WHERE id = ${row}`,
      `SELECT * FROM ${table} WHERE id = ${row} FOR UPDATE`,
      `DELETE FROM ${table} WHERE id = ${row}`,
      `UPDATE ${table} SET v = v + 1 WHERE id IN (${row}, ${row + 20}, ${row + 21})`,
      `SELECT * FROM ${table} WHERE id = ${row} LOCK IN SHARE MODE`,
    ]);
  }

  /** What else a transaction does before it goes idle. */
  #more(): readonly string[] {
    return this.#random.chance(0.4) ? [`SELECT COUNT(*) FROM ${this.#second}`] : [];
  }

  #longWriter(): readonly string[] {
    const { table, second } = { table: this.#table, second: this.#second };
    return this.#random.pick([
      [`UPDATE ${table} SET v = v + 1 WHERE id <= 20 AND SLEEP(${LASTS}) = 0`],
      ['BEGIN', `UPDATE ${table} SET v = v + 1 WHERE id = 1`, `SELECT SLEEP(${LASTS})`],
      ['BEGIN', `UPDATE ${table} SET v = v + 1 WHERE id = 1`, `SELECT *, SLEEP(${LASTS}) FROM ${second}`],
      [`INSERT INTO ${second} SELECT id + 1000, SLEEP(${LASTS}) FROM ${table} WHERE id = 1 FOR UPDATE`],
    ]);
  }

  #reader(): readonly string[] {
    return this.#random.pick([
      ['BEGIN', `SELECT COUNT(*) FROM ${this.#table}`],
      [`SELECT *, SLEEP(${LASTS}) FROM ${this.#table}`],
      ['BEGIN', `UPDATE ${this.#table} SET v = 0 WHERE id = 3`, ...this.#more()],
      ['BEGIN', `SELECT COUNT(*) FROM ${this.#table}`, `SELECT SLEEP(${LASTS})`],
      ['START TRANSACTION READ ONLY', `SELECT COUNT(*) FROM ${this.#table}`],
    ]);
  }

  #change(): string {
    return this.#random.pick([
      `ALTER TABLE ${this.#table} ADD COLUMN more INT`,
      `TRUNCATE TABLE ${this.#table}`,
      `CREATE INDEX by_v ON ${this.#table} (v)`,
      `OPTIMIZE TABLE ${this.#table}`,
      `LOCK TABLES ${this.#table} WRITE`,
      `DROP TABLE ${this.#table}`,
    ]);
  }

  #waitForRow(table: string, row: number, count: number, fromMs = 0): void {
    for (let index = 0; index < count; index++) {
      const begin = this.#random.chance(0.3)
        ? [
            'BEGIN',
            ...(this.#random.chance(0.5)
              ? [`UPDATE ${this.#second} SET v = 1 WHERE id = ${30 + index}`]
              : []),
          ]
        : [];
      this.#add(fromMs + this.#later(300, 3_000), ...begin, write(this.#random, table, row));
    }
  }

  /** Behind the change, which has begun by then. */
  #follow(count: number): void {
    for (let index = 0; index < count; index++) {
      const statement = this.#random.chance(0.5)
        ? `SELECT * FROM ${this.#table} WHERE id = ${10 + index}`
        : write(this.#random, this.#table, 10 + index);
      this.#add(this.#later(2_700, 3_400), statement);
    }
  }

  #later(leastMs: number, mostMs: number): number {
    return integer(this.#random, leastMs, mostMs);
  }

  #add(afterMs: number, ...statements: readonly string[]): void {
    const atMs = this.#beginMs + afterMs;
    this.#steps.push({
      atMs,
      chain: this.#kind,
      table: `${this.#database}.${this.#table}`,
      statements,
      database: this.#database,
    });
  }
}

function write(random: Dice, table: string, row: number): string {
  return random.pick([
    `UPDATE ${table} SET v = v + 1 WHERE id = ${row}`,
    `DELETE FROM ${table} WHERE id = ${row}`,
    `UPDATE ${table} t JOIN ${table} u ON t.id = u.id SET t.v = 2 WHERE t.id = ${row}`,
  ]);
}

function bystander(random: Dice, database: string, table: string): Step {
  const kind = random.pick(BYSTANDERS);
  // Rows that nobody else wants.
  const row = integer(random, 40, 59);
  const statements = {
    idle: ['SELECT 1'],
    'idle reader': ['BEGIN', `SELECT * FROM ${table} WHERE id = ${row}`],
    snapshot: ['START TRANSACTION WITH CONSISTENT SNAPSHOT'],
    'long reader': [`SELECT *, SLEEP(${LASTS}) FROM ${table}`],
    'idle writer': ['BEGIN', `UPDATE ${table} SET v = 5 WHERE id = ${row}`],
    'long writer': [`UPDATE ${table} SET v = 6 WHERE id = ${row} AND SLEEP(${LASTS}) = 0`],
    'user lock': [`SELECT GET_LOCK('nightly', ${LASTS})`],
  }[kind];
  return {
    atMs: integer(random, 0, LAST_START_MS),
    chain: undefined,
    table: `${database}.${table}`,
    statements,
    database,
  };
}

async function furnish(root: Connection, plans: readonly Plan[]): Promise<void> {
  await root.query(`CREATE USER IF NOT EXISTS ${USER} IDENTIFIED BY '${PASSWORD}'`);
  await root.query(`GRANT ALL ON *.* TO ${USER}`);
  for (const { databases, steps } of plans) {
    for (const database of databases) {
      const statements = steps.filter((step) => step.database === database).map((step) => step.statements);
      const tables = [...new Set(statements.join().match(/\bt\d\b/gu))].map(
        (table) =>
          `CREATE TABLE ${table} (id INT PRIMARY KEY, v INT NOT NULL) AS SELECT seq AS id, 0 AS v FROM seq_1_to_60;`,
      );
      await root.query(`CREATE DATABASE ${database}; USE ${database}; ${tables.join(' ')}`);
    }
  }
}

/** There is no answer while the session is held. */
async function say(connection: Connection, statements: readonly string[]): Promise<void> {
  for (const statement of statements) {
    await connection.query(statement);
  }
}

function integer(dice: Dice, least: number, most: number): number {
  return least + dice.below(most - least + 1);
}

/** The end of the test breaks what is under way. */
function ignore(): void {}
