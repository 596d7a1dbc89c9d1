// A real Prometheus on loopback that scrapes and evaluates every second, with the shipped rules and console templates.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../src/cli/demo.js';

const FOLDER = fileURLToPath(new URL('../../deploy/prometheus/', import.meta.url));

export const SHIPPED_RULES = ['taurusdb-thresholds.rules.yml', 'taurusdb.rules.yml'].map((name) =>
  join(FOLDER, name),
);

/** What of Prometheus' own configuration a test chooses. */
export interface PrometheusSettings {
  readonly scrape_configs: readonly object[];
  /** The shipped rules, `SHIPPED_RULES`, unless told otherwise. */
  readonly rule_files?: readonly string[];
  readonly alerting?: object;
}

/** How long Prometheus waits until it sends an alert, or its end, once more: a minute unless told otherwise. */
interface PrometheusFlags {
  readonly resendSeconds?: number;
}

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [time: number, value: string];
}

export interface PrometheusServer {
  readonly url: string;
  /** Instant query, as of now or of `time` in seconds; rejects with Prometheus' own words. */
  query(expr: string, time?: number): Promise<readonly Sample[]>;
  /** Resolves once the query returns something. */
  waitFor(expr: string): Promise<void>;
  stop(): Promise<void>;
}

export async function startPrometheus(
  program: string,
  settings: PrometheusSettings,
  { resendSeconds = 60 }: PrometheusFlags = {},
): Promise<PrometheusServer> {
  const folder = mkdtempSync(join(tmpdir(), 'prometheus-'));
  const config = {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: SHIPPED_RULES,
    ...settings,
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
      `--web.console.libraries=${join(FOLDER, 'console_libraries')}`,
      `--rules.alert.resend-delay=${resendSeconds}s`,
      '--log.level=error',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  await once(server, 'spawn');
  const url = `http://${address}`;
  return {
    url,
    query: (expr, time) => query(url, expr, time),
    waitFor: (expr) => waitForQuery(server, url, expr),
    stop: async () => {
      if (server.exitCode === null) {
        server.kill('SIGTERM');
        await once(server, 'exit');
      }
      rmSync(folder, { recursive: true });
    },
  };
}

async function query(url: string, expr: string, time?: number): Promise<readonly Sample[]> {
  const response = await fetch(`${url}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query: expr, ...(time === undefined ? {} : { time: String(time) }) }),
  });
  const answer = (await response.json()) as { error?: string; data?: { result: readonly Sample[] } };
  if (answer.data === undefined) {
    throw new Error(`query: got ${answer.error ?? response.status}, expected a result (${expr})`);
  }
  return answer.data.result;
}

/** `server` is one that answers Prometheus' queries at `url`. */
export async function waitForQuery(server: ChildProcess, url: string, expr: string): Promise<void> {
  for (;;) {
    if (server.exitCode !== null) {
      throw new Error(`${url}: got exit code ${server.exitCode}, expected it to run`);
    }
    // It does not listen during its first moments.
    const samples = await query(url, expr).catch(() => []);
    if (samples.length > 0) {
      return;
    }
    await sleep(200);
  }
}
