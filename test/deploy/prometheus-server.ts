// A real Prometheus on loopback that scrapes one address every second, with the shipped rules and console templates.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../deploy/prometheus/', import.meta.url));
const CONSOLE_LIBRARIES =
  process.env.CONSOLE_LIBRARIES ?? '/usr/share/doc/prometheus/examples/console_libraries';

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

export interface PrometheusServer {
  readonly url: string;
  /** Instant query; rejects with Prometheus' own words. */
  query(expr: string): Promise<readonly Sample[]>;
  /** Resolves once the query returns something. */
  waitFor(expr: string): Promise<void>;
  stop(): Promise<void>;
}

/** `target` is host:port of something that answers /metrics. */
export async function startPrometheus(program: string, target: string): Promise<PrometheusServer> {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ['taurusdb-thresholds.rules.yml', 'taurusdb.rules.yml'].map((name) => join(FOLDER, name)),
    scrape_configs: [{ job_name: 'taurusdb', static_configs: [{ targets: [target] }] }],
  };
  writeFileSync(join(folder, 'prometheus.yml'), JSON.stringify(config));
  const address = `127.0.0.1:${await freePort()}`;
  const server = spawn(
    program,
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=${address}`,
      `--web.console.templates=${join(FOLDER, 'consoles')}`,
      `--web.console.libraries=${CONSOLE_LIBRARIES}`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  await once(server, 'spawn');
  const url = `http://${address}`;
  return {
    url,
    query: (expr) => query(url, expr),
    waitFor: (expr) => waitFor(server, url, expr),
    stop: async () => {
      if (server.exitCode === null) {
        server.kill('SIGTERM');
        await once(server, 'exit');
      }
      rmSync(folder, { recursive: true });
    },
  };
}

async function query(url: string, expr: string): Promise<readonly Sample[]> {
  const response = await fetch(`${url}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query: expr }),
  });
  const answer = (await response.json()) as { error?: string; data?: { result: readonly Sample[] } };
  if (answer.data === undefined) {
    throw new Error(`query: got ${answer.error ?? response.status}, expected a result (${expr})`);
  }
  return answer.data.result;
}

async function waitFor(server: ChildProcess, url: string, expr: string): Promise<void> {
  for (;;) {
    if (server.exitCode !== null) {
      throw new Error(`Prometheus: got exit code ${server.exitCode}, expected it to run`);
    }
    // It does not listen during its first moments.
    const samples = await query(url, expr).catch(() => []);
    if (samples.length > 0) {
      return;
    }
    await sleep(200);
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') {
    throw new Error('a TCP server has a port');
  }
  return address.port;
}
