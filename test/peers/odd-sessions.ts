// Opens real sessions on a MariaDB and holds them: idle, at work, in transactions, waiting for locks of every kind, of
// users and from hosts with awkward names.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type Connection, createConnection } from 'mysql2/promise';
import { type MariaServer, PASSWORD } from './maria-server.js';
import { CASE_TWINS, DATABASES, STATEMENTS, USERS, type User } from './odd-names.js';

const ROW_LOCK_WAITERS = 8;
const TABLE_LOCK_WAITERS = 6;

/** How many of the sessions wait for a lock: more than that shows them all in their places. */
export const LOCK_WAITERS = ROW_LOCK_WAITERS + TABLE_LOCK_WAITERS;

interface Client {
  readonly user: User;
  /** A loopback address to come from, or `localhost` for the server's socket. */
  readonly host: string;
  readonly database?: string;
}

export class OddSessions {
  readonly #server: MariaServer;
  readonly #hosts: readonly string[];
  readonly #connections: Connection[] = [];
  readonly #strangers: Socket[] = [];

  /** `hosts`: loopback addresses that sessions come from, and `localhost`. */
  constructor(server: MariaServer, hosts: readonly string[]) {
    this.#server = server;
    this.#hosts = hosts;
  }

  /** Resolves once `total` sessions are open; what they wait for may take the server a moment more. */
  async open(total: number): Promise<void> {
    await this.#holdTransactions();
    await this.#waitForRowLocks();
    await this.#waitForTableLock();
    await this.#waitForUserLock();
    await this.#work();
    await this.#neverLogIn();
    await this.#idle(total);
  }

  close(): void {
    for (const connection of this.#connections) {
      connection.destroy();
    }
    for (const socket of this.#strangers) {
      socket.destroy();
    }
  }

  async #holdTransactions(): Promise<void> {
    for (const [user, statement] of [
      ['etl job', 'BEGIN; UPDATE orders SET quantity = 1 WHERE id BETWEEN 100 AND 149'],
      ['report', 'START TRANSACTION WITH CONSISTENT SNAPSHOT; SELECT COUNT(*) FROM orders'],
      // Transactions that only read share the id 0.
      ['report', 'START TRANSACTION READ ONLY; SELECT COUNT(*) FROM orders'],
      ['rené', 'START TRANSACTION READ ONLY; SELECT COUNT(*) FROM orders'],
    ] as const) {
      const connection = await this.#shopper(user);
      await connection.query(statement);
    }
  }

  async #waitForRowLocks(): Promise<void> {
    const holder = await this.#shopper('com,ma');
    await holder.query('BEGIN; SELECT * FROM orders WHERE id = 1 FOR UPDATE');
    for (let index = 0; index < ROW_LOCK_WAITERS; index++) {
      const waiter = await this.#shopper(userAt(index));
      run(waiter, 'UPDATE orders SET quantity = 2 WHERE id = 1');
    }
  }

  async #waitForTableLock(): Promise<void> {
    const holder = await this.#shopper('report');
    await holder.query('BEGIN; SELECT * FROM prices');
    const changer = await this.#shopper("o'brien");
    run(changer, 'ALTER TABLE prices COMMENT = \'x, "y"\'');
    for (let index = 1; index < TABLE_LOCK_WAITERS; index++) {
      const waiter = await this.#shopper(userAt(index));
      run(waiter, 'ALTER TABLE prices FORCE');
    }
  }

  /** Not a lock of a row or a table: its state is `User lock`. */
  async #waitForUserLock(): Promise<void> {
    const holder = await this.#shopper('svc@order');
    await holder.query("SELECT GET_LOCK('nightly', 0)");
    for (let index = 0; index < 3; index++) {
      const waiter = await this.#shopper(userAt(index));
      run(waiter, "SELECT GET_LOCK('nightly', 3600)");
    }
  }

  async #work(): Promise<void> {
    for (const [index, statement] of [...STATEMENTS, ...STATEMENTS, ...STATEMENTS].entries()) {
      run(await this.#connect(this.#clientAt(index)), statement);
    }
    for (let index = 0; index < 4; index++) {
      const connection = await this.#connect(this.#clientAt(index));
      // A prepared statement: the command is Execute.
      connection.execute('SELECT SLEEP(?)', [3600]).catch(ignore);
    }
  }

  /** The server shows them as `unauthenticated user`. */
  async #neverLogIn(): Promise<void> {
    for (let index = 0; index < 3; index++) {
      const { port } = this.#server;
      const socket = connect({ host: '127.0.0.1', port, localAddress: '127.0.0.9' }).on('error', ignore);
      this.#strangers.push(socket);
      // Its greeting: the session exists.
      await once(socket, 'data');
    }
  }

  async #idle(total: number): Promise<void> {
    // Several of each twin from one host, in one state: whoever takes the twins for one mixes them up.
    const [twin, otherTwin] = CASE_TWINS;
    for (const user of [twin, twin, twin, otherTwin]) {
      await this.#connect({ user, host: at(this.#hosts, 0), database: 'shop' });
    }
    while (this.#connections.length + this.#strangers.length < total) {
      await this.#connect(this.#clientAt(this.#connections.length));
    }
  }

  #shopper(user: User): Promise<Connection> {
    return this.#connect({ user, host: at(this.#hosts, this.#connections.length), database: 'shop' });
  }

  /** Every user meets every host and every database, and some have none. */
  #clientAt(index: number): Client {
    const database = [...DATABASES, undefined][index % (DATABASES.length + 1)];
    return {
      user: userAt(index),
      host: at(this.#hosts, index + Math.floor(index / USERS.length)),
      ...(database === undefined ? {} : { database }),
    };
  }

  async #connect({ host, ...client }: Client): Promise<Connection> {
    const { port, socketPath } = this.#server;
    const way =
      host === 'localhost'
        ? { socketPath }
        : {
            stream: () =>
              connect({ host: host.includes(':') ? '::1' : '127.0.0.1', port, localAddress: host }),
          };
    const connection = await createConnection({
      ...client,
      ...way,
      password: PASSWORD,
      charset: 'utf8mb4',
      multipleStatements: true,
    });
    connection.on('error', ignore);
    this.#connections.push(connection);
    return connection;
  }
}

/** Does not wait for the answer: there is none while the session is held. */
function run(connection: Connection, statement: string): void {
  connection.query(statement).catch(ignore);
}

function userAt(index: number): User {
  return at(USERS, index);
}

function at<T>(values: readonly T[], index: number): T {
  const value = values[index % values.length];
  if (value === undefined) {
    throw new Error('got an empty list, expected something to choose from');
  }
  return value;
}

/** The end of the test breaks what is under way. */
function ignore(): void {}
