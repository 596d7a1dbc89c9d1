// A real VictoriaMetrics on loopback that scrapes what a Prometheus would.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/cli/demo.js';
import { type PrometheusServer, type PrometheusSettings, waitForQuery } from '../deploy/prometheus-server.js';

export async function startVictoriaMetrics(
  program: string,
  { scrape_configs }: Pick<PrometheusSettings, 'scrape_configs'>,
): Promise<Pick<PrometheusServer, 'waitFor' | 'stop'>> {
  const folder = mkdtempSync(join(tmpdir(), 'victoria-metrics-'));
  const configFile = join(folder, 'scrape.yml');
  writeFileSync(configFile, JSON.stringify({ scrape_configs }));
  const address = `127.0.0.1:${await freePort()}`;
  const server = spawn(
    program,
    [
      `-promscrape.config=${configFile}`,
      `-storageDataPath=${join(folder, 'data')}`,
      `-httpListenAddr=${address}`,
      // By default what is younger than 30 s is not shown.
      '-search.latencyOffset=0s',
      '-loggerLevel=ERROR',
    ],
    { stdio: ['ignore', 'ignore', 'inherit'] },
  );
  await once(server, 'spawn');
  return {
    waitFor: (expr) => waitForQuery(server, `http://${address}`, expr),
    stop: async () => {
      if (server.exitCode === null) {
        server.kill('SIGTERM');
        await once(server, 'exit');
      }
      rmSync(folder, { recursive: true });
    },
  };
}
