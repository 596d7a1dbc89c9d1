// A private MariaDB on loopback, with the users, databases and tables that the odd sessions need. Everything it writes
// lies in a folder of its own, which goes with it.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Connection, createConnection } from 'mysql2/promise';
import { freePort } from '../../src/cli/demo.js';
import { eventually } from '../support/program.js';
import { DATABASES, USERS } from './odd-names.js';

/** Of every user; the server listens on loopback only. */
export const PASSWORD = 'pw';

export interface MariaServer {
  readonly port: number;
  readonly socketPath: string;
  /** A session of root, who sees them all, for one look: nobody else's look should find it. */
  asRoot<T>(look: (root: Connection) => Promise<T>): Promise<T>;
  stop(): Promise<void>;
}

export interface MariaPrograms {
  /** mariadb-install-db */
  readonly install: string;
  /** mariadbd */
  readonly server: string;
}

export async function startMariaServer(
  programs: MariaPrograms,
  addresses: readonly string[],
  options: readonly string[] = [],
): Promise<MariaServer> {
  const folder = mkdtempSync(path.join(tmpdir(), 'mariadb-'));
  const common = [
    // Must come first: else the machine's own files say where another server lies.
    '--no-defaults',
    `--user=${userInfo().username}`,
    `--datadir=${path.join(folder, 'data')}`,
  ];
  await promisify(execFile)(programs.install, [
    ...common,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ]);
  const port = await freePort();
  const socketPath = path.join(folder, 'server.sock');
  const server = spawn(
    programs.server,
    [
      ...common,
      `--socket=${socketPath}`,
      `--pid-file=${path.join(folder, 'server.pid')}`,
      `--log-error=${path.join(folder, 'error.log')}`,
      `--tmpdir=${folder}`,
      `--bind-address=${addresses.join(',')}`,
      `--port=${port}`,
      '--skip-name-resolve',
      '--character-set-server=utf8mb4',
      '--max-connections=300',
      '--event-scheduler=ON',
      '--innodb-buffer-pool-size=16M',
      // Nobody may stop waiting while the test looks.
      '--connect-timeout=3600',
      '--innodb-lock-wait-timeout=3600',
      '--lock-wait-timeout=3600',
      ...options,
    ],
    { stdio: 'ignore' },
  );
  const ended = once(server, 'exit');
  const stop = async () => {
    // Its data go with it; asked to end, it would wait seconds for the sessions that sleep.
    server.kill('SIGKILL');
    await ended;
    rmSync(folder, { recursive: true });
  };
  const asRoot: MariaServer['asRoot'] = async (look) => {
    const root = await createConnection({ user: 'root', socketPath, multipleStatements: true });
    try {
      return await look(root);
    } finally {
      await root.end();
    }
  };
  try {
    await eventually(
      () => {
        if (server.exitCode !== null) {
          throw new Error(`mariadbd ended with ${server.exitCode}`);
        }
        return existsSync(socketPath) || undefined;
      },
      'a MariaDB that listens',
      30_000,
    );
    await asRoot(furnish);
    return { port, socketPath, asRoot, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function furnish(root: Connection): Promise<void> {
  for (const database of DATABASES) {
    await root.query('CREATE DATABASE ??', [database]);
  }
  for (const user of USERS) {
    await root.query("CREATE USER ?@'%' IDENTIFIED BY ?", [user, PASSWORD]);
    await root.query("GRANT SELECT, UPDATE, ALTER, CREATE, INSERT ON *.* TO ?@'%'", [user]);
  }
  await root.query("CREATE USER 'exporter'@'%' IDENTIFIED BY ?", [PASSWORD]);
  await root.query("GRANT PROCESS ON *.* TO 'exporter'@'%'");
  await root.query(`
    USE shop;
    CREATE TABLE orders (id INT PRIMARY KEY, quantity INT NOT NULL);
    INSERT INTO orders SELECT seq, 0 FROM seq_1_to_1000;
    CREATE TABLE prices (id INT PRIMARY KEY);
    INSERT INTO prices VALUES (1)`);
}
